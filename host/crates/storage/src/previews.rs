//! Drafted specs, kept for a day.

use cloche_domain::spec::ServerSpec;
use cloche_domain::{OrgId, PreviewId, UserId};
use sqlx::FromRow;
use sqlx::types::Json;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// A draft, and who asked for it.
#[derive(Clone, Debug, FromRow)]
pub struct Preview {
    pub id: PreviewId,
    pub org_id: OrgId,
    pub user_id: UserId,
    pub prompt: String,
    #[sqlx(json)]
    pub spec: ServerSpec,
    /// Which model drafted it.
    pub model: String,
    /// Whether that was the demo drafter.
    pub demo: bool,
    pub created_at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
}

const INSERT: &str = "INSERT INTO previews
    (id, org_id, user_id, prompt, spec, model, demo, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Keeps a draft.
pub async fn insert(tx: &mut Tx, preview: &Preview) -> Result<()> {
    let p = preview;
    Ok(on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(p.id).bind(p.org_id).bind(p.user_id).bind(&p.prompt).bind(Json(&p.spec)).bind(&p.model).bind(p.demo)
        .bind(p.created_at).bind(p.expires_at)
        .execute(c).await.map(|_| ()))?)
}

const FIND: &str = "SELECT id, org_id, user_id, prompt, spec, model, demo, created_at, expires_at
    FROM previews WHERE org_id = $1 AND id = $2 AND expires_at > $3";

/// A draft of the organisation that has not expired.
pub async fn find(tx: &mut Tx, org: OrgId, id: PreviewId, now: OffsetDateTime) -> Result<Option<Preview>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(FIND).bind(org).bind(id).bind(now).fetch_optional(c).await)?)
}

const SINCE: &str = "SELECT created_at FROM previews WHERE org_id = $1 AND created_at > $2 ORDER BY created_at";

/// When the organisation's drafts since a moment were made, oldest first.
pub async fn made_since(tx: &mut Tx, org: OrgId, since: OffsetDateTime) -> Result<Vec<OffsetDateTime>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(SINCE).bind(org).bind(since).fetch_all(c).await)?)
}

const DELETE_EXPIRED: &str = "DELETE FROM previews WHERE expires_at <= $1";

/// Forgets drafts that have expired. How many there were.
pub async fn delete_expired(tx: &mut Tx, now: OffsetDateTime) -> Result<u64> {
    Ok(on_conn!(*tx, c => sqlx::query(DELETE_EXPIRED).bind(now).execute(c).await.map(|done| done.rows_affected()))?)
}
