//! Refresh tokens: each is used once and replaced. Used ones are kept until they expire, to know a second use.

use cloche_domain::{GrantId, OauthClientId, Sha256};
use time::OffsetDateTime;

use crate::{Result, Tx};

/// A refresh token. Only its digest is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Refresh {
    pub grant_id: GrantId,
    /// Of the grant.
    pub client_id: OauthClientId,
    pub expires_at: OffsetDateTime,
}

pub async fn insert_refresh(
    tx: &mut Tx,
    digest: Sha256,
    grant: GrantId,
    now: OffsetDateTime,
    expires: OffsetDateTime,
) -> Result<()> {
    const SQL: &str = "INSERT INTO refresh_tokens (token_sha256, grant_id, created_at, expires_at)
        VALUES ($1, $2, $3, $4)";
    on_conn!(*tx, c => sqlx::query(SQL).bind(digest).bind(grant).bind(now).bind(expires).execute(c).await
        .map(|_| ()))?;
    Ok(())
}

pub async fn find_refresh(tx: &mut Tx, digest: Sha256) -> Result<Option<Refresh>> {
    const SQL: &str = "SELECT r.grant_id, g.client_id, r.expires_at
        FROM refresh_tokens r JOIN oauth_grants g ON g.id = r.grant_id WHERE r.token_sha256 = $1";
    Ok(on_conn!(*tx, c => sqlx::query_as(SQL).bind(digest).fetch_optional(c).await)?)
}

/// Uses a token up; false if it was used before.
pub async fn use_refresh(tx: &mut Tx, digest: Sha256, now: OffsetDateTime) -> Result<bool> {
    const SQL: &str = "UPDATE refresh_tokens SET used_at = $2 WHERE token_sha256 = $1 AND used_at IS NULL";
    let used = on_conn!(*tx, c => sqlx::query(SQL).bind(digest).bind(now).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(used == 1)
}
