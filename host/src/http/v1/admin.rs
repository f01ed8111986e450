//! `/v1/admin`: what admins of the platform see and decide about templates.

pub(in crate::http) mod cases;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use cloche_domain::template::TemplateStatus;
use cloche_domain::{Slug, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::{IntoParams, ToSchema};

use super::templates::{Line as TemplateLine, bad_query, cursor, place};
use crate::audit::Line;
use crate::http::Shared;
use crate::http::auth::Admin;
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;
use crate::templates::{self, Action, Seen};

/// Rows of a page where none is asked for, and at most.
const PAGE: u8 = 50;
const LARGEST_PAGE: u8 = 100;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct AskedTemplates {
    /// `published` where none is named.
    status: Option<TemplateStatus>,
    cursor: Option<String>,
    limit: Option<u8>,
}

/// A template, and what is asked about it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AdminTemplate)]
struct AdminLine {
    #[serde(flatten)]
    line: TemplateLine,
    /// What another admin waits for.
    pending_takedown: Option<PendingTakedown>,
}

/// The first of two admins' word on a template.
#[derive(Debug, Serialize, ToSchema)]
struct PendingTakedown {
    by: UserId,
    #[serde(with = "rfc3339")]
    at: OffsetDateTime,
    reason: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct AdminTemplates {
    templates: Vec<AdminLine>,
    /// Give it as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

/// Templates of a status, newest first. For admins of the platform.
#[utoipa::path(get, path = "/admin/templates", tag = "admin", security(("session" = []), ("apiKey" = ["admin"])),
    params(AskedTemplates),
    responses((status = OK, body = AdminTemplates), Problem))]
pub(in crate::http) async fn templates(
    State(app): Shared,
    _: Admin,
    asked: Result<Query<AskedTemplates>, QueryRejection>,
) -> Result<Json<AdminTemplates>, Problem> {
    let Query(asked) = asked.map_err(|rejection| bad_query(rejection.body_text()))?;
    let after = match asked.cursor.as_deref() {
        Some(cursor) => Some(place(cursor).ok_or_else(|| bad_query("the cursor is none that a page has given"))?.id),
        None => None,
    };
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let status = asked.status.unwrap_or(TemplateStatus::Published);
    let page = templates::shown_to_admins(&app, status, after, limit).await?;
    let next_cursor = page.next.map(cursor);
    let templates = page.templates.into_iter().map(|mut listed| {
        let asked = listed.takedown_asked_by.zip(listed.takedown_asked_at).zip(listed.takedown_reason.take());
        let pending_takedown = asked.map(|((by, at), reason)| PendingTakedown { by, at, reason });
        AdminLine { line: listed.into(), pending_takedown }
    });
    Ok(Json(AdminTemplates { templates: templates.collect(), next_cursor }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct Moderate {
    action: ActionAsked,
    /// To verify: the release that was looked at.
    release: Option<i64>,
    /// To verify: when what was looked at was last changed.
    #[serde(default, with = "rfc3339::option")]
    updated_at: Option<OffsetDateTime>,
    /// For its owner, those who have forked it, and those who ask later: 1 to 1,000 characters.
    reason: String,
}

/// What is decided about a template.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ModerationAction)]
enum ActionAsked {
    /// The platform vouches for it.
    Verify,
    Unverify,
    /// Nobody finds it; forks go on.
    Hide,
    /// Nobody finds it, and all its forks are stopped. One that was ever verified takes two admins within a week.
    Takedown,
    /// Ends what another admin has asked for.
    KeepUp,
    /// Ends what was decided: it is shown, and its forks answer.
    Restore,
}

impl Moderate {
    fn action(&self) -> Result<Action, Problem> {
        Ok(match self.action {
            ActionAsked::Verify => {
                let (Some(release), Some(updated_at)) = (self.release, self.updated_at) else {
                    let detail = "send release and updatedAt, as they were when you looked: that is what you vouch for";
                    return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "seen_needed", detail));
                };
                Action::Verify(Seen { release, updated_at })
            }
            ActionAsked::Unverify => Action::Unverify,
            ActionAsked::Hide => Action::Hide,
            ActionAsked::Takedown => Action::Takedown,
            ActionAsked::KeepUp => Action::KeepUp,
            ActionAsked::Restore => Action::Restore,
        })
    }
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Moderated)]
pub(in crate::http) struct Moderated {
    slug: Slug,
    status: TemplateStatus,
    verified: bool,
    /// Whether another admin has to ask for the same before it is done.
    awaits_second_admin: bool,
    /// Forks that are stopped from this moment on.
    stopped: i64,
}

impl From<templates::Moderated> for Moderated {
    fn from(done: templates::Moderated) -> Self {
        let templates::Moderated { template, awaits_second_admin, stopped } = done;
        let verified = template.is_verified();
        Self { slug: template.slug, status: template.status, verified, awaits_second_admin, stopped }
    }
}

/// Verifies, hides, takes down or restores a template. A takedown stops all forks at once, those included that are being made;
/// their owners are told by mail.
#[utoipa::path(patch, path = "/admin/templates/{slug}", tag = "admin", security(("session" = []), ("apiKey" = ["admin"])),
    params(("slug" = Slug, Path)),
    request_body = Moderate, responses((status = OK, body = Moderated), (status = ACCEPTED, body = Moderated,
    description = "Another admin has to confirm it."), Problem))]
pub(in crate::http) async fn moderate(
    State(app): Shared,
    admin: Admin,
    Id(slug): Id<Slug>,
    Json(asked): Json<Moderate>,
) -> Result<(StatusCode, Json<Moderated>), Problem> {
    let done = templates::moderate(&app, &admin, &slug, asked.action()?, &asked.reason).await?;
    let status = if done.awaits_second_admin { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(done.into())))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct AskedLog {
    cursor: Option<i64>,
    limit: Option<u8>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct AdminLog {
    entries: Vec<Line>,
    /// Give it as `cursor` for the next page; null on the last.
    next_cursor: Option<i64>,
}

/// What admins of the platform have decided, and why; newest first.
#[utoipa::path(get, path = "/admin/audit", tag = "admin", security(("session" = []), ("apiKey" = ["admin"])),
    params(AskedLog),
    responses((status = OK, body = AdminLog), Problem))]
pub(in crate::http) async fn log(
    State(app): Shared,
    _: Admin,
    asked: Result<Query<AskedLog>, QueryRejection>,
) -> Result<Json<AdminLog>, Problem> {
    let Query(AskedLog { cursor, limit }) = asked.map_err(|rejection| bad_query(rejection.body_text()))?;
    let (entries, next_cursor) = templates::log(&app, cursor, limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE)).await?;
    Ok(Json(AdminLog { entries: entries.into_iter().map(Into::into).collect(), next_cursor }))
}
