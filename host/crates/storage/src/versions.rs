//! The versions of a server. One that is compiled never changes.

mod end;

use cloche_domain::server::{BuildState, Review};
use cloche_domain::spec::ServerSpec;
use cloche_domain::{BuildId, OrgId, ServerId, Sha256, Slug, UserId, VersionId};
use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;
use sqlx::types::Json;
use time::OffsetDateTime;

pub use end::{Standing, delete, standing, superfluous};

use crate::builds::Failure;
use crate::{Result, Tx};

/// A version as a list shows it.
#[derive(Clone, Debug, FromRow)]
pub struct Version {
    pub id: VersionId,
    pub n: i64,
    /// Its newest build, how far that has come, and why it failed.
    pub build_id: BuildId,
    pub state: BuildState,
    pub failure: Option<Json<Failure>>,
    pub finished_at: Option<OffsetDateTime>,
    pub active: bool,
    pub component_sha256: Option<Sha256>,
    pub uploaded: bool,
    pub created_at: OffsetDateTime,
    pub created_by: UserId,
    /// None where the account is gone.
    pub created_by_name: Option<String>,
    pub review: Option<Review>,
    pub reviewed_by: Option<UserId>,
    pub reviewed_at: Option<OffsetDateTime>,
    pub review_reason: Option<String>,
}

/// A compiled version, with all that is known of it.
#[derive(Clone, Debug, FromRow)]
pub struct Built {
    pub id: VersionId,
    pub n: i64,
    pub active: bool,
    pub created_at: OffsetDateTime,
    pub component_sha256: Sha256,
    pub source_sha256: Sha256,
    pub toolchain: String,
    /// Of its component, where it was uploaded.
    pub uploaded_sha256: Option<Sha256>,
    #[sqlx(json)]
    pub spec: ServerSpec,
    /// The rendered files.
    #[sqlx(json)]
    pub source: Value,
    /// None for those built before there were attestations.
    #[sqlx(json(nullable))]
    pub attestation: Option<Value>,
}

/// A version to be compiled.
#[derive(Clone, Debug)]
pub struct NewVersion<'a> {
    pub id: VersionId,
    pub server_id: ServerId,
    pub n: i64,
    pub spec: &'a ServerSpec,
    /// The component, where it was uploaded.
    pub uploaded_sha256: Option<Sha256>,
    /// Whether a model may mend the code while it is built.
    pub repair: bool,
    /// The release of its server's template that it is; none: made otherwise.
    pub release_n: Option<i64>,
    pub created_by: UserId,
}

/// What compiling gave.
#[derive(Clone, Debug)]
pub struct Compiled<'a, S, A> {
    pub source: &'a S,
    pub source_sha256: Sha256,
    pub component_sha256: Sha256,
    pub imports: &'a [String],
    pub toolchain: &'a str,
    /// The signed statement of how it was built.
    pub attestation: &'a A,
}

const COUNT: &str = "UPDATE servers SET versions_made = $2 WHERE id = $1";
const INSERT: &str = "INSERT INTO versions (id, server_id, n, spec, created_by, created_at, uploaded_sha256, repair,
        release_n)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Writes a version that is not compiled yet.
pub async fn insert(tx: &mut Tx, new: &NewVersion<'_>, now: OffsetDateTime) -> Result<()> {
    on_conn!(*tx, c => sqlx::query(COUNT).bind(new.server_id).bind(new.n).execute(c).await.map(|_| ()))?;
    Ok(on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(new.id).bind(new.server_id).bind(new.n).bind(Json(new.spec)).bind(new.created_by).bind(now)
        .bind(new.uploaded_sha256).bind(new.repair).bind(new.release_n)
        .execute(c).await.map(|_| ()))?)
}

const MEND: &str = "UPDATE versions SET spec = $2 WHERE id = $1 AND component_sha256 IS NULL";

/// Gives a version that is not compiled yet another spec.
pub async fn mend(tx: &mut Tx, id: VersionId, spec: &ServerSpec) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(MEND).bind(id).bind(Json(spec)).execute(c).await.map(|_| ()))?)
}

/// The columns of a [`Version`] `v`.
macro_rules! listed {
    () => {
        "v.id, v.n, b.id AS build_id, b.state, b.failure, b.finished_at,
        v.id = s.active_version_id AND s.active_version_id IS NOT NULL AS active,
        v.component_sha256, v.uploaded_sha256 IS NOT NULL AS uploaded,
        v.created_at, v.created_by, u.name AS created_by_name, v.review, v.reviewed_by, v.reviewed_at, v.review_reason"
    };
}

/// Where they come from, up to the conditions.
macro_rules! listed_from {
    () => {
        " FROM versions v
    JOIN servers s ON s.id = v.server_id
    JOIN builds b ON b.version_id = v.id AND b.id = (SELECT max(n.id) FROM builds n WHERE n.version_id = v.id)
    LEFT JOIN users u ON u.id = v.created_by"
    };
}

const LIST: &str =
    concat!("SELECT ", listed!(), listed_from!(), " WHERE v.server_id = $1 AND v.n < $2 ORDER BY v.n DESC LIMIT $3");

/// The versions of a server, newest first; those numbered below `before`.
pub async fn list(tx: &mut Tx, server: ServerId, before: Option<i64>, limit: i64) -> Result<Vec<Version>> {
    Ok(
        on_conn!(*tx, c => sqlx::query_as(LIST).bind(server).bind(before.unwrap_or(i64::MAX)).bind(limit).fetch_all(c).await)?,
    )
}

/// A version that waits for a decision, and whose it is.
#[derive(Clone, Debug, FromRow)]
pub struct Waiting {
    pub server_id: ServerId,
    pub server_name: String,
    pub server_slug: Slug,
    #[sqlx(flatten)]
    pub version: Version,
}

const WAITING: &str = concat!(
    "SELECT s.id AS server_id, s.name AS server_name, s.slug AS server_slug, ",
    listed!(),
    listed_from!(),
    " LEFT JOIN versions a ON a.id = s.active_version_id
    WHERE s.org_id = $1 AND v.review = 'waiting' AND v.n > coalesce(a.n, 0) ORDER BY v.id DESC LIMIT $2"
);

/// The versions of an organisation's servers that wait for a decision, newest first. Those older than the one that answers
/// cannot be approved any more.
pub async fn waiting(tx: &mut Tx, org: OrgId, limit: i64) -> Result<Vec<Waiting>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(WAITING).bind(org).bind(limit).fetch_all(c).await)?)
}

const BUILT: &str = "SELECT v.id, v.n, v.id = s.active_version_id AND s.active_version_id IS NOT NULL AS active,
        v.created_at, v.component_sha256, v.source_sha256, v.toolchain, v.uploaded_sha256, v.spec, v.source, v.attestation
    FROM versions v JOIN servers s ON s.id = v.server_id
    WHERE s.org_id = $1 AND s.id = $2 AND v.n = $3 AND v.component_sha256 IS NOT NULL";

/// A compiled version of one of the organisation's servers.
pub async fn built(tx: &mut Tx, org: OrgId, server: ServerId, n: i64) -> Result<Option<Built>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(BUILT).bind(org).bind(server).bind(n).fetch_optional(c).await)?)
}

const COMPLETE: &str = "UPDATE versions SET source = $2, source_sha256 = $3, component_sha256 = $4, imports = $5,
    toolchain = $6, attestation = $7 WHERE id = $1 AND component_sha256 IS NULL";

/// Writes what compiling gave; a version that has it already keeps what it has.
pub async fn complete<S, A>(tx: &mut Tx, id: VersionId, compiled: &Compiled<'_, S, A>) -> Result<()>
where
    S: Serialize + Sync,
    A: Serialize + Sync,
{
    let v = compiled;
    Ok(on_conn!(*tx, c => sqlx::query(COMPLETE)
        .bind(id).bind(Json(v.source)).bind(v.source_sha256).bind(v.component_sha256).bind(Json(v.imports))
        .bind(v.toolchain).bind(Json(v.attestation))
        .execute(c).await.map(|_| ()))?)
}

const NEWEST: &str = "SELECT s.versions_made, v.spec FROM versions v JOIN servers s ON s.id = v.server_id
    WHERE s.org_id = $1 AND s.id = $2 ORDER BY v.n DESC LIMIT 1";

/// The highest number that a version of a server was given, and the spec of the newest that is there, built or not.
pub async fn newest(tx: &mut Tx, org: OrgId, server: ServerId) -> Result<Option<(i64, ServerSpec)>> {
    let row: Option<(i64, Json<ServerSpec>)> =
        on_conn!(*tx, c => sqlx::query_as(NEWEST).bind(org).bind(server).fetch_optional(c).await)?;
    Ok(row.map(|(n, Json(spec))| (n, spec)))
}

/// The version that answers, as far as another is held against it.
#[derive(Clone, Debug, FromRow)]
pub struct Active {
    pub n: i64,
    #[sqlx(json)]
    pub spec: ServerSpec,
    pub source_sha256: Sha256,
    #[sqlx(json)]
    pub imports: Vec<String>,
}

const ACTIVE: &str = "SELECT v.n, v.spec, v.source_sha256, v.imports FROM servers s
    JOIN versions v ON v.id = s.active_version_id WHERE s.id = $1";

/// The version that answers, if one does.
pub async fn active(tx: &mut Tx, server: ServerId) -> Result<Option<Active>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(ACTIVE).bind(server).fetch_optional(c).await)?)
}

/// Writes whether a built version has to be reviewed.
pub async fn set_review(tx: &mut Tx, id: VersionId, review: Review) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query("UPDATE versions SET review = $2 WHERE id = $1").bind(id).bind(review)
        .execute(c).await.map(|_| ()))?)
}

/// A reviewer's word on a version.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    pub review: Review,
    pub by: UserId,
    pub reason: &'a str,
}

const DECIDE: &str = "UPDATE versions SET review = $3, reviewed_by = $4, reviewed_at = $5, review_reason = $6
    WHERE server_id = $1 AND n = $2 AND review = $7";

/// Decides on a version that waits; false where it does not wait (any more): of many at once, one decides.
pub async fn decide(
    tx: &mut Tx,
    server: ServerId,
    n: i64,
    decision: Decision<'_>,
    now: OffsetDateTime,
) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(DECIDE).bind(server).bind(n).bind(decision.review).bind(decision.by)
        .bind(now).bind(decision.reason).bind(Review::Waiting).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}
