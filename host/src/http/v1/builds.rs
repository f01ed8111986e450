//! `/v1/builds`: how far a build has come, and its stream.

pub(in crate::http) mod stream;

use axum::extract::State;
use cloche_domain::server::BuildState;
use cloche_domain::{BuildId, ServerId};
use cloche_storage::builds::{BuildEvent, Failure};
use serde::Serialize;
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::ToSchema;

use crate::builds;
use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Build)]
pub(in crate::http) struct Shown {
    id: BuildId,
    server_id: ServerId,
    version: i64,
    state: BuildState,
    failure: Option<Failure>,
    events: Vec<BuildEvent>,
    #[serde(with = "rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "rfc3339::option")]
    finished_at: Option<OffsetDateTime>,
}

/// How far a build has come, with every event so far.
#[utoipa::path(get, path = "/builds/{id}", tag = "builds", params(("id" = BuildId, Path)),
    responses((status = OK, body = Shown), Problem))]
pub(in crate::http) async fn get(
    State(app): Shared,
    member: Member,
    Id(id): Id<BuildId>,
) -> Result<Json<Shown>, Problem> {
    let (build, events) = builds::get(&app, &member, id).await?.ok_or_else(|| Problem::not_found("build"))?;
    Ok(Json(Shown {
        id,
        server_id: build.server_id,
        version: build.version_n,
        state: build.state,
        failure: build.failure.map(|failure| failure.0),
        events,
        created_at: build.created_at,
        finished_at: build.finished_at,
    }))
}
