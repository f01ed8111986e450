//! Reports and appeals, as people open them.

use axum::extract::State;
use axum::http::StatusCode;
use cloche_domain::template::Concern;
use cloche_domain::{CaseId, Slug};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;
use crate::templates;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReportTemplate {
    concern: Concern,
    /// What is wrong with it: 1 to 1,000 characters.
    text: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct AppealTemplate {
    /// Why it should not have been: 1 to 1,000 characters.
    text: String,
}

/// A case that waits for an admin.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct OpenedCase {
    case_id: CaseId,
}

/// Reports a template to the platform's admins.
#[utoipa::path(post, path = "/templates/{slug}/reports", tag = "templates", params(("slug" = Slug, Path)),
    request_body = ReportTemplate, responses((status = CREATED, body = OpenedCase), Problem))]
pub(in crate::http) async fn report(
    State(app): Shared,
    member: Member,
    Id(slug): Id<Slug>,
    Json(ReportTemplate { concern, text }): Json<ReportTemplate>,
) -> Result<(StatusCode, Json<OpenedCase>), Problem> {
    let case_id = templates::report(&app, &member, &slug, concern, &text).await?;
    Ok((StatusCode::CREATED, Json(OpenedCase { case_id })))
}

/// Asks the platform's admins to look again at a template of one's own that they have hidden or taken down. For owners.
#[utoipa::path(post, path = "/templates/{slug}/appeal", tag = "templates", params(("slug" = Slug, Path)),
    request_body = AppealTemplate, responses((status = CREATED, body = OpenedCase), Problem))]
pub(in crate::http) async fn appeal(
    State(app): Shared,
    member: Member,
    Id(slug): Id<Slug>,
    Json(AppealTemplate { text }): Json<AppealTemplate>,
) -> Result<(StatusCode, Json<OpenedCase>), Problem> {
    let case_id = templates::appeal(&app, &member, &slug, &text).await?;
    Ok((StatusCode::CREATED, Json(OpenedCase { case_id })))
}
