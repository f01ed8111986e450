//! Hosted servers.

use cloche_domain::plan::Plan;
use cloche_domain::server::ServerStatus;
use cloche_domain::spec::ServerSpec;
use cloche_domain::{OrgId, ServerId, Sha256, Slug, UserId, VersionId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Error, Result, Tx, quotas};

/// A server, with the spec to show: of its active version, or of its first while none is active.
#[derive(Clone, Debug, FromRow)]
pub struct Server {
    pub id: ServerId,
    pub slug: Slug,
    pub name: String,
    pub status: ServerStatus,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
    /// The number of the active version.
    pub active_version: Option<i64>,
    /// What the active version's component imports.
    #[sqlx(json(nullable))]
    pub imports: Option<Vec<String>>,
    #[sqlx(json)]
    pub spec: ServerSpec,
}

/// A server to be made.
#[derive(Clone, Debug)]
pub struct NewServer<'a> {
    pub id: ServerId,
    pub org_id: OrgId,
    pub slug: &'a Slug,
    pub name: &'a str,
    pub created_by: UserId,
}

/// What is needed to answer calls: a server with its active version.
#[derive(Clone, Debug, FromRow)]
pub struct LiveServer {
    pub server_id: ServerId,
    pub org_id: OrgId,
    pub slug: Slug,
    pub plan: Plan,
    pub status: ServerStatus,
    pub version_id: VersionId,
    pub version_n: i64,
    pub component_sha256: Sha256,
    #[sqlx(json)]
    pub spec: ServerSpec,
}

const INSERT: &str = "INSERT INTO servers
    (id, org_id, slug, name, status, created_by, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (org_id, slug) DO NOTHING";

/// Writes a server that is being built. [`Error::Taken`] when the organisation has one of this slug.
pub async fn insert(tx: &mut Tx, new: &NewServer<'_>, now: OffsetDateTime) -> Result<()> {
    let rows = on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(new.id).bind(new.org_id).bind(new.slug).bind(new.name)
        .bind(ServerStatus::Building).bind(new.created_by).bind(now)
        .execute(c).await.map(|done| done.rows_affected()))?;
    if rows == 1 { Ok(()) } else { Err(Error::Taken("slug")) }
}

/// The query of a [`Server`], up to its conditions.
macro_rules! server {
    () => {
        "SELECT s.id, s.slug, s.name, s.status, s.created_at, s.updated_at, a.n AS active_version, a.imports, v.spec
    FROM servers s
    LEFT JOIN versions a ON a.id = s.active_version_id
    JOIN versions v ON v.server_id = s.id AND v.n = coalesce(a.n, 1)"
    };
}

const GET: &str = concat!(server!(), " WHERE s.org_id = $1 AND s.id = $2");

/// One server of an organisation.
pub async fn get(tx: &mut Tx, org: OrgId, id: ServerId) -> Result<Option<Server>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(GET).bind(org).bind(id).fetch_optional(c).await)?)
}

const LIST: &str = concat!(server!(), " WHERE s.org_id = $1 AND ($2 IS NULL OR s.id < $2) ORDER BY s.id DESC LIMIT $3");

/// An organisation's servers, newest first; those older than `before`.
pub async fn list(tx: &mut Tx, org: OrgId, before: Option<ServerId>, limit: i64) -> Result<Vec<Server>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(LIST).bind(org).bind(before).bind(limit).fetch_all(c).await)?)
}

const COUNT: &str = "SELECT count(*) FROM servers WHERE org_id = $1";

/// How many servers an organisation has. Until the transaction ends, no one else can count, so the number holds.
pub async fn count_to_add(tx: &mut Tx, org: OrgId) -> Result<i64> {
    quotas::lock(tx, org).await?;
    count(tx, org).await
}

/// How many servers an organisation has.
pub async fn count(tx: &mut Tx, org: OrgId) -> Result<i64> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(COUNT).bind(org).fetch_one(c).await)?)
}

const DELETE: &str = "DELETE FROM servers WHERE org_id = $1 AND id = $2";
const DELETE_JOBS: &str = "DELETE FROM jobs WHERE org_id = $1
    AND subject IN (SELECT id FROM builds WHERE server_id = $2)";

/// Deletes a server with all that belongs to it, work in hand included. Whether there was one.
pub async fn delete(tx: &mut Tx, org: OrgId, id: ServerId) -> Result<bool> {
    on_conn!(*tx, c => sqlx::query(DELETE_JOBS).bind(org).bind(id).execute(c).await.map(|_| ()))?;
    let rows = on_conn!(*tx, c => sqlx::query(DELETE).bind(org).bind(id).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const ACTIVATE: &str = "UPDATE servers SET active_version_id = $2, status = $3, updated_at = $4 WHERE id = $1";

/// Makes a version the one that answers.
pub async fn activate(tx: &mut Tx, id: ServerId, version: VersionId, now: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(ACTIVATE).bind(id).bind(version).bind(ServerStatus::Live).bind(now)
        .execute(c).await.map(|_| ()))?)
}

const ACTIVATE_BUILT: &str = "UPDATE servers SET active_version_id = $2, status = $3, updated_at = $4 WHERE id = $1
    AND NOT EXISTS (SELECT 1 FROM versions a JOIN versions b ON b.server_id = a.server_id
        WHERE a.id = servers.active_version_id AND b.id = $2 AND a.n > b.n)";

/// Makes a version that has just been built the one that answers, unless a newer one does: builds may overtake each other.
pub async fn activate_built(tx: &mut Tx, id: ServerId, version: VersionId, now: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(ACTIVATE_BUILT).bind(id).bind(version).bind(ServerStatus::Live).bind(now)
        .execute(c).await.map(|_| ()))?)
}

const FAIL: &str = "UPDATE servers SET status = $2, updated_at = $3 WHERE id = $1 AND active_version_id IS NULL";

/// Marks a server as failed, unless a version of it is active.
pub async fn fail(tx: &mut Tx, id: ServerId, now: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(FAIL).bind(id).bind(ServerStatus::Failed).bind(now)
        .execute(c).await.map(|_| ()))?)
}

const LIVE: &str = "SELECT s.id AS server_id, s.org_id, s.slug, o.plan, s.status, v.id AS version_id, v.n AS version_n,
        v.component_sha256, v.spec
    FROM servers s
    JOIN orgs o ON o.id = s.org_id
    JOIN versions v ON v.id = s.active_version_id
    WHERE o.slug = $1 AND s.slug = $2";

/// The server at `/mcp/{org}/{server}` with its active version; none while no version is active.
pub async fn live(tx: &mut Tx, org: &Slug, server: &Slug) -> Result<Option<LiveServer>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(LIVE).bind(org).bind(server).fetch_optional(c).await)?)
}

const STATUS: &str = "SELECT s.id, s.org_id, s.status FROM servers s JOIN orgs o ON o.id = s.org_id
    WHERE o.slug = $1 AND s.slug = $2";

/// The server at `/mcp/{org}/{server}`, whether it can answer or not.
pub async fn status(tx: &mut Tx, org: &Slug, server: &Slug) -> Result<Option<(ServerId, OrgId, ServerStatus)>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(STATUS).bind(org).bind(server).fetch_optional(c).await)?)
}
