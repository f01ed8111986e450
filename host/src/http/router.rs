//! Every route of the platform.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Method, Request};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use tower::ServiceExt as _;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{Any, CorsLayer};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::trace::TraceLayer;
use tracing::Span;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::mcp::direct;
use super::{health, mcp, oauth, openapi, problem, v1, web, well_known};
use crate::app::App;
use crate::mount::Mount;

/// The API, and the document that describes it: a route cannot be in one and not in the other.
pub(crate) fn api() -> (Router<Arc<App>>, OpenApi) {
    let v1 = OpenApiRouter::new()
        .routes(routes!(v1::auth::magic_link))
        .routes(routes!(v1::auth::consume))
        .routes(routes!(v1::providers::list))
        .routes(routes!(v1::providers::start))
        .routes(routes!(v1::providers::callback))
        .routes(routes!(v1::identities::agree))
        .routes(routes!(v1::passkeys::start))
        .routes(routes!(v1::passkeys::sign_in))
        .routes(routes!(v1::auth::logout))
        .routes(routes!(v1::auth::who))
        .routes(routes!(v1::sessions::list, v1::sessions::end_all))
        .routes(routes!(v1::sessions::end))
        .routes(routes!(v1::me::delete))
        .routes(routes!(v1::me::export))
        .routes(routes!(v1::identities::list, v1::identities::connect))
        .routes(routes!(v1::identities::delete))
        .routes(routes!(v1::passkeys::list, v1::passkeys::add))
        .routes(routes!(v1::passkeys::begin))
        .routes(routes!(v1::passkeys::rename, v1::passkeys::delete))
        .routes(routes!(v1::orgs::list))
        .routes(routes!(v1::orgs::current, v1::orgs::switch, v1::orgs::rename, v1::orgs::delete))
        .routes(routes!(v1::orgs::create))
        .routes(routes!(v1::members::list))
        .routes(routes!(v1::members::change, v1::members::remove))
        .routes(routes!(v1::invites::list, v1::invites::create))
        .routes(routes!(v1::invites::accept))
        .routes(routes!(v1::invites::resend))
        .routes(routes!(v1::invites::delete))
        .routes(routes!(v1::usage::show))
        .routes(routes!(v1::billing::show))
        .routes(routes!(v1::billing::plans))
        .routes(routes!(v1::billing::checkout))
        .routes(routes!(v1::billing::portal))
        .routes(routes!(v1::billing::webhook))
        .routes(routes!(v1::api_keys::list, v1::api_keys::create))
        .routes(routes!(v1::api_keys::delete))
        .routes(routes!(v1::clients::list))
        .routes(routes!(v1::clients::revoke))
        .routes(routes!(v1::reviews::list))
        .routes(routes!(v1::status::show))
        .routes(routes!(v1::previews::draft))
        .routes(routes!(v1::previews::stream))
        .routes(routes!(v1::imports::create))
        .routes(routes!(v1::imports::get))
        .routes(routes!(v1::imports::draft))
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
        .routes(routes!(v1::templates::list, v1::templates::publish))
        .routes(routes!(v1::templates::get))
        .routes(routes!(v1::templates::set_visibility))
        .routes(routes!(v1::templates::fork))
        .routes(routes!(v1::templates::source))
        .routes(routes!(v1::templates::component))
        .routes(routes!(v1::templates::attestation))
        .routes(routes!(v1::templates::cases::report))
        .routes(routes!(v1::templates::cases::appeal))
        .routes(routes!(v1::templates::of_server::get))
        .routes(routes!(v1::templates::of_server::update))
        .routes(routes!(v1::admin::templates))
        .routes(routes!(v1::admin::moderate))
        .routes(routes!(v1::admin::cases::list))
        .routes(routes!(v1::admin::cases::decide))
        .routes(routes!(v1::admin::log))
        .routes(routes!(v1::builds::get))
        .routes(routes!(v1::builds::stream::stream));
    let all = OpenApiRouter::with_openapi(openapi::preamble()).nest("/v1", v1).merge(outside());
    let (router, document) = all.split_for_parts();
    (router, openapi::named(document))
}

/// What stands outside of the API: what its operators ask, and the protocols' own endpoints.
fn outside() -> OpenApiRouter<Arc<App>> {
    // Pages of any origin may ask these: they give nothing to who has no code or token, and no cookie counts here.
    let open = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, HeaderName::from_static("mcp-protocol-version")])
        .max_age(Duration::from_hours(24));
    OpenApiRouter::new()
        .routes(routes!(well_known::authorization_server))
        .routes(routes!(well_known::protected_resource))
        .routes(routes!(well_known::attestation_keys))
        .routes(routes!(well_known::keys))
        .routes(routes!(oauth::register::register))
        .routes(routes!(oauth::token::issue))
        .routes(routes!(oauth::token::revoke))
        .layer(open)
        .routes(routes!(oauth::authorize::ask, oauth::authorize::decide))
        .routes(routes!(oauth::page::stylesheet))
        .routes(routes!(mcp::handle))
        // The protocol has its own answers to other methods.
        .route("/mcp/{org}/{slug}", any(mcp::handle))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(openapi::document))
}

/// The whole platform, to be asked. Clones share everything.
#[derive(Clone)]
pub(super) struct Service {
    app: Arc<App>,
    router: Router,
}

impl Service {
    pub(super) fn new(app: Arc<App>) -> Self {
        Self { router: router(app.clone()), app }
    }

    /// Answers a request from an address.
    pub(super) async fn answer(&self, mut request: Request<Body>, peer: SocketAddr) -> Response {
        let answered = if let Some(mount) = Mount::at(request.uri().path()) {
            // Boxed: a connection keeps a place as large as this future, also while nobody asks.
            Box::pin(direct::answer(&self.app, mount, request)).await
        } else {
            request.extensions_mut().insert(ConnectInfo(peer));
            self.router.clone().oneshot(request).await.into_response()
        };
        problem::named(answered)
    }
}

fn router(app: Arc<App>) -> Router {
    let body_limit = app.config.http.body_limit;
    api()
        .0
        .fallback(web::page)
        .with_state(app)
        // All at once: each layer that a router is given by itself costs every request a box of its own. Outermost first.
        // Requests to servers do not pass these: see `mcp/direct.rs`.
        .layer((
            SetRequestIdLayer::new(problem::REQUEST_ID, MakeRequestUuid),
            PropagateRequestIdLayer::new(problem::REQUEST_ID),
            TraceLayer::new_for_http().make_span_with(spanned),
            CatchPanicLayer::custom(problem::panicked),
            DefaultBodyLimit::max(body_limit),
        ))
}

fn spanned<B>(request: &Request<B>) -> Span {
    span(request.extensions().get::<RequestId>().map(RequestId::header_value), request)
}

/// The span of a request: its id, method and path, never its query (which may carry a code).
pub(super) fn span<B>(id: Option<&HeaderValue>, request: &Request<B>) -> Span {
    let id = id.and_then(|id| id.to_str().ok()).unwrap_or("-");
    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
}
