//! Whether the process lives (`/health`), and whether it can serve (`/ready`).

use axum::extract::State;
use axum::http::StatusCode;

use super::Shared;
use super::problem::Problem;

/// The process answers.
#[utoipa::path(get, path = "/health", tag = "platform", security(()), responses((status = OK, body = String)))]
pub(super) async fn health() -> &'static str {
    "ok\n"
}

/// The database answers too.
#[utoipa::path(get, path = "/ready", tag = "platform", security(()), responses((status = OK, body = String), Problem))]
pub(super) async fn ready(State(app): Shared) -> Result<&'static str, Problem> {
    app.db.ping().await.map_err(|error| {
        tracing::error!(%error, "not ready");
        let detail = "the database does not answer: try again shortly";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "database_unavailable", detail)
    })?;
    Ok("ready\n")
}
