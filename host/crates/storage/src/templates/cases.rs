//! Reports about templates, and appeals of their owners.

use cloche_domain::template::{CaseKind, CaseState, Concern, TemplateStatus};
use cloche_domain::{CaseId, Slug, TemplateId, UserId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Error, Result, Tx};

/// One case.
#[derive(Clone, Debug, FromRow)]
pub struct Case {
    pub id: CaseId,
    pub kind: CaseKind,
    pub concern: Option<Concern>,
    pub text: String,
    /// Whose it is; none where the account is gone.
    pub user_id: Option<UserId>,
    pub state: CaseState,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<OffsetDateTime>,
    pub decision: Option<String>,
    pub created_at: OffsetDateTime,
    pub template_id: TemplateId,
    pub template_slug: Slug,
    pub template_title: String,
    pub template_status: TemplateStatus,
    pub template_forks: i64,
}

/// A case to be opened.
#[derive(Clone, Copy, Debug)]
pub struct NewCase<'a> {
    pub id: CaseId,
    pub template_id: TemplateId,
    pub kind: CaseKind,
    pub concern: Option<Concern>,
    pub text: &'a str,
    pub user_id: UserId,
}

const INSERT: &str = "INSERT INTO template_cases (id, template_id, kind, concern, text, user_id, state, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";

/// Opens a case. [`Error::Taken`] where this person has one open already.
pub async fn open_case(tx: &mut Tx, new: &NewCase<'_>, now: OffsetDateTime) -> Result<()> {
    let rows = on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(new.id).bind(new.template_id).bind(new.kind).bind(new.concern).bind(new.text).bind(new.user_id)
        .bind(CaseState::Open).bind(now)
        .execute(c).await.map(|done| done.rows_affected()))?;
    if rows == 1 { Ok(()) } else { Err(Error::Taken("case")) }
}

const REPORTED: &str =
    "SELECT created_at FROM template_cases WHERE user_id = $1 AND created_at > $2 ORDER BY created_at";

/// When a person has opened cases since a moment, oldest first.
pub async fn reported_since(tx: &mut Tx, user: UserId, since: OffsetDateTime) -> Result<Vec<OffsetDateTime>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(REPORTED).bind(user).bind(since).fetch_all(c).await)?)
}

/// The query of a [`Case`], up to its conditions.
macro_rules! case {
    () => {
        "SELECT k.id, k.kind, k.concern, k.text, k.user_id, k.state, k.decided_by, k.decided_at, k.decision,
        k.created_at, k.template_id, t.slug AS template_slug, t.title AS template_title, t.status AS template_status,
        t.forks AS template_forks
    FROM template_cases k JOIN templates t ON t.id = k.template_id"
    };
}

const LIST: &str = concat!(case!(), " WHERE k.state = $1 AND k.id > $2 ORDER BY k.id LIMIT $3");
const GET: &str = concat!(case!(), " WHERE k.id = $1");

/// Cases of a state, oldest first; those after `after`.
pub async fn cases(tx: &mut Tx, state: CaseState, after: Option<CaseId>, limit: i64) -> Result<Vec<Case>> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    Ok(on_conn!(*tx, c => sqlx::query_as(LIST).bind(state).bind(after).bind(limit).fetch_all(c).await)?)
}

/// An admin's word on a case.
#[derive(Clone, Copy, Debug)]
pub struct CaseDecision<'a> {
    pub state: CaseState,
    pub by: UserId,
    pub reason: &'a str,
}

const DECIDE: &str = "UPDATE template_cases SET state = $2, decided_by = $3, decided_at = $4, decision = $5
    WHERE id = $1 AND state = $6";

/// Decides an open case; none where it is not open (any more): of many at once, one decides.
pub async fn decide(tx: &mut Tx, id: CaseId, decision: CaseDecision<'_>, now: OffsetDateTime) -> Result<Option<Case>> {
    let rows = on_conn!(*tx, c => sqlx::query(DECIDE).bind(id).bind(decision.state).bind(decision.by).bind(now)
        .bind(decision.reason).bind(CaseState::Open).execute(c).await.map(|done| done.rows_affected()))?;
    if rows == 0 {
        return Ok(None);
    }
    case(tx, id).await
}

const CLOSE: &str = "UPDATE template_cases SET state = $2, decided_by = $3, decided_at = $4, decision = $5
    WHERE template_id = $1 AND kind = $6 AND state = $7";

/// Closes the appeals against what stood of a template, since something else does now.
pub async fn close_appeals(
    tx: &mut Tx,
    template: TemplateId,
    decision: CaseDecision<'_>,
    now: OffsetDateTime,
) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(CLOSE).bind(template).bind(decision.state).bind(decision.by).bind(now)
        .bind(decision.reason).bind(CaseKind::Appeal).bind(CaseState::Open).execute(c).await.map(|_| ()))?)
}

/// One case.
pub async fn case(tx: &mut Tx, id: CaseId) -> Result<Option<Case>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(GET).bind(id).fetch_optional(c).await)?)
}
