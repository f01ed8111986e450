//! Passkeys: added by who is signed in, and signing in by themselves.

mod authenticator;
mod journey;

use serde_json::{Value, json};
use tempfile::TempDir;
use time::Duration;

use crate::accounts::with_a_clock_and;
use crate::browser::Browser;
use crate::organisations::personal::places;
use crate::platform::{Platform, Setup, on_both};
use authenticator::Authenticator;

const ADA: &str = "ada@example.com";
const NAME: &str = "cloche.example";
const HERE: &str = "[http]\npublic_url = \"https://cloche.example\"\n";
const MINE: &str = "/v1/me/passkeys";
const SIGN_IN: &str = "/v1/auth/passkeys";

/// What an authenticator, or its owner's browser, does wrong.
type Wrong = Box<dyn Fn(&mut Authenticator)>;

/// A browser that is signed in nowhere.
fn browser(url: &str) -> Browser {
    Browser::at(url).from("https://cloche.example")
}

async fn signed_in(platform: &Platform, email: &str) -> Browser {
    browser(&platform.url).with(&platform.session(email).await)
}

async fn challenge(browser: &Browser, path: &str) -> (Value, Value) {
    let (status, challenge) = browser.post(&format!("{path}/challenge"), json!({})).await;
    assert_eq!(status, 200, "{challenge}");
    (challenge["token"].clone(), challenge["publicKey"].clone())
}

async fn add(browser: &Browser, device: &mut Authenticator, name: &str) -> (u16, Value) {
    let (token, options) = challenge(browser, MINE).await;
    browser.post(MINE, json!({"token": token, "name": name, "credential": device.create(&options)})).await
}

async fn sign_in(browser: &Browser, device: &mut Authenticator) -> (u16, Value) {
    let (token, options) = challenge(browser, SIGN_IN).await;
    browser.post(SIGN_IN, json!({"token": token, "credential": device.get(&options)})).await
}

fn code(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["code"].as_str().unwrap_or_default())
}

async fn log(browser: &Browser, action: &str) -> Vec<Value> {
    browser.get(&format!("/v1/audit?action={action}")).await.1["entries"].as_array().unwrap().clone()
}

on_both!(a_passkey_is_added_named_used_and_removed, async |setup: Setup| {
    let platform = setup.config(HERE).start().await;
    assert_eq!(
        platform.anyone().get("/v1/auth/providers").await.1,
        json!({"providers": [], "passkeys": true, "plansForSale": false})
    );
    let (ada, mut laptop) = (signed_in(&platform, ADA).await, Authenticator::new(NAME));
    let (status, added) = add(&ada, &mut laptop, " laptop ").await;
    assert_eq!((status, &added["name"], &added["lastUsedAt"]), (201, &json!("laptop"), &Value::Null), "{added}");
    assert_eq!(ada.get(MINE).await, (200, json!({"passkeys": [added]})));
    assert_eq!(log(&ada, "passkey.added").await[0]["after"], json!({"name": "laptop"}));

    let phone = browser(&platform.url);
    for _ in 0..2 {
        let (status, me) = sign_in(&phone, &mut laptop).await;
        assert_eq!((status, &me["user"]["email"]), (200, &json!(ADA)), "{me}");
        assert_eq!(phone.email().await.as_deref(), Some(ADA));
    }
    let begun = &log(&ada, "session.begun").await[0];
    assert_eq!(begun["details"], json!({"by": "passkey", "passkey": added["id"]}));
    let path = format!("{MINE}/{}", added["id"].as_str().unwrap());
    let renamed = ada.patch(&path, json!({"name": "old laptop"})).await;
    assert_eq!((renamed.0, &renamed.1["name"]), (200, &json!("old laptop")));
    assert!(renamed.1["lastUsedAt"].is_string(), "{renamed:?}");
    for name in ["", " ", "a\nb", &"a".repeat(81)] {
        assert_eq!(code(&ada.patch(&path, json!({"name": name})).await), (422, "invalid_name"), "{name:?}");
    }
    assert_eq!(ada.delete(&path).await.0, 204);
    assert_eq!((ada.delete(&path).await.0, ada.patch(&path, json!({"name": "a"})).await.0), (404, 404));
    assert_eq!(log(&ada, "passkey.removed").await[0]["before"], json!({"name": "old laptop"}));
    assert_eq!(code(&sign_in(&browser(&platform.url), &mut laptop).await), (403, "passkey_not_known"));
    assert_eq!(phone.email().await.as_deref(), Some(ADA), "sessions are ended where they are listed");
});

#[tokio::test]
async fn an_answer_that_is_not_what_was_asked_for_is_refused() {
    let platform = Platform::setup().config(HERE).start().await;
    let (ada, mut device) = (signed_in(&platform, ADA).await, Authenticator::new(NAME));
    assert_eq!(add(&ada, &mut device, "a").await.0, 201);
    let bob = signed_in(&platform, "bob@example.com").await;
    let mut bobs = Authenticator::new(NAME);
    assert_eq!(add(&bob, &mut bobs, "b").await.0, 201);
    let thief = browser(&platform.url);
    let (_, options) = challenge(&bob, MINE).await;
    let bobs_handle = options["user"]["id"].as_str().unwrap().to_owned();

    let wrongs: [(&str, Wrong); 6] = [
        ("nobody has shown that it is the owner", Box::new(|device| device.verifies = false)),
        ("another site's page", Box::new(|device| device.origin = "https://evil.example".to_owned())),
        ("a page at another port", Box::new(|device| device.origin = "https://cloche.example:8443".to_owned())),
        ("another site's key", Box::new(|device| device.relying_party = "evil.example".to_owned())),
        ("an answer to another question", Box::new(|device| device.kind = Some("webauthn.create"))),
        ("in another's name", Box::new(move |device| device.user = Some(bobs_handle.clone()))),
    ];
    for (how, wrong) in wrongs {
        wrong(&mut device);
        assert_eq!(code(&sign_in(&thief, &mut device).await), (403, "passkey_not_valid"), "{how}");
        (device.verifies, device.kind, device.user) = (true, None, None);
        (device.origin, device.relying_party) = (format!("https://{NAME}"), NAME.to_owned());
    }
    // One's own signature under another's key, and another challenge than was given.
    let (token, options) = challenge(&thief, SIGN_IN).await;
    let mut answer = bobs.get(&options);
    (answer["id"], answer["rawId"]) = (json!(device.id()), json!(device.id()));
    answer["response"]["userHandle"] = device.get(&options)["response"]["userHandle"].clone();
    let forged = thief.post(SIGN_IN, json!({"token": token, "credential": answer})).await;
    assert_eq!(code(&forged), (403, "passkey_not_valid"));
    let ((_, other), (token, _)) = (challenge(&thief, SIGN_IN).await, challenge(&thief, SIGN_IN).await);
    let stale = thief.post(SIGN_IN, json!({"token": token, "credential": device.get(&other)})).await;
    assert_eq!(code(&stale), (403, "passkey_not_valid"));
    for credential in [json!({}), json!(null), json!({"id": "a"}), json!("a")] {
        let (token, _) = challenge(&thief, SIGN_IN).await;
        let answer = thief.post(SIGN_IN, json!({"token": token, "credential": credential})).await;
        assert_eq!(code(&answer), (422, "credential_invalid"));
    }
    assert_eq!(thief.email().await, None);
    assert_eq!(sign_in(&thief, &mut device).await.0, 200, "and as it should be, it signs in");
}

#[tokio::test]
async fn what_is_made_wrong_is_not_added() {
    let platform = Platform::setup().config(HERE).start().await;
    let ada = signed_in(&platform, ADA).await;
    let wrongs: [(&str, Wrong); 4] = [
        ("nobody has shown that it is the owner", Box::new(|device| device.verifies = false)),
        ("another site's page", Box::new(|device| device.origin = "https://evil.example".to_owned())),
        ("another site's key", Box::new(|device| device.relying_party = "evil.example".to_owned())),
        ("an answer to another question", Box::new(|device| device.kind = Some("webauthn.get"))),
    ];
    for (how, wrong) in wrongs {
        let mut device = Authenticator::new(NAME);
        wrong(&mut device);
        assert_eq!(code(&add(&ada, &mut device, "a").await), (403, "passkey_not_valid"), "{how}");
    }
    let (token, options) = challenge(&ada, MINE).await;
    let credential = Authenticator::new(NAME).create(&options);
    let nameless = ada.post(MINE, json!({"token": token, "name": " ", "credential": credential})).await;
    assert_eq!(code(&nameless), (422, "invalid_name"));
    let named = ada.post(MINE, json!({"token": token, "name": "a", "credential": credential})).await;
    assert_eq!(named.0, 201, "a name is mended without beginning again");
    assert_eq!(ada.get(MINE).await.1["passkeys"].as_array().unwrap().len(), 1);
}

on_both!(a_challenge_is_answered_once_and_by_whom_it_was_given_to, async |setup: Setup| {
    let platform = setup.config(HERE).start().await;
    let (ada, mut device) = (signed_in(&platform, ADA).await, Authenticator::new(NAME));
    let (token, options) = challenge(&ada, MINE).await;
    let made = json!({"token": token, "name": "a", "credential": device.create(&options)});
    let eve = signed_in(&platform, "eve@example.com").await;
    assert_eq!(ada.post(MINE, made.clone()).await.0, 201);
    for browser in [&ada, &eve] {
        assert_eq!(code(&browser.post(MINE, made.clone()).await), (410, "challenge_expired"));
    }
    // Another's challenge adds nothing to one's own account, or to theirs.
    let (token, options) = challenge(&ada, MINE).await;
    let hers = json!({"token": token, "name": "a", "credential": Authenticator::new(NAME).create(&options)});
    assert_eq!(code(&eve.post(MINE, hers).await), (410, "challenge_expired"));
    assert_eq!(eve.get(MINE).await.1["passkeys"], json!([]));
    // Nor does that of a sign-in, and the other way round.
    let (token, _) = challenge(&eve, SIGN_IN).await;
    let crossed = json!({"token": token, "name": "a", "credential": Authenticator::new(NAME).create(&options)});
    assert_eq!(code(&eve.post(MINE, crossed).await), (410, "challenge_expired"));

    let anyone = browser(&platform.url);
    let (token, options) = challenge(&anyone, SIGN_IN).await;
    let answer = json!({"token": token, "credential": device.get(&options)});
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (copy, answer) = (browser(&platform.url), answer.clone());
        tries.spawn(async move { copy.post(SIGN_IN, answer).await.0 });
    }
    let mut statuses = tries.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (200, &[410; 19][..]));
});

#[tokio::test]
async fn a_challenge_lives_for_ten_minutes() {
    let data = TempDir::new().unwrap();
    let (app, url, session) = with_a_clock_and(&data, |_| HERE.to_owned()).await;
    let (ada, mut device) = (browser(&url).with(&session), Authenticator::new(NAME));
    assert_eq!(add(&ada, &mut device, "a").await.0, 201);
    for (minutes, status) in [(9, 200), (11, 410)] {
        let (token, options) = challenge(&ada, SIGN_IN).await;
        app.clock.advance(Duration::minutes(minutes));
        let answer = ada.post(SIGN_IN, json!({"token": token, "credential": device.get(&options)})).await;
        assert_eq!(answer.0, status, "{minutes} minutes: {}", answer.1);
    }
}

// A device that counts and is copied: the copy's count, or the original's, falls behind.
on_both!(a_copied_passkey_is_found_out, async |setup: Setup| {
    let platform = setup.config(HERE).start().await;
    let (ada, mut device) = (signed_in(&platform, ADA).await, Authenticator::new(NAME));
    assert_eq!(add(&ada, &mut device, "a").await.0, 201);
    for _ in 0..3 {
        assert_eq!(sign_in(&browser(&platform.url), &mut device).await.0, 200);
    }
    let copied = device.counter - 1;
    for counter in [copied, copied - 2, 0] {
        device.counter = counter;
        device.counts = counter != 0;
        let thief = browser(&platform.url);
        let answer = sign_in(&thief, &mut device).await;
        assert_eq!(code(&answer), (403, "passkey_copied"), "{counter}");
        assert_eq!(thief.email().await, None);
    }
    // Two answers with the same count at the same moment: one of them is a copy's.
    (device.counter, device.counts) = (100, true);
    let mut answers = vec![];
    for _ in 0..10 {
        let copy = browser(&platform.url);
        let (token, options) = challenge(&copy, SIGN_IN).await;
        device.counter = 100;
        answers.push((copy, json!({"token": token, "credential": device.get(&options)})));
    }
    let sent = answers.into_iter().map(async |(copy, answer)| copy.post(SIGN_IN, answer).await.0);
    let statuses = futures::future::join_all(sent).await;
    assert_eq!(statuses.iter().filter(|&&status| status == 200).count(), 1, "{statuses:?}");
    // What its owner has synchronised over devices does not count, and need not.
    let (bob, mut synced) = (signed_in(&platform, "bob@example.com").await, Authenticator::new(NAME));
    synced.counts = false;
    assert_eq!(add(&bob, &mut synced, "a").await.0, 201);
    for _ in 0..3 {
        assert_eq!(sign_in(&browser(&platform.url), &mut synced).await.0, 200);
    }
});

#[tokio::test]
async fn an_account_has_twenty_and_each_key_once() {
    let config = format!("{HERE}[sign_in]\nstarts_per_address = 100\n");
    let platform = Platform::setup().config(&config).start().await;
    let ada = signed_in(&platform, ADA).await;
    let mut device = Authenticator::new(NAME);
    assert_eq!(add(&ada, &mut device, "0").await.0, 201);
    let (_, options) = challenge(&ada, MINE).await;
    assert_eq!(options["excludeCredentials"][0]["id"], json!(device.id()), "a browser is told which it has");
    let (token, last) = challenge(&ada, MINE).await;
    for n in 1..20 {
        assert_eq!(add(&ada, &mut Authenticator::new(NAME), &n.to_string()).await.0, 201);
    }
    assert_eq!(code(&ada.post("/v1/me/passkeys/challenge", json!({})).await), (409, "too_many_passkeys"));
    let credential = Authenticator::new(NAME).create(&last);
    let beyond = ada.post(MINE, json!({"token": token, "name": "a", "credential": credential})).await;
    assert_eq!(code(&beyond), (409, "too_many_passkeys"), "also what was begun before");
}

#[tokio::test]
async fn passkeys_need_a_name_to_be_made_for() {
    let platform = Platform::start().await;
    let ada = Browser::at(&platform.url).with(&platform.session(ADA).await);
    for path in ["/v1/me/passkeys/challenge", "/v1/auth/passkeys/challenge"] {
        let (status, problem) = ada.post(path, json!({})).await;
        assert_eq!((status, &problem["code"]), (409, &json!("passkeys_unavailable")));
        assert!(problem["detail"].as_str().unwrap().contains("http.public_url"), "{problem}");
    }
}

#[tokio::test]
async fn so_many_challenges_an_hour_are_given_to_one_address() {
    let config = format!("{HERE}[sign_in]\nstarts_per_address = 3\n");
    let platform = Platform::setup().config(&config).start().await;
    let (ada, anyone) = (signed_in(&platform, ADA).await, browser(&platform.url));
    challenge(&ada, MINE).await;
    challenge(&anyone, SIGN_IN).await;
    challenge(&anyone, SIGN_IN).await;
    for (browser, path) in [(&ada, MINE), (&anyone, SIGN_IN)] {
        assert_eq!(code(&browser.post(&format!("{path}/challenge"), json!({})).await), (429, "rate_limited"));
    }
}

#[tokio::test]
async fn passkeys_are_told_of_in_the_file_and_end_with_the_account() {
    let platform = Platform::setup().config(HERE).start().await;
    let (ada, mut device) = (signed_in(&platform, ADA).await, Authenticator::new(NAME));
    assert_eq!(add(&ada, &mut device, "ada's laptop").await.0, 201);
    let (_, file) = ada.get("/v1/me/export").await;
    assert_eq!(
        (&file["passkeys"][0]["name"], &file["passkeys"][0]["credentialId"]),
        (&json!("ada's laptop"), &json!(device.id()))
    );
    assert_eq!(file["ceremonies"][0]["kind"], "new_passkey");
    let gone = ada.send(reqwest::Method::DELETE, "/v1/me", Some(&json!({"email": ADA}))).await;
    assert_eq!(gone.status(), 204);
    for text in ["ada's laptop", &device.id()] {
        assert_eq!(places(&platform.data(), text).await, [""; 0], "{text}");
    }
    assert_eq!(code(&sign_in(&browser(&platform.url), &mut device).await), (403, "passkey_not_known"));
}
