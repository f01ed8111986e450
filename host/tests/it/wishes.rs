//! The next version by a wish: a model changes the newest one, and what it made goes the way of any version.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::hosted::{Hosted, call};
use crate::limits::spec;
use crate::models::fake::{Fake, Reply, Step, openai};
use crate::platform::{Platform, Setup, on_both};

fn says(spec: &Value) -> Reply {
    Reply::events(openai::answer(&spec.to_string()))
}

/// The counter as it is hosted, with another body.
fn with(body: &str) -> Value {
    let mut spec = spec();
    spec["name"] = json!("counter");
    spec["tools"][0]["implementation"] = json!(body);
    spec
}

/// A platform with a live counter, drafted by the first of these replies.
async fn counter(setup: Setup, more: &str, replies: Vec<Reply>) -> (Platform, Fake, String, Hosted) {
    let model = Fake::start(std::iter::once(says(&spec())).chain(replies)).await;
    let platform = setup.config(&format!("{}{more}", model.config("openai"))).start().await;
    let key = platform.api_key("ada@example.com");
    let server = Hosted::of(&platform.with_key(&key), "counter", |_| {}).await;
    (platform, model, key, server)
}

fn iterate(server: &Hosted) -> String {
    format!("/v1/servers/{}/iterate", server.id)
}

on_both!(a_wish_becomes_the_next_version, async |setup: Setup| {
    let replies = vec![says(&with("Ok(args.text.chars().count())"))];
    let (platform, model, key, server) = counter(setup, "", replies).await;
    let ada = platform.with_key(&key);
    assert_eq!(server.iterate(&ada, json!({"prompt": "Count letters, not bytes"})).await, (2, "live".to_owned()));
    let answer = server.send(&platform, &key, call("count", &json!({"text": "é"}))).await;
    assert_eq!(answer.json::<Value>().await.unwrap()["result"]["content"][0]["text"], "1");
    let asked = model.seen()[1].user();
    assert_eq!(asked["wish"], "Count letters, not bytes");
    assert_eq!(asked["previousSpec"]["tools"][0]["implementation"], "Ok(args.text.len())");
    assert!(asked["onlyCode"].is_null());
    // It is one of the day's previews, and the server's.
    let (_, usage) = ada.get("/v1/usage").await;
    let today = &usage["days"][29];
    assert_eq!((&today["drafts"], &today["builds"], &today["inputTokens"]), (&json!(2), &json!(2), &json!(2050)));
    assert_eq!(usage["servers"][0]["drafts"], 1);
    let used = usage["limits"].as_array().unwrap().iter().find(|limit| limit["what"] == "previews").unwrap();
    assert_eq!(used["used"], 2);
    // The same wish is another one for the next version: it is asked again.
    model.script([says(&with("Ok(args.text.len() + 1)"))]);
    assert_eq!(server.iterate(&ada, json!({"prompt": "Count letters, not bytes"})).await, (3, "live".to_owned()));
    assert_eq!(model.seen().len(), 3);
});

#[tokio::test]
async fn a_wish_that_asks_for_more_waits_for_approval() {
    let mut more = with("Ok(http::get(\"https://api.example.com/\").send()?.status.to_string())");
    more["allowedHosts"] = json!(["api.example.com"]);
    let (platform, _model, key, server) = counter(Platform::setup(), "", vec![says(&more)]).await;
    let ada = platform.with_key(&key);
    assert_eq!(server.iterate(&ada, json!({"prompt": "Ask the API"})).await, (2, "needs_approval".to_owned()));
    let (_, diff) = ada.get(&format!("/v1/servers/{}/versions/2/diff", server.id)).await;
    assert!(diff["asksForMore"] == true && diff.to_string().contains("Reaches api.example.com"), "{diff}");
    let (_, shown) = ada.get(&format!("/v1/servers/{}", server.id)).await;
    assert_eq!(shown["activeVersion"], 1);
}

#[tokio::test]
async fn code_that_a_wish_made_is_mended() {
    let replies = vec![says(&with("Ok(args.text.lenght())")), says(&with("Ok(args.text.len())"))];
    let (platform, model, key, server) = counter(Platform::setup(), "", replies).await;
    let ada = platform.with_key(&key);
    assert_eq!(server.iterate(&ada, json!({"prompt": "Count anew"})).await, (2, "live".to_owned()));
    assert_eq!(model.seen().len(), 3);
}

#[tokio::test]
async fn what_may_not_be_asked_is_refused_before_it_leaves() {
    let (platform, model, key, server) =
        counter(Platform::setup(), "[plans.self-hosted]\nbuilds_per_day = 2\n", vec![]).await;
    let ada = platform.with_key(&key);
    let token = format!("ghp_{}", "a1B2c3D4e5".repeat(4).get(..36).unwrap());
    for (body, status, code) in [
        (json!({"prompt": format!("Use {token}")}), 422, "secret_in_prompt"),
        (json!({"prompt": " "}), 422, "prompt_empty"),
        (json!({"prompt": "x".repeat(8001)}), 422, "prompt_too_long"),
        (json!({"prompt": "x", "source": {}}), 422, "invalid_json"),
    ] {
        let (answered, problem) = ada.post(&iterate(&server), body).await;
        assert_eq!((answered, &problem["code"]), (status, &json!(code)), "{problem}");
        assert!(!problem.to_string().contains(&token[8..]), "{problem}");
    }
    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    assert_eq!(bob.post(&iterate(&server), json!({"prompt": "x"})).await.0, 404);
    // Without room for the build, nothing is drafted.
    assert_eq!(server.iterate(&ada, json!({"source": {}})).await, (2, "live".to_owned()));
    let (status, problem) = ada.post(&iterate(&server), json!({"prompt": "x"})).await;
    assert_eq!((status, &problem["what"]), (429, &json!("builds")), "{problem}");
    assert_eq!(model.seen().len(), 1);
}

#[tokio::test]
async fn a_model_does_not_overwrite_what_was_changed_meanwhile() {
    let (open, gate) = watch::channel(false);
    let answer = openai::answer(&with("Ok(1)").to_string());
    let held = Reply::steps(vec![Step::Await(gate), Step::Send(answer.into())]);
    let (platform, model, key, server) = counter(Platform::setup(), "", vec![held]).await;
    let ada = platform.with_key(&key);
    let wished = tokio::spawn(ada.post(&iterate(&server), json!({"prompt": "Always one"})));
    model.sending(1).await;
    let source = json!({"source": {"tools": {"count": "Ok(2)"}}});
    assert_eq!(server.iterate(&ada, source).await, (2, "live".to_owned()));
    open.send(true).unwrap();
    let (status, problem) = wished.await.unwrap();
    assert_eq!((status, &problem["code"]), (409, &json!("version_conflict")), "{problem}");
    let (_, versions) = ada.get(&format!("/v1/servers/{}/versions", server.id)).await;
    assert_eq!(versions["versions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_models_failure_leaves_the_server_as_it_is() {
    let replies = vec![Reply::status(401, &json!({})), says(&with("Ok(\"a\u{200B}b\")"))];
    let (platform, _model, key, server) = counter(Platform::setup(), "", replies).await;
    let ada = platform.with_key(&key);
    for (status, code) in [(503, "model_unavailable"), (422, "unsafe_text")] {
        let (answered, problem) = ada.post(&iterate(&server), json!({"prompt": "Count anew"})).await;
        assert_eq!((answered, &problem["code"]), (status, &json!(code)), "{problem}");
    }
    let (_, versions) = ada.get(&format!("/v1/servers/{}/versions", server.id)).await;
    assert_eq!(versions["versions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_model_a_wish_is_refused() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let server = Hosted::demo(&ada, "demo").await;
    let refused = ada.send(Method::POST, &iterate(&server), json!({"prompt": "Louder"})).await;
    assert_eq!(refused.status(), 503);
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["code"], "model_unavailable");
    assert!(problem["detail"].as_str().unwrap().contains("model.providers"), "{problem}");
    let (_, usage) = ada.get("/v1/usage").await;
    assert_eq!(usage["days"][29]["drafts"], 1, "only the demo's draft is counted");
}
