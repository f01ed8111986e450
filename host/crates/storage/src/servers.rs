//! Hosted servers.

use cloche_domain::plan::Plan;
use cloche_domain::server::ServerStatus;
use cloche_domain::spec::ServerSpec;
use cloche_domain::{OrgId, ServerId, Sha256, Slug, TemplateId, UserId, VersionId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Error, Result, Tx, artifacts, audit};

/// A server, with the spec to show: of its active version, or of its oldest while none is active.
#[derive(Clone, Debug, FromRow)]
pub struct Server {
    pub id: ServerId,
    pub slug: Slug,
    pub name: String,
    /// What its owners say of it, where that is not what its spec says.
    pub description: Option<String>,
    pub status: ServerStatus,
    /// What it was forked from.
    pub template_id: Option<TemplateId>,
    /// Whether it is stopped because that was taken down.
    pub taken_down: bool,
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
    pub template_id: Option<TemplateId>,
    pub version_id: VersionId,
    pub version_n: i64,
    pub component_sha256: Sha256,
    /// What AI clients are told of it, as its version's spec has it.
    #[sqlx(skip)]
    pub name: String,
    #[sqlx(skip)]
    pub description: String,
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

/// The status of a server `s` that was forked from `k`, if from any: what it is without the pause stands beside it. Where
/// that was taken down, all its forks are stopped by this one word.
macro_rules! status {
    () => {
        "CASE WHEN s.paused_at IS NULL AND (k.status IS NULL OR k.status <> 'taken_down') THEN s.status
            ELSE 'paused' END AS status, k.status IS NOT NULL AND k.status = 'taken_down' AS taken_down, s.template_id"
    };
}

/// The query of a [`Server`], up to its conditions.
macro_rules! server {
    () => {
        concat!(
            "SELECT s.id, s.slug, s.name, s.description, ",
            status!(),
            ", s.created_at, s.updated_at, a.n AS active_version, a.imports, v.spec
    FROM servers s
    LEFT JOIN templates k ON k.id = s.template_id
    LEFT JOIN versions a ON a.id = s.active_version_id
    JOIN versions v ON v.server_id = s.id
        AND v.n = coalesce(a.n, (SELECT min(o.n) FROM versions o WHERE o.server_id = s.id))"
        )
    };
}

const GET: &str = concat!(server!(), " WHERE s.org_id = $1 AND s.id = $2");

/// One server of an organisation.
pub async fn get(tx: &mut Tx, org: OrgId, id: ServerId) -> Result<Option<Server>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(GET).bind(org).bind(id).fetch_optional(c).await)?)
}

const BY_SLUG: &str = concat!(server!(), " WHERE s.org_id = $1 AND s.slug = $2");

/// The server of a slug in an organisation.
pub async fn by_slug(tx: &mut Tx, org: OrgId, slug: &Slug) -> Result<Option<Server>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(BY_SLUG).bind(org).bind(slug).fetch_optional(c).await)?)
}

const LIST: &str = concat!(server!(), " WHERE s.org_id = $1 AND s.id < $2 ORDER BY s.id DESC LIMIT $3");

/// An organisation's servers, newest first; those older than `before`.
pub async fn list(tx: &mut Tx, org: OrgId, before: Option<ServerId>, limit: i64) -> Result<Vec<Server>> {
    Ok(
        on_conn!(*tx, c => sqlx::query_as(LIST).bind(org).bind(before.unwrap_or(ServerId::LAST)).bind(limit).fetch_all(c).await)?,
    )
}

const COUNT: &str = "SELECT count(*) FROM servers WHERE org_id = $1";

/// How many servers an organisation has. Until the transaction ends, no one else can count, so the number holds.
pub async fn count_to_add(tx: &mut Tx, org: OrgId) -> Result<i64> {
    audit::lock(tx, org).await?;
    count(tx, org).await
}

/// How many servers an organisation has.
pub async fn count(tx: &mut Tx, org: OrgId) -> Result<i64> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(COUNT).bind(org).fetch_one(c).await)?)
}

const DESCRIBE: &str = "UPDATE servers SET name = $2, description = $3, updated_at = $4 WHERE id = $1";

/// Writes what its owners call a server, and say of it.
pub async fn describe(
    tx: &mut Tx,
    id: ServerId,
    (name, description): (&str, Option<&str>),
    now: OffsetDateTime,
) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(DESCRIBE).bind(id).bind(name).bind(description).bind(now)
        .execute(c).await.map(|_| ()))?)
}

const PAUSE: &str = "UPDATE servers SET paused_at = $2, updated_at = $3 WHERE id = $1";

/// Has a server answer nobody, or again.
pub async fn pause(tx: &mut Tx, id: ServerId, paused: bool, now: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(PAUSE).bind(id).bind(paused.then_some(now)).bind(now)
        .execute(c).await.map(|_| ()))?)
}

const LOCK_TEMPLATE: &str = "UPDATE templates SET forks = forks WHERE server_id = $1";
const DELETE: &str = "DELETE FROM servers WHERE org_id = $1 AND id = $2";
const DELETE_JOBS: &str = "DELETE FROM jobs WHERE org_id = $1
    AND subject IN (SELECT id FROM builds WHERE server_id = $2)";

/// Deletes a server with all that belongs to it, work in hand included. Whether there was one. Its components stay on the
/// disk for a while.
pub async fn delete(tx: &mut Tx, org: OrgId, id: ServerId, now: OffsetDateTime) -> Result<bool> {
    // Its template before its components: so does whoever forks it.
    on_conn!(*tx, c => sqlx::query(LOCK_TEMPLATE).bind(id).execute(c).await.map(|_| ()))?;
    artifacts::touch_of_server(tx, org, id, now).await?;
    on_conn!(*tx, c => sqlx::query(DELETE_JOBS).bind(org).bind(id).execute(c).await.map(|_| ()))?;
    let rows = on_conn!(*tx, c => sqlx::query(DELETE).bind(org).bind(id).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Both the version that ceases to answer and the one that begins to.
const ANSWERED: &str = "UPDATE versions SET answered_at = $3
    WHERE id = $2 OR id = (SELECT active_version_id FROM servers WHERE id = $1)";
const ACTIVATE: &str = "UPDATE servers SET active_version_id = $2, status = $3, updated_at = $4, chosen_at = $4
    WHERE id = $1";

/// Makes a version the one that answers, as a person has chosen. A paused server stays paused.
pub async fn activate(tx: &mut Tx, id: ServerId, version: VersionId, now: OffsetDateTime) -> Result<()> {
    on_conn!(*tx, c => sqlx::query(ANSWERED).bind(id).bind(version).bind(now).execute(c).await.map(|_| ()))?;
    Ok(on_conn!(*tx, c => sqlx::query(ACTIVATE).bind(id).bind(version).bind(ServerStatus::Live).bind(now)
        .execute(c).await.map(|_| ()))?)
}

const MAY_TAKE_OVER: &str = "SELECT NOT EXISTS (SELECT 1 FROM servers s
        JOIN versions b ON b.id = $2
        LEFT JOIN versions a ON a.id = s.active_version_id
        WHERE s.id = $1 AND (a.n > b.n OR s.chosen_at > b.created_at))";
const ACTIVATE_BUILT: &str = "UPDATE servers SET active_version_id = $2, status = $3, updated_at = $4 WHERE id = $1";

/// Makes a version that has just been built the one that answers, and says whether it did. Not where a newer one answers,
/// for builds may overtake each other; and not where a person has chosen one since this one was asked for: the way back
/// is not undone by a build that was under way.
pub async fn activate_built(tx: &mut Tx, id: ServerId, version: VersionId, now: OffsetDateTime) -> Result<bool> {
    let may: bool = on_conn!(*tx, c => sqlx::query_scalar(MAY_TAKE_OVER).bind(id).bind(version).fetch_one(c).await)?;
    if may {
        on_conn!(*tx, c => sqlx::query(ANSWERED).bind(id).bind(version).bind(now).execute(c).await.map(|_| ()))?;
        on_conn!(*tx, c => sqlx::query(ACTIVATE_BUILT).bind(id).bind(version).bind(ServerStatus::Live).bind(now)
            .execute(c).await.map(|_| ()))?;
    }
    Ok(may)
}

const FAIL: &str = "UPDATE servers SET status = $2, updated_at = $3 WHERE id = $1 AND active_version_id IS NULL";

/// Marks a server as failed, unless a version of it is active.
pub async fn fail(tx: &mut Tx, id: ServerId, now: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(FAIL).bind(id).bind(ServerStatus::Failed).bind(now)
        .execute(c).await.map(|_| ()))?)
}

const LIVE: &str = concat!(
    "SELECT s.id AS server_id, s.org_id, s.slug, o.plan, ",
    status!(),
    ", v.id AS version_id, v.n AS version_n,
        v.component_sha256, v.spec
    FROM servers s
    JOIN orgs o ON o.id = s.org_id
    JOIN versions v ON v.id = s.active_version_id
    LEFT JOIN templates k ON k.id = s.template_id
    WHERE o.slug = $1 AND s.slug = $2"
);

#[derive(FromRow)]
struct LiveRow {
    #[sqlx(flatten)]
    live: LiveServer,
    #[sqlx(json)]
    spec: ServerSpec,
}

/// The server at `/mcp/{org}/{server}` with its active version, and that version's spec; none while no version is active.
pub async fn live(tx: &mut Tx, org: &Slug, server: &Slug) -> Result<Option<(LiveServer, ServerSpec)>> {
    let row: Option<LiveRow> = on_conn!(*tx, c => sqlx::query_as(LIVE).bind(org).bind(server).fetch_optional(c).await)?;
    Ok(row.map(|LiveRow { live, spec }| {
        let (name, description) = (spec.name.clone(), spec.description.clone());
        (LiveServer { name, description, ..live }, spec)
    }))
}

/// Whether a server can answer.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Standing {
    pub id: ServerId,
    pub org_id: OrgId,
    pub status: ServerStatus,
    /// Whether it is stopped because what it was forked from was taken down.
    pub taken_down: bool,
}

const STATUS: &str = concat!(
    "SELECT s.id, s.org_id, ",
    status!(),
    " FROM servers s JOIN orgs o ON o.id = s.org_id LEFT JOIN templates k ON k.id = s.template_id
    WHERE o.slug = $1 AND s.slug = $2"
);

/// The server at `/mcp/{org}/{server}`, whether it can answer or not.
pub async fn status(tx: &mut Tx, org: &Slug, server: &Slug) -> Result<Option<Standing>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(STATUS).bind(org).bind(server).fetch_optional(c).await)?)
}

const SLUGS: &str = "SELECT slug FROM servers WHERE org_id = $1 AND slug LIKE $2";

/// A slug that no server of an organisation has: this one, or the next like it.
pub async fn free_slug(tx: &mut Tx, org: OrgId, wanted: &Slug) -> Result<Slug> {
    // A number may have taken the place of some letters at the end. Slugs have no sign that `LIKE` knows.
    let start = wanted.as_str().get(..30).unwrap_or(wanted.as_str());
    let taken: Vec<Slug> = on_conn!(*tx, c => sqlx::query_scalar(SLUGS).bind(org).bind(format!("{start}%"))
        .fetch_all(c).await)?;
    let mut numbered = std::iter::once(wanted.clone()).chain(Slug::numbered(wanted.as_str()));
    numbered.find(|slug| !taken.contains(slug)).ok_or(Error::Taken("slug"))
}
