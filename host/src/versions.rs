//! Built versions, as a reviewer reads them: from the component itself, which is what runs.

mod code;
mod end;
mod review;

use cloche_compiler::{ManifestError, imports, read_manifest};
use cloche_domain::manifest::Manifest;
use cloche_domain::report::Capabilities;
use cloche_domain::server::Role;
use cloche_domain::spec::ServerSpec;
use cloche_domain::{ServerId, Sha256};
use cloche_storage::templates::Release;
use cloche_storage::versions::{self, Built, Waiting};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::ToSchema;

pub use code::{Change, Code, CodeDiff};
pub use end::{delete, retire};
pub(crate) use review::settle;
pub use review::{Compared, activate, approve, diff, refuse};

use crate::app::App;
use crate::artifacts;
use crate::attestation::spec_sha256;
use crate::http::auth::Member;
use crate::text_scan::{self, Finding};

/// Why a version cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such version, or it is not built")]
    NotFound,
    #[error("there is no such version")]
    NoVersion,
    #[error("version {0} was built before this platform attested builds: build it again")]
    NotAttested(i64),
    #[error("version {0} has no source here: its component was uploaded as it is")]
    Uploaded(i64),
    #[error("your role {0} does not decide on versions: ask an owner or a reviewer of the organisation")]
    MayNotReview(Role),
    #[error("a decision needs a reason of 1 to 1,000 characters, for those who ask later")]
    Reason,
    #[error("version {0} does not wait for a decision: it has been decided on, or never needed one")]
    Decided(i64),
    #[error("version {n} waits no longer: version {active} answers since; build its change again")]
    Superseded { n: i64, active: i64 },
    #[error("version {0} asks for more than the active one: an owner or a reviewer has to approve it first")]
    Waiting(i64),
    #[error("version {0} was refused, and cannot answer")]
    Refused(i64),
    #[error("version {0} answers: activate another one first")]
    Active(i64),
    #[error("version {0} is being built: wait until it is")]
    Building(i64),
    #[error("version {0} is the only one of its server: delete the server instead")]
    Only(i64),
    #[error("the versions' code could not be compared")]
    NotCompared,
    #[error(transparent)]
    Server(#[from] crate::servers::Error),
    #[error("the stored component does not describe itself: {0}")]
    Damaged(#[from] ManifestError),
    #[error("the stored component describes another server than its version's spec does")]
    Disowned,
    #[error("the stored source cannot be read: {0}")]
    Source(serde_json::Error),
    #[error(transparent)]
    Artifacts(#[from] artifacts::Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Of a list of what waits, at most.
const WAITING: i64 = 100;

/// What waits for a decision in the organisation, newest first.
pub async fn waiting(app: &App, member: &Member) -> cloche_storage::Result<Vec<Waiting>> {
    versions::waiting(&mut app.db.read().await?, member.org_id, WAITING).await
}

/// What a version can do, and the digests that tell it from any other.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub version: i64,
    pub active: bool,
    #[serde(with = "rfc3339")]
    pub created_at: OffsetDateTime,
    /// Of the component's bytes, which were read for this report.
    pub component_sha256: Sha256,
    /// In bytes.
    pub component_size: usize,
    pub spec_sha256: Sha256,
    /// Of the rendered files; of the component as it came, where it was uploaded.
    pub source_sha256: Sha256,
    /// The id of the compiler and the SDK pack; `uploaded` where the component was built elsewhere.
    pub toolchain: String,
    #[serde(flatten)]
    pub capabilities: Capabilities,
    /// What a reviewer should look at in the texts that AI clients are given.
    pub findings: Vec<Finding>,
}

/// All that a component is built from: to be read, and to be built again by `cloche rebuild`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    pub component_sha256: Sha256,
    /// Of `spec` as compact JSON with sorted names.
    pub spec_sha256: Sha256,
    /// Of `files` as compact JSON.
    pub source_sha256: Sha256,
    /// The id of the compiler and the SDK pack.
    pub toolchain: String,
    pub spec: ServerSpec,
    /// Name and text of each file that the compiler was given, made from `spec`.
    pub files: Vec<(String, String)>,
}

/// What a version can do.
pub async fn report(app: &App, member: &Member, server: ServerId, n: i64) -> Result<Report> {
    report_of(app, built(app, member, server, n).await?).await
}

/// What a version can do, and all that it imports: from its component, which has to describe itself as its spec does.
pub(crate) async fn read(app: &App, version: &Built) -> Result<(Capabilities, Vec<String>)> {
    let (capabilities, imports, _) = inspected(app, version).await?;
    Ok((capabilities, imports))
}

async fn inspected(app: &App, version: &Built) -> Result<(Capabilities, Vec<String>, usize)> {
    let component = app.artifacts.get(version.component_sha256).await?;
    let manifest = read_manifest(&component)?;
    if manifest != Manifest::of(&version.spec, version.source_sha256) {
        return Err(Error::Disowned);
    }
    let imports = imports(&component)?;
    Ok((Capabilities::of(&imports, &manifest), imports, component.len()))
}

async fn report_of(app: &App, version: Built) -> Result<Report> {
    let (capabilities, _, component_size) = inspected(app, &version).await?;
    Ok(Report {
        findings: text_scan::findings(&capabilities),
        version: version.n,
        active: version.active,
        created_at: version.created_at,
        component_sha256: version.component_sha256,
        component_size,
        spec_sha256: spec_sha256(&version.spec),
        source_sha256: version.source_sha256,
        toolchain: version.toolchain,
        capabilities,
    })
}

/// The component's bytes, and their digest.
pub async fn component_sha256(app: &App, member: &Member, server: ServerId, n: i64) -> Result<Sha256> {
    Ok(built(app, member, server, n).await?.component_sha256)
}

/// What the component was built from.
pub async fn source(app: &App, member: &Member, server: ServerId, n: i64) -> Result<Source> {
    let version = built(app, member, server, n).await?;
    if version.uploaded_sha256.is_some() {
        return Err(Error::Uploaded(n));
    }
    Source::of(version.source, (version.component_sha256, version.source_sha256), version.toolchain, version.spec)
}

impl Source {
    /// What a template's release was built from.
    pub(crate) fn of_release(release: Release) -> Result<Self> {
        if release.uploaded_sha256.is_some() {
            return Err(Error::Uploaded(release.version_n));
        }
        Self::of(release.source, (release.component_sha256, release.source_sha256), release.toolchain, release.spec)
    }

    fn of(
        source: Value,
        (component_sha256, source_sha256): (Sha256, Sha256),
        toolchain: String,
        spec: ServerSpec,
    ) -> Result<Self> {
        let source: cloche_compiler::Source = serde_json::from_value(source).map_err(Error::Source)?;
        let (spec_sha256, files) = (spec_sha256(&spec), source.files);
        Ok(Self { component_sha256, spec_sha256, source_sha256, toolchain, spec, files })
    }
}

/// The signed statement of how it was built, a DSSE envelope.
pub async fn attestation(app: &App, member: &Member, server: ServerId, n: i64) -> Result<Value> {
    built(app, member, server, n).await?.attestation.ok_or(Error::NotAttested(n))
}

async fn built(app: &App, member: &Member, server: ServerId, n: i64) -> Result<Built> {
    versions::built(&mut app.db.read().await?, member.org_id, server, n).await?.ok_or(Error::NotFound)
}
