//! Builds: their streams, their failures, and what interrupts them without harm.

use std::time::Duration;

use cloche_domain::Clock;
use cloche_storage::Db;
use cloche_storage::jobs::{self, Claim};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::hosted::Hosted;
use crate::platform::Platform;
use crate::wizard::{TO_LIVE, Watch, create, draft, of_draft, path, states};

#[tokio::test]
async fn a_stream_replays_then_follows_and_closes() {
    let platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let build = create(&ada, "demo", |_| {}).await["buildId"].clone();
    let early = Watch::with_key(&platform, &build, &key).await;
    let early = early.into_events().await;
    assert_eq!(states(&early), TO_LIVE);
    let elapsed: Vec<_> = early.iter().map(|event| event["elapsedMs"].as_i64().unwrap()).collect();
    assert!(elapsed.is_sorted(), "{elapsed:?}");
    let late = Watch::with_key(&platform, &build, &key).await.into_events().await;
    assert_eq!(late, early);
    let (_, shown) = ada.get(&path("builds", &build)).await;
    assert_eq!((&shown["state"], &shown["events"]), (&json!("live"), &json!(early)));
}

#[tokio::test]
async fn another_sites_page_cannot_watch() {
    let platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    let build = create(&platform.with_key(&key), "demo", |_| {}).await["buildId"].clone();
    let bearer = format!("Bearer {key}");
    let open = async |origin: &str| {
        let headers = [("authorization", bearer.as_str()), ("origin", origin)];
        Watch::open(&platform, &build, &headers).await.map(|_| ())
    };
    assert_eq!(open(&platform.url).await, Ok(()));
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        assert_eq!(open(origin).await, Err(403), "{origin}");
    }
    assert_eq!(Watch::open(&platform, &build, &[]).await.err(), Some(401));
    let (status, problem) = platform.with_key(&key).get(&format!("{}/stream", path("builds", &build))).await;
    assert_eq!((status, &problem["code"]), (400, &json!("not_a_websocket")), "{problem}");
}

#[tokio::test]
async fn a_stream_closes_when_its_server_is_deleted() {
    // No compiler answers at this address: the build goes on until it is deleted.
    let platform = Platform::setup().config("[compiler]\nurl = \"http://127.0.0.1:1\"").start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = create(&ada, "demo", |_| {}).await;
    let mut watch = Watch::with_key(&platform, &server["buildId"], &key).await;
    assert_eq!(watch.next().await.unwrap()["state"], "queued");
    assert_eq!(ada.delete(&path("servers", &server["id"])).await.0, 204);
    assert!(watch.into_events().await.len() <= 1);
}

#[tokio::test]
async fn code_that_does_not_compile_fails_at_the_authors_line() {
    let platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = create(&ada, "demo", |spec| {
        spec["tools"][1]["implementation"] = json!("let ok = 1;\nlet wrong: u32 = \"text\";\nOk(ok)");
    })
    .await;
    let events = Watch::with_key(&platform, &server["buildId"], &key).await.into_events().await;
    assert_eq!(states(&events).last(), Some(&"failed"));
    let end = events.last().unwrap();
    assert_eq!(end["code"], "compile_error", "{end}");
    let at = &end["diagnostics"][0];
    assert_eq!((&at["tool"], &at["line"]), (&json!("now"), &json!(2)), "{end}");

    let (_, shown) = ada.get(&path("servers", &server["id"])).await;
    assert_eq!((&shown["status"], &shown["activeVersion"]), (&json!("failed"), &Value::Null));
    assert_eq!(shown["lastFailure"]["diagnostics"], end["diagnostics"]);
    // Nothing else is lost: the same draft builds.
    let preview = draft(&ada).await;
    assert_eq!(ada.post("/v1/servers", of_draft(&preview, "demo-2")).await.0, 201);
}

#[tokio::test]
async fn a_power_that_no_one_declared_fails_the_build() {
    let platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = create(&ada, "demo", |spec| {
        spec["tools"][0]["implementation"] = json!("Ok(http::get(\"https://example.com\").send()?.text())");
    })
    .await;
    let events = Watch::with_key(&platform, &server["buildId"], &key).await.into_events().await;
    let end = events.last().unwrap();
    assert_eq!((&end["state"], &end["code"]), (&json!("failed"), &json!("undeclared_capability")), "{end}");
}

#[tokio::test]
async fn a_build_waits_for_a_compiler_and_is_told_once() {
    let mut platform = Platform::setup().config("[compiler]\nurl = \"http://127.0.0.1:1\"").start().await;
    let key = platform.api_key("ada@example.com");
    let build = create(&platform.with_key(&key), "demo", |_| {}).await["buildId"].clone();
    sleep(Duration::from_secs(2)).await;
    let (_, shown) = platform.with_key(&key).get(&path("builds", &build)).await;
    assert_eq!(shown["state"], "generating", "{shown}");
    platform.stop();
    platform.configure("");
    platform.restart().await;
    let events = Watch::with_key(&platform, &build, &key).await.into_events().await;
    assert_eq!(states(&events), TO_LIVE);
}

#[tokio::test]
async fn a_build_without_a_compiler_is_given_up_with_a_reason() {
    let platform = Platform::setup().config("[compiler]\nurl = \"http://127.0.0.1:1\"").start().await;
    let key = platform.api_key("ada@example.com");
    let build = create(&platform.with_key(&key), "demo", |_| {}).await["buildId"].clone();
    let events = Watch::with_key(&platform, &build, &key).await.into_events().await;
    assert_eq!(states(&events), ["queued", "generating", "failed"]);
    assert_eq!(events[2]["code"], "compiler_unavailable");
}

#[tokio::test]
async fn a_platform_that_is_stopped_takes_its_builds_up_again() {
    let mut platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    let build = create(&platform.with_key(&key), "demo", |_| {}).await["buildId"].clone();
    let mut watch = Watch::with_key(&platform, &build, &key).await;
    while watch.next().await.is_some_and(|event| event["state"] != "compiling") {}
    assert!(platform.stop());
    platform.restart().await;
    let events = Watch::with_key(&platform, &build, &key).await.into_events().await;
    assert_eq!(states(&events), TO_LIVE);
}

#[tokio::test]
async fn a_server_deleted_while_it_is_built_stays_deleted() {
    let platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let deleted = create(&ada, "demo", |_| {}).await;
    let mut watch = Watch::with_key(&platform, &deleted["buildId"], &key).await;
    while watch.next().await.is_some_and(|event| event["state"] != "compiling") {}
    assert_eq!(ada.delete(&path("servers", &deleted["id"])).await.0, 204);
    // Its name is free at once, and the next build goes the whole way beside what is left of the first.
    let next = create(&ada, "demo", |_| {}).await;
    let events = Watch::with_key(&platform, &next["buildId"], &key).await.into_events().await;
    assert_eq!(states(&events), TO_LIVE);
    let (_, list) = ada.get("/v1/servers").await;
    assert_eq!(list["servers"].as_array().unwrap().len(), 1, "{list}");
    assert_eq!(list["servers"][0]["id"], next["id"]);
}

#[tokio::test]
async fn a_build_that_never_comes_to_its_end_is_given_up() {
    let mut platform = Platform::setup().config("[compiler]\nurl = \"http://127.0.0.1:1\"").start().await;
    let key = platform.api_key("ada@example.com");
    let build = create(&platform.with_key(&key), "demo", |_| {}).await["buildId"].clone();
    platform.kill();
    // Whoever took the job died with it, five times.
    let db = Db::open(&format!("sqlite://{}", platform.data().join("cloche.db").display())).await.unwrap();
    let later = Clock::default().now() + time::Duration::HOUR;
    for _ in 0..5 {
        let mut tx = db.begin().await.unwrap();
        jobs::release_all(&mut tx).await.unwrap();
        assert!(jobs::claim(&mut tx, Claim { lease: "dead", until: later, share: 9 }, later).await.unwrap().is_some());
        tx.commit().await.unwrap();
    }
    db.close().await;
    platform.restart().await;
    let events = Watch::with_key(&platform, &build, &key).await.into_events().await;
    assert_eq!(events.last().unwrap()["code"], "interrupted", "{events:?}");
    let (_, shown) = platform.with_key(&key).get(&path("builds", &build)).await;
    assert_eq!((&shown["state"], &shown["failure"]["code"]), (&json!("failed"), &json!("interrupted")));
}

#[tokio::test]
async fn it_builds_where_few_files_may_be_open() {
    let platform = Platform::setup().with_descriptors(400).start().await;
    Hosted::demo(&platform.sign_in("ada@example.com").await, "demo").await;
}
