//! `/v1/me`: the person who asks, and their organisation.

use std::sync::Arc;

use axum::extract::State;
use cloche_domain::plan::{Limits, Plan};
use cloche_domain::server::Role;
use cloche_domain::{Email, OrgId, Slug, UserId};
use cloche_storage::accounts::Membership;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::problem::Problem;

/// Who is asking.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Me {
    user: User,
    org: Org,
    role: Role,
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
        Self { user, org: Org::of(app, member), role: member.role }
    }
}

impl Org {
    fn of(app: &App, member: &Membership) -> Self {
        let (slug, name) = (member.org_slug.clone(), member.org_name.clone());
        Self { id: member.org_id, slug, name, plan: member.plan, limits: *app.config.plans.of(member.plan) }
    }
}

/// The organisation that the member acts in.
#[utoipa::path(get, path = "/me/org", tag = "organisation", responses((status = OK, body = Org), Problem))]
pub(in crate::http) async fn org(State(app): State<Arc<App>>, member: Member) -> Json<Org> {
    Json(Org::of(&app, &member))
}
