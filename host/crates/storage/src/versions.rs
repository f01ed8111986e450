//! The versions of a server. One that is compiled never changes.

use cloche_domain::server::BuildState;
use cloche_domain::spec::ServerSpec;
use cloche_domain::{OrgId, ServerId, Sha256, UserId, VersionId};
use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;
use sqlx::types::Json;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// A version as a list shows it.
#[derive(Clone, Debug, FromRow)]
pub struct Version {
    pub id: VersionId,
    pub n: i64,
    /// How far its newest build has come.
    pub state: BuildState,
    pub active: bool,
    pub component_sha256: Option<Sha256>,
    pub created_at: OffsetDateTime,
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

const INSERT: &str = "INSERT INTO versions (id, server_id, n, spec, created_by, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)";

/// Writes a version that is not compiled yet.
pub async fn insert(tx: &mut Tx, new: &NewVersion<'_>, now: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(new.id).bind(new.server_id).bind(new.n).bind(Json(new.spec)).bind(new.created_by).bind(now)
        .execute(c).await.map(|_| ()))?)
}

const LIST: &str =
    "SELECT v.id, v.n, b.state, v.id = s.active_version_id AND s.active_version_id IS NOT NULL AS active,
        v.component_sha256, v.created_at
    FROM versions v
    JOIN servers s ON s.id = v.server_id
    JOIN builds b ON b.version_id = v.id
    WHERE v.server_id = $1 AND b.id = (SELECT max(n.id) FROM builds n WHERE n.version_id = v.id)
    ORDER BY v.n DESC";

/// The versions of a server, newest first.
pub async fn list(tx: &mut Tx, server: ServerId) -> Result<Vec<Version>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(LIST).bind(server).fetch_all(c).await)?)
}

const BUILT: &str = "SELECT v.id, v.n, v.id = s.active_version_id AND s.active_version_id IS NOT NULL AS active,
        v.created_at, v.component_sha256, v.source_sha256, v.toolchain, v.spec, v.source, v.attestation
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
