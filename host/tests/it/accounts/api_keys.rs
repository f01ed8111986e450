//! Keys for programs.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tempfile::TempDir;
use time::Duration;

use super::{ADA, with_a_clock};
use crate::platform::{Caller, Platform, Setup, on_both};

const KEYS: &str = "/v1/api-keys";
const ME: &str = "/v1/auth/me";

on_both!(a_key_is_shown_once_and_acts_for_its_owner_until_it_is_deleted, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in(ADA).await;
    let (status, made) = ada.post(KEYS, json!({"name": "script", "scopes": ["mcp", "api", "api"]})).await;
    assert_eq!((status, &made["scopes"]), (201, &json!(["api", "mcp"])));
    let key = made["key"].as_str().unwrap();
    assert_eq!(key.len(), "clo_".len() + 43, "256 bits");

    let program = platform.with_key(key);
    assert_eq!(program.get(ME).await.1["user"]["email"], ADA);
    let (_, list) = program.get(KEYS).await;
    assert_eq!((&list["apiKeys"][0]["id"], &list["apiKeys"][0]["start"]), (&made["id"], &json!(key[..12])));
    assert!(list["apiKeys"][0]["lastUsedAt"].is_string(), "{list}");
    assert!(!list.to_string().contains(&key[12..]));

    let its_path = format!("{KEYS}/{}", made["id"].as_str().unwrap());
    assert_eq!(program.delete(&its_path).await, (204, Value::Null));
    let (status, problem) = program.get(ME).await;
    assert_eq!((status, &problem["code"]), (401, &json!("bad_api_key")));
    assert_eq!(ada.delete(&its_path).await.0, 404);
});

#[tokio::test]
async fn another_tenants_key_is_not_there() {
    let platform = Platform::start().await;
    let (ada, bob) = (platform.sign_in(ADA).await, platform.sign_in("bob@example.com").await);
    let (_, made) = ada.post(KEYS, json!({"name": "script", "scopes": ["api"]})).await;
    let (status, problem) = bob.delete(&format!("{KEYS}/{}", made["id"].as_str().unwrap())).await;
    let (no_status, no_problem) = bob.delete(&format!("{KEYS}/no-key")).await;
    assert_eq!((status, &problem["code"]), (404, &json!("not_found")));
    assert_eq!((no_status, &no_problem["code"]), (404, &json!("not_found")));
    assert_eq!(bob.get(KEYS).await.1, json!({"apiKeys": []}));
    assert_eq!(platform.with_key(made["key"].as_str().unwrap()).get(ME).await.0, 200);
}

#[tokio::test]
async fn a_key_for_mcp_does_not_open_the_api() {
    let platform = Platform::start().await;
    let key = platform.admin("api-key", &["--email", ADA, "--scopes", "mcp"]);
    let (status, problem) = platform.with_key(&key).get(ME).await;
    assert_eq!((status, &problem["code"], &problem["scope"]), (403, &json!("insufficient_scope"), &json!("api")));
}

#[tokio::test]
async fn a_key_makes_no_keys_of_more_scopes_or_a_longer_life() {
    let platform = Platform::start().await;
    let ada = platform.sign_in(ADA).await;
    let (_, made) = ada.post(KEYS, json!({"name": "script", "scopes": ["api"], "expiresInDays": 1})).await;
    let program = platform.with_key(made["key"].as_str().unwrap());
    let (status, problem) = program.post(KEYS, json!({"name": "more", "scopes": ["api", "mcp"]})).await;
    assert_eq!((status, &problem["code"]), (403, &json!("session_needed")));
    assert_eq!(ada.get(KEYS).await.1["apiKeys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_no_key_is_refused_even_with_a_cookie_beside_it() {
    let platform = Platform::start().await;
    let browser = platform.sign_in(ADA).await;
    for bearer in ["Bearer clo_made-up", "bearer nonsense", "Bearer "] {
        let request = browser.request(reqwest::Method::GET, ME).header("Authorization", bearer);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 401, "{bearer:?}");
        assert_eq!(answer.headers()["www-authenticate"], "Bearer realm=\"cloche\"");
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], "bad_api_key");
    }
    assert_eq!(platform.anyone().get(ME).await.1["code"], "not_signed_in");
}

#[tokio::test]
async fn a_key_needs_a_name_a_scope_and_a_sensible_life() {
    let platform = Platform::start().await;
    let ada = platform.sign_in(ADA).await;
    for bad in [
        json!({"name": " ", "scopes": ["api"]}),
        json!({"name": "x".repeat(81), "scopes": ["api"]}),
        json!({"name": "a\nb", "scopes": ["api"]}),
        json!({"name": "script", "scopes": []}),
        json!({"name": "script", "scopes": ["api"], "expiresInDays": 0}),
        json!({"name": "script", "scopes": ["api"], "expiresInDays": 4_000_000_000_u32}),
        json!({"name": "script", "scopes": ["root"]}),
        json!({"name": "script", "scopes": ["api"], "admin": true}),
    ] {
        assert_eq!(ada.post(KEYS, bad.clone()).await.0, 422, "{bad}");
    }
    let (status, made) = ada.post(KEYS, json!({"name": "script", "scopes": ["api"], "expiresInDays": 7})).await;
    assert_eq!(status, 201);
    assert!(made["expiresAt"].as_str().unwrap() > made["createdAt"].as_str().unwrap(), "{made}");
}

#[tokio::test]
async fn use_is_noted_once_a_minute_and_ends_with_the_key() {
    let data = TempDir::new().unwrap();
    let (app, url, cookie) = with_a_clock(&data).await;
    let caller = |name: &str, value: &str| {
        Caller::new(&url, HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]))
    };
    let ada = caller("cookie", &cookie);
    let (_, made) = ada.post(KEYS, json!({"name": "script", "scopes": ["api"], "expiresInDays": 1})).await;
    let program = caller("authorization", &format!("Bearer {}", made["key"].as_str().unwrap()));
    let used = async || {
        assert_eq!(program.get(ME).await.0, 200);
        ada.get(KEYS).await.1["apiKeys"][0]["lastUsedAt"].clone()
    };
    let first = used().await;
    app.clock.advance(Duration::seconds(50));
    assert_eq!(used().await, first);
    app.clock.advance(Duration::seconds(10));
    assert_ne!(used().await, first);
    app.clock.advance(Duration::DAY);
    assert_eq!(program.get(ME).await.1["code"], "bad_api_key");
}

on_both!(owners_and_admins_see_and_end_every_key_of_their_organisation, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in(ADA).await;
    let admin = ["--email", "amy@example.com", "--org", "ada", "--role", "admin"];
    platform.admin("member", &["--email", "dan@example.com", "--org", "ada", "--role", "developer"]);
    platform.admin("member", &admin);
    let [amys, dans] = ["amy", "dan"]
        .map(|name| platform.admin("api-key", &["--email", &format!("{name}@example.com"), "--org", "ada"]));
    let (amy, dan) = (platform.with_key(&amys), platform.with_key(&dans));
    let all = format!("{KEYS}?all=true");
    let (_, list) = amy.get(&all).await;
    let owners: Vec<_> = list["apiKeys"].as_array().unwrap().iter().map(|key| &key["owner"]["email"]).collect();
    assert_eq!(owners, ["amy@example.com", "dan@example.com"], "{list}");
    assert_eq!(ada.get(&all).await.1["apiKeys"].as_array().unwrap().len(), 2);
    assert_eq!(ada.get(KEYS).await.1, json!({"apiKeys": []}), "her own");
    assert_eq!(dan.get(&all).await.1["code"], "forbidden");

    let path = |key: &Value| format!("{KEYS}/{}", key["id"].as_str().unwrap());
    let (amys, dans) = (path(&list["apiKeys"][0]), path(&list["apiKeys"][1]));
    assert_eq!(dan.delete(&amys).await.0, 404, "as if it were not there");
    assert_eq!(ada.delete(&dans).await.0, 204);
    assert_eq!(dan.get(ME).await.0, 401);
    let (_, log) = ada.get("/v1/audit?action=api_key.deleted").await;
    assert_eq!(log["entries"][0]["before"]["name"], "command line", "{log}");
});
