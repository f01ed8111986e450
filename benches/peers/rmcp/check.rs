//! The token check that a server of its own makes: with each request, nothing remembered.

use std::env;
use std::sync::Arc;

use anyhow::Context as _;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};

pub(crate) struct Check {
    keys: Vec<(String, DecodingKey)>,
    rules: Validation,
}

impl Check {
    #[expect(clippy::disallowed_methods, reason = "its whole configuration")]
    pub(crate) fn from_environment() -> anyhow::Result<Self> {
        let variable = |name| env::var(name).with_context(|| format!("{name} is not set"));
        let set: JwkSet = serde_json::from_str(&variable("JWKS")?)?;
        let keys = set.keys.iter().map(|key| {
            let id = key.common.key_id.clone().unwrap_or_default();
            Ok((id, DecodingKey::from_jwk(key)?))
        });
        let mut rules = Validation::new(Algorithm::ES256);
        rules.set_issuer(&[variable("ISSUER")?]);
        rules.set_audience(&[variable("AUDIENCE")?]);
        Ok(Self { keys: keys.collect::<anyhow::Result<_>>()?, rules })
    }

    fn passes(&self, request: &Request) -> Option<()> {
        let token = request.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
        let id = decode_header(token).ok()?.kid?;
        let (_, key) = self.keys.iter().find(|(known, _)| *known == id)?;
        decode::<Map<String, Value>>(token, key, &self.rules).ok().map(drop)
    }
}

pub(crate) async fn checked(State(check): State<Arc<Check>>, request: Request, next: Next) -> Response {
    match check.passes(&request) {
        Some(()) => next.run(request).await,
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}
