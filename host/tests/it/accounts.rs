//! `/v1/auth`, `/v1/api-keys` and `cloche admin`.

mod api_keys;
mod limits;
mod sessions;

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use cloche::app::App;
use cloche::config::{Config, Flags};
use cloche::{accounts, boot, http};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::platform::{Caller, Platform, Setup, cookie, on_both, token_of};

const LINK: &str = "/v1/auth/magic-link";
const CONSUME: &str = "/v1/auth/magic-link/consume";
const ADA: &str = "ada@example.com";

/// A platform in this process, whose clock the test sets, and a signed-in browser's cookie.
pub async fn with_a_clock(data: &TempDir) -> (Arc<App>, String, String) {
    with_a_clock_and(data, |_| String::new()).await
}

/// The same with other settings, in TOML, which may depend on the port that it listens on.
pub async fn with_a_clock_and(data: &TempDir, settings: impl Fn(u16) -> String) -> (Arc<App>, String, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listen = listener.local_addr().unwrap();
    let file = data.path().join("cloche.toml");
    std::fs::write(&file, settings(listen.port())).unwrap();
    let flags = Flags { data: Some(data.path().to_owned()), config: Some(file), ..Flags::default() };
    let mut config = Config::load(&flags).unwrap();
    config.http.listen = listen;
    let app = boot::app(config).await.unwrap();
    tokio::spawn(http::serve(listener, app.clone()));
    let url = format!("http://{listen}");
    let link = accounts::operator_link(&app, &ADA.parse().unwrap()).await.unwrap();
    let answer = Caller::new(&url, HeaderMap::new())
        .send(Method::POST, CONSUME, json!({"token": token_of(link.as_str())}))
        .await;
    (app, url, cookie(&answer).unwrap())
}

on_both!(a_mailed_link_signs_in_once_and_makes_the_account, async |setup: Setup| {
    let platform = setup.start().await;
    let anyone = platform.anyone();
    let asked = anyone.post(LINK, json!({"email": " Ada@Example.com ", "next": "/servers?new=1"})).await;
    assert_eq!(asked, (202, json!({"email": ADA, "expiresInMinutes": 15})));
    let mails = platform.mails_to(ADA);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains(&format!("{}/sign-in?token=", platform.url)), "{}", mails[0]);

    let token = json!({"token": token_of(&mails[0])});
    let answer = anyone.send(Method::POST, CONSUME, token.clone()).await;
    assert_eq!(answer.status(), 200);
    let browser = platform.browser(&cookie(&answer).unwrap());
    let mut signed_in: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(signed_in["next"], "/servers?new=1");
    assert_eq!(signed_in["user"]["email"], ADA);
    assert_eq!((&signed_in["org"]["slug"], &signed_in["role"]), (&json!("ada"), &json!("owner")));
    signed_in.as_object_mut().unwrap().remove("next");
    assert_eq!(browser.get("/v1/auth/me").await, (200, signed_in));

    let (status, problem) = anyone.post(CONSUME, token).await;
    assert_eq!((status, &problem["code"]), (410, &json!("link_not_valid")));
});

on_both!(of_two_hundred_with_one_link_one_gets_in, async |setup: Setup| {
    let platform = setup.start().await;
    let token = token_of(&platform.admin("sign-in-link", &["--email", ADA]));
    let mut browsers = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (browser, token) = (platform.anyone(), json!({"token": token}));
        browsers.spawn(async move { browser.post(CONSUME, token).await.0 });
    }
    let mut statuses = browsers.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (200, &[410; 199][..]));
});

#[tokio::test]
async fn an_expired_link_lets_nobody_in() {
    let platform = Platform::setup().config("[sign_in]\nlink_minutes = 0").start().await;
    let token = token_of(&platform.admin("sign-in-link", &["--email", ADA]));
    let (status, problem) = platform.anyone().post(CONSUME, json!({"token": token})).await;
    assert_eq!((status, &problem["code"]), (410, &json!("link_not_valid")));
}

#[tokio::test]
async fn the_answer_does_not_tell_whether_there_is_an_account() {
    let platform = Platform::start().await;
    platform.admin("user", &["--email", ADA]);
    let known = platform.anyone().post(LINK, json!({"email": ADA})).await;
    let unknown = platform.anyone().post(LINK, json!({"email": "bob@example.com"})).await;
    assert_eq!(known, (202, json!({"email": ADA, "expiresInMinutes": 15})));
    assert_eq!(unknown, (202, json!({"email": "bob@example.com", "expiresInMinutes": 15})));
}

#[tokio::test]
async fn what_is_no_address_or_leads_elsewhere_is_refused() {
    let platform = Platform::start().await;
    let anyone = platform.anyone();
    for email in ["", "ada", "ada@example.com\r\nBcc: eve@example.com", "<ada@example.com>"] {
        assert_eq!(anyone.post(LINK, json!({"email": email})).await.0, 422, "{email:?}");
    }
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example", "servers"] {
        let (status, problem) = anyone.post(LINK, json!({"email": ADA, "next": next})).await;
        assert_eq!((status, &problem["code"]), (422, &json!("next_not_local")), "{next}");
    }
    assert_eq!(anyone.post(CONSUME, json!({"token": "made-up"})).await.0, 410);
    assert!(platform.mails_to(ADA).is_empty());
}

#[tokio::test]
async fn mail_is_for_its_owners_eyes_only() {
    let platform = Platform::start().await;
    platform.anyone().post(LINK, json!({"email": ADA})).await;
    let outbox = platform.data().join("outbox");
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&outbox), 0o700);
    let files: Vec<_> = outbox.read_dir().unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    assert_eq!((mode(&files[0]), files[0].extension().unwrap().to_str()), (0o600, Some("eml")));
    assert!(platform.printed().iter().any(|line| line.contains("/sign-in?token=")));
}

#[tokio::test]
async fn namesakes_get_organisations_of_their_own() {
    let platform = Platform::start().await;
    let slug = async |email| platform.sign_in(email).await.get("/v1/me/org").await.1["slug"].clone();
    let (first, second) = (slug(ADA).await, slug("ada@other.example").await);
    assert_eq!(first, "ada");
    assert!(second.as_str().unwrap().starts_with("ada-"), "{second}");
    assert_eq!(slug(ADA).await, first);
}

#[tokio::test]
async fn an_organisation_says_its_plan_and_limits() {
    let platform = Platform::setup().config("plan = \"hobby\"").start().await;
    let (status, org) = platform.sign_in(ADA).await.get("/v1/me/org").await;
    assert_eq!((status, &org["name"], &org["plan"]), (200, &json!("ada"), &json!("hobby")));
    assert_eq!((&org["limits"]["previewsPerDay"], &org["limits"]["servers"]), (&json!(5), &json!(2)));
}

#[tokio::test]
async fn a_new_platform_prints_its_operators_first_link_until_someone_has_an_account() {
    let mut platform = Platform::start().await;
    let printed = platform.printed().join("\n");
    let answer = platform.anyone().send(Method::POST, CONSUME, json!({"token": token_of(&printed)})).await;
    let browser = platform.browser(&cookie(&answer).unwrap());
    assert_eq!(browser.get("/v1/auth/me").await.1["user"]["email"], "owner@localhost");
    assert!(platform.stop());
    platform.restart().await;
    assert!(platform.printed().is_empty());
    assert_eq!(browser.get("/v1/auth/me").await.0, 200);
}

#[tokio::test]
async fn the_operator_makes_accounts_beside_a_running_platform() {
    let platform = Platform::start().await;
    let (first, again) = (platform.admin("user", &["--email", ADA]), platform.admin("user", &["--email", ADA]));
    assert!(first.starts_with("usr_") && first == again, "{first} {again}");
    let key = platform.api_key("bob@example.com");
    assert!(key.starts_with("clo_") && !key.contains(char::is_whitespace), "{key}");
    let (status, me) = platform.with_key(&key).get("/v1/auth/me").await;
    assert_eq!((status, &me["user"]["email"]), (200, &json!("bob@example.com")));
    let ada = platform.sign_in(ADA).await.get("/v1/auth/me").await.1;
    assert_eq!(ada["user"]["id"], json!(first));
}
