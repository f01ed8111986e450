//! Where requests come from: what proxies say of it counts, what clients say does not.

use reqwest::Method;
use serde_json::{Value, json};

use crate::platform::{Platform, Setup};

/// A platform behind proxies on this machine, with these settings.
fn behind_proxies(more: &str) -> Setup {
    Platform::setup().config(&format!("[http]\ntrusted_proxies = [\"127.0.0.0/8\"]\n{more}"))
}

/// Header lines, as the proxy before the platform sends them.
type Lines<'a> = &'a [(&'a str, &'a str)];

async fn post(platform: &Platform, path: &str, body: &Value, lines: Lines<'_>) -> u16 {
    let request =
        lines.iter().fold(platform.anyone().request(Method::POST, path), |r, (name, value)| r.header(*name, *value));
    request.json(body).send().await.unwrap().status().as_u16()
}

/// Three askers, of whom the first and third are one, as their proxies tell it.
const ONE_OF_TWO: [(Lines<'static>, bool); 8] = [
    (&[("forwarded", "for=192.0.2.1;proto=https")], true),
    (&[("forwarded", "for=192.0.2.2")], true),
    (&[("forwarded", "for=198.51.100.9, for=\"192.0.2.1:4711\", for=127.0.0.2")], false),
    (&[("x-forwarded-for", "198.51.100.9"), ("x-forwarded-for", "192.0.2.2")], false),
    (&[("forwarded", "for=\"[2001:db8:1:2::3]:80\"")], true),
    (&[("x-forwarded-for", "2001:db8:1:2::4")], false),
    // What differs is the proxy's own request; there is one of those too.
    (&[("forwarded", "for=192.0.2.77"), ("x-forwarded-for", "192.0.2.78")], true),
    (&[("forwarded", "for=unknown")], false),
];

#[tokio::test]
async fn every_limit_of_an_address_is_of_the_one_that_asks() {
    let platform =
        behind_proxies("[sign_in]\nlinks_per_address = 1\n[oauth]\nregistrations_per_address = 1\n").start().await;
    for (n, (lines, first)) in ONE_OF_TWO.into_iter().enumerate() {
        let link = json!({"email": format!("ada{n}@example.com")});
        let linked = post(&platform, "/v1/auth/magic-link", &link, lines).await;
        assert_eq!(linked, if first { 202 } else { 429 }, "{n} {lines:?}");
        let client = json!({"redirect_uris": ["https://client.example/callback"]});
        let registered = post(&platform, "/oauth/register", &client, lines).await;
        assert_eq!(registered, if first { 201 } else { 429 }, "{n} {lines:?}");
    }
}

#[tokio::test]
async fn what_a_client_says_of_itself_counts_nowhere() {
    let platform = Platform::setup().config("[sign_in]\nlinks_per_address = 1\n").start().await;
    for (n, lines) in ONE_OF_TWO.map(|(lines, _)| lines).into_iter().enumerate() {
        let link = json!({"email": format!("ada{n}@example.com")});
        let linked = post(&platform, "/v1/auth/magic-link", &link, lines).await;
        assert_eq!(linked, if n == 0 { 202 } else { 429 }, "{lines:?}");
    }
}

#[tokio::test]
async fn the_audit_log_notes_the_whole_address() {
    let platform = behind_proxies("").start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let browser = platform.sign_in("ada@example.com").await;
    for (line, address) in [
        ("for=192.0.2.7", "192.0.2.7"),
        ("for=\"[2001:db8:1:2:3:4:5:6]:7\"", "2001:db8:1:2:3:4:5:6"),
        ("for=\"[::ffff:192.0.2.8]\"", "192.0.2.8"),
        ("for=_hidden", "127.0.0.1"),
    ] {
        let request = browser.request(Method::POST, "/v1/api-keys").header("forwarded", line);
        let made = request.json(&json!({"name": "k", "scopes": ["mcp"]})).send().await.unwrap();
        assert_eq!(made.status(), 201);
        let (_, log) = ada.get("/v1/audit?limit=1").await;
        let entry = &log["entries"][0];
        assert_eq!((&entry["action"], &entry["address"]), (&json!("api_key.created"), &json!(address)), "{line}");
    }
}
