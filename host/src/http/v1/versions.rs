//! `/v1/servers/{id}/versions/{n}`: what a reviewer reads of a built version.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use cloche_domain::ServerId;
use serde_json::Value;

use crate::app::App;
use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::problem::Problem;
use crate::versions::{self, Report, Source};

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
    responses((status = OK, body = [u8], content_type = "application/wasm"), Problem))]
pub(in crate::http) async fn component(
    State(app): Shared,
    member: Member,
    Place { server, n }: Place,
) -> Result<Response, Problem> {
    let (component, sha256) = versions::component(&app, &member, server, n).await?;
    let headers = [
        (CONTENT_TYPE, "application/wasm".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{sha256}.wasm\"")),
        (ETAG, format!("\"{sha256}\"")),
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
