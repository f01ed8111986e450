//! `/v1/me`: the person who asks, what is kept about them, and the end of it.

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use cloche_domain::plan::{Limits, Plan};
use cloche_domain::server::Role;
use cloche_domain::{Email, OrgId, Slug, UserId};
use cloche_storage::accounts::Membership;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::set_cookie;
use crate::app::App;
use crate::http::auth::Person;
use crate::http::json::Json;
use crate::http::problem::Problem;
use crate::http::{Shared, cookies};
use crate::personal;

/// Who is asking.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct Me {
    user: User,
    org: Org,
    role: Role,
    /// Whether one looks after the whole platform.
    platform_admin: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct User {
    id: UserId,
    email: Email,
    name: String,
}

/// An organisation as its members see it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Org {
    id: OrgId,
    slug: Slug,
    name: String,
    plan: Plan,
    limits: Limits,
}

impl Me {
    pub(in crate::http) fn of(app: &App, member: &Membership) -> Self {
        let user = User { id: member.user_id, email: member.email.clone(), name: member.name.clone() };
        Self { user, org: Org::of(app, member), role: member.role, platform_admin: member.platform_admin }
    }
}

impl Org {
    pub(in crate::http) fn of(app: &App, member: &Membership) -> Self {
        let (slug, name) = (member.org_slug.clone(), member.org_name.clone());
        Self { id: member.org_id, slug, name, plan: member.plan, limits: *app.config.plans.of(member.plan) }
    }
}

/// All that is kept about one, as a file: account, organisations, sessions, as whom providers know one, passkeys and API keys
/// (not the keys themselves), invitations, servers and versions one has made, drafts, grants, calls, and what the log says
/// that one has done.
#[utoipa::path(get, path = "/me/export", tag = "account", security(("session" = [])),
    responses((status = OK, body = Value), Problem))]
pub(in crate::http) async fn export(State(app): Shared, person: Person) -> Result<impl IntoResponse, Problem> {
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CONTENT_DISPOSITION, "attachment; filename=\"cloche-export.json\""),
        (CACHE_CONTROL, "no-store"),
    ];
    let stream = personal::export(app, &person).await?;
    Ok((headers, Body::from_stream(stream)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeleteAccount)]
pub(in crate::http) struct Confirmed {
    /// One's own mail address.
    email: Email,
}

/// Deletes the account and all it owns, at once and for good, organisations of one's own among it. Sent with one's mail
/// address, to confirm it; refused while one is the only owner of an organisation that others belong to.
#[utoipa::path(delete, path = "/me", tag = "account", security(("session" = [])), request_body = Confirmed,
    responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn delete(
    State(app): Shared,
    person: Person,
    Json(Confirmed { email }): Json<Confirmed>,
) -> Result<impl IntoResponse, Problem> {
    personal::delete(&app, &person, &email).await?;
    Ok((StatusCode::NO_CONTENT, set_cookie(cookies::clear(&app))))
}
