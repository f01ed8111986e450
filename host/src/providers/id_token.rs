//! What an ID token says, if it is the issuer's, for us, of now, and the answer to this very question (OpenID Connect
//! Core 1.0 §3.1.3.7).

use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode};
use serde::Deserialize;
use time::OffsetDateTime;

/// Signatures that only the issuer can make. With a shared secret, or none, anybody could who knows what is public.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Seconds by which clocks may differ.
const SKEW: i64 = 60;
/// Bytes of a subject (OpenID Connect Core 1.0 §2).
const SUBJECT: usize = 255;

/// Why a token is not believed: for the log.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    #[error("its algorithm is none that only the issuer could have signed with")]
    Algorithm,
    #[error("it is no signed token: {0}")]
    Form(String),
    #[error("it names no key that the issuer has")]
    NoKey,
    #[error("its signature or form is wrong: {0}")]
    Signature(String),
    #[error("iss is {0:?}")]
    Issuer(String),
    #[error("aud is not us")]
    Audience,
    #[error("azp is not us")]
    AuthorizedParty,
    #[error("it has expired")]
    Expired,
    #[error("it is of the future")]
    NotYet,
    #[error("nonce is not what we sent")]
    Nonce,
    #[error("sub is empty, too long or has control characters")]
    Subject,
}

/// What a token must say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub now: OffsetDateTime,
}

/// What is read of a token.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Claims {
    iss: String,
    pub sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    #[serde(flatten)]
    pub about: About,
}

/// What is said of the person; in the token, or where it is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct About {
    pub email: Option<String>,
    /// Nothing but a true true counts.
    #[serde(default)]
    pub email_verified: serde_json::Value,
    pub preferred_username: Option<String>,
    pub name: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// A token's header, if it is signed as it must be.
pub(super) fn header(token: &str) -> Result<Header, Error> {
    // `none` is no algorithm that the library knows.
    let header = jsonwebtoken::decode_header(token).map_err(|error| Error::Form(error.to_string()))?;
    if ALGORITHMS.contains(&header.alg) { Ok(header) } else { Err(Error::Algorithm) }
}

/// The key that a header names, or the only one that fits.
pub(super) fn key<'a>(keys: &'a [Jwk], header: &Header) -> Option<&'a Jwk> {
    let mut fit = keys.iter().filter(|key| fits(key, header.alg));
    match &header.kid {
        Some(kid) => fit.find(|key| key.common.key_id.as_ref() == Some(kid)),
        None => fit.next().filter(|_| fit.next().is_none()),
    }
}

fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let named = key.common.key_algorithm.as_ref();
    let signs = key.common.public_key_use.as_ref().is_none_or(|r#use| *r#use == PublicKeyUse::Signature);
    let same = named.is_none_or(|named: &KeyAlgorithm| named.to_string() == format!("{algorithm:?}"));
    let family = DecodingKey::from_jwk(key).is_ok_and(|decoding| decoding.family() == algorithm.family());
    signs && same && family
}

/// The claims of a token that this key has signed, and that says what it must.
pub(super) fn verify(token: &str, header: &Header, key: &Jwk, expected: &Expected<'_>) -> Result<Claims, Error> {
    let key = DecodingKey::from_jwk(key).map_err(|_| Error::NoKey)?;
    let mut rules = Validation::new(header.alg);
    // These are checked below: by the platform's clock, and each with its own reason.
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let claims = decode::<Claims>(token, &key, &rules).map_err(|error| Error::Signature(error.to_string()))?.claims;
    check(&claims, expected)?;
    Ok(claims)
}

fn check(claims: &Claims, expected: &Expected<'_>) -> Result<(), Error> {
    let (us, now) = (expected.client_id, expected.now.unix_timestamp());
    if claims.iss != expected.issuer {
        return Err(Error::Issuer(claims.iss.chars().take(200).collect()));
    }
    let audience = match &claims.aud {
        Audience::One(one) => std::slice::from_ref(one),
        Audience::Many(many) => many.as_slice(),
    };
    if !audience.iter().any(|audience| audience == us) {
        return Err(Error::Audience);
    }
    let azp = claims.azp.as_deref();
    if azp.is_some_and(|azp| azp != us) || (audience.len() > 1 && azp.is_none()) {
        return Err(Error::AuthorizedParty);
    }
    if claims.exp.saturating_add(SKEW) <= now {
        return Err(Error::Expired);
    }
    if claims.iat.max(claims.nbf.unwrap_or(i64::MIN)) > now.saturating_add(SKEW) {
        return Err(Error::NotYet);
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(Error::Nonce);
    }
    if claims.sub.is_empty() || claims.sub.len() > SUBJECT || claims.sub.chars().any(char::is_control) {
        return Err(Error::Subject);
    }
    Ok(())
}
