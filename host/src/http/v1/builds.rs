//! `/v1/builds`: how far a build has come, and its stream.

mod stream;

use axum::extract::State;
use cloche_domain::server::BuildState;
use cloche_domain::{BuildId, ServerId};
use cloche_storage::builds::{BuildEvent, Failure};
use serde::Serialize;
use time::OffsetDateTime;
use time::serde::rfc3339;

use crate::builds;
use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;

pub(in crate::http) use stream::stream;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
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

/// `GET builds/{id}`.
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
