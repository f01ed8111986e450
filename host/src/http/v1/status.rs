//! `/v1/status`: how the platform does, for everybody.

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;

use crate::http::Shared;
use crate::http::json::Json;
use crate::http::problem::Problem;
use crate::status::{self, Status};

/// How the platform and each of its parts does, found out in the last seconds. It is answered with 200 whatever it says.
#[utoipa::path(get, path = "/status", tag = "platform", security(()), responses((status = OK, body = Status), Problem))]
pub(in crate::http) async fn show(State(app): Shared) -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], Json(status::status(&app).await))
}
