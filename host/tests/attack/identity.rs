//! Signing in as somebody else: by a provider that lies, by what another browser asked for, by a copied passkey.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::attack::{Attack, attack};
use crate::authenticator::Authenticator;
use crate::browser::Browser;
use crate::issuer::{CLIENT, Issuer, Key, Signs, signed};
use crate::platform::{Platform, token_of};
use crate::scene::Scene;

const GROUP: &str = "Identity";
const ADA: &str = "ada@example.com";

const ATTACKS: &[Attack] = &[
    attack!(GROUP, provider_that_lies_of_an_address, "accounts, from whoever runs or fools a provider"),
    attack!(GROUP, answer_planted_in_another_browser, "people, from being signed in as somebody else"),
    attack!(GROUP, forged_id_token, "accounts, from who is not the provider"),
    attack!(GROUP, answer_of_another_provider, "accounts, and codes, from a provider that mixes itself in"),
    attack!(GROUP, copied_passkey, "accounts, from who has copied a device"),
    attack!(GROUP, passkey_used_at_another_site, "accounts, from a site that looks alike"),
];

pub fn attacks() -> Vec<Attack> {
    ATTACKS.to_vec()
}

async fn with(scene: &Scene, issuer: &Issuer) -> std::rc::Rc<Platform> {
    scene.keeps_secret(crate::issuer::SECRET);
    scene.platform(Platform::setup().config(&issuer.settings("corp"))).await
}

/// Eve's browser, back from a provider that calls her by this subject and address.
async fn by(issuer: &Issuer, platform: &Platform, subject: &str, email: &str) -> (Browser, Value) {
    let claims = json!({"sub": subject, "email": email, "email_verified": true});
    issuer.set(|now| now.claims = claims);
    let browser = Browser::at(&platform.url);
    let (_, arrived) = browser.sign_in("corp").await;
    (browser, arrived)
}

async fn provider_that_lies_of_an_address(scene: &Scene) {
    let issuer = Issuer::start().await;
    let platform = with(scene, &issuer).await;
    let ada = Browser::at(&platform.url).with(&platform.session(ADA).await);
    let (eve, arrived) = by(&issuer, &platform, "eve", "nobody-yet@example.com").await;
    scene.control(
        "the provider's word about an address signs in, where nobody has it",
        eve.email().await.as_deref() == Some("nobody-yet@example.com"),
        arrived,
    );
    let (thief, arrived) = by(&issuer, &platform, "thief", ADA).await;
    scene.guard("an account that is there is not opened by it", thief.email().await.is_none(), &arrived);
    let token = json!({"token": token_of(&platform.mails_to(ADA)[0])});
    // Ada clicks, as one does.
    let clicked = ada.post("/v1/auth/identities/agree", token).await;
    let (_, again) = by(&issuer, &platform, "thief", ADA).await;
    let held = clicked.0 == 403 && again["outcome"] == "consentMailed";
    scene.guard("nor by a click of its owner on the mail that she did not cause", held, (clicked, again));
    let (_, connected) = ada.get("/v1/me/identities").await;
    scene.guard("nothing is connected", connected["identities"] == json!([]), connected);
}

async fn answer_planted_in_another_browser(scene: &Scene) {
    let issuer = Issuer::start().await;
    let platform = with(scene, &issuer).await;
    let (eve, ada) = (Browser::at(&platform.url), Browser::at(&platform.url));
    issuer.set(|now| now.claims = json!({"sub": "eve", "email": "eve@example.com", "email_verified": true}));
    let back = eve.at_provider(&eve.start("corp").await).await;
    let planted = ada.bring(&back).await;
    scene.guard("who did not ask is not signed in", planted.0 == 403 && ada.email().await.is_none(), planted);
    ada.start("corp").await;
    let planted = ada.bring(&back).await;
    scene.guard("nor where they asked something else", planted.0 == 403 && ada.email().await.is_none(), planted);
    let own = eve.bring(&back).await;
    scene.control("the browser that asked is signed in by the same answer", own.0 == 200, &own);
    let replayed = Browser::at(&platform.url).bring(&back).await;
    scene.guard("and no other afterwards", matches!(replayed.0, 403 | 410), replayed);
}

async fn forged_id_token(scene: &Scene) {
    let issuer = Issuer::start().await;
    let platform = with(scene, &issuer).await;
    let none: Signs = Box::new(|claims, key| {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(json!({"alg": "none", "kid": key.public["kid"]})), part(claims.clone()))
    });
    let shared: Signs = Box::new(|claims, key| {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = key.public["kid"].as_str().map(str::to_owned);
        encode(&header, claims, &EncodingKey::from_secret(key.public.to_string().as_bytes())).unwrap()
    });
    let foreign: Signs = Box::new(|claims, _| signed(claims, &Key::new("one")));
    for (how, bent, signs) in [
        ("without a signature", json!({}), Some(none)),
        ("signed with the public key as a secret", json!({}), Some(shared)),
        ("signed by another", json!({}), Some(foreign)),
        ("given to another client", json!({"aud": "another"}), None),
        ("given to another client for us too", json!({"aud": [CLIENT, "another"], "azp": "another"}), None),
        ("of an earlier sign-in", json!({"nonce": "earlier"}), None),
        ("that has expired", json!({"exp": 1_700_000_000}), None),
    ] {
        issuer.set(|now| (now.bent, now.signs) = (bent, signs));
        let browser = Browser::at(&platform.url);
        let answer = browser.sign_in("corp").await;
        let held = answer.1["code"] == "provider_not_believed" && browser.email().await.is_none();
        scene.guard("a token that is not the provider's, for us, of now, signs in nobody", held, (how, answer));
    }
    issuer.set(|now| (now.bent, now.signs) = (json!({}), None));
    let answer = Browser::at(&platform.url).sign_in("corp").await;
    scene.control("the provider's own token signs in", answer.0 == 200, answer);
}

async fn answer_of_another_provider(scene: &Scene) {
    let (honest, evil) = (Issuer::start().await, Issuer::start().await);
    let settings = honest.settings("honest") + &evil.settings("evil");
    let platform = scene.platform(Platform::setup().config(&settings)).await;
    let browser = Browser::at(&platform.url);
    let mut back = browser.at_provider(&browser.start("honest").await).await;
    back.set_path("/sign-in/callback/evil");
    let mixed = browser.bring(&back).await;
    let asked = evil.set(|now| now.asked.contains(&"/token".to_owned()));
    scene.guard("the code of one provider is not handed to another", mixed.0 == 403 && !asked, mixed);
    honest.set(|now| now.iss = Some(evil.url.clone()));
    let named = browser.sign_in("honest").await;
    scene.guard("an answer that names another issuer is refused", named.0 == 502, named);
    honest.set(|now| now.iss = Some(honest.url.clone()));
    let own = browser.sign_in("honest").await;
    scene.control("one that names its own signs in", own.0 == 200, own);
}

const HERE: &str = "[http]\npublic_url = \"https://cloche.example\"\n";

/// Ada's device, added to her account.
async fn device(platform: &Platform) -> Authenticator {
    let ada = Browser::at(&platform.url).from("https://cloche.example").with(&platform.session(ADA).await);
    let mut device = Authenticator::new("cloche.example");
    let (_, challenge) = ada.post("/v1/me/passkeys/challenge", json!({})).await;
    let made = json!({"token": challenge["token"], "name": "a", "credential": device.create(&challenge["publicKey"])});
    assert_eq!(ada.post("/v1/me/passkeys", made).await.0, 201);
    device
}

async fn use_it(platform: &Platform, device: &mut Authenticator) -> (u16, Value, Option<String>) {
    let browser = Browser::at(&platform.url).from("https://cloche.example");
    let (_, challenge) = browser.post("/v1/auth/passkeys/challenge", json!({})).await;
    let answer = json!({"token": challenge["token"], "credential": device.get(&challenge["publicKey"])});
    let (status, said) = browser.post("/v1/auth/passkeys", answer).await;
    (status, said["code"].clone(), browser.email().await)
}

async fn copied_passkey(scene: &Scene) {
    let platform = scene.platform(Platform::setup().config(HERE)).await;
    let mut device = device(&platform).await;
    let copied = device.counter;
    let own = use_it(&platform, &mut device).await;
    scene.control("the device signs in", own.2.as_deref() == Some(ADA), &own);
    device.counter = copied;
    let copy = use_it(&platform, &mut device).await;
    scene.guard("its copy, whose count is behind, does not", copy.1 == "passkey_copied" && copy.2.is_none(), copy);
}

async fn passkey_used_at_another_site(scene: &Scene) {
    let platform = scene.platform(Platform::setup().config(HERE)).await;
    let mut device = device(&platform).await;
    let own = use_it(&platform, &mut device).await;
    scene.control("the device signs in here", own.2.as_deref() == Some(ADA), &own);
    for origin in ["https://cloche.example.evil.example", "https://evil.cloche.example", "http://cloche.example"] {
        device.origin = origin.to_owned();
        let passed_on = use_it(&platform, &mut device).await;
        let held = passed_on.1 == "passkey_not_valid" && passed_on.2.is_none();
        scene.guard("what it answered to another page is refused", held, (origin, passed_on));
    }
    "https://cloche.example".clone_into(&mut device.origin);
    device.verifies = false;
    let locked = use_it(&platform, &mut device).await;
    scene.guard("nor does it sign in while it is locked", locked.1 == "passkey_not_valid", locked);
}
