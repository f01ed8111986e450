//! Tokens: which are believed, and by which keys.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::issuer::{CLIENT, Issuer, Key, Signs, signed};
use super::{CORP, with};
use crate::browser::Browser;
use crate::platform::Platform;

/// How a token is wrong: its claims or its signature, and what the log says of it.
type Case = (&'static str, (Value, Option<Signs>), &'static str);

fn unsigned(header: &Value, claims: &Value) -> String {
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", encoded(header), encoded(claims))
}

/// HS256 with what everybody can read: the issuer's public key, in any form that somebody may take for a secret.
fn by_public_key(form: fn(&Key) -> Vec<u8>) -> Signs {
    Box::new(move |claims, key| {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = key.public["kid"].as_str().map(str::to_owned);
        encode(&header, claims, &EncodingKey::from_secret(&form(key))).unwrap()
    })
}

fn point(key: &Key) -> Vec<u8> {
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(key.public[name].as_str().unwrap()).unwrap();
    [vec![4], coordinate("x"), coordinate("y")].concat()
}

#[tokio::test]
async fn only_what_the_issuer_says_to_us_now_and_in_answer_is_believed() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let browser = Browser::at(&platform.url);
    let hour = 3600;
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let bent = |claims: Value| (claims, None);
    let forged = |signs: Signs| (json!({}), Some(signs));
    let cases: Vec<Case> = vec![
        ("another nonce", bent(json!({"nonce": "another"})), "nonce is not what we sent"),
        ("no nonce", bent(json!({"nonce": null})), "nonce is not what we sent"),
        ("for another client", bent(json!({"aud": "another"})), "aud is not us"),
        ("for several others", bent(json!({"aud": ["another", "third"]})), "aud is not us"),
        ("for nobody", bent(json!({"aud": []})), "aud is not us"),
        ("several, without azp", bent(json!({"aud": [CLIENT, "another"]})), "azp is not us"),
        ("given to another", bent(json!({"aud": [CLIENT, "another"], "azp": "another"})), "azp is not us"),
        ("given to another alone", bent(json!({"azp": "another"})), "azp is not us"),
        ("of another issuer", bent(json!({"iss": "https://evil.example"})), "iss is \"https://evil.example\""),
        ("with a slash", bent(json!({"iss": format!("{}/", issuer.url)})), "iss is"),
        ("expired", bent(json!({"exp": now - hour})), "it has expired"),
        ("without end", bent(json!({"exp": null})), "signature or form is wrong"),
        ("of the future", bent(json!({"iat": now + hour, "exp": now + 2 * hour})), "it is of the future"),
        ("not yet", bent(json!({"nbf": now + hour})), "it is of the future"),
        ("about nobody", bent(json!({"sub": ""})), "sub is empty, too long"),
        ("about a NUL", bent(json!({"sub": "ada\0"})), "sub is empty, too long"),
        ("about too long", bent(json!({"sub": "a".repeat(256)})), "sub is empty, too long"),
        (
            "no algorithm",
            forged(Box::new(|claims, key| unsigned(&json!({"alg": "none", "kid": key.public["kid"]}), claims))),
            "no signed token",
        ),
        ("the public key as a secret", forged(by_public_key(point)), "algorithm is none"),
        (
            "the public key's JSON as a secret",
            forged(by_public_key(|key| key.public.to_string().into())),
            "algorithm is none",
        ),
        ("the client's secret", forged(by_public_key(|_| super::issuer::SECRET.into())), "algorithm is none"),
        (
            "another's key by its name",
            forged(Box::new(|claims, _| signed(claims, &Key::new("one")))),
            "signature or form is wrong",
        ),
        ("a key that nobody has", forged(Box::new(|claims, _| signed(claims, &Key::new("two")))), "names no key"),
        (
            "no signature",
            forged(Box::new(|claims, key| format!("{}.", signed(claims, key).rsplit_once('.').unwrap().0))),
            "signature or form is wrong",
        ),
        (
            "changed afterwards",
            forged(Box::new(|claims, key| {
                let token = signed(claims, key);
                let mut other = claims.clone();
                other["sub"] = json!("eve");
                let parts: Vec<_> = token.split('.').collect();
                format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(other.to_string()), parts[2])
            })),
            "signature or form is wrong",
        ),
        ("nonsense", forged(Box::new(|_, _| "nonsense".to_owned())), "no signed token"),
    ];
    let mut believed = vec![];
    for (how, (claims, signs), why) in cases {
        issuer.set(|now| (now.bent, now.signs) = (claims, signs));
        let before = platform.log().len();
        let browser = Browser::at(&platform.url);
        let (status, problem) = browser.sign_in(CORP).await;
        if (status, &problem["code"]) != (502, &json!("provider_not_believed")) || browser.email().await.is_some() {
            believed.push((how, status, problem));
            continue;
        }
        assert!(problem["detail"].as_str().unwrap().starts_with("Example Corp gave an answer"), "{problem}");
        let said = platform.log().split_off(before);
        assert!(said.contains(why), "{how}: {said}");
    }
    assert!(believed.is_empty(), "{believed:#?}");
    issuer.set(|now| (now.bent, now.signs) = (json!({}), None));
    assert_eq!(browser.sign_in(CORP).await.0, 200, "and as it should be, it is");
}

#[tokio::test]
async fn several_audiences_are_fine_if_it_was_given_to_us() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    issuer.set(|now| now.bent = json!({"aud": ["another", CLIENT], "azp": CLIENT}));
    assert_eq!(Browser::at(&platform.url).sign_in(CORP).await.0, 200);
}

/// A new key is found when it is first used; one that is taken back is believed for an hour at most, and a token need not
/// name its key where there is one.
#[tokio::test]
async fn keys_change() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    let browser = Browser::at(&platform.url);
    let asked = |path: &str| issuer.set(|now| now.asked.iter().filter(|asked| *asked == path).count());
    for _ in 0..3 {
        assert_eq!(browser.sign_in(CORP).await.0, 200);
    }
    assert_eq!((asked("/keys"), asked("/.well-known/openid-configuration")), (1, 1), "they are remembered");
    issuer.set(|now| now.keys.push(Key::new("two")));
    assert_eq!(browser.sign_in(CORP).await.0, 200);
    assert_eq!(asked("/keys"), 2);
    // Both are there: which of them signed has to be said.
    let nameless = || -> Option<Signs> {
        Some(Box::new(|claims, key| encode(&Header::new(Algorithm::ES256), claims, &key.signs).unwrap()))
    };
    issuer.set(|now| now.signs = nameless());
    assert_eq!(browser.sign_in(CORP).await.1["code"], "provider_not_believed");
    let alone = Issuer::start().await;
    alone.set(|now| now.signs = nameless());
    let platform = with(&alone, Platform::setup()).await;
    assert_eq!(Browser::at(&platform.url).sign_in(CORP).await.0, 200);
}

#[tokio::test]
async fn rsa_signs_too() {
    let issuer = Issuer::start().await;
    let platform = with(&issuer, Platform::setup()).await;
    issuer.set(|now| now.keys = vec![Key::rsa("rsa")]);
    assert_eq!(Browser::at(&platform.url).sign_in(CORP).await.0, 200);
}
