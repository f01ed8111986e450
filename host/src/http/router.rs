//! Every route of the platform.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, Request};
use axum::middleware::{from_fn, map_request_with_state};
use axum::routing::{any, get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::trace::TraceLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{health, mcp, oauth, openapi, problem, unread, v1, web, well_known};
use crate::app::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The API, and the document that describes it: a route cannot be in one and not in the other.
pub(crate) fn api() -> (Router<Arc<App>>, OpenApi) {
    let v1 = OpenApiRouter::new()
        .routes(routes!(v1::auth::magic_link))
        .routes(routes!(v1::auth::consume))
        .routes(routes!(v1::auth::logout))
        .routes(routes!(v1::auth::who))
        .routes(routes!(v1::me::org))
        .routes(routes!(v1::api_keys::list, v1::api_keys::create))
        .routes(routes!(v1::api_keys::delete))
        .routes(routes!(v1::previews::draft))
        .routes(routes!(v1::previews::stream))
        .routes(routes!(v1::servers::list, v1::servers::create))
        .routes(routes!(v1::servers::get, v1::servers::change::describe, v1::servers::delete))
        .routes(routes!(v1::servers::change::pause))
        .routes(routes!(v1::servers::change::resume))
        .routes(routes!(v1::servers::versions::list))
        .routes(routes!(v1::versions::delete))
        .routes(routes!(v1::servers::iterate))
        .routes(routes!(v1::versions::diff))
        .routes(routes!(v1::versions::approve))
        .routes(routes!(v1::versions::refuse))
        .routes(routes!(v1::versions::activate))
        .routes(routes!(v1::audit::list))
        .routes(routes!(v1::audit::export))
        .routes(routes!(v1::calls::try_tool))
        .routes(routes!(v1::calls::list))
        .routes(routes!(v1::calls::get))
        .routes(routes!(v1::calls::logs))
        .routes(routes!(v1::versions::capabilities))
        .routes(routes!(v1::versions::component))
        .routes(routes!(v1::versions::source))
        .routes(routes!(v1::versions::attestation))
        .routes(routes!(v1::servers::secrets::put, v1::servers::secrets::delete))
        .routes(routes!(v1::builds::get))
        .routes(routes!(v1::builds::stream::stream));
    OpenApiRouter::with_openapi(openapi::preamble()).nest("/v1", v1).split_for_parts()
}

/// The whole platform as one service.
pub(super) fn router(app: Arc<App>) -> Router {
    let body_limit = app.config.http.body_limit;
    api()
        .0
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .route("/v1/openapi.json", get(openapi::document))
        .route("/.well-known/oauth-authorization-server", get(well_known::authorization_server))
        .route("/.well-known/oauth-protected-resource/mcp/{org}/{slug}", get(well_known::protected_resource))
        .route("/.well-known/cloche-attestation-keys.json", get(well_known::attestation_keys))
        .route("/oauth/jwks.json", get(well_known::keys))
        .route("/oauth/register", post(oauth::register::register).options(oauth::preflight))
        .route("/oauth/authorize", get(oauth::authorize::ask).post(oauth::authorize::decide))
        .route("/oauth/token", post(oauth::token::issue).options(oauth::preflight))
        .route("/oauth/revoke", post(oauth::token::revoke).options(oauth::preflight))
        .route("/oauth/page.css", get(oauth::stylesheet))
        .route("/mcp/{org}/{slug}", any(mcp::handle))
        .fallback(web::page)
        .with_state(app.clone())
        .layer(DefaultBodyLimit::max(body_limit))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(from_fn(problem::name_request))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(map_request_with_state(app, unread::read_to_end))
}

/// The span of a request: its id, method and path, never its query (which may carry a code).
fn span<B>(request: &Request<B>) -> tracing::Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok()).unwrap_or("-");
    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
}
