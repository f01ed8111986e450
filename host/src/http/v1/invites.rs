//! `/v1/invites`: who may join the organisation.

use axum::extract::State;
use axum::http::StatusCode;
use cloche_domain::server::Role;
use cloche_domain::{Email, InviteId, UserId};
use cloche_storage::invites::Invite;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::ToSchema;

use super::me::Me;
use crate::http::Shared;
use crate::http::auth::{Member, Person};
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;
use crate::invites;

/// An invitation that nobody has taken up yet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Invite)]
pub(in crate::http) struct Shown {
    id: InviteId,
    email: Email,
    role: Role,
    invited_by: UserId,
    #[serde(with = "rfc3339")]
    created_at: OffsetDateTime,
    /// When its link stops working; it is listed for a month longer, to be mailed again.
    #[serde(with = "rfc3339")]
    expires_at: OffsetDateTime,
}

impl From<Invite> for Shown {
    fn from(invite: Invite) -> Self {
        let Invite { id, email, role, invited_by, created_at, expires_at, .. } = invite;
        Self { id, email, role, invited_by, created_at, expires_at }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Invites {
    invites: Vec<Shown>,
}

/// The organisation's open invitations. For owners and admins.
#[utoipa::path(get, path = "/invites", tag = "organisation", responses((status = OK, body = Invites), Problem))]
pub(in crate::http) async fn list(State(app): Shared, member: Member) -> Result<Json<Invites>, Problem> {
    let invites = invites::list(&app, &member).await?;
    Ok(Json(Invites { invites: invites.into_iter().map(Shown::from).collect() }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateInvite)]
pub(in crate::http) struct Create {
    email: Email,
    role: Role,
}

/// Mails an invitation; the answer is the same whether the address has an account or not. For owners, and for admins but
/// to make owners.
#[utoipa::path(post, path = "/invites", tag = "organisation", security(("session" = [])), request_body = Create,
    responses((status = CREATED, body = Shown), Problem))]
pub(in crate::http) async fn create(
    State(app): Shared,
    person: Person,
    Json(Create { email, role }): Json<Create>,
) -> Result<(StatusCode, Json<Shown>), Problem> {
    let invite = invites::create(&app, &person, &email, role).await?;
    Ok((StatusCode::CREATED, Json(invite.into())))
}

/// Mails an invitation again: the new link works as long as the first did, and the first no longer.
#[utoipa::path(post, path = "/invites/{id}/resend", tag = "organisation", security(("session" = [])),
    params(("id" = InviteId, Path)),
    responses((status = OK, body = Shown), Problem))]
pub(in crate::http) async fn resend(
    State(app): Shared,
    person: Person,
    Id(id): Id<InviteId>,
) -> Result<Json<Shown>, Problem> {
    Ok(Json(invites::resend(&app, &person, id).await?.into()))
}

/// Takes an invitation back: its link works no more.
#[utoipa::path(delete, path = "/invites/{id}", tag = "organisation", params(("id" = InviteId, Path)),
    responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn delete(
    State(app): Shared,
    member: Member,
    Id(id): Id<InviteId>,
) -> Result<StatusCode, Problem> {
    invites::delete(&app, &member, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AcceptInvite)]
pub(in crate::http) struct Accept {
    /// As the mailed link has it.
    #[schema(value_type = String)]
    token: SecretString,
}

/// Uses an invitation up: one who is signed in with the address that it was mailed to joins, and acts there from now on.
#[utoipa::path(post, path = "/invites/accept", tag = "organisation", security(("session" = [])), request_body = Accept,
    responses((status = OK, body = Me), Problem))]
pub(in crate::http) async fn accept(
    State(app): Shared,
    person: Person,
    Json(Accept { token }): Json<Accept>,
) -> Result<Json<Me>, Problem> {
    let joined = invites::accept(&app, &person, &token).await?;
    Ok(Json(Me::of(&app, &joined)))
}
