//! Calls that go wrong inside a tool: each ends in a tool error that says why, and the next call is answered.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::hosted::{Hosted, call};
use crate::platform::Platform;

/// A small plan, so that its fuel is soon used, with time for that on a busy machine too.
const HOBBY: &str = "plan = \"hobby\"\n[plans.hobby.call]\nfuel = 1_000_000_000\nwall_ms = 120_000\n";

fn tool(name: &str, body: &str) -> Value {
    json!({"name": name, "description": "Goes wrong", "implementation": body,
        "inputSchema": {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}}})
}

#[tokio::test]
async fn a_tool_that_goes_wrong_says_so_and_harms_no_other() {
    let platform = Platform::setup().config(HOBBY).start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let key = platform.api_key("ada@example.com");
    let server = Hosted::of(&ada, "wrong", |spec| {
        spec["allowedHosts"] = json!(["api.example.com"]);
        spec["tools"] = json!([
            tool(
                "spin",
                "let mut n = args.n.unwrap_or(1);\nwhile n != 0 { n = n.wrapping_mul(3) | 1; }\nOk(n.to_string())"
            ),
            tool("elsewhere", "Ok(http::get(\"https://elsewhere.example/x\").send()?.text())"),
        ]);
    })
    .await;

    for (name, arguments, said) in [
        ("spin", json!({"n": 7}), "fuel"),
        ("elsewhere", json!({}), "elsewhere.example"),
        ("spin", json!({"n": "seven"}), "n"),
        ("spin", json!({"n": 0}), "minimum"),
    ] {
        let answer = server.send(&platform, &key, call(name, &arguments)).await;
        assert_eq!(answer.status(), 200, "{name} {arguments}");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["result"]["isError"], true, "{name} {arguments}: {answer}");
        let text = answer["result"]["content"][0]["text"].as_str().unwrap();
        assert!(text.contains(said), "{name} {arguments}: {text}");
    }

    let answer: Value = server.send(&platform, &key, call("nowhere", &json!({}))).await.json().await.unwrap();
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
}

#[tokio::test]
async fn a_platform_that_is_asked_to_stop_finishes_the_calls_it_has() {
    let mut platform = Platform::start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let key = platform.api_key("ada@example.com");
    let server = Hosted::of(&ada, "slow", |spec| {
        let body = "let mut n = 1u64;\nfor i in 0..400_000_000u64 { n = n.wrapping_mul(3) ^ i; }\nOk(n.to_string())";
        spec["tools"][0] = tool("count", body);
    })
    .await;
    let arguments = json!({});
    let answer = async { (server.send(&platform, &key, call("count", &arguments)).await, Instant::now()) };
    let asked = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        platform.ask_to_stop();
        Instant::now()
    };
    let ((answer, answered), asked) = tokio::join!(answer, asked);
    assert!(asked < answered, "the call was over too soon to show anything");
    let answer: Value = answer.json().await.unwrap();
    assert!(answer["result"]["content"][0]["text"].is_string(), "{answer}");
    assert!(platform.has_ended_well());
}

#[tokio::test]
async fn a_platform_without_a_free_place_says_so_soon() {
    let platform = Platform::setup().config("[sandbox]\nslots = 1\n").start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let key = platform.api_key("ada@example.com");
    let server = Hosted::of(&ada, "busy", |spec| {
        spec["tools"][0] = tool("spin", "let mut n = 1;\nwhile n != 0 { n = std::hint::black_box(n) * 3 | 1; }\nOk(n)");
    })
    .await;
    let other = Hosted::demo(&ada, "other").await;
    let spin = server.send(&platform, &key, call("spin", &json!({})));
    let refused = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let began = Instant::now();
        let mcp = other.send(&platform, &key, call("echo", &json!({"text": "hello"}))).await;
        let tried = ada.post(&format!("/v1/servers/{}/try", other.id), json!({"tool": "now"})).await;
        (mcp, tried, began.elapsed())
    };
    let (mcp, (status, problem), took) = tokio::select! {
        refused = refused => refused,
        early = spin => panic!("the loop is over too soon to show anything: {early:?}"),
    };
    assert_eq!((mcp.status().as_u16(), &mcp.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    let told: Value = mcp.json().await.unwrap();
    assert_eq!((&told["code"], status, &problem["code"]), (&json!("overloaded"), 503, &json!("overloaded")));
    assert!(told["detail"].as_str().unwrap().contains("all 1 places of the platform are taken"), "{told}");
    assert!(took < Duration::from_secs(20), "{took:?}");
    // The one that held the place has gone with its future.
    assert_eq!(other.echo(&platform, &key).await.0, 200);
}
