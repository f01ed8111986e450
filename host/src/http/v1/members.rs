//! `/v1/members`: who belongs to the organisation, as what.

use axum::extract::State;
use axum::http::StatusCode;
use cloche_domain::server::Role;
use cloche_domain::{Email, UserId};
use cloche_storage::members::Member as Listed;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::ToSchema;

use crate::http::Shared;
use crate::http::auth::{Member, Person};
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;
use crate::members;

/// A member as the others see them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Member)]
pub(in crate::http) struct Shown {
    id: UserId,
    email: Email,
    name: String,
    role: Role,
    #[serde(with = "rfc3339")]
    joined_at: OffsetDateTime,
}

impl From<Listed> for Shown {
    fn from(member: Listed) -> Self {
        let Listed { user_id: id, email, name, role, joined_at } = member;
        Self { id, email, name, role, joined_at }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Members {
    members: Vec<Shown>,
}

/// The organisation's members, in the order in which they joined.
#[utoipa::path(get, path = "/members", tag = "organisation", responses((status = OK, body = Members), Problem))]
pub(in crate::http) async fn list(State(app): Shared, member: Member) -> Result<Json<Members>, Problem> {
    let members = members::list(&app, &member).await?;
    Ok(Json(Members { members: members.into_iter().map(Shown::from).collect() }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChangeMember)]
pub(in crate::http) struct Change {
    role: Role,
}

/// Gives a member another role, from their next request on. Owners change everyone; admins everyone but owners, and make
/// none.
#[utoipa::path(patch, path = "/members/{id}", tag = "organisation", security(("session" = [])),
    params(("id" = UserId, Path)),
    request_body = Change, responses((status = OK, body = Shown), Problem))]
pub(in crate::http) async fn change(
    State(app): Shared,
    person: Person,
    Id(id): Id<UserId>,
    Json(Change { role }): Json<Change>,
) -> Result<Json<Shown>, Problem> {
    Ok(Json(members::set_role(&app, &person, id, role).await?.into()))
}

/// Takes a member out, or oneself: everyone may leave. All that let them act here ends at once.
#[utoipa::path(delete, path = "/members/{id}", tag = "organisation", params(("id" = UserId, Path)),
    responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn remove(
    State(app): Shared,
    member: Member,
    Id(id): Id<UserId>,
) -> Result<StatusCode, Problem> {
    members::remove(&app, &member, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
