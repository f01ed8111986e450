//! Keys for programs that act for a person.

use cloche_domain::server::Scope;
use cloche_domain::{ApiKeyId, Email, OrgId, Sha256, UserId};
use sqlx::FromRow;
use sqlx::types::Json;
use time::OffsetDateTime;

use crate::accounts::{Membership, membership};
use crate::{Result, Tx};

/// A key, as its owner sees it after it was shown.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub name: String,
    /// Its first characters, to tell keys apart.
    pub start: String,
    #[sqlx(json)]
    pub scopes: Vec<Scope>,
    pub created_at: OffsetDateTime,
    pub expires_at: Option<OffsetDateTime>,
    /// To the minute.
    pub last_used_at: Option<OffsetDateTime>,
}

const INSERT: &str = "INSERT INTO api_keys
    (id, org_id, user_id, name, start, key_sha256, scopes, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Writes a key of a member; `digest` is what is kept of it.
pub async fn insert(tx: &mut Tx, org: OrgId, user: UserId, key: &ApiKey, digest: Sha256) -> Result<()> {
    on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(key.id).bind(org).bind(user).bind(&key.name).bind(&key.start).bind(digest)
        .bind(Json(&key.scopes)).bind(key.created_at).bind(key.expires_at)
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

const LIST: &str = "SELECT id, name, start, scopes, created_at, expires_at, last_used_at FROM api_keys
    WHERE org_id = $1 AND user_id = $2 ORDER BY id";

/// A key, and the member that it acts for.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OwnedKey {
    pub user_id: UserId,
    pub email: Email,
    #[sqlx(flatten)]
    pub key: ApiKey,
}

const LIST_ALL: &str = "SELECT k.id, k.user_id, u.email, k.name, k.start, k.scopes, k.created_at, k.expires_at,
        k.last_used_at
    FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.org_id = $1 ORDER BY k.id";

/// The keys of all members, oldest first.
pub async fn list_all(tx: &mut Tx, org: OrgId) -> Result<Vec<OwnedKey>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(LIST_ALL).bind(org).fetch_all(c).await)?)
}

/// A member's own keys, oldest first.
pub async fn list(tx: &mut Tx, org: OrgId, user: UserId) -> Result<Vec<ApiKey>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(LIST).bind(org).bind(user).fetch_all(c).await)?)
}

/// What is said of a key that was ended.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct EndedKey {
    pub user_id: UserId,
    pub name: String,
    #[sqlx(json)]
    pub scopes: Vec<Scope>,
}

const DELETE: &str = "DELETE FROM api_keys WHERE org_id = $1 AND id = $2 AND ($3 IS NULL OR user_id = $3)
    RETURNING user_id, name, scopes";

/// Ends a key of an organisation: one of `user`'s own, or anyone's where nobody is named. None if there is no such key.
pub async fn delete(tx: &mut Tx, org: OrgId, user: Option<UserId>, id: ApiKeyId) -> Result<Option<EndedKey>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(DELETE).bind(org).bind(id).bind(user).fetch_optional(c).await)?)
}

/// A key in use: for whom, and for what.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct KeyInUse {
    pub key_id: ApiKeyId,
    #[sqlx(json)]
    pub scopes: Vec<Scope>,
    pub last_used_at: Option<OffsetDateTime>,
    #[sqlx(flatten)]
    pub member: Membership,
}

const FIND: &str = concat!(
    "SELECT k.id AS key_id, k.scopes, k.last_used_at, ",
    membership!(),
    " FROM api_keys k JOIN users u ON u.id = k.user_id JOIN orgs o ON o.id = k.org_id
    JOIN memberships m ON m.org_id = k.org_id AND m.user_id = k.user_id
    WHERE k.key_sha256 = $1 AND (k.expires_at IS NULL OR k.expires_at > $2)"
);

/// The key of a digest, while it has not expired and its owner is a member.
pub async fn find(tx: &mut Tx, digest: Sha256, now: OffsetDateTime) -> Result<Option<KeyInUse>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(FIND).bind(digest).bind(now).fetch_optional(c).await)?)
}

/// Notes that a key was used.
pub async fn touch(tx: &mut Tx, id: ApiKeyId, now: OffsetDateTime) -> Result<()> {
    on_conn!(*tx, c => sqlx::query("UPDATE api_keys SET last_used_at = $2 WHERE id = $1").bind(id).bind(now)
        .execute(c).await.map(|_| ()))?;
    Ok(())
}
