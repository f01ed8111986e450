use std::time::Duration;

use cloche_compiler::{Compiler as _, EventSink, Refusal, Remote};

use crate::platform::{Service, spec};

/// Loops in the compiler until a bound ends it.
const ENDLESS: &str =
    "#[allow(long_running_const_eval)]\nconst X: u64 = { let mut i = 0; while i < u64::MAX { i += 1; } i };\nOk(X)";

/// Processes whose parent is this one.
fn children(parent: u32) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let stats = processes.filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok());
    let parents = stats.filter_map(|stat| stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse::<u32>().ok());
    parents.filter(|p| *p == parent).count()
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..300 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}: not within 15 s");
}

#[tokio::test]
async fn a_client_that_goes_away_ends_its_compilation() {
    let service = Service::start();
    let remote = service.remote();
    let compiling = tokio::spawn(async move { remote.compile(&spec(&[ENDLESS]), EventSink::ignore()).await });
    until("the compiler starts", || children(service.id()) == 1).await;
    compiling.abort();
    until("the compiler ends", || children(service.id()) == 0).await;
}

#[tokio::test]
async fn nonsense_is_refused_with_a_reason() {
    let service = Service::start();
    let client = reqwest::Client::new();
    let answer = client.get(format!("{}/ready", service.url)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let url = format!("{}/v1/compile", service.url);
    let answer = client.post(&url).body("{\"name\": 1}").send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await.unwrap().contains("no server specification"));
    let answer = client.post(&url).body(vec![b' '; 17 << 20]).send().await.unwrap();
    assert_eq!(answer.status(), 413);
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unavailable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let remote = Remote::new(&format!("http://{address}")).unwrap();
    let refusal = remote.compile(&spec(&["Ok(1)"]), EventSink::ignore()).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Unavailable { .. }), "{refusal}");
    assert!(remote.ready().await.is_err());
}

#[tokio::test]
async fn a_service_that_breaks_off_or_lies_is_unavailable() {
    use axum::routing::post;
    let lie = r#"{"artifact": {"component": "AGFzbQ==", "sha256": ""#.to_owned() + &"0".repeat(64);
    for body in ["", "{\"event\": {\"step\": \"compiling\"}}\n", "nonsense\n", &(lie + "\"}}\n")] {
        let body = body.to_owned();
        let router = axum::Router::new().route("/v1/compile", post(move || async move { body }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let remote = Remote::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let serving = tokio::spawn(axum::serve(listener, router).into_future());
        let refusal = remote.compile(&spec(&["Ok(1)"]), EventSink::ignore()).await.unwrap_err();
        assert!(matches!(refusal, Refusal::Unavailable { .. }), "{refusal}");
        serving.abort();
    }
}
