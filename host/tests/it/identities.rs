//! Signing in at providers: OpenID Connect and GitHub, as they stand on the wire.

mod accounts;
mod consent;
mod github;
pub mod issuer;
mod refusals;
mod tokens;

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use time::Duration;

use crate::accounts::with_a_clock_and;
use crate::browser::Browser;
use crate::organisations::personal::places;
use crate::platform::{Platform, Setup, on_both};
use issuer::Issuer;

const ADA: &str = "ada@example.com";
const CORP: &str = "corp";

/// A platform that knows this issuer.
async fn with(issuer: &Issuer, setup: Setup) -> Platform {
    setup.config(&issuer.settings(CORP)).start().await
}

/// A browser in which ada is signed in by a mailed link.
async fn signed_in(platform: &Platform, email: &str) -> Browser {
    Browser::at(&platform.url).with(&platform.session(email).await)
}

async fn identities(browser: &Browser) -> Vec<Value> {
    let (status, listed) = browser.get("/v1/me/identities").await;
    assert_eq!(status, 200, "{listed}");
    listed["identities"].as_array().unwrap().clone()
}

/// The actions in the log of a browser's organisation, newest first, with what is said of each.
async fn log(browser: &Browser, action: &str) -> Vec<Value> {
    let (_, page) = browser.get(&format!("/v1/audit?action={action}")).await;
    page["entries"].as_array().unwrap_or_else(|| panic!("{page}")).clone()
}

on_both!(a_new_address_makes_an_account_and_the_next_time_it_is_the_same, async |setup: Setup| {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, setup).await;
    let ways = platform.anyone().get("/v1/auth/providers").await;
    let corp = json!({"name": CORP, "label": "Example Corp"});
    assert_eq!(ways, (200, json!({"providers": [corp], "passkeys": false, "plansForSale": false})));

    let browser = Browser::at(&platform.url);
    let (status, arrived) = browser.sign_in(CORP).await;
    assert_eq!(
        (status, &arrived["outcome"], &arrived["next"]),
        (200, &json!("signedIn"), &json!("/servers")),
        "{arrived}"
    );
    assert_eq!((&arrived["user"]["email"], &arrived["org"]["slug"]), (&json!(ADA), &json!("ada")));
    assert_eq!(browser.email().await.as_deref(), Some(ADA));
    let known = identities(&browser).await;
    assert_eq!((known.len(), &known[0]["label"], &known[0]["shown"]), (1, &json!("Example Corp"), &json!(ADA)));
    let linked = &log(&browser, "identity.linked").await[0];
    assert_eq!((&linked["resourceId"], &linked["after"]), (&known[0]["id"], &json!({"provider": CORP})));
    assert!(!linked.to_string().contains("example.com"), "the log holds no address: {linked}");
    let begun = &log(&browser, "session.begun").await[0];
    assert_eq!(begun["details"], json!({"by": "provider", "provider": CORP}));

    let phone = Browser::at(&platform.url);
    assert_eq!(phone.sign_in(CORP).await.0, 200);
    assert_eq!(phone.get("/v1/auth/me").await, browser.get("/v1/auth/me").await);
    assert_eq!(identities(&phone).await.len(), 1);
    let mails = platform.mails_to(ADA);
    assert_eq!(mails.len(), 1, "its owner is told once");
    assert!(mails[0].contains("an account was made with it"), "{}", mails[0]);
});

/// What a provider knows is the subject; an address may be given to somebody else.
#[tokio::test]
async fn an_address_that_changes_hands_opens_nothing() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let ada = Browser::at(&platform.url);
    assert_eq!(ada.sign_in(CORP).await.0, 200);
    let adas = ada.get("/v1/auth/me").await.1["user"]["id"].clone();

    issuer.set(|now| now.claims["sub"] = json!("eve-at-issuer"));
    let eve = Browser::at(&platform.url);
    let (status, arrived) = eve.sign_in(CORP).await;
    assert_eq!((status, &arrived["outcome"]), (200, &json!("consentMailed")), "{arrived}");
    assert_eq!(eve.email().await, None);

    // And who has another address now is still who they were, whether it is verified or not.
    issuer.set(|now| now.claims = json!({"sub": "ada-at-issuer", "email": "ada@new.example", "email_verified": false}));
    let phone = Browser::at(&platform.url);
    assert_eq!(phone.sign_in(CORP).await.0, 200);
    assert_eq!(phone.get("/v1/auth/me").await.1["user"]["id"], adas);
}

/// Another issuer under the same name in the configuration says nothing about the subjects of the one before.
#[tokio::test]
async fn another_issuer_under_the_same_name_is_another() {
    let (first, second) = (Issuer::start().await, Issuer::start().await);
    let mut platform = with(&first, Platform::setup()).await;
    assert_eq!(Browser::at(&platform.url).sign_in(CORP).await.1["outcome"], "signedIn");
    platform.configure(&second.settings(CORP));
    assert!(platform.stop());
    platform.restart().await;
    let browser = Browser::at(&platform.url);
    assert_eq!(browser.sign_in(CORP).await.1["outcome"], "consentMailed");
    assert_eq!(browser.email().await, None);
}

on_both!(twenty_at_once_with_one_new_subject_make_one_account, async |setup: Setup| {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, setup).await;
    let mut browsers = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let browser = Browser::at(&platform.url);
        browsers.spawn(async move {
            let (status, arrived) = browser.sign_in(CORP).await;
            (status, arrived["outcome"].clone(), arrived["user"]["id"].clone())
        });
    }
    let arrived = browsers.join_all().await;
    assert!(arrived.iter().all(|one| (one.0, &one.1) == (200, &json!("signedIn"))), "{arrived:?}");
    assert!(arrived.iter().all(|one| one.2 == arrived[0].2), "{arrived:?}");
    assert_eq!(identities(&signed_in(&platform, ADA).await).await.len(), 1);
});

#[tokio::test]
async fn a_new_sign_in_ends_the_session_before_it() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let cookie = platform.session("bob@example.com").await;
    let browser = Browser::at(&platform.url).with(&cookie);
    assert_eq!(browser.sign_in(CORP).await.0, 200);
    assert_eq!(browser.email().await.as_deref(), Some(ADA));
    assert_eq!(platform.browser(&cookie).get("/v1/auth/me").await.0, 401);
}

on_both!(so_many_sign_ins_an_hour_are_begun_from_one_address, async |setup: Setup| {
    let issuer = Issuer::start().await;
    let config = format!("[sign_in]\nstarts_per_address = 5\n{}", issuer.settings(CORP));
    let platform = setup.config(&config).start().await;
    let mut starts = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let browser = Browser::at(&platform.url);
        starts
            .spawn(async move { browser.send(Method::POST, "/v1/auth/providers/corp/start", Some(&json!({}))).await });
    }
    let (begun, refused): (Vec<_>, Vec<_>) =
        starts.join_all().await.into_iter().partition(|answer| answer.status() == 200);
    assert_eq!((begun.len(), refused.len()), (5, 15));
    for answer in refused {
        assert_eq!(answer.status(), 429);
        let wait: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((3_500..=3_601).contains(&wait), "{wait}");
    }
});

#[tokio::test]
async fn what_was_begun_is_ended_within_ten_minutes() {
    let (data, issuer) = (TempDir::new().unwrap(), Issuer::start().await);
    let (app, url, _) = with_a_clock_and(&data, |_| issuer.settings(CORP)).await;
    issuer.set(|now| now.claims["email"] = json!("new@example.com"));
    let browser = Browser::at(&url);
    for (minutes, status) in [(9, 200), (11, 410)] {
        let back = browser.at_provider(&browser.start(CORP).await).await;
        app.clock.advance(Duration::minutes(minutes));
        // The issuer's clock goes on as well.
        let later = app.clock.now().unix_timestamp();
        issuer.set(|now| now.bent = json!({"iat": later, "exp": later + 300}));
        let (got, arrived) = browser.bring(&back).await;
        assert_eq!(got, status, "{minutes} minutes: {arrived}");
    }
}

#[tokio::test]
async fn nothing_secret_is_logged() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let browser = Browser::at(&platform.url);
    let back = browser.at_provider(&browser.start(CORP).await).await;
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let state = back.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    assert_eq!(browser.bring(&back).await.0, 200);
    // A refusal that repeats the client's secret.
    let again = browser.at_provider(&browser.start(CORP).await).await;
    issuer.set(|now| now.metadata = json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]}));
    let (_, problem) = browser.bring(&again).await;
    assert_eq!(problem["code"], "provider_refused", "{problem}");
    let log = platform.log();
    assert!(log.contains("invalid_client"), "{log}");
    let secret = browser.cookie("cloche_sign_in").unwrap();
    for (what, text) in
        [("secret", issuer::SECRET), ("code", &code), ("state", &state), ("token", "at-issuer"), ("browser", &secret)]
    {
        assert!(!log.contains(text), "the log holds a {what}");
        assert!(!problem.to_string().contains(text), "the answer holds a {what}");
    }
    // Nor are they in the database: what it knows cannot end a sign-in.
    for text in [&code, &state, &secret] {
        assert_eq!(places(&platform.data(), text).await, [""; 0]);
    }
}
