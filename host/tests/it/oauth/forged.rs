//! Tokens that are not ours, or not for this server.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::dance::Tokens;
use crate::hosted::{Hosted, call};
use crate::platform::Platform;

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", encoded(header), encoded(claims))
}

#[tokio::test]
async fn only_our_own_unexpired_tokens_for_this_very_server_are_taken() {
    let platform = Platform::start().await;
    let (ada, bob) = (platform.sign_in("ada@example.com").await, platform.sign_in("bob@example.com").await);
    let (server, second, bobs) =
        tokio::join!(Hosted::demo(&ada, "demo"), Hosted::demo(&ada, "second"), Hosted::demo(&bob, "demo"));
    let good = Tokens::of(&platform, &ada, &server).await.access;
    let (header, claims) = (part(&good, 0), part(&good, 1));
    assert_eq!(header["alg"], "ES256");
    assert_eq!(claims["aud"], server.url);
    assert_eq!(claims["iss"], platform.url);
    assert!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() <= 900);

    let (_, keys) = platform.anyone().get("/oauth/jwks.json").await;
    let key = &keys["keys"][0];
    let point = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let public = [vec![4], point("x"), point("y")].concat();
    let signed = |algorithm, secret: &EncodingKey| {
        let mut header = Header::new(algorithm);
        header.kid = key["kid"].as_str().map(str::to_owned);
        header.typ = Some("at+jwt".to_owned());
        encode(&header, &claims, secret).unwrap()
    };
    let theirs = rcgen::KeyPair::generate().unwrap();
    let (body, signature) = good.rsplit_once('.').unwrap();
    let (head, _) = body.split_once('.').unwrap();
    let mut longer = claims.clone();
    longer["exp"] = json!(claims["exp"].as_i64().unwrap() + 86_400);
    for (how, token) in [
        ("no algorithm", unsigned(&json!({"alg": "none", "typ": "at+jwt", "kid": key["kid"]}), &claims)),
        ("no signature", format!("{body}.")),
        ("the public key as a secret", signed(Algorithm::HS256, &EncodingKey::from_secret(&public))),
        ("another key", signed(Algorithm::ES256, &EncodingKey::from_ec_der(&theirs.serialize_der()))),
        ("changed claims", format!("{head}.{}.{signature}", URL_SAFE_NO_PAD.encode(longer.to_string()))),
        ("nonsense", "nonsense".to_owned()),
        ("an unknown API key", "clo_0123456789012345678901234567890123456789012".to_owned()),
    ] {
        let answer = server.send(&platform, &token, call("echo", &json!({"text": "x"}))).await;
        assert_eq!(answer.status(), 401, "{how}");
        let challenge = answer.headers()["www-authenticate"].to_str().unwrap().to_owned();
        let metadata =
            format!("resource_metadata=\"{}/.well-known/oauth-protected-resource{}\"", platform.url, server.path());
        assert!(challenge.contains(&metadata) && challenge.contains("scope=\"mcp\""), "{how}: {challenge}");
        assert!(challenge.contains("error=\"invalid_token\""), "{how}: {challenge}");
    }
    assert_eq!(second.echo(&platform, &good).await.0, 401, "the same person's other server");
    assert_eq!(bobs.echo(&platform, &good).await.0, 401, "another person's server");
    let in_query = format!("{}?access_token={good}", server.path());
    assert_eq!(platform.anyone().post(&in_query, call("echo", &json!({}))).await.0, 401, "in the query");
    assert_eq!(server.echo(&platform, &good).await.0, 200);
}

#[tokio::test]
async fn an_api_key_needs_the_scope_and_a_server_of_its_own_organisation() {
    let platform = Platform::start().await;
    let (ada, bob) = (platform.sign_in("ada@example.com").await, platform.sign_in("bob@example.com").await);
    let (server, bobs) = tokio::join!(Hosted::demo(&ada, "demo"), Hosted::demo(&bob, "bobs"));
    let make = async |scopes: Value| {
        let (status, made) = ada.post("/v1/api-keys", json!({"name": "k", "scopes": scopes})).await;
        assert_eq!(status, 201, "{made}");
        (made["key"].as_str().unwrap().to_owned(), made["id"].as_str().unwrap().to_owned())
    };
    let (mcp, id) = make(json!(["mcp"])).await;
    let (api, _) = make(json!(["api"])).await;
    assert_eq!(server.echo(&platform, &mcp).await.0, 200);
    let refused = server.send(&platform, &api, call("echo", &json!({"text": "x"}))).await;
    assert_eq!(refused.status(), 403);
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains("error=\"insufficient_scope\"") && challenge.contains("scope=\"mcp\""), "{challenge}");
    let nowhere = Hosted { id: String::new(), url: format!("{}-x", server.url) };
    for other in [&bobs, &nowhere] {
        let (status, refused) = other.echo(&platform, &mcp).await;
        assert_eq!((status, &refused["code"]), (404, &json!("not_found")), "{refused}");
    }
    assert_eq!(ada.delete(&format!("/v1/api-keys/{id}")).await.0, 204);
    let began = Instant::now();
    while server.echo(&platform, &mcp).await.0 == 200 {
        assert!(began.elapsed() < Duration::from_secs(8), "a deleted key still works");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
