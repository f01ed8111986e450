//! Every call leaves a record, whatever it came to; and its owner may try a tool.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use crate::hosted::{Hosted, call};
use crate::platform::{Caller, Platform, Setup, on_both};

/// The newest records of a server, once there are `count` of them.
async fn records(owner: &Caller, server: &Hosted, count: usize) -> Vec<Value> {
    for _ in 0..100 {
        let (status, page) = owner.get(&format!("/v1/servers/{}/calls", server.id)).await;
        assert_eq!(status, 200, "{page}");
        let calls = page["calls"].as_array().unwrap();
        if calls.len() >= count {
            return calls.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("there are no {count} records of {}", server.url);
}

/// `echo` does what it is told.
fn told(spec: &mut Value) {
    spec["allowedHosts"] = json!(["api.example.com"]);
    spec["tools"][0]["outputSchema"] = Value::Null;
    spec["tools"][0]["implementation"] = json!(
        r#"
        log::info!("told to {}", args.text);
        match args.text.as_str() {
            "loop" => loop { std::hint::black_box(0); },
            "fail" => bail!("I would rather not"),
            "crash" => panic!("no way"),
            "ask" => Ok(http::post("https://api.example.com/a?token=hush").body("1234").send()?.status.to_string()),
            "wander" => Ok(http::get("https://elsewhere.example/").send()?.status.to_string()),
            text => Ok(text.to_owned()),
        }"#
    );
}

on_both!(every_call_leaves_a_record, async |setup: Setup| {
    let platform = setup
        .config("plan = \"hobby\"\n[egress]\nconnect_to = { \"api.example.com\" = \"127.0.0.1:1\" }")
        .start()
        .await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = Hosted::of(&ada, "told", told).await;
    for text in ["hello", "fail", "crash", "ask", "wander", "loop"] {
        let answer = server.send(&platform, &key, call("echo", &json!({"text": text}))).await;
        assert_eq!(answer.status(), 200, "{text}");
    }
    server.send(&platform, &key, call("echo", &json!({"text": 7}))).await;

    let calls = records(&ada, &server, 7).await;
    let outcomes: Vec<_> = calls.iter().rev().map(|call| call["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["ok", "tool_error", "trap", "tool_error", "tool_error", "fuel", "invalid_arguments"]);
    let [_, endless, wander, ask, _, _, hello] = calls.as_slice() else { panic!("{calls:#?}") };
    assert_eq!((&hello["tool"], &hello["client"], &hello["version"]), (&json!("echo"), &json!("api_key"), &json!(1)));
    assert_eq!(hello["argumentBytes"], r#"{"text":"hello"}"#.len());
    assert!(hello["fuel"].as_i64() > Some(1_000) && hello["peakMemoryBytes"].as_i64() > Some(60_000), "{hello}");
    assert!(hello["resultBytes"].as_i64() >= Some(5) && hello["wallMs"].is_i64() && hello.get("error").is_none());
    assert_eq!(
        endless["bound"],
        json!({"name": "fuel", "limit": 5_000_000_000_u64, "used": 5_000_000_000_u64, "unit": "units"})
    );
    assert!(endless["error"].as_str().unwrap().contains("5000000000 units of fuel"));
    let asked = &ask["requests"][0];
    assert_eq!(
        (&asked["method"], &asked["host"], &asked["path"]),
        (&json!("POST"), &json!("api.example.com"), &json!("/a"))
    );
    assert_eq!((&asked["sent"], &asked["bytes"]), (&json!(4), &json!(0)));
    assert!(asked["error"].is_string() && !ask.to_string().contains("hush"), "{ask}");
    assert!(wander["requests"][0]["error"].as_str().unwrap().contains("not within what the server may reach"));

    let at = |path: &str| format!("/v1/servers/{}/{path}", server.id);
    let (_, one) = ada.get(&at(&format!("calls/{}", hello["id"].as_str().unwrap()))).await;
    assert_eq!(one["logs"][0]["message"], "told to hello");
    let (_, logs) = ada.get(&at("logs?limit=1&outcome=tool_error")).await;
    assert_eq!(logs["calls"][0]["lines"][0]["message"], "told to wander");
    let (_, next) =
        ada.get(&at(&format!("logs?limit=1&outcome=tool_error&cursor={}", logs["nextCursor"].as_str().unwrap()))).await;
    assert_eq!(next["calls"][0]["lines"][0]["message"], "told to ask");
    assert_eq!(ada.get(&at("calls?tool=now")).await.1["calls"], json!([]));
    assert_eq!(ada.get(&at("calls?outcome=fuel")).await.1["calls"].as_array().unwrap().len(), 1);
    assert_eq!(ada.get(&at("calls?cursor=x")).await.1["code"], "invalid_query");

    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    for path in ["calls", "logs", &format!("calls/{}", hello["id"].as_str().unwrap())] {
        assert_eq!(bob.get(&at(path)).await.0, 404, "{path}");
    }
    assert_eq!(bob.post(&at("try"), json!({"tool": "echo"})).await.0, 404);
    assert_eq!(ada.delete(&format!("/v1/servers/{}", server.id)).await.0, 204);
    assert_eq!(ada.get(&at("calls")).await.0, 404);
});

#[tokio::test]
async fn a_tool_can_be_tried() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let server = Hosted::of(&ada, "told", told).await;
    let at = format!("/v1/servers/{}/try", server.id);
    let (status, tried) = ada.post(&at, json!({"tool": "echo", "arguments": {"text": "hello"}})).await;
    assert_eq!(status, 200, "{tried:#}");
    assert_eq!(tried["result"]["content"][0]["text"], "hello");
    assert_eq!((&tried["outcome"], &tried["client"]), (&json!("ok"), &json!("try")));
    assert_eq!(tried["logs"][0]["message"], "told to hello");
    let (_, failed) = ada.post(&at, json!({"tool": "echo", "arguments": {"text": "fail"}})).await;
    assert_eq!((&failed["result"], &failed["error"]), (&Value::Null, &json!("I would rather not")));
    let (status, problem) = ada.post(&at, json!({"tool": "ecko"})).await;
    assert_eq!((status, &problem["code"]), (422, &json!("no_such_tool")));
    assert_eq!(records(&ada, &server, 2).await.len(), 2);
}

#[tokio::test]
async fn a_call_whose_client_goes_away_is_recorded_with_what_it_used() {
    let platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = Hosted::of(&ada, "told", told).await;
    let gone = server.send(&platform, &key, call("echo", &json!({"text": "loop"})));
    assert!(tokio::time::timeout(Duration::from_millis(700), gone).await.is_err());
    let call = &records(&ada, &server, 1).await[0];
    assert_eq!(call["outcome"], "cancelled", "{call:#}");
    assert!(call["fuel"].as_i64() > Some(1_000_000), "{call:#}");
    let used = call["wallMs"].as_i64().unwrap();
    assert!((300..10_000).contains(&used), "it was stopped when its client went: {used} ms");
}

#[tokio::test]
async fn what_was_noted_is_written_before_the_platform_ends() {
    let mut platform = Platform::setup().config("[calls]\nper_server = 1000").start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = Hosted::demo(&ada, "demo").await;
    for _ in 0..20 {
        let calls = (0..10).map(|_| server.echo(&platform, &key));
        futures::future::join_all(calls).await;
    }
    assert!(platform.stop());
    platform.restart().await;
    let (_, page) = ada.get(&format!("/v1/servers/{}/calls?limit=100", server.id)).await;
    let next = page["nextCursor"].as_str().unwrap();
    let (_, rest) = ada.get(&format!("/v1/servers/{}/calls?limit=100&cursor={next}", server.id)).await;
    let count = |page: &Value| page["calls"].as_array().unwrap().len();
    assert_eq!((count(&page), count(&rest), &rest["nextCursor"]), (100, 100, &Value::Null));
}

/// Runs into one bound after the other, and ends by a third.
const RECKLESS: &str = r#"for i in 0..150 { progress::report(f64::from(i), 150.0, "on"); }
let _ = http::get("no address at all").send();
for _ in 0..5_000 { log::info!("{}", "x".repeat(100)); }
while std::hint::black_box(true) {}
Ok(())"#;

#[tokio::test]
async fn a_record_has_every_bound_that_was_hit_and_the_whole_log() {
    let config = "plan = \"hobby\"\n[plans.hobby.call]\nfuel = 500_000_000\nwall_ms = 120_000\n";
    let platform = Platform::setup().config(config).start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = Hosted::of(&ada, "reckless", |spec| {
        told(spec);
        spec["tools"][0]["implementation"] = json!(RECKLESS);
    })
    .await;
    server.echo(&platform, &key).await;
    let id = records(&ada, &server, 1).await[0]["id"].clone();
    let (_, record) = ada.get(&format!("/v1/servers/{}/calls/{}", server.id, id.as_str().unwrap())).await;
    let names: Vec<_> = record["bounds"].as_array().unwrap().iter().map(|bound| bound["name"].clone()).collect();
    assert_eq!(names, ["fuel", "progress", "log"]);
    assert_eq!(record["bound"], record["bounds"][0]);
    let [nowhere] = record["requests"].as_array().unwrap().as_slice() else { panic!("{}", record["requests"]) };
    assert_eq!((&nowhere["method"], &nowhere["host"]), (&json!("GET"), &json!("?")));
    assert!(nowhere["error"].as_str().unwrap().contains("cannot be read"), "{nowhere}");
    let lines = record["logs"].as_array().unwrap();
    let kept: usize = lines.iter().map(|line| line["message"].as_str().unwrap().len()).sum();
    assert!(kept > 250_000, "{kept} bytes of the plan's 256 KiB");
}

async fn count(owner: &Caller, server: &Hosted) -> usize {
    let (mut count, mut cursor) = (0, String::new());
    loop {
        let (_, page) = owner.get(&format!("/v1/servers/{}/calls?limit=100{cursor}", server.id)).await;
        count += page["calls"].as_array().unwrap().len();
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return count,
        }
    }
}

on_both!(a_platform_that_starts_lets_go_of_what_need_not_be_kept, async |setup: Setup| {
    let mut platform = setup.config("[calls]\nper_server = 100000").start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let server = Hosted::demo(&ada, "demo").await;
    for _ in 0..48 {
        let echo = || {
            let request =
                ada.request(Method::POST, &server.path()).header(ACCEPT, "application/json, text/event-stream");
            request.json(&call("echo", &json!({"text": "hello"}))).send()
        };
        futures::future::try_join_all((0..25).map(|_| echo())).await.unwrap();
    }
    assert!(platform.stop());
    // The last are more than are deleted at a time.
    for (settings, left) in [("per_server = 1100", 1_100), ("days = 0", 0)] {
        platform.configure(&format!("[calls]\n{settings}"));
        platform.restart().await;
        let mut found = 0;
        for _ in 0..100 {
            found = count(&ada, &server).await;
            if found == left {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(found, left, "{settings}");
        assert!(platform.stop());
    }
});
