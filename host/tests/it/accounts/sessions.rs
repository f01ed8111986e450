//! Cookies: what they are, how long they last, and which requests they are good for.

use reqwest::Method;
use reqwest::header::{HeaderMap, ORIGIN, SET_COOKIE};
use serde_json::{Value, json};
use tempfile::TempDir;
use time::Duration;

use super::{ADA, CONSUME, with_a_clock};
use crate::platform::{Caller, Platform, Setup, cookie, on_both, token_of};

const ME: &str = "/v1/auth/me";
const KEYS: &str = "/v1/api-keys";
const SESSIONS: &str = "/v1/auth/sessions";

async fn set_cookie(config: &str) -> String {
    let platform = Platform::setup().config(config).start().await;
    let token = token_of(&platform.admin("sign-in-link", &["--email", ADA]));
    let answer = platform.anyone().send(Method::POST, CONSUME, json!({"token": token})).await;
    answer.headers()[SET_COOKIE].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn scripts_and_other_sites_do_not_get_the_cookie() {
    let cookie = set_cookie("").await;
    let (token, flags) = cookie.split_once("; ").unwrap();
    assert_eq!(token.len(), "cloche_session=".len() + 43, "256 bits");
    assert_eq!(flags, "HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000");
    let cookie = set_cookie("[http]\npublic_url = \"https://cloche.example\"").await;
    assert!(cookie.contains("; Secure"), "{cookie}");
}

#[tokio::test]
async fn another_sites_page_changes_nothing() {
    let platform = Platform::start().await;
    let token = token_of(&platform.admin("sign-in-link", &["--email", ADA]));
    let consumed = platform.anyone().send(Method::POST, CONSUME, json!({"token": token})).await;
    let browser = platform.browser(&cookie(&consumed).unwrap());
    let key = json!({"name": "script", "scopes": ["api"]});
    let foreign =
        [(ORIGIN.as_str(), "https://evil.example"), (ORIGIN.as_str(), "null"), ("sec-fetch-site", "same-site")];
    for (name, value) in foreign {
        for path in [KEYS, "/v1/auth/logout", CONSUME] {
            let headers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
            let answer = browser.request(Method::POST, path).headers(headers).json(&key).send().await.unwrap();
            assert_eq!(answer.status(), 403, "{path} {name} {value}");
            assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["code"], "cross_origin");
        }
    }
    assert_eq!(browser.get(KEYS).await, (200, json!({"apiKeys": []})));
    let answer = browser.request(Method::GET, ME).header(ORIGIN, "https://evil.example").send().await.unwrap();
    assert_eq!(answer.status(), 200, "reading is for the browser to refuse");
    assert_eq!(browser.post(KEYS, key).await.0, 201);
}

#[tokio::test]
async fn signing_out_ends_the_session_for_all_who_have_the_cookie() {
    let platform = Platform::start().await;
    let browser = platform.sign_in(ADA).await;
    let other = platform.sign_in(ADA).await;
    let answer = browser.send(Method::POST, "/v1/auth/logout", json!({})).await;
    assert_eq!(answer.status(), 204);
    assert!(answer.headers()[SET_COOKIE].to_str().unwrap().starts_with("cloche_session=; "));
    let (status, problem) = browser.get(ME).await;
    assert_eq!((status, &problem["code"]), (401, &json!("not_signed_in")));
    assert_eq!(other.get(ME).await.0, 200);
}

#[tokio::test]
async fn a_new_sign_in_ends_the_browsers_session_before_it() {
    let platform = Platform::start().await;
    let before = platform.sign_in(ADA).await;
    let token = token_of(&platform.admin("sign-in-link", &["--email", "bob@example.com"]));
    let answer = before.send(Method::POST, CONSUME, json!({"token": token})).await;
    let bob = platform.browser(&cookie(&answer).unwrap());
    assert_eq!(bob.get(ME).await.1["user"]["email"], "bob@example.com");
    assert_eq!(before.get(ME).await.0, 401);
}

#[tokio::test]
async fn a_days_old_token_is_replaced_and_the_old_one_soon_ends() {
    let data = TempDir::new().unwrap();
    let (app, url, old) = with_a_clock(&data).await;
    let visit = async |session: &str| {
        let headers = HeaderMap::from_iter([("cookie".parse().unwrap(), session.parse().unwrap())]);
        let answer = Caller::new(&url, headers).request(Method::GET, ME).send().await.unwrap();
        (answer.status().as_u16(), cookie(&answer))
    };
    assert_eq!(visit(&old).await, (200, None));
    app.clock.advance(Duration::hours(25));
    let (status, new) = visit(&old).await;
    let new = new.expect("a new token");
    assert_eq!(status, 200);
    assert_ne!(new, old);
    assert_eq!(visit(&old).await, (200, None), "requests under way beside it");
    assert_eq!(visit(&new).await, (200, None));
    app.clock.advance(Duration::minutes(2));
    assert_eq!(visit(&old).await.0, 401);
    app.clock.advance(Duration::days(29));
    let (status, newer) = visit(&new).await;
    assert_eq!(status, 200, "each visit prolongs");
    app.clock.advance(Duration::days(31));
    assert_eq!(visit(&newer.unwrap()).await.0, 401, "30 days without a visit");
}

on_both!(a_person_sees_where_they_are_signed_in_and_ends_it, async |setup: Setup| {
    let platform = setup.start().await;
    let token = json!({"token": token_of(&platform.admin("sign-in-link", &["--email", ADA]))});
    let agent = format!("Firefox\t{}", "x".repeat(500));
    let request = platform.anyone().request(Method::POST, CONSUME).header("user-agent", agent).json(&token);
    let laptop = platform.browser(&cookie(&request.send().await.unwrap()).unwrap());
    let (phone, bob) = (platform.sign_in(ADA).await, platform.sign_in("bob@example.com").await);

    let (_, list) = phone.get(SESSIONS).await;
    let sessions = list["sessions"].as_array().unwrap();
    assert_eq!(sessions.iter().map(|one| &one["current"]).collect::<Vec<_>>(), [true, false], "{list}");
    let other = &sessions[1];
    assert_eq!((&other["address"], &other["lastSeenAt"]), (&json!("127.0.0.1"), &other["createdAt"]), "{list}");
    let agent = other["userAgent"].as_str().unwrap();
    assert!(agent.starts_with("Firefoxx") && agent.len() == 200, "{agent}");

    let its_path = format!("{SESSIONS}/{}", other["id"].as_str().unwrap());
    assert_eq!(bob.delete(&its_path).await.1["code"], "not_found");
    assert_eq!(laptop.get(ME).await.0, 200);
    assert_eq!(phone.delete(&its_path).await, (204, Value::Null));
    assert_eq!(laptop.get(ME).await.0, 401);
    assert_eq!((phone.get(ME).await.0, bob.get(ME).await.0), (200, 200));
    assert_eq!(phone.get("/v1/audit?action=session.ended").await.1["entries"][0]["resourceId"], other["id"]);
});

on_both!(signing_out_everywhere_keeps_this_browser_or_does_not, async |setup: Setup| {
    let platform = setup.start().await;
    let (laptop, phone) = (platform.sign_in(ADA).await, platform.sign_in(ADA).await);
    let (bob, key) = (platform.sign_in("bob@example.com").await, platform.api_key(ADA));
    assert_eq!(phone.delete(&format!("{SESSIONS}?keepThis=maybe")).await.1["code"], "invalid_query");
    assert_eq!(phone.delete(&format!("{SESSIONS}?keepThis=true")).await.0, 204);
    assert_eq!((laptop.get(ME).await.0, phone.get(ME).await.0), (401, 200));
    let answer = phone.request(Method::DELETE, SESSIONS).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    assert!(answer.headers()[SET_COOKIE].to_str().unwrap().starts_with("cloche_session=; "));
    assert_eq!((phone.get(ME).await.0, bob.get(ME).await.0), (401, 200));
    assert_eq!(platform.with_key(&key).get(ME).await.0, 200, "keys are ended where they are listed");
});

#[tokio::test]
async fn the_time_of_last_use_is_noted_every_five_minutes() {
    let data = TempDir::new().unwrap();
    let (app, url, session) = with_a_clock(&data).await;
    let headers = HeaderMap::from_iter([("cookie".parse().unwrap(), session.parse().unwrap())]);
    let browser = Caller::new(&url, headers);
    let seen = async || browser.get(SESSIONS).await.1["sessions"][0]["lastSeenAt"].clone();
    let first = seen().await;
    app.clock.advance(Duration::minutes(4));
    assert_eq!(seen().await, first);
    app.clock.advance(Duration::minutes(1));
    assert_ne!(seen().await, first);
}
