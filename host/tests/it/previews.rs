//! Drafts: what is sent to a model, and what is told of its answer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cloche_storage::Db;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use crate::limits;
use crate::models::fake::{Fake, Reply, openai};
use crate::platform::{Caller, Platform, Setup, on_both};

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
pub fn events(text: &str) -> Vec<(String, Value)> {
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

/// A model that answers each time with another server, named by how often it was asked.
async fn counting() -> Fake {
    let asked = AtomicUsize::new(0);
    let reply = move || {
        let mut spec = limits::spec();
        spec["name"] = json!(format!("answer {}", asked.fetch_add(1, Ordering::Relaxed) + 1));
        Reply::events(openai::answer(&spec.to_string()))
    };
    Fake::always(reply).await
}

on_both!(the_same_question_has_the_same_answer_for_a_day, async |setup: Setup| {
    let model = counting().await;
    let config = format!("plan = \"hobby\"\n[plans.hobby]\npreviews_per_day = 3\n{}", model.config("openai"));
    let platform = setup.config(&config).start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let ask = async |who: &Caller, prompt: &str| {
        let (status, draft) = who.post("/v1/servers/preview", json!({"prompt": prompt})).await;
        assert_eq!(status, 200, "{draft}");
        draft
    };
    let first = ask(&ada, "Count letters").await;
    assert_eq!((&first["cached"], &first["spec"]["name"]), (&json!(false), &json!("answer 1")));
    // Its spaces do not matter; its words do.
    let again = ask(&ada, "  Count \n letters ").await;
    assert_eq!((&again["cached"], &again["previewId"]), (&json!(true), &first["previewId"]));
    assert!(again["expiresAt"].as_str() > first["expiresAt"].as_str());
    let told = ada.send(reqwest::Method::POST, STREAM, json!({"prompt": "Count letters"})).await.text().await.unwrap();
    let told = events(&told);
    assert_eq!((told.len(), told[0].0.as_str(), &told[0].1["cached"]), (1, "spec", &json!(true)), "{told:?}");
    assert_eq!(ask(&ada, "count letters").await["spec"]["name"], "answer 2");
    // It takes neither a draft of the day nor tokens.
    let used = async |who: &Caller| {
        let (_, usage) = who.get("/v1/usage").await;
        let of = |what| usage["limits"].as_array().unwrap().iter().find(|l| l["what"] == what).unwrap()["used"].clone();
        (of("previews"), of("tokens"))
    };
    assert_eq!(used(&ada).await, (json!(2), json!(2 * 1114)));

    // A member of the same organisation has it as a draft of their own.
    platform.admin("member", &["--email", "cy@example.com", "--org", "ada", "--role", "developer"]);
    let cy = platform.with_key(&platform.admin("api-key", &["--email", "cy@example.com", "--org", "ada"]));
    let theirs = ask(&cy, "Count letters").await;
    assert_eq!((&theirs["cached"], &theirs["spec"]["name"]), (&json!(true), &json!("answer 1")));
    assert_ne!(theirs["previewId"], first["previewId"]);
    assert_eq!(ask(&cy, "Count letters").await["previewId"], theirs["previewId"]);
    let new = json!({"name": "Mine", "slug": "mine", "previewId": theirs["previewId"]});
    assert_eq!(cy.post("/v1/servers", new).await.0, 201);

    // Another organisation learns nothing of it, not even that it was asked.
    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    let other = ask(&bob, "Count letters").await;
    assert_eq!((&other["cached"], &other["spec"]["name"]), (&json!(false), &json!("answer 3")));

    // Who wants another draft says so; from then on that one is found.
    let (_, fresh) = ada.post("/v1/servers/preview", json!({"prompt": "Count letters", "fresh": true})).await;
    assert_eq!((&fresh["cached"], &fresh["spec"]["name"]), (&json!(false), &json!("answer 4")));
    assert_eq!(ask(&ada, "Count letters").await["spec"]["name"], "answer 4");
    // What is there is there also when the day's drafts are used up.
    assert_eq!(ada.post("/v1/servers/preview", json!({"prompt": "Something else"})).await.0, 429);
    assert_eq!(ask(&ada, "count letters").await["spec"]["name"], "answer 2");
    assert_eq!(model.seen().len(), 4);
});

#[tokio::test]
async fn another_model_or_plan_is_another_question() {
    let model = counting().await;
    let mut platform = Platform::setup().config(&model.config("openai")).start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let ask = async || ada.post("/v1/servers/preview", json!({"prompt": "Count letters"})).await.1["cached"].clone();
    assert_eq!((ask().await, ask().await), (json!(false), json!(true)));
    assert!(platform.stop());
    platform.configure(&model.config("openai").replace("\"m\"", "\"n\""));
    platform.restart().await;
    assert_eq!((ask().await, ask().await), (json!(false), json!(true)));
    let db = Db::open(&format!("sqlite://{}", platform.data().join("cloche.db").display())).await.unwrap();
    let Db::Sqlite { writes, .. } = &db else { panic!("not SQLite") };
    sqlx::query("UPDATE orgs SET plan = 'pro'").execute(writes).await.unwrap();
    assert_eq!((ask().await, ask().await), (json!(false), json!(true)));
    // A day later it is asked again.
    sqlx::query("UPDATE previews SET created_at = '2026-01-01 00:00:00.000001+00:00'").execute(writes).await.unwrap();
    assert_eq!((ask().await, ask().await), (json!(false), json!(true)));
    db.close().await;
}
