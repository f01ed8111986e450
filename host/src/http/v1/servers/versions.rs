//! `/v1/servers/{id}/versions`: what there is of a server, and was.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use cloche_domain::server::{BuildState, Review};
use cloche_domain::{BuildId, ServerId, Sha256, UserId};
use cloche_storage::builds::Failure;
use cloche_storage::versions::Version;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::{IntoParams, ToSchema};

use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;
use crate::servers;

/// Versions of a page where none is asked for, and at most.
const PAGE: u8 = 50;
const LARGEST_PAGE: u8 = 100;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Paging {
    cursor: Option<i64>,
    limit: Option<u8>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Version)]
pub(in crate::http::v1) struct Shown {
    n: i64,
    /// How far its build has come.
    state: BuildState,
    active: bool,
    /// Of its component; null until it is built.
    sha256: Option<Sha256>,
    /// Whether its component was built elsewhere.
    uploaded: bool,
    #[serde(with = "rfc3339")]
    created_at: OffsetDateTime,
    created_by: Author,
    build: Build,
    /// Whether it may answer; null until it is built.
    review: Option<Review>,
    reviewed_by: Option<UserId>,
    #[serde(with = "rfc3339::option")]
    reviewed_at: Option<OffsetDateTime>,
    review_reason: Option<String>,
}

/// Who made a version.
#[derive(Debug, Serialize, ToSchema)]
struct Author {
    id: UserId,
    /// Null where the account is gone.
    name: Option<String>,
}

/// The newest build of a version.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = VersionBuild)]
struct Build {
    id: BuildId,
    #[serde(with = "rfc3339::option")]
    finished_at: Option<OffsetDateTime>,
    /// Why it failed, if it did.
    failure: Option<Failure>,
}

impl From<Version> for Shown {
    fn from(v: Version) -> Self {
        Self {
            n: v.n,
            state: v.state,
            active: v.active,
            sha256: v.component_sha256,
            uploaded: v.uploaded,
            created_at: v.created_at,
            created_by: Author { id: v.created_by, name: v.created_by_name },
            build: Build { id: v.build_id, finished_at: v.finished_at, failure: v.failure.map(|failure| failure.0) },
            review: v.review,
            reviewed_by: v.reviewed_by,
            reviewed_at: v.reviewed_at,
            review_reason: v.review_reason,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Versions)]
pub(in crate::http) struct Page {
    versions: Vec<Shown>,
    /// Give it as `cursor` for the next page; null on the last.
    next_cursor: Option<i64>,
}

/// A server's versions, newest first.
#[utoipa::path(get, path = "/servers/{id}/versions", tag = "servers", params(("id" = ServerId, Path), Paging),
    responses((status = OK, body = Page), Problem))]
pub(in crate::http) async fn list(
    State(app): Shared,
    member: Member,
    Id(id): Id<ServerId>,
    paging: Result<Query<Paging>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let bad = |rejection: QueryRejection| Problem::new(StatusCode::BAD_REQUEST, "invalid_query", rejection.body_text());
    let Query(Paging { cursor, limit }) = paging.map_err(bad)?;
    let limit = limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let page = servers::versions(&app, &member, id, cursor, limit).await?;
    Ok(Json(Page { versions: page.versions.into_iter().map(Into::into).collect(), next_cursor: page.next }))
}
