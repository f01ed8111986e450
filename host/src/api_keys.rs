//! API keys: for programs that act for a person. Shown once; only the digest is kept.

use cloche_domain::ApiKeyId;
use cloche_domain::server::Scope;
use cloche_storage::accounts;
use cloche_storage::api_keys::{self, ApiKey, KeyInUse, OwnedKey};
use cloche_storage::members as store;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use time::Duration;
use time::format_description::well_known::Rfc3339;

use crate::app::App;
use crate::audit::{self, Done};
use crate::http::auth::Member;
use crate::members::{self, manages, rights_changed, standing};
use crate::token::{self, NoRandomness};

/// What every key begins with.
pub const PREFIX: &str = "clo_";
/// Characters of a key that are kept to tell it from others: far too few to guess the rest.
const START: usize = 12;
/// How often the time of last use is written.
const TOUCH: Duration = Duration::MINUTE;
/// Characters of a name, and days of a life, at most.
const NAME_LIMIT: usize = 80;
const DAYS_LIMIT: u32 = 3650;

/// Why there is no such key, or none is made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("an API key needs a name of 1 to {NAME_LIMIT} characters, like \"deploy script\"")]
    Name,
    #[error("an API key needs at least one scope: api, mcp or both")]
    NoScope,
    #[error("the scope admin is for admins of this platform: its operator makes them, by `cloche admin grant`")]
    NotAdmin,
    #[error("an API key's expiresInDays must be 1 to {DAYS_LIMIT}; leave it out for a key that stays")]
    Days,
    #[error("there is no such API key")]
    NotFound,
    #[error(transparent)]
    Members(#[from] members::Error),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A key to be made.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub name: String,
    pub scopes: Vec<Scope>,
    pub expires_in_days: Option<u32>,
}

/// Makes a key for a member: the key itself, to be shown this once, and what is kept of it.
pub async fn create(app: &App, member: &Member, new: NewKey) -> Result<(SecretString, ApiKey)> {
    let NewKey { name, mut scopes, expires_in_days } = new;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_LIMIT || name.chars().any(char::is_control) {
        return Err(Error::Name);
    }
    scopes.sort();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(Error::NoScope);
    }
    if expires_in_days.is_some_and(|days| !(1..=DAYS_LIMIT).contains(&days)) {
        return Err(Error::Days);
    }
    let (key, now) = (token::mint(PREFIX)?, app.clock.now());
    let kept = ApiKey {
        id: ApiKeyId::new(),
        name,
        start: key.expose_secret().chars().take(START).collect(),
        scopes,
        created_at: now,
        expires_at: expires_in_days.map(|days| now + Duration::days(days.into())),
        last_used_at: None,
    };
    let mut tx = audit::begin(app, member.org_id).await?;
    // Whoever is being removed at this moment gets none that outlasts it.
    if !store::hold(&mut tx, member.org_id, member.user_id).await? {
        return Err(members::Error::NoLonger.into());
    }
    if kept.scopes.contains(&Scope::Admin) && !accounts::is_admin(&mut tx, member.user_id).await? {
        return Err(Error::NotAdmin);
    }
    api_keys::insert(&mut tx, member.org_id, member.user_id, &kept, token::digest(&key)).await?;
    let done = Done::of("api_key.created", ("api_key", &kept.id)).changed(Value::Null, noted(&kept));
    audit::note(app, member, &mut tx, done).await?;
    tx.commit().await?;
    Ok((key, kept))
}

/// What the log is told of a key.
fn noted(key: &ApiKey) -> Value {
    let expires_at = key.expires_at.and_then(|at| at.format(&Rfc3339).ok());
    json!({"name": key.name, "start": key.start, "scopes": key.scopes, "expiresAt": expires_at})
}

/// A member's own keys.
pub async fn list(app: &App, member: &Member) -> Result<Vec<ApiKey>> {
    let mut tx = app.db.read().await?;
    Ok(api_keys::list(&mut tx, member.org_id, member.user_id).await?)
}

/// The keys of all members of the organisation, for those who look after it.
pub async fn list_all(app: &App, member: &Member) -> Result<Vec<OwnedKey>> {
    manages(member)?;
    Ok(api_keys::list_all(&mut app.db.read().await?, member.org_id).await?)
}

/// Ends a key at once: a member's own, or any of the organisation's for those who look after it.
pub async fn delete(app: &App, member: &Member, id: ApiKeyId) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let actor = standing(&mut tx, member).await?;
    let own = (!actor.role.manages()).then_some(actor.user_id);
    let ended = api_keys::delete(&mut tx, actor.org_id, own, id).await?.ok_or(Error::NotFound)?;
    let ended = json!({"user": ended.user_id, "name": ended.name, "scopes": ended.scopes});
    let done = Done::of("api_key.deleted", ("api_key", &id)).changed(ended, Value::Null);
    audit::note(app, &actor, &mut tx, done).await?;
    tx.commit().await?;
    rights_changed(app);
    Ok(())
}

/// Whom a key acts for, and what it is good for. `None` if it is unknown, expired, or its owner has left.
pub async fn holder(app: &App, key: &SecretString) -> Result<Option<KeyInUse>> {
    let now = app.clock.now();
    let found = api_keys::find(&mut app.db.read().await?, token::digest(key), now).await?;
    let Some(found) = found else { return Ok(None) };
    if found.last_used_at.is_none_or(|last| last + TOUCH <= now) {
        let mut tx = app.db.begin().await?;
        api_keys::touch(&mut tx, found.key_id, now).await?;
        tx.commit().await?;
    }
    Ok(Some(found))
}
