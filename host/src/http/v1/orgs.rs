//! `/v1/orgs`, `/v1/me/orgs` and `/v1/me/org`: the organisations that one belongs to, and the one that one acts in.

use axum::extract::State;
use axum::http::StatusCode;
use cloche_domain::Slug;
use cloche_domain::server::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::me::{Me, Org};
use crate::http::Shared;
use crate::http::auth::{Member, Person};
use crate::http::json::Json;
use crate::http::problem::Problem;
use crate::{orgs, sessions};

/// The organisation that the member acts in.
#[utoipa::path(get, path = "/me/org", tag = "organisation", responses((status = OK, body = Org), Problem))]
pub(in crate::http) async fn current(State(app): Shared, member: Member) -> Json<Org> {
    Json(Org::of(&app, &member))
}

/// An organisation that one belongs to, and as what.
#[derive(Debug, Serialize, ToSchema)]
struct Belonging {
    #[serde(flatten)]
    org: Org,
    role: Role,
    /// Whether this browser acts in it.
    current: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Orgs {
    orgs: Vec<Belonging>,
}

/// All organisations that one belongs to, in the order in which one joined.
#[utoipa::path(get, path = "/me/orgs", tag = "organisation", security(("session" = [])),
    responses((status = OK, body = Orgs), Problem))]
pub(in crate::http) async fn list(State(app): Shared, person: Person) -> Result<Json<Orgs>, Problem> {
    let orgs = orgs::list(&app, &person).await?.into_iter().map(|member| Belonging {
        org: Org::of(&app, &member),
        role: member.role,
        current: member.org_id == person.org_id,
    });
    Ok(Json(Orgs { orgs: orgs.collect() }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SwitchOrg)]
pub(in crate::http) struct Switch {
    /// The slug of the other one.
    org: Slug,
}

/// Has this browser act in another organisation, from now on. API keys stay where they were made.
#[utoipa::path(put, path = "/me/org", tag = "organisation", security(("session" = [])), request_body = Switch,
    responses((status = OK, body = Me), Problem))]
pub(in crate::http) async fn switch(
    State(app): Shared,
    person: Person,
    Json(Switch { org }): Json<Switch>,
) -> Result<Json<Me>, Problem> {
    Ok(Json(Me::of(&app, &sessions::switch(&app, &person, &org).await?)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateOrg)]
pub(in crate::http) struct Create {
    name: String,
    /// Its part of its servers' URLs, for good; left out, the nearest to the name that is free.
    slug: Option<Slug>,
}

/// Makes an organisation, whose owner one is. This browser goes on where it was.
#[utoipa::path(post, path = "/orgs", tag = "organisation", security(("session" = [])), request_body = Create,
    responses((status = CREATED, body = Org), Problem))]
pub(in crate::http) async fn create(
    State(app): Shared,
    person: Person,
    Json(Create { name, slug }): Json<Create>,
) -> Result<(StatusCode, Json<Org>), Problem> {
    let owner = orgs::create(&app, &person, &name, slug.as_ref()).await?;
    Ok((StatusCode::CREATED, Json(Org::of(&app, &owner))))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NameOfOrg)]
pub(in crate::http) struct Named {
    name: String,
}

/// Gives the organisation another name; its slug stays. For owners and admins.
#[utoipa::path(patch, path = "/me/org", tag = "organisation", request_body = Named,
    responses((status = OK, body = Org), Problem))]
pub(in crate::http) async fn rename(
    State(app): Shared,
    member: Member,
    Json(Named { name }): Json<Named>,
) -> Result<Json<Org>, Problem> {
    Ok(Json(Org::of(&app, &orgs::rename(&app, &member, &name).await?)))
}

/// Deletes the organisation and all it owns, at once and for good. For an owner, who sends its name to confirm it.
#[utoipa::path(delete, path = "/me/org", tag = "organisation", security(("session" = [])), request_body = Named,
    responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn delete(
    State(app): Shared,
    person: Person,
    Json(Named { name }): Json<Named>,
) -> Result<StatusCode, Problem> {
    orgs::delete(&app, &person, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
