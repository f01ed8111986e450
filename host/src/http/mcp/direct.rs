//! The short way to a server: past the router and its layers, whose boxes would cost a call a sixth of its time. What others
//! rely on of what the layers do is done here too: a request has an id and a span, it is answered where something panics, and
//! where the answer is that it failed, the log has a line of that.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use futures::FutureExt as _;
use tower_http::request_id::{MakeRequestId as _, MakeRequestUuid, RequestId};
use tracing::Instrument as _;

use crate::app::App;
use crate::http::problem::{self, REQUEST_ID};
use crate::http::router;
use crate::mount::Mount;

/// Answers a request to the server at a place.
pub(in crate::http) async fn answer(app: &Arc<App>, mount: Mount, request: Request) -> Response {
    attended(request, |request| super::serve(app, Some(mount), request)).await
}

/// Answers a request with all that each has.
async fn attended<F: Future<Output = Response>>(request: Request, serve: impl FnOnce(Request) -> F) -> Response {
    let id = request.headers().get(REQUEST_ID).cloned();
    let id = id.or_else(|| MakeRequestUuid.make_request_id(&request).map(RequestId::into_header_value));
    let span = router::span(id.as_ref(), &request);
    let served = AssertUnwindSafe(serve(request)).catch_unwind().map(|served| {
        let response = served.unwrap_or_else(problem::panicked);
        if response.status().is_server_error() {
            tracing::error!(status = %response.status(), "response failed");
        }
        response
    });
    let mut response = served.instrument(span).await;
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use axum::response::IntoResponse as _;
    use tempfile::NamedTempFile;
    use tracing::instrument::WithSubscriber as _;

    use super::*;

    fn asked(id: Option<&str>) -> Request<Body> {
        let request = id.iter().fold(Request::builder(), |request, id| request.header(REQUEST_ID, *id));
        request.body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn a_request_keeps_the_id_that_it_came_with() {
        let answer = attended(asked(Some("their own")), async |_| StatusCode::OK.into_response()).await;
        assert_eq!(answer.headers()[REQUEST_ID], "their own");
    }

    #[tokio::test]
    async fn a_panic_is_answered_and_the_log_says_so_under_the_requests_id() {
        let log = NamedTempFile::new().unwrap();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(Arc::new(log.reopen().unwrap())).finish();
        let panicking = async |_| -> Response { std::panic::panic_any("what only the log is told") };
        let answer = problem::named(attended(asked(None), panicking).with_subscriber(subscriber).await);
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let id = answer.headers()[REQUEST_ID].to_str().unwrap().to_owned();
        let text = to_bytes(answer.into_body(), 1 << 10).await.unwrap();
        let text = String::from_utf8(text.to_vec()).unwrap();
        assert!(text.contains(&id) && !text.contains("only the log"), "{text}");
        let lines = std::fs::read_to_string(log).unwrap();
        assert_eq!(lines.matches(&id).count(), 2, "{lines}");
        assert!(lines.contains("what only the log is told") && lines.contains("response failed"), "{lines}");
    }
}
