//! A process that may open few files, and calls that hold what it has.

use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::hosted::{Hosted, call};
use crate::plain_upstream::{Upstream, ok};
use crate::platform::{Caller, Platform};

/// Asks four times at a time, and fails where one of the four is not answered.
const ASKS: &str = "let url = args.text;
for answer in http::send_all((0..4).map(|_| http::get(url.clone())).collect::<Vec<_>>()) { answer?; }
Ok(())";

async fn ask(caller: &Caller, server: &Hosted, message: Value) -> Response {
    let request = caller.request(Method::POST, &server.path()).header(ACCEPT, "application/json, text/event-stream");
    request.json(&message).send().await.unwrap()
}

#[tokio::test]
async fn a_call_that_finds_no_descriptor_is_told_and_nothing_else_is_harmed() {
    // 130 connections to upstreams: a quarter. The jail of a build wants 512 in all.
    let config = "[egress]\nallow_private = [\"127.0.0.0/8\"]\n";
    let platform = Platform::setup().with_descriptors(520).config(config).start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let slow = Upstream::paced(|_| ok("", &[b'x'; 60]), Duration::from_millis(100)).await;
    let server = Hosted::of(&ada, "asks", |spec| {
        spec["allowedHosts"] = json!([slow.pattern()]);
        spec["tools"][0]["implementation"] = json!(ASKS);
    })
    .await;
    let quiet = Hosted::demo(&ada, "quiet").await;
    let mut calls = JoinSet::new();
    for _ in 0..40 {
        let (ada, server, message) = (ada.clone(), server.clone(), call("echo", &json!({"text": slow.url("/")})));
        calls.spawn(async move {
            let answer = ask(&ada, &server, message).await;
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
        });
    }
    sleep(Duration::from_secs(3)).await;
    for _ in 0..10 {
        let soon = timeout(Duration::from_secs(2), ask(&ada, &quiet, call("echo", &json!({"text": "here"}))));
        let answer: Value = soon.await.unwrap().json().await.unwrap();
        assert_eq!(answer["result"]["content"][0]["text"], "here", "{answer}");
        assert_eq!(platform.anyone().get("/ready").await.0, 200);
    }
    let (mut well, mut refused) = (0, 0);
    while let Some(answer) = calls.join_next().await {
        match answer.unwrap() {
            (200, answer) if answer["result"]["isError"] != true => well += 1,
            (503, problem) if problem["code"] == "overloaded" => {
                assert!(problem["detail"].as_str().unwrap().contains("file descriptor"), "{problem}");
                refused += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(well >= 20 && refused >= 5, "{well} well, {refused} refused");
    let again = ask(&ada, &server, call("echo", &json!({"text": slow.url("/")}))).await;
    assert_eq!(again.status(), 200, "there is room again");
}
