//! Servers that are paused, and what their owners call them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::hosted::{Hosted, call};
use crate::oauth::dance::Tokens;
use crate::platform::{Caller, Platform, Setup, on_both};
use crate::switches::{at, saying, says};

async fn pause(owner: &Caller, server: &Hosted, verb: &str) {
    assert_eq!(owner.post(&format!("/v1/servers/{}/{verb}", server.id), json!({})).await.0, 204, "{verb}");
}

async fn shown(owner: &Caller, server: &Hosted) -> Value {
    owner.get(&format!("/v1/servers/{}", server.id)).await.1
}

on_both!(a_paused_server_answers_nobody_until_it_is_resumed, async |setup: Setup| {
    let platform = setup.start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.sign_in("ada@example.com").await;
    let server = Hosted::of(&ada, "quiet", saying("one")).await;
    let tokens = Tokens::of(&platform, &ada, &server).await;
    for bearer in [&key, &tokens.access] {
        assert_eq!(says(&server, &platform, bearer).await, "one");
    }
    // Each call after the answer, and not a moment later.
    for _ in 0..10 {
        pause(&ada, &server, "pause").await;
        for bearer in [&key, &tokens.access] {
            let (status, problem) = server.echo(&platform, bearer).await;
            assert_eq!((status, &problem["code"]), (503, &json!("server_not_live")), "{problem}");
            assert!(problem["detail"].as_str().unwrap().contains("paused"), "{problem}");
        }
        pause(&ada, &server, "resume").await;
        assert_eq!(says(&server, &platform, &key).await, "one");
    }
    // Once more is no change, and leaves no row.
    pause(&ada, &server, "pause").await;
    pause(&ada, &server, "pause").await;
    assert_eq!(shown(&ada, &server).await["status"], "paused");
    let (_, log) = ada.get("/v1/audit?limit=2").await;
    let actions = [&log["entries"][0]["action"], &log["entries"][1]["action"]];
    assert_eq!(actions, ["server.paused", "server.resumed"]);
    let changed = (&log["entries"][0]["before"], &log["entries"][0]["after"]);
    assert_eq!(changed, (&json!({"status": "live"}), &json!({"status": "paused"})));
    // Nothing runs, for its owner neither; who has no right to it is told no more than before.
    let (status, problem) = ada.post(&format!("/v1/servers/{}/try", server.id), json!({"tool": "echo"})).await;
    assert_eq!((status, &problem["code"]), (409, &json!("server_not_live")));
    assert_eq!(server.echo(&platform, "clo_nobody").await.0, 401);
    // The token that was got before is good afterwards, and so is its successor.
    pause(&ada, &server, "resume").await;
    assert_eq!(says(&server, &platform, &tokens.access).await, "one");
});

#[tokio::test]
async fn versions_come_and_go_while_a_server_is_paused() {
    let platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = Hosted::of(&ada, "quiet", saying("one")).await;
    pause(&ada, &server, "pause").await;
    let paused = async |active: i64| {
        let shown = shown(&ada, &server).await;
        assert_eq!((&shown["status"], &shown["activeVersion"]), (&json!("paused"), &json!(active)));
        assert_eq!(server.echo(&platform, &key).await.0, 503);
    };
    let next = |text: &str| json!({"source": {"tools": {"echo": format!("Ok(\"{text}\")")}}});
    assert_eq!(server.iterate(&ada, next("two")).await, (2, "live".to_owned()));
    paused(2).await;
    assert_eq!(ada.post(&at(&server, 1, "activate"), json!({})).await.0, 204);
    paused(1).await;
    assert_eq!(
        server.iterate(&ada, json!({"source": {"tools": {"echo": "nonsense"}}})).await,
        (3, "failed".to_owned())
    );
    paused(1).await;
    let (_, source) = ada.get(&at(&server, 1, "source")).await;
    let mut spec = source["spec"].clone();
    spec["tools"][0]["title"] = json!("Better");
    saying("four")(&mut spec);
    assert_eq!(server.iterate(&ada, json!({"specEdit": spec})).await, (4, "needs_approval".to_owned()));
    assert_eq!(ada.post(&at(&server, 4, "approve"), json!({"reason": "fine"})).await.0, 204);
    paused(4).await;
    pause(&ada, &server, "resume").await;
    assert_eq!(says(&server, &platform, &key).await, "four");
}

#[tokio::test]
async fn a_server_that_was_never_live_can_be_paused() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let server = Hosted::begun(&ada, "early", saying("one")).await;
    pause(&ada, &server, "pause").await;
    let built = async || {
        let (_, page) = ada.get(&format!("/v1/servers/{}/versions", server.id)).await;
        page["versions"][0]["state"].as_str().unwrap().to_owned()
    };
    while built().await != "live" {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let paused = shown(&ada, &server).await;
    assert_eq!((&paused["status"], &paused["activeVersion"]), (&json!("paused"), &json!(1)));
    pause(&ada, &server, "resume").await;
    assert_eq!(shown(&ada, &server).await["status"], "live");
}

#[tokio::test]
async fn owners_call_a_server_what_they_like_and_clients_are_told_what_was_reviewed() {
    let platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = Hosted::of(&ada, "named", saying("one")).await;
    let path = format!("/v1/servers/{}", server.id);
    let told = async || {
        let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}});
        server.send(&platform, &key, hello).await.text().await.unwrap()
    };
    let (before, was) = (told().await, shown(&ada, &server).await);
    let (status, now) = ada.patch(&path, json!({"name": " Renamed ", "description": "Ours"})).await;
    assert_eq!(
        (status, &now["name"], &now["description"], &now["slug"]),
        (200, &json!("Renamed"), &json!("Ours"), &json!("named"))
    );
    assert_eq!(shown(&ada, &server).await["name"], "Renamed");
    assert_eq!(told().await, before);
    let (_, log) = ada.get("/v1/audit?limit=1").await;
    assert_eq!(log["entries"][0]["before"], json!({"name": "named", "description": null}));
    assert_eq!(log["entries"][0]["after"], json!({"name": "Renamed", "description": "Ours"}));
    let (status, now) = ada.patch(&path, json!({"description": null})).await;
    assert_eq!((status, &now["name"], &now["description"]), (200, &json!("Renamed"), &was["description"]));
    assert_eq!(ada.patch(&path, json!({})).await.0, 200);
    for (change, status, code) in [
        (json!({"slug": "other"}), 422, "slug_fixed"),
        (json!({"slug": null}), 422, "slug_fixed"),
        (json!({"slug": "named", "name": "x"}), 422, "slug_fixed"),
        (json!({"name": "  "}), 422, "text_invalid"),
        (json!({"name": "x".repeat(101)}), 422, "text_invalid"),
        (json!({"name": "two\nlines"}), 422, "text_invalid"),
        (json!({"name": "De\u{202E}mo"}), 422, "unsafe_text"),
        (json!({"description": "x".repeat(2001)}), 422, "text_invalid"),
        (json!({"description": "nul\0"}), 422, "unsafe_text"),
        (json!({"status": "live"}), 422, "invalid_json"),
    ] {
        let (got, problem) = ada.patch(&path, change.clone()).await;
        assert_eq!((got, &problem["code"]), (status, &json!(code)), "{change} {problem}");
    }
    assert_eq!(shown(&ada, &server).await["name"], "Renamed");
    // Those who may only look.
    platform.admin("member", &["--email", "vic@example.com", "--org", "ada", "--role", "viewer"]);
    let viewer = platform.with_key(&platform.admin("api-key", &["--email", "vic@example.com", "--org", "ada"]));
    assert_eq!(viewer.patch(&path, json!({"name": "Mine"})).await.0, 403);
    for verb in ["pause", "resume"] {
        assert_eq!(viewer.post(&format!("{path}/{verb}"), json!({})).await.0, 403);
    }
    assert_eq!(viewer.request(Method::DELETE, &format!("{path}/versions/1")).send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_call_in_flight_finishes_though_its_server_is_paused() {
    let platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = Hosted::of(&ada, "slow", crate::switches::slow("one")).await;
    let calling = server.send(&platform, &key, call("echo", &json!({"text": "?"})));
    let (answer, ()) = tokio::join!(calling, async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        pause(&ada, &server, "pause").await;
    });
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["result"]["content"][0]["text"], "one", "{answer}");
    assert_eq!(server.echo(&platform, &key).await.0, 503);
}
