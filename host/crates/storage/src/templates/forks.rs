//! Forks: who may make one, which there are, and whose owners have to be told that theirs was stopped.

use cloche_domain::template::TemplateStatus;
use cloche_domain::{OrgId, PreviewId, ServerId, Slug, TemplateId, UserId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// A reference that lets one person make one fork. It is the id of what they were shown.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct ForkRef {
    pub id: PreviewId,
    pub user_id: UserId,
    pub org_id: OrgId,
    pub template_id: TemplateId,
    pub release_n: i64,
    pub expires_at: OffsetDateTime,
}

const FORGET: &str = "DELETE FROM fork_refs WHERE expires_at <= $1";
const INSERT: &str = "INSERT INTO fork_refs (id, user_id, org_id, template_id, release_n, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)";

const DELETE_OLDEST: &str = "DELETE FROM fork_refs WHERE user_id = $1 AND id NOT IN
    (SELECT id FROM fork_refs WHERE user_id = $1 ORDER BY id DESC LIMIT $2)";
/// Of one person, beside the new one.
const MOST: i64 = 49;

/// Keeps a reference, and forgets those that have expired, and the oldest of a person who has too many.
pub async fn insert_ref(tx: &mut Tx, new: &ForkRef, now: OffsetDateTime) -> Result<()> {
    on_conn!(*tx, c => sqlx::query(FORGET).bind(now).execute(c).await.map(|_| ()))?;
    on_conn!(*tx, c => sqlx::query(DELETE_OLDEST).bind(new.user_id).bind(MOST).execute(c).await.map(|_| ()))?;
    Ok(on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(new.id).bind(new.user_id).bind(new.org_id).bind(new.template_id).bind(new.release_n).bind(new.expires_at)
        .execute(c).await.map(|_| ()))?)
}

const TAKE: &str = "DELETE FROM fork_refs WHERE id = $1 AND user_id = $2 AND org_id = $3 AND expires_at > $4
    RETURNING id, user_id, org_id, template_id, release_n, expires_at";

/// Uses a person's reference up; of many at once, one does.
pub async fn take_ref(
    tx: &mut Tx,
    id: PreviewId,
    (user, org): (UserId, OrgId),
    now: OffsetDateTime,
) -> Result<Option<ForkRef>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(TAKE).bind(id).bind(user).bind(org).bind(now).fetch_optional(c).await)?)
}

const FORKER: &str = "INSERT INTO template_forkers (template_id, org_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
const COUNT: &str = "UPDATE templates SET forks = forks + 1 WHERE id = $1 AND (org_id IS NULL OR org_id <> $2)";
const SET: &str = "UPDATE servers SET template_id = $2 WHERE id = $1";

/// Notes that an organisation's server is a fork of a template. Others than the publisher's are counted, each once: nobody
/// drives a template up the list by themselves.
pub async fn count_fork(tx: &mut Tx, (org, server): (OrgId, ServerId), template: TemplateId) -> Result<()> {
    let first = on_conn!(*tx, c => sqlx::query(FORKER).bind(template).bind(org).execute(c).await
        .map(|done| done.rows_affected()))?;
    if first == 1 {
        on_conn!(*tx, c => sqlx::query(COUNT).bind(template).bind(org).execute(c).await.map(|_| ()))?;
    }
    Ok(on_conn!(*tx, c => sqlx::query(SET).bind(server).bind(template).execute(c).await.map(|_| ()))?)
}

/// What a server was forked from, and the newest of its releases that a version of the server is.
#[derive(Clone, Debug, FromRow)]
pub struct Forked {
    pub template_id: TemplateId,
    pub slug: Slug,
    pub title: String,
    pub status: TemplateStatus,
    pub status_reason: Option<String>,
    pub newest_release: i64,
    /// That of the version that answers; none where that was made otherwise.
    pub active_release: Option<i64>,
    /// The newest that any of its versions is.
    pub taken_release: Option<i64>,
}

const FORKED: &str = "SELECT t.id AS template_id, t.slug, t.title, t.status, t.status_reason,
        t.releases AS newest_release, a.release_n AS active_release,
        (SELECT max(v.release_n) FROM versions v WHERE v.server_id = s.id) AS taken_release
    FROM servers s JOIN templates t ON t.id = s.template_id LEFT JOIN versions a ON a.id = s.active_version_id
    WHERE s.id = $1";

/// What a server was forked from, if it was.
pub async fn forked(tx: &mut Tx, server: ServerId) -> Result<Option<Forked>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(FORKED).bind(server).fetch_optional(c).await)?)
}

const HAS: &str = "SELECT n FROM versions WHERE server_id = $1 AND release_n = $2 ORDER BY n DESC LIMIT 1";

/// The version of a fork that is this release, if one is.
pub async fn has_release(tx: &mut Tx, server: ServerId, release: i64) -> Result<Option<i64>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(HAS).bind(server).bind(release).fetch_optional(c).await)?)
}

const FORKS: &str = "SELECT count(*) FROM servers WHERE template_id = $1";
const LIVE: &str = concat!("SELECT ", live!("t"), " FROM templates t WHERE t.id = $1");

/// How many forks of a template there are now.
pub async fn forks_of(tx: &mut Tx, template: TemplateId) -> Result<i64> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(FORKS).bind(template).fetch_one(c).await)?)
}

/// In how many organisations, other than its publisher's, one of them answers, unless they are stopped.
pub async fn live_forks(tx: &mut Tx, template: TemplateId) -> Result<i64> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(LIVE).bind(template).fetch_one(c).await)?)
}

const TO_TELL: &str = "SELECT DISTINCT org_id FROM servers
    WHERE template_id = $1 AND told_stopped <> $2 AND org_id > $3 ORDER BY org_id LIMIT 20";

/// Organisations whose owners do not know yet that their forks are stopped, or are so no longer; some of those after one.
pub async fn to_tell(tx: &mut Tx, template: TemplateId, stopped: bool, after: Option<OrgId>) -> Result<Vec<OrgId>> {
    let after = after.map(|org| org.to_string()).unwrap_or_default();
    Ok(on_conn!(*tx, c => sqlx::query_scalar(TO_TELL).bind(template).bind(stopped).bind(after).fetch_all(c).await)?)
}

const FORKS_TO_TELL: &str = "SELECT id, slug FROM servers
    WHERE template_id = $1 AND org_id = $2 AND told_stopped <> $3 ORDER BY id";

/// The forks of an organisation that its owners have to be told of.
pub async fn forks_to_tell(
    tx: &mut Tx,
    template: TemplateId,
    org: OrgId,
    stopped: bool,
) -> Result<Vec<(ServerId, Slug)>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(FORKS_TO_TELL).bind(template).bind(org).bind(stopped).fetch_all(c).await)?)
}

const SET_TOLD: &str = "UPDATE servers SET told_stopped = $2 WHERE id = $1";

/// Notes that a fork's owners know.
pub async fn set_told(tx: &mut Tx, server: ServerId, stopped: bool) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(SET_TOLD).bind(server).bind(stopped).execute(c).await.map(|_| ()))?)
}
