//! `/mcp/{org}/{slug}`: a hosted server's one URL, for both of the protocol's eras.
//!
//! Sessions are not offered: nothing here asks the client for input, and without them any node may answer any request.
//! A call ends when its connection does.

mod challenge;
mod handler;
mod json;
mod origin;

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, HOST, ORIGIN};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use cloche_domain::Slug;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use super::Shared;
use super::auth::bearer;
use super::problem::Problem;
use crate::app::App;
use crate::gateway;
use crate::mount::Mount;
use crate::oauth::access;
use handler::Handler;
pub use origin::Origins;

/// A hosted server: MCP over Streamable HTTP, in both of the protocol's eras.
///
/// The token is an OAuth access token for this one server, or an API key with the scope `mcp`.
#[utoipa::path(post, path = "/mcp/{org}/{slug}", tag = "mcp",
    security(("accessToken" = ["mcp"]), ("apiKey" = ["mcp"])), params(("org" = Slug, Path), ("slug" = Slug, Path)),
    request_body = Value, responses((status = OK, content((Value = "application/json"), (String = "text/event-stream"))),
    (status = ACCEPTED, description = "A notification was taken"), Problem))]
pub(super) async fn handle(
    State(app): Shared,
    Path((org, slug)): Path<(String, String)>,
    request: Request,
) -> Response {
    let origin = request.headers().get(ORIGIN).cloned();
    let response = match answer(&app, (&org, &slug), request).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    origin::share(response, origin.filter(|origin| app.origins.allow(origin)))
}

async fn answer(app: &Arc<App>, place: (&str, &str), request: Request) -> Result<Response, Problem> {
    check_sender(app, &request)?;
    if request.method() == Method::OPTIONS {
        return Ok(origin::preflight());
    }
    let (Ok(org), Ok(slug)) = (place.0.parse::<Slug>(), place.1.parse::<Slug>()) else {
        return Err(Problem::not_found("server"));
    };
    let mount = Mount { org, slug };
    let caller = match access::caller(app, bearer(request.headers()).as_ref(), &mount).await {
        Ok(caller) => caller,
        Err(denial) => return Ok(challenge::response(app, &mount, &denial)),
    };
    let served = match gateway::serve(app, &caller, &mount).await {
        Ok(served) => served,
        Err(gateway::Error::OtherServer) => return Ok(challenge::response(app, &mount, &access::Denial::Invalid)),
        Err(error) => return Err(error.into()),
    };
    let request = match checked(app, request).await {
        Ok(request) => request,
        Err(refused) => return Ok(refused),
    };
    let overloaded = Arc::default();
    let handler = Handler { app: app.clone(), served, caller: Arc::new(caller), overloaded: Arc::clone(&overloaded) };
    let response = respond(handler, request).await;
    // Where the answer is a stream, its head has gone, and the error comes in it.
    match overloaded.get() {
        Some(why) => Err(Problem::overloaded(why)),
        None => Ok(response),
    }
}

/// A page of another site, or one whose name was bound anew to our address, gets nothing (MCP, «Security Warning»).
fn check_sender(app: &App, request: &Request) -> Result<(), Problem> {
    let refuse = |code, detail: &str| Err(Problem::new(StatusCode::FORBIDDEN, code, detail));
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let host = host.or_else(|| request.uri().authority().map(ToString::to_string));
    if !host.is_some_and(|host| origin::is_our_host(&app.public_url, &host)) {
        return refuse("host_not_allowed", "the Host header is not this platform's name: use the server's own URL");
    }
    match request.headers().get(ORIGIN) {
        Some(origin) if !app.origins.allow(origin) => {
            refuse("origin_not_allowed", "pages of this origin may not call servers here: an operator can allow it")
        }
        _ => Ok(()),
    }
}

/// The request with its body read and looked at, where it has one.
async fn checked(app: &App, request: Request) -> Result<Request, Response> {
    if request.method() != Method::POST {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let limit = app.config.http.body_limit;
    let Ok(body) = to_bytes(body, limit).await else {
        let detail = format!("the body is longer than {limit} bytes, or broke off: send less at once");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail).into_response());
    };
    match json::check(&body) {
        Ok(()) => Ok(Request::from_parts(parts, Body::from(body))),
        Err(wrong) => Err(wrong.into_response()),
    }
}

/// The protocol itself. The service is made for the request, with its server inside: rmcp asks some of its questions
/// (`get_info`, `get_tool`) without saying for whom.
async fn respond(handler: Handler, request: Request) -> Response {
    let config = StreamableHttpServerConfig::default()
        .disable_allowed_hosts() // looked at before, and so is the origin
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(usize::MAX); // the body is in memory already
    let service =
        StreamableHttpService::new(move || Ok(handler.clone()), Arc::new(NeverSessionManager::default()), config);
    let mut response = service.handle(request).await.map(Body::new);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}
