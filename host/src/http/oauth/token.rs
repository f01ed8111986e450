//! `POST /oauth/token` and `POST /oauth/revoke`.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::{Refused, answer, form};
use crate::http::Shared;
use crate::http::address::FullAddress;
use crate::oauth::{Params, tokens};

/// A code or a refresh token for an access token (RFC 6749 §3.2).
#[utoipa::path(post, path = "/oauth/token", tag = "oauth", security(()),
    request_body(content = HashMap<String, String>, content_type = "application/x-www-form-urlencoded"),
    responses((status = OK, body = Value), Refused))]
pub(in crate::http) async fn issue(
    State(app): Shared,
    FullAddress(address): FullAddress,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    let params = Params::parse(form(&headers, &body)?)?;
    Ok(answer(StatusCode::OK, &tokens::issue(&app, &params, address).await?))
}

/// The end of what a token was given for (RFC 7009).
#[utoipa::path(post, path = "/oauth/revoke", tag = "oauth", security(()),
    request_body(content = HashMap<String, String>, content_type = "application/x-www-form-urlencoded"),
    responses((status = OK, body = Value), Refused))]
pub(in crate::http) async fn revoke(
    State(app): Shared,
    FullAddress(address): FullAddress,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    let params = Params::parse(form(&headers, &body)?)?;
    tokens::revoke(&app, &params, address).await?;
    Ok(answer(StatusCode::OK, &json!({})))
}
