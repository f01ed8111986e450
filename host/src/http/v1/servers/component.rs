//! Components that are uploaded: base64 in a JSON body that may be larger than others.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::http::json::Json;
use crate::http::problem::Problem;
use crate::servers;

/// A JSON body that may hold a component.
pub(in crate::http) struct WithComponent<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for WithComponent<T> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        DefaultBodyLimit::max(app.config.http.body_limit.saturating_add(app.config.sandbox.component_base64()))
            .apply(&mut request);
        let Json(body) = Json::from_request(request, app).await?;
        Ok(Self(body))
    }
}

/// The bytes of a component.
pub(super) fn decoded(component: &str) -> Result<Vec<u8>, servers::Error> {
    let invalid = |error| servers::Error::ComponentInvalid(format!("the component is not sent as base64: {error}"));
    STANDARD.decode(component).map_err(invalid)
}
