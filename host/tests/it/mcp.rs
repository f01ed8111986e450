//! A server's MCP URL: both eras, and what is refused.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::hosted::{Hosted, call};
use crate::platform::Platform;

/// A request of the modern era, with the headers that must agree with it.
async fn modern(platform: &Platform, key: &str, server: &Hosted, method: &str, params: Value) -> (u16, Value) {
    let mut message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    message["params"]["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let request = platform.with_key(key).request(Method::POST, &server.path());
    let mut request = request.header(ACCEPT, "application/json, text/event-stream");
    request = request.header("mcp-protocol-version", "2026-07-28").header("mcp-method", method);
    if let Some(name) = message["params"]["name"].as_str() {
        request = request.header("mcp-name", name);
    }
    let answer = request.json(&message).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn both_eras_list_and_call() {
    let platform = Platform::start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let server = Hosted::of(&ada, "demo", |spec| {
        spec["tools"][0]["outputSchema"] =
            json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]});
        spec["tools"][0]["implementation"] =
            json!("if args.text == \"promise\" { Ok(json!({\"n\": 1})) } else { Ok(json!({\"n\": \"no\"})) }");
    });
    let server = server.await;
    let key = platform.api_key("ada@example.com");
    let legacy = async |message: Value| server.send(&platform, &key, message).await.json::<Value>().await.unwrap();

    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params":
        {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}});
    let hello = legacy(hello).await;
    assert_eq!(hello["result"]["protocolVersion"], "2025-11-25", "{hello}");
    assert_eq!(hello["result"]["serverInfo"]["name"], "demo");
    let list = legacy(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})).await;
    let names: Vec<_> = list["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].clone()).collect();
    assert_eq!(names, ["echo", "now"]);
    let kept = legacy(call("echo", &json!({"text": "promise"}))).await;
    assert_eq!(kept["result"]["structuredContent"], json!({"n": 1}), "{kept}");
    assert!(kept["result"].get("resultType").is_none(), "{kept}");
    let broken = legacy(call("echo", &json!({"text": "x"}))).await;
    assert_eq!(broken["result"]["isError"], true, "{broken}");
    assert!(broken["result"]["content"][0]["text"].as_str().unwrap().contains("outputSchema"), "{broken}");
    let wrong = legacy(call("echo", &json!({"text": 7}))).await;
    assert_eq!(wrong["result"]["isError"], true, "{wrong}");
    assert_eq!(legacy(call("nothing", &json!({}))).await["error"]["code"], -32602);

    let (status, found) = modern(&platform, &key, &server, "server/discover", json!({})).await;
    assert_eq!(status, 200, "{found}");
    let info = "io.modelcontextprotocol/serverInfo";
    assert_eq!(found["result"]["_meta"][info]["name"], "demo", "{found}");
    let (_, list) = modern(&platform, &key, &server, "tools/list", json!({})).await;
    assert_eq!((&list["result"]["cacheScope"], &list["result"]["resultType"]), (&json!("private"), &json!("complete")));
    assert!(list["result"]["ttlMs"].is_number());
    let params = json!({"name": "echo", "arguments": {"text": "promise"}});
    let (status, called) = modern(&platform, &key, &server, "tools/call", params.clone()).await;
    assert_eq!((status, &called["result"]["resultType"]), (200, &json!("complete")), "{called}");
    assert_eq!(called["result"]["_meta"][info]["name"], "demo");
    assert_eq!(modern(&platform, &key, &server, "no/such", json!({})).await.0, 404);
    assert_eq!(modern(&platform, &key, &server, "ping", json!({})).await.0, 404);

    // Headers that say another thing than the body.
    let mut message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    message["params"]["_meta"] = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"}, "io.modelcontextprotocol/clientCapabilities": {}});
    for (method, name) in [("tools/list", "echo"), ("tools/call", "now")] {
        let request = platform.with_key(&key).request(Method::POST, &server.path());
        let request = request.header(ACCEPT, "application/json, text/event-stream");
        let request = request.header("mcp-protocol-version", "2026-07-28");
        let request = request.header("mcp-method", method).header("mcp-name", name);
        let answer = request.json(&message).send().await.unwrap();
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], -32020);
    }
}

#[tokio::test]
async fn what_is_no_single_plain_message_from_an_allowed_page_is_refused() {
    let platform = Platform::setup().config("[http]\nbody_limit = 100000\n").start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let server = Hosted::demo(&ada, "demo").await;
    let key = platform.with_key(&platform.api_key("ada@example.com"));
    let send = |body: String| {
        let request = key.request(Method::POST, &server.path());
        request
            .header(ACCEPT, "application/json, text/event-stream")
            .header(CONTENT_TYPE, "application/json")
            .body(body)
    };
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    assert_eq!(send(ping.to_owned()).send().await.unwrap().status(), 200);
    for (body, code) in [
        (format!("[{ping}]"), -32600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}"#.to_owned(), -32600),
        (format!("{{\"a\":{}{}}}", "[".repeat(100), "]".repeat(100)), -32600),
        ("{".to_owned(), -32700),
    ] {
        let answer = send(body.clone()).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{body}");
        assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], code, "{body}");
    }
    let long = call("echo", &json!({"text": "x".repeat(100_000)})).to_string();
    assert_eq!(send(long).send().await.unwrap().status(), 413);

    for (name, value) in [("origin", "https://evil.example"), ("origin", "null"), ("host", "evil.example")] {
        assert_eq!(send(ping.to_owned()).header(name, value).send().await.unwrap().status(), 403, "{name}: {value}");
    }
    let page = "http://localhost:6274";
    let allowed = send(ping.to_owned()).header("origin", page).send().await.unwrap();
    assert_eq!(
        (allowed.status().as_u16(), &allowed.headers()["access-control-allow-origin"]),
        (200, &page.parse().unwrap())
    );
    let stranger = platform.anyone().request(Method::POST, &server.path()).header("origin", page).send().await.unwrap();
    assert_eq!(stranger.status(), 401);
    assert_eq!(stranger.headers()["access-control-allow-origin"], page);
    assert!(stranger.headers()["access-control-expose-headers"].to_str().unwrap().contains("www-authenticate"));
    let preflight =
        platform.anyone().request(Method::OPTIONS, &server.path()).header("origin", page).send().await.unwrap();
    assert_eq!(preflight.status(), 204);
    assert!(preflight.headers()["access-control-allow-headers"].to_str().unwrap().contains("authorization"));
    assert_eq!(key.request(Method::GET, &server.path()).send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn a_server_that_does_not_answer_says_why() {
    let platform = Platform::start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let key = platform.api_key("ada@example.com");
    let server = Hosted::begun(&ada, "demo", |_| {}).await;
    let answer = server.send(&platform, &key, call("echo", &json!({"text": "x"}))).await;
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "server_building");
    let began = Instant::now();
    while server.echo(&platform, &key).await.0 == 503 {
        assert!(began.elapsed() < Duration::from_mins(1));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(server.echo(&platform, &key).await.0, 200);
    assert_eq!(ada.delete(&format!("/v1/servers/{}", server.id)).await.0, 204);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.echo(&platform, &key).await.0, 404);
}

#[tokio::test]
async fn progress_reaches_who_asks_for_it_and_a_client_that_leaves_ends_its_call() {
    let platform = Platform::start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let server = Hosted::of(&ada, "demo", |spec| {
        spec["tools"][0]["implementation"] = json!("progress::report(1.0, 2.0, \"half\"); Ok(args.text)");
        spec["tools"][1]["implementation"] =
            json!("let mut n = 1u64; while n != 0 { n ^= n << 13; n ^= n >> 7; n ^= n << 17; } Ok(n.to_string())");
    })
    .await;
    let key = platform.api_key("ada@example.com");
    let mut asked = call("echo", &json!({"text": "done"}));
    asked["params"]["_meta"] = json!({"progressToken": "p1"});
    let answer = server.send(&platform, &key, asked).await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    assert_eq!(answer.headers()["x-accel-buffering"], "no");
    let mut events = answer.bytes_stream();
    let mut text = String::new();
    while let Some(event) = events.next().await {
        text.push_str(&String::from_utf8_lossy(&event.unwrap()));
    }
    let (progress, result) = (text.find("notifications/progress").unwrap(), text.find("\"done\"").unwrap());
    assert!(progress < result && text.contains("\"p1\"") && text.contains("half"), "{text}");

    let endless = server.send(&platform, &key, call("now", &json!({})));
    assert!(tokio::time::timeout(Duration::from_millis(500), endless).await.is_err());
    let began = Instant::now();
    while !platform.log().contains("\"cancelled\"") {
        assert!(began.elapsed() < Duration::from_secs(5), "the call goes on");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_plain_call_is_answered_as_any_other() {
    let platform = Platform::start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let server = Hosted::of(&ada, "demo", |spec| {
        spec["tools"][0]["implementation"] =
            json!("match args.text.as_str() { \"bad\" => bail!(\"no\"), text => Ok(json!({\"text\": text})) }");
    });
    let server = server.await;
    let key = platform.with_key(&platform.api_key("ada@example.com"));
    let path = server.path();
    // As the platform never writes it.
    let encoded = path.replace("/demo", "/%64emo");
    assert_ne!(encoded, path);
    let usual = "application/json, text/event-stream";
    // The second is no client's usual header, and so the call is not plain; the third is found by the router.
    let ways = [(&path, usual), (&path, "application/json, text/event-stream, text/plain"), (&encoded, usual)];
    for (tool, arguments) in [
        ("echo", json!({"text": "é\n\u{1f33f}"})),
        ("echo", json!({"text": "bad"})),
        ("echo", json!({"text": 7})),
        ("echo", json!({})),
        ("now", json!({})),
        ("nothing", json!({})),
    ] {
        for era in ["2025-11-25", "2026-07-28"] {
            let mut message = call(tool, &arguments);
            if era == "2026-07-28" {
                message["params"]["_meta"] = json!({"io.modelcontextprotocol/protocolVersion": era,
                    "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
                    "io.modelcontextprotocol/clientCapabilities": {}});
            }
            let mut answers = vec![];
            for (path, accept) in ways {
                let request = key.request(Method::POST, path).header(ACCEPT, accept).json(&message);
                let request = request.header("mcp-protocol-version", era);
                let request = request.header("mcp-method", "tools/call").header("mcp-name", tool);
                let answer = request.send().await.unwrap();
                let told = ["content-type", "cache-control", "x-accel-buffering", "vary"];
                let told = told.map(|name| answer.headers().get(name).cloned());
                assert!(answer.headers().contains_key("x-request-id"));
                let mut body = (answer.status(), told, answer.json::<Value>().await.unwrap());
                if tool == "now" {
                    body.2["result"]["content"] = Value::Null;
                    body.2["result"]["structuredContent"] = Value::Null;
                }
                answers.push(body);
            }
            assert_eq!(answers[0], answers[1], "{tool} {arguments} {era}");
            assert_eq!(answers[0], answers[2], "{tool} {arguments} {era}: {encoded}");
        }
    }
}
