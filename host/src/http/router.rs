//! Every route of the platform.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, Request};
use axum::middleware::from_fn;
use axum::routing::{any, delete, get, post, put};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

use super::{health, mcp, oauth, problem, v1, web, well_known};
use crate::app::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The whole platform as one service.
pub(super) fn router(app: Arc<App>) -> Router {
    let body_limit = app.config.http.body_limit;
    Router::new()
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .route("/v1/auth/magic-link", post(v1::auth::magic_link))
        .route("/v1/auth/magic-link/consume", post(v1::auth::consume))
        .route("/v1/auth/logout", post(v1::auth::logout))
        .route("/v1/auth/me", get(v1::auth::who))
        .route("/v1/me/org", get(v1::me::org))
        .route("/v1/api-keys", get(v1::api_keys::list).post(v1::api_keys::create))
        .route("/v1/api-keys/{id}", delete(v1::api_keys::delete))
        .route("/v1/servers/preview", post(v1::previews::draft))
        .route("/v1/servers/preview/stream", post(v1::previews::stream))
        .route("/v1/servers", get(v1::servers::list).post(v1::servers::create))
        .route("/v1/servers/{id}", get(v1::servers::get).delete(v1::servers::delete))
        .route("/v1/servers/{id}/versions", get(v1::servers::versions))
        .route(
            "/v1/servers/{id}/secrets/{key}",
            put(v1::servers::secrets::put).delete(v1::servers::secrets::delete),
        )
        .route("/v1/builds/{id}", get(v1::builds::get))
        .route("/v1/builds/{id}/stream", get(v1::builds::stream))
        .route("/.well-known/oauth-authorization-server", get(well_known::authorization_server))
        .route("/.well-known/oauth-protected-resource/mcp/{org}/{slug}", get(well_known::protected_resource))
        .route("/oauth/jwks.json", get(well_known::keys))
        .route("/oauth/register", post(oauth::register::register).options(oauth::preflight))
        .route("/oauth/authorize", get(oauth::authorize::ask).post(oauth::authorize::decide))
        .route("/oauth/token", post(oauth::token::issue).options(oauth::preflight))
        .route("/oauth/revoke", post(oauth::token::revoke).options(oauth::preflight))
        .route("/oauth/page.css", get(oauth::stylesheet))
        .route("/mcp/{org}/{slug}", any(mcp::handle))
        .fallback(web::page)
        .with_state(app)
        .layer(DefaultBodyLimit::max(body_limit))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(from_fn(problem::name_request))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
}

/// The span of a request: its id, method and path, never its query (which may carry a code).
fn span<B>(request: &Request<B>) -> tracing::Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok()).unwrap_or("-");
    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
}
