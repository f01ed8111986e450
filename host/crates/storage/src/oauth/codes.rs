//! Authorization codes: each is redeemed once.

use cloche_domain::{GrantId, OauthClientId, Sha256};
use time::OffsetDateTime;

use crate::{Result, Tx};

/// A code, and what it is bound to. Only its digest is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Code {
    pub grant_id: GrantId,
    /// Of the grant.
    pub client_id: OauthClientId,
    pub redirect_uri: String,
    pub code_challenge: String,
    pub resource: String,
    pub expires_at: OffsetDateTime,
}

/// Stores a code of an existing grant.
pub async fn insert_code(tx: &mut Tx, digest: Sha256, code: &Code) -> Result<()> {
    const SQL: &str = "INSERT INTO oauth_codes
            (code_sha256, grant_id, redirect_uri, code_challenge, resource, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    on_conn!(*tx, c => sqlx::query(SQL)
        .bind(digest)
        .bind(code.grant_id)
        .bind(&code.redirect_uri)
        .bind(&code.code_challenge)
        .bind(&code.resource)
        .bind(code.expires_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Takes a code: what it is bound to, and whether this is its first use.
pub async fn redeem_code(tx: &mut Tx, digest: Sha256, now: OffsetDateTime) -> Result<Option<(Code, bool)>> {
    const TAKE: &str = "UPDATE oauth_codes SET used_at = $2 WHERE code_sha256 = $1 AND used_at IS NULL";
    const FIND: &str = "SELECT c.grant_id, g.client_id, c.redirect_uri, c.code_challenge, c.resource, c.expires_at
        FROM oauth_codes c JOIN oauth_grants g ON g.id = c.grant_id WHERE c.code_sha256 = $1";
    let taken = on_conn!(*tx, c => sqlx::query(TAKE).bind(digest).bind(now).execute(c).await
        .map(|done| done.rows_affected()))?;
    let code: Option<Code> = on_conn!(*tx, c => sqlx::query_as(FIND).bind(digest).fetch_optional(c).await)?;
    Ok(code.map(|code| (code, taken == 1)))
}
