//! kill -9 in each state of a build: after the restart it ends, with a reason if it fails, and nothing is there twice.

use cloche_domain::Clock;
use cloche_storage::Db;
use cloche_storage::jobs::{self, Claim};
use serde_json::json;
use time::Duration;

use crate::platform::Platform;
use crate::wizard::{TO_LIVE, Watch, create, path, states};

/// Kills the platform as soon as the build has come to a state, starts it again, and follows the build to its end.
async fn killed_in(platform: &mut Platform, key: &str, state: &str, slug: &str) {
    let server = create(&platform.with_key(key), slug, |_| {}).await;
    let mut watch = Watch::with_key(platform, &server["buildId"], key).await;
    while watch.next().await.expect("an event").get("state") != Some(&json!(state)) {}
    platform.kill();
    platform.restart().await;

    let events = Watch::with_key(platform, &server["buildId"], key).await.into_events().await;
    assert_eq!(states(&events), TO_LIVE, "killed in {state}: {events:#?}");
    let (_, shown) = platform.with_key(key).get(&path("servers", &server["id"])).await;
    assert_eq!((&shown["status"], &shown["activeVersion"]), (&json!("live"), &json!(1)), "killed in {state}");
    let (_, versions) = platform.with_key(key).get(&format!("{}/versions", path("servers", &server["id"]))).await;
    let versions = versions["versions"].as_array().unwrap();
    assert_eq!((versions.len(), &versions[0]["state"]), (1, &json!("live")), "killed in {state}");
}

async fn no_job_is_left(database: &str) {
    let db = Db::open(database).await.unwrap();
    let later = Clock::default().now() + Duration::DAY;
    let left = jobs::claim(&mut db.begin().await.unwrap(), Claim { lease: "test", until: later, share: 9 }, later)
        .await
        .unwrap();
    assert!(left.is_none(), "{left:?}");
    db.close().await;
}

#[tokio::test]
async fn a_build_that_is_killed_in_any_state_goes_on() {
    let mut platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    for round in 0..2 {
        for state in &TO_LIVE[..6] {
            killed_in(&mut platform, &key, state, &format!("{state}-{round}")).await;
        }
    }
    no_job_is_left(&format!("sqlite://{}", platform.data().join("cloche.db").display())).await;
}

#[tokio::test]
async fn on_postgres_it_goes_on_when_the_lease_of_the_dead_ends() {
    let mut platform = Platform::setup().on_postgres().start().await;
    let key = platform.api_key("ada@example.com");
    killed_in(&mut platform, &key, "compiling", "demo").await;
}

#[tokio::test]
async fn a_worker_takes_up_what_a_dead_node_had_in_hand() {
    let mut platform = Platform::setup().on_postgres().start().await;
    let key = platform.api_key("ada@example.com");
    let server = create(&platform.with_key(&key), "demo", |_| {}).await;
    let mut watch = Watch::with_key(&platform, &server["buildId"], &key).await;
    while watch.next().await.expect("an event")["state"] != "compiling" {}
    platform.kill();
    platform.work_until("build is live");
    platform.restart().await;
    let (_, shown) = platform.with_key(&key).get(&path("servers", &server["id"])).await;
    assert_eq!((&shown["status"], &shown["activeVersion"]), (&json!("live"), &json!(1)));
}

#[tokio::test]
async fn code_that_does_not_compile_fails_after_a_crash_too() {
    let mut platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let broken = create(&ada, "demo", |spec| {
        spec["tools"][0]["implementation"] = json!("Ok(nothing)");
    })
    .await;
    let build = broken["buildId"].clone();
    let mut watch = Watch::with_key(&platform, &build, &key).await;
    while watch.next().await.expect("an event")["state"] != "compiling" {}
    platform.kill();
    platform.restart().await;
    let events = Watch::with_key(&platform, &build, &key).await.into_events().await;
    assert_eq!(states(&events), ["queued", "generating", "compiling", "failed"]);
    assert_eq!(events[3]["code"], "compile_error");
    no_job_is_left(&format!("sqlite://{}", platform.data().join("cloche.db").display())).await;
}
