//! Rights that have ended.

use std::time::{Duration, Instant};

use cloche_storage::Db;
use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::json;

use super::GROUP;
use crate::attack::{Attack, attack};
use crate::hosted::call;
use crate::platform::{Caller, Platform};
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, key_that_was_deleted, "servers, from one who has left"),
    attack!(GROUP, session_that_was_ended, "the account, from one who has the cookie"),
    attack!(GROUP, member_who_was_removed, "the organisation, from one who has left"),
    attack!(GROUP, right_that_ends_unheard, "the organisation, while an event is lost"),
    attack!(GROUP, role_that_was_lowered, "the organisation, from one who may only look"),
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

/// Rita, a developer of ada's organisation: a key for all of it.
fn rita(platform: &Platform) -> String {
    role(platform, "developer");
    platform.admin("api-key", &["--email", "rita@example.com", "--org", "ada"])
}

fn role(platform: &Platform, role: &str) {
    platform.admin("member", &["--email", "rita@example.com", "--org", "ada", "--role", role]);
}

/// The path of rita as a member, as ada finds it.
async fn ritas(ada: &Tenant) -> String {
    let (_, list) = ada.browser.get("/v1/members").await;
    let rita = list["members"].as_array().unwrap().iter().find(|member| member["email"] == "rita@example.com").unwrap();
    format!("/v1/members/{}", rita["id"].as_str().unwrap())
}

async fn member_who_was_removed(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = ada.server("Ok(\"here\")").await;
    let key = rita(&platform);
    let browser = platform.sign_in("rita@example.com").await;
    assert_eq!(browser.put("/v1/me/org", json!({"org": "ada"})).await.0, 200);
    let (own, path) = (platform.with_key(&key), format!("/v1/servers/{}", server.id));
    let use_it = async || [own.get(&path).await.0, browser.get(&path).await.0, server.echo(&platform, &key).await.0];
    let before = use_it().await;
    scene.control("a member's key and browser read and call the organisation's servers", before == [200; 3], before);
    // Requests that are under way while the right ends: what they read before must not be remembered after.
    let busy: Vec<_> = (0..8).map(|_| tokio::spawn(keep_calling(own.clone(), server.path()))).collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(ada.browser.delete(&ritas(&ada).await).await.0, 204);
    let after = use_it().await;
    scene.guard("from the answer on that they are removed, neither opens anything", after == [401, 404, 401], after);
    for one in busy {
        one.abort();
    }
    let late = use_it().await;
    scene.guard("nor later", late == [401, 404, 401], late);
    platform.admin("member", &["--email", "rita@example.com", "--org", "ada", "--role", "viewer"]);
    let back = [own.get(&path).await.0, server.echo(&platform, &key).await.0];
    scene.guard("nor does the key revive when they come back", back == [401; 2], back);
}

async fn keep_calling(program: Caller, path: String) {
    loop {
        let request = program.request(Method::POST, &path).header(ACCEPT, "application/json, text/event-stream");
        let _ = request.json(&call("attack", &json!({}))).send().await;
    }
}

/// A right that ends where nobody tells the platform: a row is taken out by a database's own tools.
async fn right_that_ends_unheard(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = ada.server("Ok(\"here\")").await;
    let key = rita(&platform);
    let (own, path) = (platform.with_key(&key), format!("/v1/servers/{}", server.id));
    let before = (own.get(&path).await.0, server.echo(&platform, &key).await.0);
    scene.control("a member's key reads and calls the organisation's servers", before == (200, 200), before);
    let db = Db::open(&format!("sqlite://{}", platform.data().join("cloche.db").display())).await.unwrap();
    let Db::Sqlite { writes, .. } = db else { panic!("this is SQLite") };
    let gone = "DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE email = 'rita@example.com') \
        AND org_id = (SELECT id FROM orgs WHERE slug = 'ada')";
    let rows = sqlx::query(gone).execute(&writes).await.unwrap().rows_affected();
    assert_eq!(rows, 1);
    let status = own.get(&path).await.0;
    scene.guard("from the moment that they are removed, the key reads nothing", status == 401, status);
    let began = Instant::now();
    while server.echo(&platform, &key).await.0 != 401 && began.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // Nothing told the platform: what it remembers ends by itself.
    let soon = began.elapsed() < Duration::from_secs(7);
    scene.guard("and calls nothing, after the seconds that a right is remembered for", soon, began.elapsed());
}

async fn role_that_was_lowered(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = ada.server("Ok(\"here\")").await;
    let rita = platform.with_key(&rita(&platform));
    let path = format!("/v1/servers/{}/iterate", server.id);
    let next = json!({"source": {"tools": {"attack": "Ok(\"changed\")"}}});
    let (status, begun) = rita.post(&path, next.clone()).await;
    scene.control("a developer makes the next version", status == 202, begun);
    let lowered = ada.browser.patch(&ritas(&ada).await, json!({"role": "viewer"})).await;
    assert_eq!(lowered.0, 200, "{lowered:?}");
    let at = |end: &str| format!("/v1/servers/{}{end}", server.id);
    for (what, answer) in [
        ("iterate", rita.post(&path, next).await),
        ("delete", rita.delete(&at("")).await),
        ("secret", rita.put(&at("/secrets/API_KEY"), json!({"value": "x"})).await),
        ("activate", rita.post(&at("/versions/1/activate"), json!({})).await),
        ("approve", rita.post(&at("/versions/1/approve"), json!({"reason": "x"})).await),
        ("refuse", rita.post(&at("/versions/1/refuse"), json!({"reason": "x"})).await),
        ("try", rita.post(&at("/try"), json!({"tool": "attack"})).await),
    ] {
        scene.guard("from the moment on they may look and not change", answer.0 == 403, (what, answer));
    }
    scene.guard("and they may look", rita.get(&at("")).await.0 == 200, "they may not");
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
