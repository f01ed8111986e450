//! `/v1/servers/{id}/calls`, `/logs` and `/try`: what calls came to, and the owner's own.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use cloche_domain::{CallId, ServerId, UserId};
use cloche_sandbox::{Bound, EgressRecord, LogLine, Output};
use cloche_storage::calls::{Call, Filter, json_text};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::{IntoParams, ToSchema};

use crate::calls;
use crate::gateway::Outcome;
use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;

/// Calls of a page where none is asked for, and at most.
const PAGE: u8 = 50;
const LARGEST_PAGE: u8 = 100;

/// A call, as a list shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Call)]
pub(in crate::http) struct Shown {
    id: CallId,
    version: i64,
    tool: String,
    user: UserId,
    /// The OAuth client's id, `api_key` or `try`.
    client: String,
    #[serde(with = "rfc3339")]
    started_at: OffsetDateTime,
    /// Milliseconds from entry to answer.
    wall_ms: i64,
    /// Units.
    fuel: i64,
    peak_memory_bytes: i64,
    argument_bytes: i64,
    result_bytes: i64,
    /// `ok`, or why there is no result.
    outcome: String,
    /// What the caller was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The bound that ended it, else the first that the tool ran into.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Bound>)]
    bound: Option<Value>,
    /// Every bound that it ran into, each once: the one that ended it, if one did, comes first.
    #[schema(value_type = Vec<Bound>)]
    bounds: Vec<Value>,
    /// Its outbound requests, in the order in which they ended.
    #[schema(value_type = Vec<EgressRecord>)]
    requests: Box<RawValue>,
}

/// A call with the lines that it wrote.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallDetail)]
pub(in crate::http) struct Detailed {
    #[serde(flatten)]
    shown: Shown,
    #[schema(value_type = Vec<LogLine>)]
    logs: Box<RawValue>,
}

const NO_LINES: [LogLine; 0] = [];

impl From<Call> for Shown {
    fn from(call: Call) -> Self {
        let bounds = match call.bound {
            Some(Value::Array(bounds)) => bounds,
            // Of an older record, which has the first alone.
            one => one.into_iter().collect(),
        };
        Self {
            id: call.id,
            version: call.version_n,
            tool: call.tool,
            user: call.user_id,
            client: call.client,
            started_at: call.started_at,
            wall_ms: call.wall_ms,
            fuel: call.fuel,
            peak_memory_bytes: call.peak_memory,
            argument_bytes: call.argument_bytes,
            result_bytes: call.result_bytes,
            outcome: call.outcome,
            error: call.error,
            bound: bounds.first().cloned(),
            bounds,
            requests: call.requests,
        }
    }
}

impl From<Call> for Detailed {
    fn from(mut call: Call) -> Self {
        let logs = call.logs.take().unwrap_or_else(|| json_text(&NO_LINES));
        Self { shown: call.into(), logs }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Asked {
    cursor: Option<CallId>,
    limit: Option<u8>,
    /// Only calls of this tool.
    tool: Option<String>,
    /// Only calls that came to this: `ok`, `tool_error`, `fuel`, `cancelled` …
    outcome: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Calls)]
pub(in crate::http) struct Page {
    calls: Vec<Shown>,
    /// Give it as `cursor` for the next page; null on the last.
    next_cursor: Option<CallId>,
}

/// A server's calls, newest first: what each used, whom it asked, what it came to. Written within a second.
#[utoipa::path(get, path = "/servers/{id}/calls", tag = "calls", params(("id" = ServerId, Path), Asked),
    responses((status = OK, body = Page), Problem))]
pub(in crate::http) async fn list(
    State(app): Shared,
    member: Member,
    Id(id): Id<ServerId>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let asked = query(asked)?;
    let filter = Filter { tool: asked.tool.as_deref(), outcome: asked.outcome.as_deref(), with_logs: false };
    let page = calls::list(&app, &member, id, filter, asked.part()).await?;
    Ok(Json(Page { calls: page.calls.into_iter().map(Into::into).collect(), next_cursor: page.next }))
}

/// One call, with the lines that it wrote.
#[utoipa::path(get, path = "/servers/{id}/calls/{call}", tag = "calls",
    params(("id" = ServerId, Path), ("call" = CallId, Path)), responses((status = OK, body = Detailed), Problem))]
pub(in crate::http) async fn get(
    State(app): Shared,
    member: Member,
    Path((server, call)): Path<(String, String)>,
) -> Result<Json<Detailed>, Problem> {
    let (Ok(server), Ok(call)) = (server.parse(), call.parse()) else { return Err(Problem::not_found("call")) };
    Ok(Json(calls::get(&app, &member, server, call).await?.into()))
}

/// The lines of one call.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Lines {
    call: CallId,
    tool: String,
    #[schema(value_type = Vec<LogLine>)]
    lines: Box<RawValue>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Logs)]
pub(in crate::http) struct LogPage {
    calls: Vec<Lines>,
    /// Give it as `cursor` for the next page; null on the last.
    next_cursor: Option<CallId>,
}

/// What a server's tools have written, call by call, newest call first.
#[utoipa::path(get, path = "/servers/{id}/logs", tag = "calls", params(("id" = ServerId, Path), Asked),
    responses((status = OK, body = LogPage), Problem))]
pub(in crate::http) async fn logs(
    State(app): Shared,
    member: Member,
    Id(id): Id<ServerId>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<LogPage>, Problem> {
    let asked = query(asked)?;
    let filter = Filter { tool: asked.tool.as_deref(), outcome: asked.outcome.as_deref(), with_logs: true };
    let page = calls::list(&app, &member, id, filter, asked.part()).await?;
    let calls = page.calls.into_iter().map(|call| Lines {
        call: call.id,
        tool: call.tool,
        lines: call.logs.unwrap_or_else(|| json_text(&NO_LINES)),
    });
    Ok(Json(LogPage { calls: calls.collect(), next_cursor: page.next }))
}

fn query(asked: Result<Query<Asked>, QueryRejection>) -> Result<Asked, Problem> {
    let bad = |rejection: QueryRejection| Problem::new(StatusCode::BAD_REQUEST, "invalid_query", rejection.body_text());
    Ok(asked.map_err(bad)?.0)
}

impl Asked {
    fn part(&self) -> (Option<CallId>, u8) {
        (self.cursor, self.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE))
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TryTool)]
pub(in crate::http) struct Try {
    tool: String,
    #[serde(default)]
    arguments: Map<String, Value>,
}

/// What a tried call gave, used and wrote.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TriedTool)]
pub(in crate::http) struct Tried {
    /// As MCP's `CallToolResult`; null where there is none.
    #[schema(value_type = Option<Object>)]
    result: Option<Output>,
    #[serde(flatten)]
    call: Detailed,
}

/// Calls a tool of the active version, as an AI client would, and says what that used.
#[utoipa::path(post, path = "/servers/{id}/try", tag = "calls", params(("id" = ServerId, Path)), request_body = Try,
    responses((status = OK, body = Tried), Problem))]
pub(in crate::http) async fn try_tool(
    State(app): Shared,
    member: Member,
    Id(id): Id<ServerId>,
    Json(Try { tool, arguments }): Json<Try>,
) -> Result<Json<Tried>, Problem> {
    let answer = calls::try_tool(&app, &member, id, &tool, arguments).await?;
    let result = match answer.outcome {
        Outcome::Output(output) => Some(output),
        Outcome::Error(_) => None,
        Outcome::Overloaded(why) => return Err(Problem::overloaded(why)),
    };
    Ok(Json(Tried { result, call: answer.call.into() }))
}
