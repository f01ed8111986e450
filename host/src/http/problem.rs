//! Errors as callers see them: RFC 9457, with a stable `code` and a `detail` that says what to do next.
//!
//! The inside of a failure goes to the log; its caller gets the request id to quote.

use std::any::Any;

use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hyper::ext::ReasonPhrase;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Where a request's id stands, on its way in and out.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// One error, on its way out.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    more: Map<String, Value>,
    // Boxed: a problem is the error of most functions here, and travels by value.
    headers: Box<HeaderMap>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), more: Map::new(), headers: Box::default() }
    }

    /// Something of ours failed: `error` goes to the log, nothing of it to the caller.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        let causes: Vec<String> =
            std::iter::successors(error.source(), |e| e.source()).map(ToString::to_string).collect();
        tracing::error!(%error, ?causes, "request failed");
        if cloche_storage::is_disk_full(error) {
            let detail =
                "the platform's disk is full, nothing was changed: try again later; its operator has to make room";
            return Self::new(StatusCode::SERVICE_UNAVAILABLE, "storage_full", detail).retry_after(60);
        }
        if cloche_storage::is_orphan(error) {
            let detail = "what this belongs to was deleted in this very moment: nothing was changed";
            return Self::new(StatusCode::CONFLICT, "deleted_meanwhile", detail);
        }
        if cloche_storage::is_out_of_files(error) {
            return Self::overloaded(
                "the platform has no file descriptor left for this request: try again in a moment",
            );
        }
        Self::ours()
    }

    fn ours() -> Self {
        let detail = "something failed on our side: try again, and if it stays so, quote the request id";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// There is no place for one more just now.
    pub fn overloaded(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", detail).retry_after(1)
    }

    /// There is no such thing, or none that the caller may know of.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("there is no such {what} in your organisation"))
    }

    /// One more member of the answer's JSON.
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.more.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    /// When to try again.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.headers.insert(RETRY_AFTER, seconds.into());
        self
    }

    /// A header of the answer.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// What its kind of error is called. A plan's limit is no question of money where nobody is billed.
    fn title(&self) -> &'static str {
        match self.status {
            StatusCode::PAYMENT_REQUIRED => "Plan Limit",
            status => status.canonical_reason().unwrap_or("Error"),
        }
    }

    /// The problem as JSON.
    pub fn body(&self) -> Value {
        let mut body = json!({
            "type": "about:blank",
            "title": self.title(),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        if let Value::Object(body) = &mut body {
            body.extend(self.more.clone());
        }
        body
    }

    fn render(&self, request_id: Option<&str>) -> Response {
        let mut body = self.body();
        if let (Value::Object(body), Some(id)) = (&mut body, request_id) {
            body.insert("requestId".to_owned(), id.into());
        }
        let mut response = (self.status, body.to_string()).into_response();
        response.headers_mut().extend(HeaderMap::clone(&self.headers));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::PAYMENT_REQUIRED {
            response.extensions_mut().insert(ReasonPhrase::from_static(self.title().as_bytes()));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.render(None);
        response.extensions_mut().insert(self);
        response
    }
}

/// An answer with the request's id, where it is a problem: the id is in its headers by then.
pub(super) fn named(response: Response) -> Response {
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let id = response.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let mut named = problem.render(id);
    // What layers have added stays; only its length is another now.
    for (name, value) in response.headers() {
        if name != CONTENT_LENGTH && !named.headers().contains_key(name) {
            named.headers_mut().append(name, value.clone());
        }
    }
    named
}

/// What a panic becomes: an internal error, and a line in the log.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub(super) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = text.unwrap_or("?"), "request panicked");
    Problem::ours().into_response()
}

#[expect(clippy::unused_async, reason = "handlers are asynchronous")]
pub(super) async fn no_such_route(uri: Uri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no_such_route", format!("there is nothing at {}", uri.path()))
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use super::*;
    use crate::{artifacts, gateway};

    #[test]
    fn what_the_machine_lacks_is_told_however_deep_it_lies() {
        let code = |error: &gateway::Error| Problem::internal(error).code;
        let fetch = |error: i32| {
            let source = Arc::new(artifacts::Error::Io(io::Error::from_raw_os_error(error)));
            gateway::Error::from(cloche_sandbox::Error::Fetch { sha256: cloche_domain::Sha256::of(""), source })
        };
        assert_eq!(code(&fetch(24)), "overloaded"); // EMFILE
        assert_eq!(code(&fetch(28)), "storage_full"); // ENOSPC
        assert_eq!(code(&fetch(5)), "internal"); // EIO
        let spawn = cloche_sandbox::Error::Process(Arc::new(io::Error::from_raw_os_error(24)));
        assert_eq!(code(&spawn.into()), "overloaded");
    }
}
