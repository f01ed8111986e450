//! Schemas and arguments that cost more to check than to send.

use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Map, Value, json};

use super::{GROUP, hobby};
use crate::attack::{Attack, attack};
use crate::hosted::Hosted;
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, schema_that_doubles_its_work, "the processor, before and after each call"),
    attack!(GROUP, pattern_that_takes_forever, "the processor, before each call"),
    attack!(GROUP, arguments_of_four_megabytes, "the host's stack and time"),
];

/// References that each lead to the next one twice.
fn doubling(depth: u32) -> Value {
    let mut defs = Map::new();
    for i in 0..depth {
        let next = json!({"$ref": format!("#/$defs/a{}", i + 1)});
        defs.insert(format!("a{i}"), json!({"allOf": [next, next]}));
    }
    defs.insert(format!("a{depth}"), json!({"type": "object"}));
    json!({"type": "object", "$ref": "#/$defs/a0", "$defs": defs})
}

async fn schema_that_doubles_its_work(scene: &Scene) {
    let time = |depth| {
        let validator = jsonschema::validator_for(&doubling(depth)).unwrap();
        let began = Instant::now();
        assert!(validator.is_valid(&json!({})));
        began.elapsed()
    };
    let (shallow, deep) = (time(10), time(18));
    let what = "by the validator alone, eight more references take over 30 times as long";
    scene.control(what, deep > shallow * 30, (shallow, deep));

    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let (_, draft) = ada.browser.post("/v1/servers/preview", json!({"prompt": "Two tools, echo and now"})).await;
    for field in ["inputSchema", "outputSchema"] {
        let mut spec = draft["spec"].clone();
        spec["tools"][0][field] = doubling(60);
        let new = json!({"name": "bomb", "slug": "bomb", "previewId": draft["previewId"], "specEdit": spec});
        let began = Instant::now();
        let (status, problem) = ada.browser.post("/v1/servers", new).await;
        let refused = status == 422 && problem["code"] == "spec_invalid" && began.elapsed() < Duration::from_secs(5);
        scene.guard("it is refused before anything is built", refused, (field, problem));
    }
}

/// The steps of one who matches `^(a+)+$` by trying all ways.
fn backtracks(text: &[u8], steps: &mut u64) -> bool {
    let run = text.iter().take_while(|b| **b == b'a').count();
    (1..=run).rev().any(|taken| {
        *steps += 1;
        taken == text.len() || backtracks(&text[taken..], steps)
    })
}

async fn pattern_that_takes_forever(scene: &Scene) {
    let mut steps = 0;
    let matched = backtracks(b"aaaaaaaaaaaaaaaaaaaaaaaa!", &mut steps);
    scene.control("a backtracking matcher takes 16 M steps for 24 letters", !matched && steps > 16_000_000, steps);

    let platform = scene.platform(hobby()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = ada
        .server_with("Ok(args.text.unwrap_or_default())", |spec| {
            spec["tools"][0]["inputSchema"]["properties"]["text"]["pattern"] = json!("^(a+)+$");
        })
        .await;
    let began = Instant::now();
    let said = ada.attack(&platform, &server, json!({"text": "a".repeat(50_000) + "!"})).await;
    let soon = said.error && said.text.contains("/text") && began.elapsed() < Duration::from_secs(5);
    scene.guard("50,000 letters are refused soon", soon, (began.elapsed(), said.text.len()));
    let said = ada.attack(&platform, &server, json!({"text": "aaaa"})).await;
    scene.guard("and what matches passes", said.text == "aaaa", said);
    // Patterns that look around or back have no matcher in linear time.
    for pattern in ["^(?=a)(a+)+$", "^(?!b)a", r"(a)\1"] {
        let (_, draft) = ada.browser.post("/v1/servers/preview", json!({"prompt": "Two tools, echo and now"})).await;
        let mut spec = draft["spec"].clone();
        spec["tools"][0]["inputSchema"]["properties"]["text"]["pattern"] = json!(pattern);
        let new = json!({"name": "bomb", "slug": "bomb", "previewId": draft["previewId"], "specEdit": spec});
        let (status, problem) = ada.browser.post("/v1/servers", new).await;
        scene.guard("they are refused before anything is built", status == 422, (pattern, problem));
    }
}

async fn arguments_of_four_megabytes(scene: &Scene) {
    let platform = scene.platform(hobby()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = ada
        .server_with("Ok(args.text.unwrap_or_default().len().to_string())", |spec| {
            spec["tools"][0]["inputSchema"]["properties"]["deep"] = json!({});
        })
        .await;
    let said = ada.attack(&platform, &server, json!({"text": "x".repeat(1_000_000)})).await;
    scene.control("a megabyte of arguments reaches the guest", said.text == "1000000", said.text.len());
    let deep = |open: &str, close: &str, times: usize| format!("{}1{}", open.repeat(times), close.repeat(times));
    for arguments in [
        deep("[", "]", 1_900_000),
        deep("{\"a\":", "}", 600_000),
        format!("{{\"deep\":{}}}", deep("[", "]", 120)),
        format!("{{\"deep\":{}}}", deep("{\"a\":", "}", 120)),
        format!("{{\"deep\":[{}1]}}", "1,".repeat(1_900_000)),
        format!("{{{}\"z\":1}}", (0..200_000).map(|i| format!("\"k{i}\":1,")).collect::<Vec<_>>().concat()),
        format!("{{\"n\":1{}}}", "0".repeat(1_000_000)),
        "[".repeat(4_000_000),
    ] {
        let began = Instant::now();
        let (status, text) = raw(&platform, &ada, &server, &arguments).await;
        let ended = status < 500 && began.elapsed() < Duration::from_secs(10);
        let start: String = arguments.chars().take(20).collect();
        scene.guard("it is answered, and soon", ended, (start, status, text.len(), began.elapsed()));
    }
}

/// Calls `attack` with these bytes as its arguments.
async fn raw(platform: &Platform, owner: &Tenant, server: &Hosted, arguments: &str) -> (u16, String) {
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"attack","arguments":{arguments}}}}}"#
    );
    let request = platform.anyone().request(Method::POST, &server.path());
    let request =
        request.header(ACCEPT, "application/json, text/event-stream").header(CONTENT_TYPE, "application/json");
    let answer = request.header(AUTHORIZATION, format!("Bearer {}", owner.key)).body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}
