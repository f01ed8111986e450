//! Builds, and the events that tell how far each has come.

use cloche_domain::plan::Plan;
use cloche_domain::server::BuildState;
use cloche_domain::spec::ServerSpec;
use cloche_domain::{BuildId, OrgId, ServerId, Sha256, ToolName, VersionId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::FromRow;
use sqlx::types::Json;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// One build, with what it builds.
#[derive(Clone, Debug, FromRow)]
pub struct Build {
    pub id: BuildId,
    pub server_id: ServerId,
    /// The version's number.
    pub version_n: i64,
    pub state: BuildState,
    pub failure: Option<Json<Failure>>,
    pub created_at: OffsetDateTime,
    pub finished_at: Option<OffsetDateTime>,
}

/// Why a build failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    pub code: String,
    pub message: String,
    /// At the author's own tool and line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Value>,
}

/// One step of a build, as its stream tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct BuildEvent {
    /// 1, 2, 3 … within the build.
    pub seq: i64,
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    pub state: BuildState,
    /// What is being done, or why it failed.
    pub message: String,
    /// The failure's stable name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// At the author's own tool and line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Value>,
    /// The model's try to mend what the build stopped at: `diagnostics` say what was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<Repair>,
    /// Milliseconds since the build was asked for.
    pub elapsed_ms: i64,
}

/// One try of a model to mend the code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Repair {
    /// From 1.
    pub attempt: i64,
    /// How many there may be.
    pub of: i64,
    /// What the model has changed; none while it is being asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<Changed>,
}

/// Lines that a model has put in place of others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changed {
    /// None: in the helpers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<ToolName>,
    /// The first line that differs, from 1.
    pub line: usize,
    pub removed: String,
    pub added: String,
}

/// What a worker needs to build.
#[derive(Clone, Debug, FromRow)]
pub struct Work {
    pub build_id: BuildId,
    pub org_id: OrgId,
    pub server_id: ServerId,
    pub version_id: VersionId,
    /// The version's number.
    pub version_n: i64,
    pub state: BuildState,
    pub created_at: OffsetDateTime,
    /// The component, where it was uploaded.
    pub uploaded_sha256: Option<Sha256>,
    #[sqlx(json)]
    pub spec: ServerSpec,
    /// Whether a model may mend the code.
    pub repair: bool,
    /// How often one has tried.
    pub repairs: i64,
    /// The organisation's.
    pub plan: Plan,
}

const INSERT: &str = "INSERT INTO builds (id, server_id, version_id, state, created_at) VALUES ($1, $2, $3, $4, $5)";

/// Writes a build that waits for a worker, with its first event.
pub async fn insert(
    tx: &mut Tx,
    id: BuildId,
    of: (ServerId, VersionId),
    message: &str,
    now: OffsetDateTime,
) -> Result<()> {
    on_conn!(*tx, c => sqlx::query(INSERT).bind(id).bind(of.0).bind(of.1).bind(BuildState::Queued).bind(now)
        .execute(c).await.map(|_| ()))?;
    let event = BuildEvent {
        seq: 1,
        at: now,
        state: BuildState::Queued,
        message: message.to_owned(),
        code: None,
        diagnostics: Vec::new(),
        repair: None,
        elapsed_ms: 0,
    };
    insert_event(tx, id, &event).await
}

/// The query of a [`Build`], up to its conditions.
macro_rules! build {
    () => {
        "SELECT b.id, b.server_id, v.n AS version_n, b.state, b.failure, b.created_at, b.finished_at
    FROM builds b JOIN versions v ON v.id = b.version_id"
    };
}

const GET: &str = concat!(build!(), " JOIN servers s ON s.id = b.server_id WHERE s.org_id = $1 AND b.id = $2");

/// A build of one of the organisation's servers.
pub async fn get(tx: &mut Tx, org: OrgId, id: BuildId) -> Result<Option<Build>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(GET).bind(org).bind(id).fetch_optional(c).await)?)
}

const NEWEST: &str = concat!(build!(), " WHERE b.server_id = $1 ORDER BY b.id DESC LIMIT 1");

/// The newest build of a server.
pub async fn newest(tx: &mut Tx, server: ServerId) -> Result<Option<Build>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(NEWEST).bind(server).fetch_optional(c).await)?)
}

const WORK: &str =
    "SELECT b.id AS build_id, s.org_id, b.server_id, b.version_id, v.n AS version_n, b.state, b.created_at,
        v.uploaded_sha256, v.spec, v.repair, b.repairs, o.plan
    FROM builds b JOIN versions v ON v.id = b.version_id JOIN servers s ON s.id = b.server_id
        JOIN orgs o ON o.id = s.org_id
    WHERE b.id = $1";

/// What is to be built.
pub async fn work(tx: &mut Tx, id: BuildId) -> Result<Option<Work>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(WORK).bind(id).fetch_optional(c).await)?)
}

const MOVE: &str = "UPDATE builds SET state = $2, failure = $3, finished_at = $4
    WHERE id = $1 AND finished_at IS NULL";
const LAST_SEQ: &str = "SELECT coalesce(max(seq), 0) FROM build_events WHERE build_id = $1";

/// Moves a build on and tells it in an event, to which it gives its number. False when the build has ended, or is gone.
pub async fn advance(tx: &mut Tx, id: BuildId, mut event: BuildEvent) -> Result<bool> {
    let finished = event.state.is_final().then_some(event.at);
    let failure = event
        .code
        .clone()
        .map(|code| Json(Failure { code, message: event.message.clone(), diagnostics: event.diagnostics.clone() }));
    let rows = on_conn!(*tx, c => sqlx::query(MOVE).bind(id).bind(event.state).bind(failure.as_ref()).bind(finished)
        .execute(c).await.map(|done| done.rows_affected()))?;
    if rows == 0 {
        return Ok(false);
    }
    let last: i64 = on_conn!(*tx, c => sqlx::query_scalar(LAST_SEQ).bind(id).fetch_one(c).await)?;
    event.seq = last + 1;
    insert_event(tx, id, &event).await?;
    Ok(true)
}

const REPAIR: &str = "UPDATE builds SET repairs = $2 WHERE id = $1 AND repairs = $2 - 1";

/// Counts a model's try to mend a build, before it is made; false where it is counted already.
pub async fn count_repair(tx: &mut Tx, id: BuildId, attempt: i64) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(REPAIR).bind(id).bind(attempt).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const INSERT_EVENT: &str = "INSERT INTO build_events (build_id, seq, event) VALUES ($1, $2, $3)";

async fn insert_event(tx: &mut Tx, id: BuildId, event: &BuildEvent) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(INSERT_EVENT).bind(id).bind(event.seq).bind(Json(event))
        .execute(c).await.map(|_| ()))?)
}

const EVENTS: &str = "SELECT event FROM build_events WHERE build_id = $1 AND seq > $2 ORDER BY seq";

/// What has happened after event number `after`, in order.
pub async fn events(tx: &mut Tx, id: BuildId, after: i64) -> Result<Vec<BuildEvent>> {
    let rows: Vec<Json<BuildEvent>> =
        on_conn!(*tx, c => sqlx::query_scalar(EVENTS).bind(id).bind(after).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|Json(event)| event).collect())
}
