//! What its owners change about a server as it runs.

use axum::extract::State;
use axum::http::StatusCode;
use cloche_domain::ServerId;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::ToSchema;

use super::shown::Shown;
use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;
use crate::servers::{self, Change};

/// What its owners call a server. What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DescribeServer)]
pub(in crate::http) struct Describe {
    /// 1 to 100 characters.
    name: Option<String>,
    /// 2,000 bytes at most; null for what the active version's spec says.
    #[serde(default, deserialize_with = "there")]
    #[schema(value_type = Option<String>)]
    #[expect(clippy::option_option, reason = "left out, null and a text are three things")]
    description: Option<Option<String>>,
    // Taken to be refused with a reason.
    #[serde(default, deserialize_with = "there")]
    #[schema(ignore)]
    slug: Option<Value>,
}

/// Tells null from what is left out.
fn there<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

/// Changes what its owners call a server, and say of it. AI clients are told what the active version says.
#[utoipa::path(patch, path = "/servers/{id}", tag = "servers", params(("id" = ServerId, Path)), request_body = Describe,
    responses((status = OK, body = Shown), Problem))]
pub(in crate::http) async fn describe(
    State(app): Shared,
    member: Member,
    Id(id): Id<ServerId>,
    Json(Describe { name, description, slug }): Json<Describe>,
) -> Result<Json<Shown>, Problem> {
    if slug.is_some() {
        return Err(servers::Error::SlugFixed.into());
    }
    let server = servers::describe(&app, &member, id, Change { name, description }).await?;
    Ok(Json(Shown::new(&app, &member, server)))
}

/// Has a server answer nobody from this moment on. Calls that have begun finish; tokens and builds stay what they are.
#[utoipa::path(post, path = "/servers/{id}/pause", tag = "servers", params(("id" = ServerId, Path)),
    responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn pause(
    State(app): Shared,
    member: Member,
    Id(id): Id<ServerId>,
) -> Result<StatusCode, Problem> {
    servers::pause(&app, &member, id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has a paused server answer again.
#[utoipa::path(post, path = "/servers/{id}/resume", tag = "servers", params(("id" = ServerId, Path)),
    responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn resume(
    State(app): Shared,
    member: Member,
    Id(id): Id<ServerId>,
) -> Result<StatusCode, Problem> {
    servers::pause(&app, &member, id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
