//! The authorization server's endpoints. What they answer is RFC 6749's own JSON, not the API's problems.

pub(super) mod authorize;
mod page;
pub(super) mod register;
pub(super) mod token;

use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::oauth::Error;

pub(super) use page::stylesheet;

const DAY: u64 = 24 * 60 * 60;

/// A refusal on its way to a client (RFC 6749 §5.2).
#[derive(Debug)]
pub(super) struct Refused(Error);

impl<E: Into<Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let status = status(&error);
        if status.is_server_error() {
            tracing::error!(%error, "OAuth request failed");
        }
        let body = json!({"error": error.code(), "error_description": error.description()});
        let mut response = answer(status, &body);
        if let Error::TooManyClients { .. } = error {
            response.headers_mut().insert(RETRY_AFTER, DAY.into());
        }
        response
    }
}

fn status(error: &Error) -> StatusCode {
    match error {
        Error::InvalidClient(_) => StatusCode::UNAUTHORIZED,
        Error::TooManyClients { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Storage(_) | Error::Keys(_) | Error::NoRandomness(_) => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// An answer that nobody keeps. Pages of any origin may read it: it gives nothing to who has no code or token, and no
/// cookie counts here.
fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = (status, axum::Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// Before a page of another origin posts, its browser asks (Fetch §4.8).
pub(super) async fn preflight() -> impl IntoResponse {
    let allowed = [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "GET, POST"),
        ("access-control-allow-headers", "authorization, content-type, mcp-protocol-version"),
        ("access-control-max-age", "86400"),
    ];
    (StatusCode::NO_CONTENT, allowed)
}

/// The body of a form, if it is one.
fn form<'a>(headers: &HeaderMap, body: &'a [u8]) -> Result<&'a [u8], Error> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim() {
        "application/x-www-form-urlencoded" => Ok(body),
        _ => Err(Error::InvalidRequest("send the body as application/x-www-form-urlencoded".to_owned())),
    }
}
