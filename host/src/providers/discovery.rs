//! Where an issuer's endpoints and keys are (OpenID Connect Discovery 1.0), remembered for an hour.

use std::sync::{Arc, Mutex, PoisonError};

use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use url::Url;

use super::fetch::Http;
use super::settings::address;
use super::{Error, Result};

/// How long what an issuer says of itself counts: so long a key that it takes back is still believed.
const LIFE: Duration = Duration::HOUR;

/// An issuer's description of itself (§3), as far as it is used.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub authorization_endpoint: Url,
    pub token_endpoint: Url,
    jwks_uri: Url,
    pub userinfo_endpoint: Option<Url>,
    #[serde(default)]
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// RFC 9207 §3.
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

/// What is known of an issuer.
#[derive(Debug)]
pub(super) struct Discovery {
    pub issuer: String,
    metadata: Mutex<Option<(OffsetDateTime, Arc<Metadata>)>>,
    keys: Mutex<Option<(OffsetDateTime, Arc<Vec<Jwk>>)>>,
}

impl Discovery {
    pub(super) fn of(issuer: String) -> Self {
        Self { issuer, metadata: Mutex::default(), keys: Mutex::default() }
    }

    /// The description; asked for where none of the last hour is known.
    pub(super) async fn metadata(&self, http: &Http, now: OffsetDateTime) -> Result<Arc<Metadata>> {
        if let Some(known) = fresh(&self.metadata, now) {
            return Ok(known);
        }
        let place = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let place = Url::parse(&place).map_err(|_| Error::Invalid("its issuer is no address".to_owned()))?;
        let found: Metadata = http.json(http.get(place), "its description").await?;
        if found.issuer != self.issuer {
            let says: String = found.issuer.chars().take(200).collect();
            return Err(Error::Invalid(format!("its description is that of the issuer {says:?}")));
        }
        let userinfo = found.userinfo_endpoint.iter();
        for url in [&found.authorization_endpoint, &found.token_endpoint, &found.jwks_uri].into_iter().chain(userinfo) {
            let mut bare = url.clone();
            bare.set_query(None);
            if address(bare.as_str()).is_none() {
                return Err(Error::Invalid("its description names an endpoint that is no https address".to_owned()));
            }
        }
        Ok(keep(&self.metadata, found, now))
    }

    /// The keys that the issuer signs with; `anew` where one was named that is not among those known.
    pub(super) async fn keys(
        &self,
        http: &Http,
        metadata: &Metadata,
        (anew, now): (bool, OffsetDateTime),
    ) -> Result<Arc<Vec<Jwk>>> {
        if let Some(known) = fresh(&self.keys, now).filter(|_| !anew) {
            return Ok(known);
        }
        let set: KeySet = http.json(http.get(metadata.jwks_uri.clone()), "its keys").await?;
        // Kinds of keys that are not known here say nothing against the others.
        let known = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect();
        Ok(keep(&self.keys, known, now))
    }
}

type Known<T> = Mutex<Option<(OffsetDateTime, Arc<T>)>>;

fn fresh<T>(known: &Known<T>, now: OffsetDateTime) -> Option<Arc<T>> {
    let known = known.lock().unwrap_or_else(PoisonError::into_inner);
    known.as_ref().filter(|(at, _)| *at + LIFE > now).map(|(_, value)| value.clone())
}

fn keep<T>(known: &Known<T>, value: T, now: OffsetDateTime) -> Arc<T> {
    let value = Arc::new(value);
    *known.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, value.clone()));
    value
}
