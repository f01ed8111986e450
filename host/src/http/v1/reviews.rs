//! `/v1/reviews`: what waits for a decision.

use axum::extract::State;
use cloche_storage::versions::Waiting;
use serde::Serialize;
use utoipa::ToSchema;

use super::clients::Server;
use super::servers::versions::Shown as Version;
use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::problem::Problem;
use crate::versions;

/// A version that waits, and whose it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WaitingVersion)]
struct Shown {
    server: Server,
    version: Version,
}

impl From<Waiting> for Shown {
    fn from(of: Waiting) -> Self {
        let server = Server { id: of.server_id, name: of.server_name, slug: of.server_slug };
        Self { server, version: of.version.into() }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Reviews {
    reviews: Vec<Shown>,
}

/// The versions that ask for more than those that answer, and wait until an owner or a reviewer decides; the newest 100.
#[utoipa::path(get, path = "/reviews", tag = "versions", responses((status = OK, body = Reviews), Problem))]
pub(in crate::http) async fn list(State(app): Shared, member: Member) -> Result<Json<Reviews>, Problem> {
    let waiting = versions::waiting(&app, &member).await?;
    Ok(Json(Reviews { reviews: waiting.into_iter().map(Shown::from).collect() }))
}
