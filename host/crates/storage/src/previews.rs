//! Drafted specs, kept for a day.

use cloche_domain::spec::ServerSpec;
use cloche_domain::{OrgId, PreviewId, Sha256, UserId};
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
    #[sqlx(flatten)]
    pub drafting: Drafting,
}

/// What a model was asked, and what it took; nothing where none was.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Drafting {
    /// Of the question, which has the same answer for a day; none where no model was asked.
    pub asked_sha256: Option<Sha256>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    /// Millionths of the operator's currency.
    pub cost_micros: i64,
}

const INSERT: &str = "INSERT INTO previews
    (id, org_id, user_id, prompt, spec, model, demo, created_at, expires_at, asked_sha256, input_tokens, output_tokens,
        cost_micros)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

/// Keeps a draft.
pub async fn insert(tx: &mut Tx, preview: &Preview) -> Result<()> {
    let (p, d) = (preview, &preview.drafting);
    Ok(on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(p.id).bind(p.org_id).bind(p.user_id).bind(&p.prompt).bind(Json(&p.spec)).bind(&p.model).bind(p.demo)
        .bind(p.created_at).bind(p.expires_at)
        .bind(d.asked_sha256).bind(d.input_tokens).bind(d.output_tokens).bind(d.cost_micros)
        .execute(c).await.map(|_| ()))?)
}

/// The query of a [`Preview`], up to its conditions.
macro_rules! preview {
    () => {
        "SELECT id, org_id, user_id, prompt, spec, model, demo, created_at, expires_at, asked_sha256, input_tokens,
        output_tokens, cost_micros
    FROM previews"
    };
}

const FIND: &str = concat!(preview!(), " WHERE org_id = $1 AND id = $2 AND expires_at > $3");

/// A draft of the organisation that has not expired.
pub async fn find(tx: &mut Tx, org: OrgId, id: PreviewId, now: OffsetDateTime) -> Result<Option<Preview>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(FIND).bind(org).bind(id).bind(now).fetch_optional(c).await)?)
}

const ANSWER: &str = concat!(
    preview!(),
    " WHERE org_id = $1 AND asked_sha256 = $2 AND created_at > $3 ORDER BY CASE WHEN user_id = $4 THEN 0 ELSE 1 END,
        created_at DESC LIMIT 1"
);

/// What the organisation was answered to a question since a moment; best by a draft of this user's own.
pub async fn answer(
    tx: &mut Tx,
    (org, user): (OrgId, UserId),
    asked: Sha256,
    since: OffsetDateTime,
) -> Result<Option<Preview>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(ANSWER).bind(org).bind(asked).bind(since).bind(user)
        .fetch_optional(c).await)?)
}

/// Keeps a draft longer.
pub async fn extend(tx: &mut Tx, id: PreviewId, until: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query("UPDATE previews SET expires_at = $2 WHERE id = $1").bind(id).bind(until)
        .execute(c).await.map(|_| ()))?)
}

const DELETE_EXPIRED: &str = "DELETE FROM previews WHERE expires_at <= $1";

/// Forgets drafts that have expired. How many there were.
pub async fn delete_expired(tx: &mut Tx, now: OffsetDateTime) -> Result<u64> {
    Ok(on_conn!(*tx, c => sqlx::query(DELETE_EXPIRED).bind(now).execute(c).await.map(|done| done.rows_affected()))?)
}
