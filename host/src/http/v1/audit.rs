//! `/v1/audit`: who changed what.

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use cloche_domain::Actor;
use cloche_storage::audit::Filter;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::{IntoParams, ToSchema};

use crate::audit::{self, Line};
use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::problem::Problem;

/// Entries of a page where none is asked for, and at most.
const PAGE: u8 = 50;
const LARGEST_PAGE: u8 = 100;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Asked {
    cursor: Option<i64>,
    limit: Option<u8>,
    /// Like `version.approved`.
    action: Option<String>,
    /// Like `server`.
    resource_type: Option<String>,
    resource_id: Option<String>,
    /// A user's id, `operator` or `platform`.
    actor: Option<Actor>,
    /// At this time or later.
    #[serde(default, with = "rfc3339::option")]
    since: Option<OffsetDateTime>,
    /// Before this time.
    #[serde(default, with = "rfc3339::option")]
    until: Option<OffsetDateTime>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditLog)]
pub(in crate::http) struct Page {
    entries: Vec<Line>,
    /// Give it as `cursor` for the next page; null on the last.
    next_cursor: Option<i64>,
}

/// Who changed what in the organisation, and from where; newest first. For owners, admins and reviewers.
#[utoipa::path(get, path = "/audit", tag = "audit", params(Asked), responses((status = OK, body = Page), Problem))]
pub(in crate::http) async fn list(
    State(app): Shared,
    member: Member,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let Query(asked) = asked.map_err(|rejection| bad_query(rejection.body_text()))?;
    let words = [&asked.action, &asked.resource_type, &asked.resource_id];
    if words.into_iter().flatten().any(|word| word.contains('\0')) {
        return Err(bad_query("nothing has a NUL character in its name: leave it out".to_owned()));
    }
    let filter = Filter {
        action: asked.action.as_deref(),
        resource_type: asked.resource_type.as_deref(),
        resource_id: asked.resource_id.as_deref(),
        actor: asked.actor,
        since: asked.since,
        until: asked.until,
        before: asked.cursor,
    };
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let (entries, next_cursor) = audit::list(&app, &member, filter, limit).await?;
    Ok(Json(Page { entries: entries.into_iter().map(Into::into).collect(), next_cursor }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct From {
    /// Only the rows after this one: what was not in the last export.
    after: Option<i64>,
}

/// The log as a file, oldest first, a JSON object a line: whose it is, the entries, and the platform's seal on how far it
/// has come. `cloche audit verify FILE` tells whether it is whole. For owners, admins and reviewers.
#[utoipa::path(get, path = "/audit/export", tag = "audit", params(From),
    responses((status = OK, body = String, content_type = "application/x-ndjson"), Problem))]
pub(in crate::http) async fn export(
    State(app): Shared,
    member: Member,
    from: Result<Query<From>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(From { after }) = from.map_err(|rejection| bad_query(rejection.body_text()))?;
    let name = format!("attachment; filename=\"{}-audit.ndjson\"", member.org_slug);
    let lines = audit::export(app, &member, after.unwrap_or(0)).await?;
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson".to_owned()),
        (CONTENT_DISPOSITION, name),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}

fn bad_query(detail: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "invalid_query", detail)
}
