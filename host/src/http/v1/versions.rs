//! `/v1/servers/{id}/versions/{n}`: what a reviewer reads of a built version.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use cloche_domain::diff::Diff;
use cloche_domain::{ServerId, Sha256};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::problem::Problem;
use crate::versions::{self, Code, CodeDiff, Report, Source};

/// A server's version, of a path. What is no such place is not found.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Place {
    pub server: ServerId,
    pub n: i64,
}

impl FromRequestParts<Arc<App>> for Place {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let not_found = || Problem::not_found("version");
        let Path((server, n)) =
            Path::<(String, String)>::from_request_parts(parts, app).await.map_err(|_| not_found())?;
        let (Ok(server), Ok(n)) = (server.parse(), n.parse()) else { return Err(not_found()) };
        Ok(Self { server, n })
    }
}

/// What a version can do: from its component's own imports, and what it was granted. `Accept: text/plain` gives the words.
#[utoipa::path(get, path = "/servers/{id}/versions/{n}/capabilities", tag = "versions",
    params(("id" = ServerId, Path), ("n" = i64, Path)),
    responses((status = OK, content((Report = "application/json"), (String = "text/plain"))), Problem))]
pub(in crate::http) async fn capabilities(
    State(app): Shared,
    member: Member,
    Place { server, n }: Place,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let report = versions::report(&app, &member, server, n).await?;
    let plain = headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/plain"));
    if plain {
        return Ok((report.capabilities.words.join("\n") + "\n").into_response());
    }
    Ok(Json(report).into_response())
}

/// The component itself: what runs. Its `ETag` is its SHA-256.
#[utoipa::path(get, path = "/servers/{id}/versions/{n}/component", tag = "versions",
    params(("id" = ServerId, Path), ("n" = i64, Path)),
    responses((status = OK, body = [u8], content_type = "application/wasm"),
        (status = NOT_MODIFIED, description = "It is the one that `If-None-Match` names."), Problem))]
pub(in crate::http) async fn component(
    State(app): Shared,
    member: Member,
    Place { server, n }: Place,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let sha256 = versions::component_sha256(&app, &member, server, n).await?;
    download(&app, sha256, &headers).await
}

/// A component, to be kept as a file; of one that the asker has, only that it is this one.
pub(super) async fn download(app: &App, sha256: Sha256, headers: &HeaderMap) -> Result<Response, Problem> {
    let tag = format!("\"{sha256}\"");
    let is_known = |seen: &HeaderValue| seen.to_str().is_ok_and(|seen| seen.split(',').any(|one| one.trim() == tag));
    if headers.get_all(IF_NONE_MATCH).iter().any(is_known) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let component = app.artifacts.get(sha256).await.map_err(versions::Error::from)?;
    let headers = [
        (CONTENT_TYPE, "application/wasm".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{sha256}.wasm\"")),
        (ETAG, tag),
        // Who may have it is asked each time: it may be taken down.
        (CACHE_CONTROL, "no-cache".to_owned()),
    ];
    Ok((headers, component).into_response())
}

/// All that the component is built from; `cloche rebuild` makes the same bytes of it.
#[utoipa::path(get, path = "/servers/{id}/versions/{n}/source", tag = "versions",
    params(("id" = ServerId, Path), ("n" = i64, Path)), responses((status = OK, body = Source), Problem))]
pub(in crate::http) async fn source(
    State(app): Shared,
    member: Member,
    Place { server, n }: Place,
) -> Result<Json<Source>, Problem> {
    Ok(Json(versions::source(&app, &member, server, n).await?))
}

/// How it was built, stated and signed: an in-toto statement in a DSSE envelope, for `cloche verify`.
#[utoipa::path(get, path = "/servers/{id}/versions/{n}/attestation", tag = "versions",
    params(("id" = ServerId, Path), ("n" = i64, Path)), responses((status = OK, body = Value), Problem))]
pub(in crate::http) async fn attestation(
    State(app): Shared,
    member: Member,
    Place { server, n }: Place,
) -> Result<Json<Value>, Problem> {
    Ok(Json(versions::attestation(&app, &member, server, n).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct From {
    /// The other version; the active one where none is named.
    from: Option<i64>,
}

/// What changed, and from which version.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = VersionDiff)]
pub(in crate::http) struct Compared {
    from: i64,
    to: i64,
    #[serde(flatten)]
    changes: Changes,
}

/// What changes: what can be done, what AI clients are told, and the code.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct Changes {
    #[serde(flatten)]
    diff: Diff,
    code: Vec<CodeDiff>,
    /// Whether some of `code` is left out, being too long.
    code_cut: bool,
}

impl Changes {
    pub(super) fn of(diff: Diff, Code { diffs: code, cut: code_cut }: Code) -> Self {
        Self { diff, code, code_cut }
    }
}

/// What a version can do that another could not, what AI clients are told otherwise, and what changed in the code.
#[utoipa::path(get, path = "/servers/{id}/versions/{n}/diff", tag = "versions",
    params(("id" = ServerId, Path), ("n" = i64, Path), From), responses((status = OK, body = Compared), Problem))]
pub(in crate::http) async fn diff(
    State(app): Shared,
    member: Member,
    Place { server, n }: Place,
    from: Result<Query<From>, QueryRejection>,
) -> Result<Json<Compared>, Problem> {
    let bad = |rejection: QueryRejection| Problem::new(StatusCode::BAD_REQUEST, "invalid_query", rejection.body_text());
    let Query(From { from }) = from.map_err(bad)?;
    let compared = versions::diff(&app, &member, server, n, from).await?;
    let changes = Changes::of(compared.capabilities, compared.code);
    Ok(Json(Compared { from: compared.from, to: n, changes }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Decision {
    /// For those who ask later: 1 to 1,000 characters.
    reason: String,
}

/// Lets a version answer that waits for approval, from this moment on. For owners and reviewers.
#[utoipa::path(post, path = "/servers/{id}/versions/{n}/approve", tag = "versions",
    params(("id" = ServerId, Path), ("n" = i64, Path)), request_body = Decision,
    responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn approve(
    State(app): Shared,
    member: Member,
    Place { server, n }: Place,
    Json(Decision { reason }): Json<Decision>,
) -> Result<StatusCode, Problem> {
    versions::approve(&app, &member, server, n, &reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses a version that waits for approval: it will never answer. For owners and reviewers.
#[utoipa::path(post, path = "/servers/{id}/versions/{n}/refuse", tag = "versions",
    params(("id" = ServerId, Path), ("n" = i64, Path)), request_body = Decision,
    responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn refuse(
    State(app): Shared,
    member: Member,
    Place { server, n }: Place,
    Json(Decision { reason }): Json<Decision>,
) -> Result<StatusCode, Problem> {
    versions::refuse(&app, &member, server, n, &reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a built version the one that answers: the way back, without a build.
#[utoipa::path(post, path = "/servers/{id}/versions/{n}/activate", tag = "versions",
    params(("id" = ServerId, Path), ("n" = i64, Path)), responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn activate(
    State(app): Shared,
    member: Member,
    Place { server, n }: Place,
) -> Result<StatusCode, Problem> {
    versions::activate(&app, &member, server, n).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a version with its builds. Not the one that answers, and not one that is being built.
#[utoipa::path(delete, path = "/servers/{id}/versions/{n}", tag = "versions",
    params(("id" = ServerId, Path), ("n" = i64, Path)), responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn delete(
    State(app): Shared,
    member: Member,
    Place { server, n }: Place,
) -> Result<StatusCode, Problem> {
    versions::delete(&app, &member, server, n).await?;
    Ok(StatusCode::NO_CONTENT)
}
