//! `/v1/admin/cases`: reports and appeals, as admins see and decide them.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use cloche_domain::template::{CaseKind, CaseState, Concern, TemplateStatus};
use cloche_domain::{CaseId, Slug, UserId};
use cloche_storage::templates::Case;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::{IntoParams, ToSchema};

use super::{LARGEST_PAGE, Moderated, PAGE};
use crate::http::Shared;
use crate::http::auth::Admin;
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;
use crate::http::v1::templates::bad_query;
use crate::templates;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct AskedCases {
    /// `open` where none is named.
    state: Option<CaseState>,
    cursor: Option<CaseId>,
    limit: Option<u8>,
}

/// A report or an appeal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Case)]
struct CaseShown {
    id: CaseId,
    kind: CaseKind,
    concern: Option<Concern>,
    text: String,
    /// Whose it is; null where the account is gone.
    user_id: Option<UserId>,
    state: CaseState,
    decision: Option<String>,
    decided_by: Option<UserId>,
    #[serde(with = "rfc3339::option")]
    decided_at: Option<OffsetDateTime>,
    #[serde(with = "rfc3339")]
    created_at: OffsetDateTime,
    template: CaseTemplate,
}

/// What a case is about.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CaseTemplate {
    slug: Slug,
    title: String,
    status: TemplateStatus,
    fork_count: i64,
}

impl From<Case> for CaseShown {
    fn from(case: Case) -> Self {
        Self {
            id: case.id,
            kind: case.kind,
            concern: case.concern,
            text: case.text,
            user_id: case.user_id,
            state: case.state,
            decision: case.decision,
            decided_by: case.decided_by,
            decided_at: case.decided_at,
            created_at: case.created_at,
            template: CaseTemplate {
                slug: case.template_slug,
                title: case.template_title,
                status: case.template_status,
                fork_count: case.template_forks,
            },
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct Cases {
    cases: Vec<CaseShown>,
    /// Give it as `cursor` for the next page; null on the last.
    next_cursor: Option<CaseId>,
}

/// Reports and appeals, oldest first. For admins of the platform.
#[utoipa::path(get, path = "/admin/cases", tag = "admin", security(("session" = []), ("apiKey" = ["admin"])),
    params(AskedCases),
    responses((status = OK, body = Cases), Problem))]
pub(in crate::http) async fn list(
    State(app): Shared,
    _: Admin,
    asked: Result<Query<AskedCases>, QueryRejection>,
) -> Result<Json<Cases>, Problem> {
    let Query(AskedCases { state, cursor, limit }) = asked.map_err(|rejection| bad_query(rejection.body_text()))?;
    let limit = limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let (cases, next_cursor) = templates::open(&app, state.unwrap_or(CaseState::Open), cursor, limit).await?;
    Ok(Json(Cases { cases: cases.into_iter().map(CaseShown::from).collect(), next_cursor }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct DecideCase {
    /// Whether it was right. An appeal that is upheld restores its template.
    upheld: bool,
    /// For those who ask later: 1 to 1,000 characters.
    reason: String,
}

/// What was decided, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct DecidedCase {
    case: CaseShown,
    /// What became of the template of an appeal that was upheld.
    moderated: Option<Moderated>,
}

/// Decides a report or an appeal. What follows from a report is done beside it, by `PATCH /v1/admin/templates/{slug}`.
#[utoipa::path(patch, path = "/admin/cases/{id}", tag = "admin", security(("session" = []), ("apiKey" = ["admin"])),
    params(("id" = CaseId, Path)),
    request_body = DecideCase, responses((status = OK, body = DecidedCase), Problem))]
pub(in crate::http) async fn decide(
    State(app): Shared,
    admin: Admin,
    Id(id): Id<CaseId>,
    Json(DecideCase { upheld, reason }): Json<DecideCase>,
) -> Result<Json<DecidedCase>, Problem> {
    let (case, moderated) = templates::decide(&app, &admin, id, upheld, &reason).await?;
    Ok(Json(DecidedCase { case: case.into(), moderated: moderated.map(Moderated::from) }))
}
