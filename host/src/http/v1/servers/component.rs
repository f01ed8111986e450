//! Components that are uploaded: base64 in a JSON body that may be larger than others.

use std::sync::Arc;
use std::time::Duration;

use axum::body::HttpBody as _;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use crate::app::App;
use crate::http::json::Json;
use crate::http::problem::Problem;
use crate::servers;

/// For a body to arrive.
const PATIENCE: Duration = Duration::from_mins(1);

/// A JSON body that may hold a component; and its place among the uploads, where it is larger than other bodies.
pub(in crate::http) struct WithComponent<T>(pub(super) T, pub(super) Option<OwnedSemaphorePermit>);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for WithComponent<T> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        DefaultBodyLimit::max(app.config.http.body_limit.saturating_add(app.config.sandbox.component_base64()))
            .apply(&mut request);
        let small = request.body().size_hint().upper().is_some_and(|size| size <= app.config.http.body_limit as u64);
        let place = if small { None } else { Some(app.uploads.clone().try_acquire_owned().map_err(|_| busy())?) };
        let body = timeout(PATIENCE, Json::from_request(request, app)).await;
        let Json(body) = body.map_err(|_| late())??;
        Ok(Self(body, place))
    }
}

fn busy() -> Problem {
    let detail = "as many components as this platform takes at a time are being uploaded: try again in a moment";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "uploads_busy", detail).retry_after(5)
}

fn late() -> Problem {
    let detail = format!("the body did not arrive within {} s: send it faster", PATIENCE.as_secs());
    Problem::new(StatusCode::REQUEST_TIMEOUT, "body_late", detail)
}

/// The bytes of a component.
pub(super) fn decoded(component: &str) -> Result<Vec<u8>, servers::Error> {
    let invalid = |error| servers::Error::ComponentInvalid(format!("the component is not sent as base64: {error}"));
    STANDARD.decode(component).map_err(invalid)
}
