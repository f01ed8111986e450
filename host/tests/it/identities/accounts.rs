//! Connections of an account: made by who is signed in, seen, removed, told of in the file of all that is kept.

use reqwest::Method;
use serde_json::json;

use super::issuer::Issuer;
use super::{ADA, CORP, identities, log, signed_in, with};
use crate::browser::Browser;
use crate::organisations::personal::places;
use crate::platform::{Platform, Setup, on_both};

const BOB: &str = "bob@example.com";

on_both!(who_is_signed_in_connects_and_disconnects, async |setup: Setup| {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, setup).await;
    let bob = signed_in(&platform, BOB).await;
    // Its address there is another, and need not be verified: bob is here himself.
    issuer.set(|now| now.claims = json!({"sub": "bob", "email": "bob@work.example", "email_verified": false, "preferred_username": "bob-at\u{202e}-work"}));
    let (status, arrived) = bob.connect(CORP).await;
    assert_eq!((status, &arrived["outcome"]), (200, &json!("connected")), "{arrived}");
    assert_eq!(arrived["identity"]["shown"], "bob-at-work", "what cannot be seen is taken out");
    assert_eq!(identities(&bob).await, [arrived["identity"].clone()]);
    assert_eq!(bob.connect(CORP).await.1["identity"]["id"], arrived["identity"]["id"], "again changes nothing");
    let phone = Browser::at(&platform.url);
    assert_eq!(phone.sign_in(CORP).await.1["user"]["email"], BOB);

    let path = format!("/v1/me/identities/{}", arrived["identity"]["id"].as_str().unwrap());
    assert_eq!(bob.delete(&path).await.0, 204);
    assert_eq!(bob.delete(&path).await.0, 404);
    assert!(identities(&bob).await.is_empty());
    let removed = &log(&bob, "identity.removed").await[0];
    assert_eq!(
        (&removed["before"], &removed["actor"]),
        (&json!({"provider": CORP}), &log(&bob, "identity.linked").await[0]["actor"])
    );
    assert_eq!(phone.email().await.as_deref(), Some(BOB), "sessions are ended where they are listed");
    assert_eq!(Browser::at(&platform.url).sign_in(CORP).await.1["code"], "email_not_verified", "it signs in no more");
});

#[tokio::test]
async fn whom_a_provider_knows_is_one_account() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    assert_eq!(Browser::at(&platform.url).sign_in(CORP).await.0, 200);
    let bob = signed_in(&platform, BOB).await;
    let (status, problem) = bob.connect(CORP).await;
    assert_eq!((status, &problem["code"]), (409, &json!("identity_taken")));
    assert!(identities(&bob).await.is_empty());
}

/// A browser that has changed hands between asking and answering connects nothing.
#[tokio::test]
async fn what_one_account_began_does_not_connect_another() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let browser = signed_in(&platform, BOB).await;
    let begin = async || {
        let (_, started) = browser.post("/v1/me/identities", json!({"provider": CORP})).await;
        browser.at_provider(&started["url"].as_str().unwrap().parse().unwrap()).await
    };
    let back = begin().await;
    assert_eq!(browser.send(Method::POST, "/v1/auth/logout", None).await.status(), 204);
    assert_eq!(browser.bring(&back).await.1["code"], "sign_in_other_account", "signed out");
    let browser = browser.with(&platform.session(BOB).await);
    let (_, started) = browser.post("/v1/me/identities", json!({"provider": CORP})).await;
    let back = browser.at_provider(&started["url"].as_str().unwrap().parse().unwrap()).await;
    let browser = browser.with(&platform.session("eve@example.com").await);
    assert_eq!(browser.bring(&back).await.1["code"], "sign_in_other_account", "signed in as another");
    for email in [BOB, "eve@example.com"] {
        assert!(identities(&signed_in(&platform, email).await).await.is_empty());
    }
}

#[tokio::test]
async fn the_file_tells_of_connections_and_the_end_of_the_account_ends_them() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let ada = Browser::at(&platform.url);
    assert_eq!(ada.sign_in(CORP).await.0, 200);
    issuer.set(|now| now.claims["sub"] = json!("eve-at-issuer"));
    assert_eq!(Browser::at(&platform.url).sign_in(CORP).await.1["outcome"], "consentMailed");
    assert_eq!(ada.post("/v1/me/identities", json!({"provider": CORP})).await.0, 200);
    let (_, file) = ada.get("/v1/me/export").await;
    assert_eq!(file["identities"][0]["subject"], "ada-at-issuer", "{file}");
    assert_eq!(file["pendingIdentities"][0]["subject"], "eve-at-issuer", "{file}");
    assert_eq!(file["ceremonies"][0]["provider"], CORP, "{file}");
    assert_eq!(file["passkeys"], json!([]));
    assert_eq!(ada.send(Method::DELETE, "/v1/me", Some(&json!({"email": ADA}))).await.status(), 204);
    for text in ["ada-at-issuer", "eve-at-issuer", ADA] {
        let found = places(&platform.data(), text).await;
        assert_eq!(found, [""; 0], "{text}");
    }
    issuer.set(|now| now.claims["sub"] = json!("ada-at-issuer"));
    let again = Browser::at(&platform.url);
    assert_eq!(again.sign_in(CORP).await.1["outcome"], "signedIn", "a new account");
    assert!(again.get("/v1/me/org").await.1["slug"].as_str().unwrap().starts_with("ada-"));
}
