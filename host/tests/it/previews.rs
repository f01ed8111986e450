//! Drafts: what is sent to a model, and what is told of its answer.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use crate::platform::{Caller, Platform};

const STREAM: &str = "/v1/servers/preview/stream";

/// A platform whose model is at a port of ours.
async fn with_model(listener: &TcpListener) -> (Platform, Caller) {
    let address = listener.local_addr().unwrap();
    let config = format!(
        "[model]\nattempts = 1\nfirst_byte_timeout_s = 1\n[[model.providers]]\nname = \"local\"\nkind = \"openai\"\n\
         base_url = \"http://{address}/v1\"\nmodel = \"m\""
    );
    let platform = Platform::setup().config(&config).start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    (platform, ada)
}

/// Takes one request to the model, unanswered.
async fn asked(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut start = [0; 512];
    assert!(stream.read(&mut start).await.unwrap() > 0);
    stream
}

/// The names and data of the events in a stream, without its comments.
fn events(text: &str) -> Vec<(String, Value)> {
    let events = text.split("\n\n").filter(|event| !event.trim().is_empty() && !event.starts_with(':'));
    events
        .map(|event| {
            let (name, data) = event.trim().split_once('\n').expect("two lines");
            let name = name.strip_prefix("event: ").expect("a name");
            (name.to_owned(), serde_json::from_str(data.strip_prefix("data: ").expect("data")).unwrap())
        })
        .collect()
}

#[tokio::test]
async fn a_draft_is_told_as_it_is_written_and_ends_once() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let answer = ada.send(reqwest::Method::POST, STREAM, json!({"prompt": "echo"})).await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let told = events(&answer.text().await.unwrap());
    let (last, texts) = told.split_last().unwrap();
    assert!(!texts.is_empty() && texts.iter().all(|(name, data)| name == "text" && data["text"].is_string()));
    assert_eq!((last.0.as_str(), &last.1["demo"]), ("spec", &json!(true)));
    assert!(last.1["previewId"].as_str().unwrap().starts_with("prv_"));
}

#[tokio::test]
async fn a_model_that_says_nothing_ends_in_one_error() {
    let model = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (_platform, ada) = with_model(&model).await;
    let (answer, _silent) =
        tokio::join!(ada.send(reqwest::Method::POST, STREAM, json!({"prompt": "echo"})), asked(&model));
    let told = events(&answer.text().await.unwrap());
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].0.as_str(), &told[0].1["code"]), ("error", &json!("spec_timeout")));
}

#[tokio::test]
async fn a_model_that_talks_nonsense_ends_in_one_error() {
    let model = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (_platform, ada) = with_model(&model).await;
    let nonsense = async {
        let mut stream = asked(&model).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nnonsense").await.unwrap();
    };
    let (answer, ()) = tokio::join!(ada.post("/v1/servers/preview", json!({"prompt": "echo"})), nonsense);
    assert_eq!((answer.0, &answer.1["code"]), (503, &json!("model_unavailable")), "{}", answer.1);
}

#[tokio::test]
async fn who_goes_away_ends_the_request_to_the_model() {
    let model = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (_platform, ada) = with_model(&model).await;
    for at in ["/v1/servers/preview", STREAM] {
        let request = ada.request(reqwest::Method::POST, at).json(&json!({"prompt": "echo"})).send();
        let asking = tokio::spawn(async move { request.await.unwrap().text().await });
        let mut stream = asked(&model).await;
        // It has begun to answer: the timeout for the first byte no longer ends it.
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: hello\n\n").await.unwrap();
        sleep(Duration::from_millis(500)).await;
        asking.abort();
        let ended = async { while stream.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {} };
        timeout(Duration::from_secs(20), ended).await.expect("the request to the model ends");
    }
}

#[tokio::test]
async fn a_description_is_checked_before_it_leaves() {
    let model = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (platform, ada) = with_model(&model).await;
    let token = format!("ghp_{}", "a1B2c3D4e5".repeat(4).get(..36).unwrap());
    for (prompt, code) in [
        (format!("Use {token} to list issues"), "secret_in_prompt"),
        (" \n".to_owned(), "prompt_empty"),
        ("x".repeat(8001), "prompt_too_long"),
    ] {
        for at in ["/v1/servers/preview", STREAM] {
            let (status, problem) = ada.post(at, json!({"prompt": prompt})).await;
            assert_eq!((status, &problem["code"]), (422, &json!(code)), "{problem}");
            assert!(!problem.to_string().contains(&token[8..]), "{problem}");
            if code == "secret_in_prompt" {
                assert_eq!(problem["findings"][0]["start"], 4, "{problem}");
            }
        }
    }
    assert!(!platform.log().contains(&token[8..]));
    assert_eq!(ada.post(STREAM, json!({"prompt": "x", "model": "y"})).await.1["code"], "invalid_json");
    assert_eq!(platform.anyone().post(STREAM, json!({"prompt": "x"})).await.0, 401);
    let silent = timeout(Duration::from_millis(200), model.accept()).await;
    assert!(silent.is_err(), "something was sent to the model");
}
