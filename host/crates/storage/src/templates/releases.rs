//! Releases: each is one immutable version, with all of it.

use cloche_domain::spec::ServerSpec;
use cloche_domain::{Sha256, Slug, TemplateId, UserId};
use serde_json::Value;
use sqlx::FromRow;
use sqlx::types::Json;
use time::OffsetDateTime;

use crate::versions::Built;
use crate::{Result, Tx};

/// What a template gives those who fork it.
#[derive(Clone, Debug, FromRow)]
pub struct Release {
    pub n: i64,
    /// The number of the version that it was published from.
    pub version_n: i64,
    #[sqlx(json)]
    pub spec: ServerSpec,
    /// The rendered files.
    #[sqlx(json)]
    pub source: Value,
    pub source_sha256: Sha256,
    pub component_sha256: Sha256,
    /// Of its component as it came, where it was uploaded.
    pub uploaded_sha256: Option<Sha256>,
    #[sqlx(json)]
    pub imports: Vec<String>,
    pub toolchain: String,
    #[sqlx(json)]
    pub attestation: Value,
    pub published_at: OffsetDateTime,
}

/// A release as a list shows it.
#[derive(Clone, Debug, FromRow)]
pub struct ReleaseLine {
    pub n: i64,
    pub component_sha256: Sha256,
    pub published_at: OffsetDateTime,
}

/// A release to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewRelease<'a> {
    pub template: TemplateId,
    pub n: i64,
    pub version: &'a Built,
    pub imports: &'a [String],
    pub attestation: &'a Value,
    /// Of what it does, whatever it is called.
    pub code_sha256: Sha256,
    /// None: the platform.
    pub published_by: Option<UserId>,
}

const INSERT: &str = "INSERT INTO template_releases (template_id, n, version_n, spec, source, source_sha256,
        component_sha256, uploaded_sha256, imports, toolchain, attestation, published_by, published_at, code_sha256)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const COUNT: &str = "UPDATE templates SET releases = $2, updated_at = $3, verified_release = NULL WHERE id = $1";

/// Writes a release, which is the newest, and which nobody has vouched for.
pub async fn insert_release(tx: &mut Tx, new: NewRelease<'_>, now: OffsetDateTime) -> Result<()> {
    let v = new.version;
    on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(new.template).bind(new.n).bind(v.n).bind(Json(&v.spec)).bind(Json(&v.source)).bind(v.source_sha256)
        .bind(v.component_sha256).bind(v.uploaded_sha256).bind(Json(new.imports)).bind(&v.toolchain)
        .bind(Json(new.attestation)).bind(new.published_by).bind(now).bind(new.code_sha256)
        .execute(c).await.map(|_| ()))?;
    Ok(on_conn!(*tx, c => sqlx::query(COUNT).bind(new.template).bind(new.n).bind(now).execute(c).await.map(|_| ()))?)
}

const GET: &str = "SELECT n, version_n, spec, source, source_sha256, component_sha256, uploaded_sha256,
        imports, toolchain, attestation, published_at
    FROM template_releases WHERE template_id = $1 AND n = $2";

/// A release of a template.
pub async fn release(tx: &mut Tx, template: TemplateId, n: i64) -> Result<Option<Release>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(GET).bind(template).bind(n).fetch_optional(c).await)?)
}

const STOPPED: &str = "SELECT t.slug FROM template_releases r JOIN templates t ON t.id = r.template_id
    WHERE t.status = 'taken_down' AND (r.code_sha256 = $1 OR r.component_sha256 = $2) LIMIT 1";

/// The template with the same code, whosever it is, that was taken down.
pub async fn taken_down_with(tx: &mut Tx, code: Sha256, component: Sha256) -> Result<Option<Slug>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(STOPPED).bind(code).bind(component).fetch_optional(c).await)?)
}

const LIST: &str = "SELECT n, component_sha256, published_at FROM template_releases WHERE template_id = $1
    ORDER BY n DESC LIMIT 50";

/// The newest releases of a template, newest first.
pub async fn releases(tx: &mut Tx, template: TemplateId) -> Result<Vec<ReleaseLine>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(LIST).bind(template).fetch_all(c).await)?)
}
