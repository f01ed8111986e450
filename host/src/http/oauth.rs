//! The authorization server's endpoints. What they answer is RFC 6749's own JSON, not the API's problems.

pub(super) mod authorize;
pub(super) mod page;
pub(super) mod register;
pub(super) mod token;

use std::collections::BTreeMap;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::oauth::Error;

const DAY: u64 = 24 * 60 * 60;

/// A refusal on its way to a client (RFC 6749 §5.2).
#[derive(Debug)]
pub(super) struct Refused(Error);

impl<E: Into<Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// What RFC 6749 §5.2 has for every refusal.
impl utoipa::IntoResponses for Refused {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let error = ObjectBuilder::new()
            .property("error", text().description(Some("A stable name of what went wrong")))
            .property("error_description", text())
            .required("error");
        let content = ContentBuilder::new().schema(Some(error)).build();
        let response = ResponseBuilder::new().description("A refusal (RFC 6749 §5.2)");
        BTreeMap::from([("default".to_owned(), response.content("application/json", content).build().into())])
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

/// An answer that nobody keeps.
fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = (status, axum::Json(body)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The body of a form, if it is one.
fn form<'a>(headers: &HeaderMap, body: &'a [u8]) -> Result<&'a [u8], Error> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim() {
        "application/x-www-form-urlencoded" => Ok(body),
        _ => Err(Error::InvalidRequest("send the body as application/x-www-form-urlencoded".to_owned())),
    }
}
