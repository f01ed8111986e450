//! Rights that have ended.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::GROUP;
use crate::attack::{Attack, attack};
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, key_that_was_deleted, "servers, from one who has left"),
    attack!(GROUP, session_that_was_ended, "the account, from one who has the cookie"),
    attack!(GROUP, server_that_was_deleted, "what its owner has taken down"),
];

async fn key_that_was_deleted(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = ada.server("Ok(\"here\")").await;
    let (_, made) = ada.browser.post("/v1/api-keys", json!({"name": "leaver", "scopes": ["api", "mcp"]})).await;
    let key = made["key"].as_str().unwrap();
    let use_it = async || {
        let answer = server.echo(&platform, key).await;
        (answer.0, platform.with_key(key).get("/v1/servers").await.0)
    };
    let (mut before, mut last) = (vec![], (0, 0));
    for _ in 0..5 {
        last = use_it().await;
        before.push(last);
    }
    scene.control(
        "the key calls tools and reads servers, and is remembered as one that may",
        last == (200, 200),
        before,
    );
    let (status, _) = ada.browser.delete(&format!("/v1/api-keys/{}", made["id"].as_str().unwrap())).await;
    assert_eq!(status, 204);
    let mut after = use_it().await;
    // The caches are told at once, by an event: a moment, and not the seconds that they would trust it for.
    for _ in 0..10 {
        if after == (401, 401) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        after = use_it().await;
    }
    scene.guard("once it is deleted it opens nothing", after == (401, 401), after);
}

async fn session_that_was_ended(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let (status, _) = ada.browser.get("/v1/servers").await;
    scene.control("the cookie reads servers", status == 200, status);
    let thief = ada.browser.clone();
    assert_eq!(ada.browser.request(Method::POST, "/v1/auth/logout").send().await.unwrap().status(), 204);
    for path in ["/v1/servers", "/v1/auth/me", "/v1/api-keys", "/v1/me/org"] {
        let (status, _) = thief.get(path).await;
        scene.guard("signed out, a copy of the cookie opens nothing", status == 401, (path, status));
    }
}

async fn server_that_was_deleted(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = ada.server("Ok(\"first\")").await;
    let said = ada.attack(&platform, &server, json!({})).await;
    scene.control("the server answers, and is remembered", said.text == "first", said);
    assert_eq!(ada.browser.delete(&format!("/v1/servers/{}", server.id)).await.0, 204);
    let (status, body) = server.echo(&platform, &ada.key).await;
    scene.guard("from the moment that it is deleted it does not answer", status == 404, body);
    let second = ada.server("Ok(\"second\")").await;
    assert_eq!(second.url, server.url);
    let said = ada.attack(&platform, &second, json!({})).await;
    scene.guard("another at its place is another", said.text == "second", said);
}
