//! An account that is there already: a provider's word about its address opens nothing until the account agrees.

use serde_json::json;
use tempfile::TempDir;
use time::Duration;

use super::issuer::Issuer;
use super::{ADA, CORP, identities, log, signed_in, with};
use crate::accounts::with_a_clock_and;
use crate::browser::Browser;
use crate::platform::{Platform, Setup, on_both, token_of};

const AGREE: &str = "/v1/auth/identities/agree";

on_both!(an_account_agrees_by_the_link_that_is_mailed_to_it, async |setup: Setup| {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, setup).await;
    let adas = signed_in(&platform, ADA).await;
    let browser = Browser::at(&platform.url);
    let (status, arrived) = browser.sign_in(CORP).await;
    assert_eq!((status, &arrived), (200, &json!({"outcome": "consentMailed", "label": "Example Corp"})));
    assert_eq!(browser.email().await, None, "nobody was let in");
    assert!(identities(&adas).await.is_empty());
    let mails = platform.mails_to(ADA);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("Subject: Connect Example Corp to your account?"), "{}", mails[0]);
    assert!(mails[0].contains(&format!("{}/sign-in/connect?token=", platform.url)), "{}", mails[0]);

    let token = json!({"token": token_of(&mails[0])});
    let (status, arrived) = browser.post(AGREE, token.clone()).await;
    assert_eq!(
        (status, &arrived["user"]["email"], &arrived["next"]),
        (200, &json!(ADA), &json!("/servers")),
        "{arrived}"
    );
    assert_eq!(browser.email().await.as_deref(), Some(ADA));
    assert_eq!(identities(&browser).await.len(), 1);
    assert_eq!(log(&adas, "identity.linked").await[0]["after"], json!({"provider": CORP}));
    assert_eq!(browser.post(AGREE, token).await.1["code"], "link_not_valid", "it works once");

    let phone = Browser::at(&platform.url);
    assert_eq!(phone.sign_in(CORP).await.1["outcome"], "signedIn", "and from then on it signs in");
    assert_eq!(phone.email().await.as_deref(), Some(ADA));
});

/// Who has the provider say what is not so has the mail sent; a click on it in the victim's browser opens nothing for them.
#[tokio::test]
async fn the_link_works_only_in_the_browser_that_asked() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let ada = signed_in(&platform, ADA).await;
    let eve = Browser::at(&platform.url);
    assert_eq!(eve.sign_in(CORP).await.1["outcome"], "consentMailed");
    let token = json!({"token": token_of(&platform.mails_to(ADA)[0])});
    for clicked in [&ada, &Browser::at(&platform.url)] {
        let (status, problem) = clicked.post(AGREE, token.clone()).await;
        assert_eq!((status, &problem["code"]), (403, &json!("link_other_browser")));
    }
    ada.start(CORP).await; // also one that has begun a sign-in of its own
    assert_eq!(ada.post(AGREE, token).await.1["code"], "link_other_browser");
    assert_eq!((eve.email().await, identities(&ada).await.len()), (None, 0));
    assert_eq!(eve.sign_in(CORP).await.1["outcome"], "consentMailed");
    assert_eq!(eve.post(AGREE, json!({"token": "made-up"})).await.1["code"], "link_not_valid");
}

#[tokio::test]
async fn the_link_ends_after_a_quarter_of_an_hour() {
    let (data, issuer) = (TempDir::new().unwrap(), Issuer::start().await);
    let (app, url, _) = with_a_clock_and(&data, |_| issuer.settings(CORP)).await;
    let browser = Browser::at(&url);
    let token = async || {
        assert_eq!(browser.sign_in(CORP).await.1["outcome"], "consentMailed");
        let outbox = std::fs::read_dir(data.path().join("outbox")).unwrap();
        let newest = outbox.map(|file| file.unwrap().path()).max().unwrap();
        json!({"token": token_of(&std::fs::read_to_string(newest).unwrap())})
    };
    let late = token().await;
    app.clock.advance(Duration::minutes(16));
    let problem = browser.post(AGREE, late).await.1;
    assert_eq!(problem["code"], "link_not_valid");
    let now = app.clock.now().unix_timestamp();
    issuer.set(|of| of.bent = json!({"iat": now, "exp": now + 900}));
    let soon = token().await;
    app.clock.advance(Duration::minutes(14));
    assert_eq!(browser.post(AGREE, soon).await.0, 200);
}

on_both!(five_such_mails_a_day_go_to_one_account, async |setup: Setup| {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, setup).await;
    let _ = signed_in(&platform, ADA).await;
    for n in 0..7 {
        issuer.set(|now| now.claims["sub"] = json!(format!("eve-{n}")));
        let (status, arrived) = Browser::at(&platform.url).sign_in(CORP).await;
        assert_eq!(status, if n < 5 { 200 } else { 429 }, "{n}: {arrived}");
    }
    assert_eq!(platform.mails_to(ADA).len(), 5);
});

#[tokio::test]
async fn a_mail_says_nothing_that_who_asks_has_written() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let _ = signed_in(&platform, ADA).await;
    let words = "Your account is locked, call 555";
    issuer.set(|now| now.claims["name"] = json!(words));
    issuer.set(|now| now.claims["preferred_username"] = json!(words));
    assert_eq!(Browser::at(&platform.url).sign_in(CORP).await.1["outcome"], "consentMailed");
    assert!(!platform.mails_to(ADA)[0].contains("555"));
}

/// The same person agrees twice, or somebody else was connected meanwhile.
#[tokio::test]
async fn what_is_connected_meanwhile_stays_as_it_is() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let _ = signed_in(&platform, ADA).await;
    let one = Browser::at(&platform.url);
    let (_, _) = (one.sign_in(CORP).await, one.sign_in(CORP).await);
    let tokens: Vec<_> = platform.mails_to(ADA).iter().map(|mail| json!({"token": token_of(mail)})).collect();
    for token in &tokens {
        assert_eq!(one.post(AGREE, token.clone()).await.0, 200);
    }
    assert_eq!(identities(&one).await.len(), 1);

    issuer.set(|now| now.claims["sub"] = json!("second"));
    let other = Browser::at(&platform.url);
    assert_eq!(other.sign_in(CORP).await.1["outcome"], "consentMailed");
    let bob = signed_in(&platform, "bob@example.com").await;
    assert_eq!(bob.connect(CORP).await.1["outcome"], "connected");
    let token = platform
        .mails_to(ADA)
        .iter()
        .map(|mail| token_of(mail))
        .find(|token| !tokens.contains(&json!({"token": token})));
    let (status, problem) = other.post(AGREE, json!({"token": token})).await;
    assert_eq!((status, &problem["code"]), (409, &json!("identity_taken")));
    assert_eq!(other.email().await, None);
}
