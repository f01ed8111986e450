//! What does not sign in, each with its own words.

use std::time::Instant;

use serde_json::{Value, json};

use super::issuer::{Issuer, PATIENCE, Trouble};
use super::{ADA, CORP, identities, signed_in, with};
use crate::browser::Browser;
use crate::platform::{Platform, Setup, on_both};

fn code(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["code"].as_str().unwrap_or_default())
}

on_both!(an_answer_counts_once, async |setup: Setup| {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, setup).await;
    let browser = Browser::at(&platform.url);
    let back = browser.at_provider(&browser.start(CORP).await).await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (copy, back) = (
            Browser::at(&platform.url).with(&format!("cloche_sign_in={}", browser.cookie("cloche_sign_in").unwrap())),
            back.clone(),
        );
        tries.spawn(async move {
            let answer = copy.bring(&back).await;
            (answer.0, answer.1["code"].clone())
        });
    }
    let mut answers = tries.join_all().await;
    answers.sort_by_key(|answer| answer.0);
    assert_eq!(answers[0], (200, Value::Null));
    assert_eq!(answers[1..], vec![(410, json!("sign_in_expired")); 19]);
});

/// Login CSRF: an attacker's answer in the victim's browser, and a stolen one in the attacker's.
#[tokio::test]
async fn an_answer_counts_in_the_browser_that_asked() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let (one, other) = (Browser::at(&platform.url), Browser::at(&platform.url));
    let back = one.at_provider(&one.start(CORP).await).await;
    assert_eq!(code(&other.bring(&back).await), (403, "sign_in_other_browser"), "one without a sign-in under way");
    other.start(CORP).await;
    assert_eq!(code(&other.bring(&back).await), (403, "sign_in_other_browser"), "one with a sign-in of its own");
    assert_eq!((one.email().await, other.email().await), (None, None));
    assert_eq!(one.bring(&back).await.0, 200, "it was not used up by who may not");
}

/// A state of one's own, with another's code: PKCE and nonce are of another browser.
#[tokio::test]
async fn a_code_that_was_given_to_another_browser_is_worth_nothing() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let (victim, thief) = (Browser::at(&platform.url), Browser::at(&platform.url));
    let stolen = victim.at_provider(&victim.start(CORP).await).await;
    let own = thief.at_provider(&thief.start(CORP).await).await;
    let of = |url: &url::Url, name: &str| url.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
    let mut mixed = own.clone();
    mixed.query_pairs_mut().clear().append_pair("code", &of(&stolen, "code")).append_pair("state", &of(&own, "state"));
    mixed.query_pairs_mut().append_pair("iss", &issuer.url);
    assert_eq!(code(&thief.bring(&mixed).await), (502, "provider_refused"));
    assert_eq!(thief.email().await, None);
}

/// Mix-up (RFC 9207): what was begun at one provider is answered in another's name.
#[tokio::test]
async fn another_providers_answer_is_refused() {
    let (honest, evil) = (Issuer::start().await, Issuer::start().await);
    let settings = honest.settings("honest") + &evil.settings("evil");
    let platform = Platform::setup().config(&settings).start().await;
    let browser = Browser::at(&platform.url);
    let mut back = browser.at_provider(&browser.start("honest").await).await;
    back.set_path("/sign-in/callback/evil");
    assert_eq!(code(&browser.bring(&back).await), (403, "sign_in_other_provider"));
    back.set_path("/sign-in/callback/honest");
    assert_eq!(code(&browser.bring(&back).await), (410, "sign_in_expired"), "and it is used up");

    // The same at the right address, with the issuer that sent it.
    for iss in [Some(evil.url.clone()), None] {
        honest.set(|now| now.iss = iss);
        assert_eq!(code(&browser.sign_in("honest").await), (502, "provider_not_believed"));
    }
    assert!(platform.log().contains("the answer is another issuer's"), "{}", platform.log());
    assert!(!evil.set(|now| now.asked.contains(&"/token".to_owned())), "no code has gone to the other");
    assert_eq!(browser.email().await, None);
    // A provider that does not say that it names itself need not.
    honest.set(|now| now.metadata = json!({"authorization_response_iss_parameter_supported": null}));
    let settled = Platform::setup().config(&settings).start().await;
    assert_eq!(Browser::at(&settled.url).sign_in("honest").await.0, 200);
}

#[tokio::test]
async fn an_address_counts_only_if_it_is_verified() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let browser = Browser::at(&platform.url);
    for verified in [json!(false), json!("true"), json!(1), Value::Null] {
        issuer.set(|now| now.bent = json!({"email_verified": verified}));
        let answer = browser.sign_in(CORP).await;
        assert_eq!(code(&answer), (403, "email_not_verified"), "{verified}");
        let detail = answer.1["detail"].as_str().unwrap();
        assert!(detail.contains("Example Corp does not say that your mail address there is really yours"), "{detail}");
    }
    issuer.set(|now| now.bent = json!({"email": "no address"}));
    assert_eq!(code(&browser.sign_in(CORP).await), (403, "email_not_verified"));
    issuer.set(|now| now.bent = json!({"email": null, "email_verified": null}));
    issuer.set(|now| now.userinfo = json!({"sub": "ada-at-issuer"}));
    assert_eq!(code(&browser.sign_in(CORP).await), (403, "email_missing"));
    assert_eq!(browser.email().await, None);
    assert!(platform.mails_to(ADA).is_empty());
}

/// Where the token tells no address, it is asked for (OpenID Connect Core §5.3, §5.4).
#[tokio::test]
async fn an_address_may_be_told_where_it_is_asked_for() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let browser = Browser::at(&platform.url);
    issuer.set(|now| now.bent = json!({"email": null, "email_verified": null}));
    issuer.set(|now| now.userinfo = json!({"sub": "eve", "email": ADA, "email_verified": true}));
    assert_eq!(code(&browser.sign_in(CORP).await), (502, "provider_not_believed"), "of another person");
    issuer.set(|now| now.userinfo["sub"] = json!("ada-at-issuer"));
    assert_eq!(browser.sign_in(CORP).await.0, 200);
    assert_eq!(browser.email().await.as_deref(), Some(ADA));
}

#[tokio::test]
async fn a_provider_that_is_not_well_is_told_of() {
    let issuer = Issuer::start().await;
    let config = format!("[sign_in]\nprovider_timeout_s = 1\n{}", issuer.settings(CORP));
    let says = |body: Value| Trouble::Says(200, body);
    for (path, trouble, expected) in [
        ("/token", Trouble::Down, (503, "provider_unavailable")),
        ("/token", Trouble::Slow, (503, "provider_unavailable")),
        ("/token", Trouble::Huge, (502, "provider_not_believed")),
        ("/token", says(json!("nonsense")), (502, "provider_not_believed")),
        ("/token", says(json!({"access_token": "a"})), (502, "provider_not_believed")),
        ("/token", Trouble::Says(401, json!({"error": "invalid_client"})), (502, "provider_refused")),
        ("/token", Trouble::Says(302, json!({})), (502, "provider_refused")),
        ("/keys", Trouble::Down, (503, "provider_unavailable")),
        ("/keys", Trouble::Slow, (503, "provider_unavailable")),
        ("/keys", Trouble::Huge, (502, "provider_not_believed")),
        ("/keys", says(json!({"keys": []})), (502, "provider_not_believed")),
    ] {
        // Nothing is remembered of it yet.
        let platform = Platform::setup().config(&config).start().await;
        let browser = Browser::at(&platform.url);
        let back = browser.at_provider(&browser.start(CORP).await).await;
        issuer.set(|now| now.trouble.insert(path, trouble));
        let began = Instant::now();
        let answer = browser.bring(&back).await;
        assert_eq!(code(&answer), expected, "{path}: {}", answer.1);
        assert!(began.elapsed() < PATIENCE, "{path}");
        assert_eq!(browser.email().await, None);
        issuer.set(|now| now.trouble.clear());
        assert_eq!(browser.sign_in(CORP).await.0, 200, "once it is well, it signs in: {path}");
        // Each platform makes the account anew.
    }
}

#[tokio::test]
async fn what_an_issuer_says_of_itself_is_checked_before_anybody_is_sent_there() {
    let issuer = Issuer::start().await;
    let config = format!("[sign_in]\nprovider_timeout_s = 1\n{}", issuer.settings(CORP));
    let platform = Platform::setup().config(&config).start().await;
    let browser = Browser::at(&platform.url);
    let start = async || browser.post("/v1/auth/providers/corp/start", json!({})).await;
    let evil = "http://evil.example/authorize";
    for (metadata, why) in [
        (json!({"issuer": "https://evil.example"}), "issuer \"https://evil.example\""),
        (json!({"issuer": format!("{}/", issuer.url)}), "is that of the issuer"),
        (json!({"authorization_endpoint": evil}), "no https address"),
        (json!({"token_endpoint": evil}), "no https address"),
        (json!({"jwks_uri": evil}), "no https address"),
        (json!({"userinfo_endpoint": "file:///etc/passwd"}), "no https address"),
        (json!({"authorization_endpoint": "javascript:alert(1)"}), "no https address"),
        (json!({"token_endpoint": null}), "its description"),
    ] {
        issuer.set(|now| now.metadata = metadata);
        let before = platform.log().len();
        assert_eq!(code(&start().await), (502, "provider_not_believed"), "{why}");
        assert!(platform.log()[before..].contains(why), "{why}: {}", platform.log());
    }
    issuer.set(|now| now.metadata = json!({}));
    for (trouble, expected) in [
        (Trouble::Down, (503, "provider_unavailable")),
        (Trouble::Slow, (503, "provider_unavailable")),
        (Trouble::Huge, (502, "provider_not_believed")),
        (Trouble::Says(404, json!({})), (502, "provider_not_believed")),
    ] {
        issuer.set(|now| now.trouble.insert("/.well-known/openid-configuration", trouble));
        assert_eq!(code(&start().await), expected);
    }
    issuer.set(|now| now.trouble.clear());
    assert_eq!(start().await.0, 200);
}

#[tokio::test]
async fn who_changes_their_mind_there_is_told_so() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let browser = Browser::at(&platform.url);
    for (error, expected) in
        [("access_denied", (403, "sign_in_cancelled")), ("server_error", (502, "provider_refused"))]
    {
        let page = browser.start(CORP).await;
        let state = page.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let answer = browser.post("/v1/auth/providers/corp/callback", json!({"state": state, "error": error})).await;
        assert_eq!(code(&answer), expected, "{error}");
    }
    let answer =
        browser.post("/v1/auth/providers/corp/callback", json!({"state": "made-up", "error": "access_denied"})).await;
    assert_eq!(code(&answer), (410, "sign_in_expired"), "what nobody asked for says nothing");
}

#[tokio::test]
async fn what_is_not_there_or_leads_elsewhere_is_refused() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let browser = Browser::at(&platform.url);
    for provider in ["google", "Corp", "..%2Fcorp", "%00"] {
        let answer = browser.post(&format!("/v1/auth/providers/{provider}/start"), json!({})).await;
        assert_eq!(code(&answer), (404, "no_such_provider"), "{provider}");
    }
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example", "servers"] {
        let answer = browser.post("/v1/auth/providers/corp/start", json!({"next": next})).await;
        assert_eq!(code(&answer), (422, "next_not_local"), "{next}");
    }
    // Another site's page begins nothing, and ends nothing: it would choose whom the browser is signed in as.
    for path in [
        "/v1/auth/providers/corp/start",
        "/v1/auth/providers/corp/callback",
        "/v1/auth/identities/agree",
        "/v1/auth/passkeys/challenge",
        "/v1/auth/passkeys",
    ] {
        let request = platform.anyone().request(reqwest::Method::POST, path).header("origin", "https://evil.example");
        let answer = request.json(&json!({"state": "a", "token": "a", "credential": {}})).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{path}");
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], "cross_origin", "{path}");
    }
    // A key does not connect anything to its owner's account.
    let key = platform.with_key(&platform.api_key(ADA));
    assert_eq!(code(&key.post("/v1/me/identities", json!({"provider": CORP})).await), (403, "session_needed"));
    assert!(identities(&signed_in(&platform, ADA).await).await.is_empty());
}

#[tokio::test]
async fn a_setting_that_could_never_work_is_named_at_the_start() {
    let platform = Platform::start().await;
    for (settings, says) in [
        ("[sign_in.providers.corp]\nclient_id = \"a\"", "sign_in.providers.corp: issuer is missing"),
        ("[sign_in.providers.google]\nclient_secret = \"top-secret\"", "client_id"),
        ("[sign_in.providers.Corp]\nclient_id = \"a\"", "lower-case letters"),
        ("[sign_in]\nprovider_timeout_s = 0", "sign_in.provider_timeout_s is 0"),
    ] {
        platform.configure(settings);
        let (well, said) = platform.beside(&["serve"], &["--listen", "127.0.0.1:0"]);
        assert!(!well && said.contains(says), "{settings}: {said}");
        assert!(!said.contains("top-secret"), "{said}");
    }
}
