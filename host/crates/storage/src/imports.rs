//! APIs' descriptions, kept for a day.

use cloche_domain::{ImportId, OrgId, UserId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// A description, and who brought it.
#[derive(Clone, Debug, FromRow)]
pub struct Import {
    pub id: ImportId,
    pub org_id: OrgId,
    pub user_id: UserId,
    /// As it was compressed.
    pub document: Vec<u8>,
    /// Where it was found.
    pub source: Option<String>,
    /// Where its operations go, in place of what it says.
    pub server: Option<String>,
    pub created_at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
}

// Who brings another at the same time waits for this one.
const LOCK_ORG: &str = "UPDATE orgs SET name = name WHERE id = $1";

const DELETE_OLDEST: &str = "DELETE FROM imports WHERE org_id = $1 AND id NOT IN
    (SELECT id FROM imports WHERE org_id = $1 ORDER BY id DESC LIMIT $2)";

const INSERT: &str = "INSERT INTO imports (id, org_id, user_id, document, source, server, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Keeps a description, and of its organisation's others the newest: `most` with it.
pub async fn insert(tx: &mut Tx, import: &Import, most: i64) -> Result<()> {
    let i = import;
    Ok(on_conn!(*tx, c => {
        sqlx::query(LOCK_ORG).bind(i.org_id).execute(&mut *c).await?;
        sqlx::query(DELETE_OLDEST).bind(i.org_id).bind(most - 1).execute(&mut *c).await?;
        sqlx::query(INSERT)
            .bind(i.id).bind(i.org_id).bind(i.user_id).bind(&i.document).bind(&i.source).bind(&i.server)
            .bind(i.created_at).bind(i.expires_at)
            .execute(&mut *c).await.map(|_| ())
    })?)
}

const FIND: &str = "SELECT id, org_id, user_id, document, source, server, created_at, expires_at
    FROM imports WHERE org_id = $1 AND id = $2 AND expires_at > $3";

/// A description of the organisation that has not expired.
pub async fn find(tx: &mut Tx, org: OrgId, id: ImportId, now: OffsetDateTime) -> Result<Option<Import>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(FIND).bind(org).bind(id).bind(now).fetch_optional(c).await)?)
}

const DELETE_EXPIRED: &str = "DELETE FROM imports WHERE expires_at <= $1";

/// Forgets descriptions that have expired. How many there were.
pub async fn delete_expired(tx: &mut Tx, now: OffsetDateTime) -> Result<u64> {
    Ok(on_conn!(*tx, c => sqlx::query(DELETE_EXPIRED).bind(now).execute(c).await.map(|done| done.rows_affected()))?)
}
