//! `/v1/audit`: who changed what.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use cloche_domain::{Sha256, UserId};
use cloche_storage::audit::{Entry, Filter};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::{IntoParams, ToSchema};

use crate::audit;
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
}

/// One thing that was done.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
struct Shown {
    /// 1, 2, 3 … within the organisation.
    seq: i64,
    #[serde(with = "rfc3339")]
    at: OffsetDateTime,
    actor: UserId,
    action: String,
    resource_type: String,
    resource_id: String,
    reason: Option<String>,
    #[schema(value_type = Option<Object>)]
    details: Option<Value>,
    /// Over this entry and the one before it.
    sha256: Sha256,
}

impl From<Entry> for Shown {
    fn from(entry: Entry) -> Self {
        Self {
            seq: entry.seq,
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            resource_type: entry.resource_type,
            resource_id: entry.resource_id,
            reason: entry.reason,
            details: entry.details.and_then(|text| serde_json::from_str(&text).ok()),
            sha256: entry.sha256,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditLog)]
pub(in crate::http) struct Page {
    entries: Vec<Shown>,
    /// Give it as `cursor` for the next page; null on the last.
    next_cursor: Option<i64>,
}

/// Who changed what in the organisation, newest first. For owners, admins and reviewers.
#[utoipa::path(get, path = "/audit", tag = "audit", params(Asked), responses((status = OK, body = Page), Problem))]
pub(in crate::http) async fn list(
    State(app): Shared,
    member: Member,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let bad = |rejection: QueryRejection| Problem::new(StatusCode::BAD_REQUEST, "invalid_query", rejection.body_text());
    let Query(asked) = asked.map_err(bad)?;
    let filter =
        Filter { action: asked.action.as_deref(), resource_type: asked.resource_type.as_deref(), before: asked.cursor };
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let (entries, next_cursor) = audit::list(&app, &member, filter, limit).await?;
    Ok(Json(Page { entries: entries.into_iter().map(Into::into).collect(), next_cursor }))
}
