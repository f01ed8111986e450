//! Who calls a server, and by what right: an access token for it, or an API key of a member of its organisation.

use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use cloche_domain::server::Scope;
use cloche_domain::{GrantId, OauthClientId, OrgId, ServerId, Sha256, UserId};
use cloche_storage::api_keys::KeyInUse;
use cloche_storage::oauth::{self as store, Access};
use moka::sync::Cache;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::tokens::ACCESS_LIFE;
use super::{SCOPE, issuer};
use crate::app::App;
use crate::mount::Mount;
use crate::{api_keys, token};

/// The `typ` of an access token (RFC 9068 §2.1).
pub(super) const ACCESS: &str = "at+jwt";

/// How long a right counts without being asked for again. Events end it at once; this bounds a lost event.
const TRUST: Duration = Duration::from_secs(5);

/// An access token's content (RFC 9068 §2.2).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Claims {
    pub iss: String,
    /// The server's MCP URL.
    pub aud: String,
    pub sub: UserId,
    pub client_id: OauthClientId,
    pub scope: String,
    pub jti: String,
    /// The grant: all tokens of it end with it.
    pub gid: GrantId,
    pub iat: i64,
    pub exp: i64,
}

/// Whoever may call a server.
#[derive(Clone, Debug)]
pub struct Caller {
    pub user: UserId,
    /// The client's id; `api_key` for a key.
    pub client: String,
    pub right: Right,
}

/// What a caller may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// This server.
    Server(ServerId),
    /// The servers of this organisation.
    Org(OrgId),
}

/// Why a bearer is refused (RFC 6750 §3.1).
#[derive(Debug, thiserror::Error)]
pub enum Denial {
    #[error("send an access token for this server, or an API key, as `Authorization: Bearer …`")]
    Missing,
    #[error("the token is not for this server, has expired or was revoked: get a new one")]
    Invalid,
    #[error("the API key lacks the scope {SCOPE}: make one that has it")]
    Scope,
    #[error("it cannot be checked who you are just now: try again")]
    Unavailable(#[source] cloche_storage::Error),
}

/// What is remembered of bearers: signatures until they expire, rights for a few seconds.
///
/// What was read before a right ended may be remembered after it was forgotten. So each end of a right is counted, and
/// what was read before the last one is not kept.
#[derive(Debug)]
pub struct Bearers {
    ends: AtomicU64,
    signed: Cache<Sha256, Arc<Claims>>,
    grants: Cache<GrantId, Option<Arc<Access>>>,
    keys: Cache<Sha256, Arc<Caller>>,
}

impl Default for Bearers {
    fn default() -> Self {
        Self {
            ends: AtomicU64::new(0),
            signed: Cache::builder().max_capacity(100_000).time_to_live(ACCESS_LIFE.unsigned_abs()).build(),
            grants: Cache::builder().max_capacity(100_000).time_to_live(TRUST).build(),
            keys: Cache::builder().max_capacity(10_000).time_to_live(TRUST).build(),
        }
    }
}

impl Bearers {
    /// A grant was revoked.
    pub fn forget_grant(&self, grant: GrantId) {
        self.ends.fetch_add(1, SeqCst);
        self.grants.invalidate(&grant);
    }

    /// Servers or keys have changed: every right is asked for again. Signatures stay what they are.
    pub fn forget_rights(&self) {
        self.ends.fetch_add(1, SeqCst);
        self.grants.invalidate_all();
        self.keys.invalidate_all();
    }

    /// Remembers what was read when so many rights had ended.
    fn keep<K, V>(&self, cache: &Cache<K, V>, key: K, value: V, ends: u64)
    where
        K: Hash + Eq + Copy + Send + Sync + 'static,
        V: Clone + Send + Sync + 'static,
    {
        cache.insert(key, value);
        if self.ends.load(SeqCst) != ends {
            cache.invalidate(&key);
        }
    }
}

/// The caller that a bearer stands for at a server's URL.
pub async fn caller(app: &App, bearer: Option<&SecretString>, mount: &Mount) -> Result<Caller, Denial> {
    let bearer = bearer.ok_or(Denial::Missing)?;
    if bearer.expose_secret().starts_with(api_keys::PREFIX) {
        return Ok(Caller::clone(&*key_holder(app, bearer).await?));
    }
    let claims = claims(app, bearer).ok_or(Denial::Invalid)?;
    let now = app.clock.now().unix_timestamp();
    let ours = claims.iss == issuer(app) && claims.aud == mount.url(&app.public_url) && claims.exp > now;
    if !ours || claims.scope != SCOPE {
        return Err(Denial::Invalid);
    }
    let access = access(app, claims.gid).await?.ok_or(Denial::Invalid)?;
    if access.user_id != claims.sub || access.client_id != claims.client_id {
        return Err(Denial::Invalid);
    }
    Ok(Caller { user: access.user_id, client: access.client_id.to_string(), right: Right::Server(access.server_id) })
}

/// What a token says, if we signed it. It is verified once, and known by its digest from then on.
fn claims(app: &App, token: &SecretString) -> Option<Arc<Claims>> {
    let digest = token::digest(token);
    if let Some(known) = app.bearers.signed.get(&digest) {
        return Some(known);
    }
    let claims: Arc<Claims> = Arc::new(app.keys.verify(ACCESS, token.expose_secret())?);
    app.bearers.signed.insert(digest, claims.clone());
    Some(claims)
}

async fn access(app: &App, grant: GrantId) -> Result<Option<Arc<Access>>, Denial> {
    if let Some(known) = app.bearers.grants.get(&grant) {
        return Ok(known);
    }
    let ends = app.bearers.ends.load(SeqCst);
    // Boxed, like all that is seldom done here: it would make the future of every call larger.
    let read = Box::pin(async { store::access(&mut app.db.read().await?, grant).await });
    let access = read.await.map_err(Denial::Unavailable)?.map(Arc::new);
    app.bearers.keep(&app.bearers.grants, grant, access.clone(), ends);
    Ok(access)
}

async fn key_holder(app: &App, key: &SecretString) -> Result<Arc<Caller>, Denial> {
    let digest = token::digest(key);
    if let Some(known) = app.bearers.keys.get(&digest) {
        return Ok(known);
    }
    let ends = app.bearers.ends.load(SeqCst);
    let found = Box::pin(api_keys::holder(app, key)).await.map_err(|error| match error {
        api_keys::Error::Storage(error) => Denial::Unavailable(error),
        _ => Denial::Invalid,
    })?;
    let KeyInUse { member, scopes, .. } = found.ok_or(Denial::Invalid)?;
    if !scopes.contains(&Scope::Mcp) {
        return Err(Denial::Scope);
    }
    let caller =
        Arc::new(Caller { user: member.user_id, client: "api_key".to_owned(), right: Right::Org(member.org_id) });
    app.bearers.keep(&app.bearers.keys, digest, caller.clone(), ends);
    Ok(caller)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_right_ended_is_not_kept() {
        let (bearers, grant) = (Bearers::default(), GrantId::new());
        let ends = bearers.ends.load(SeqCst);
        bearers.keep(&bearers.grants, grant, None, ends);
        assert!(bearers.grants.contains_key(&grant));
        for end in [Bearers::forget_rights, |bearers: &Bearers| bearers.forget_grant(GrantId::new())] {
            let ends = bearers.ends.load(SeqCst);
            end(&bearers);
            bearers.keep(&bearers.grants, grant, None, ends);
            assert!(!bearers.grants.contains_key(&grant));
        }
    }
}
