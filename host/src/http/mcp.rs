//! `/mcp/{org}/{slug}`: a hosted server's one URL, for both of the protocol's eras.
//!
//! Sessions are not offered: nothing here asks the client for input, and without them any node may answer any request.
//! A call ends when its connection does.

mod arguments;
mod challenge;
pub(super) mod direct;
mod handler;
mod json;
mod origin;
mod plain;

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, HOST, ORIGIN};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use cloche_domain::Slug;
use cloche_sandbox::STAGE;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tracing::{Instrument as _, debug_span};

use super::Shared;
use super::auth::bearer;
use super::problem::Problem;
use crate::app::App;
use crate::gateway;
use crate::mount::Mount;
use crate::oauth::access;
use handler::Handler;
pub use origin::Origins;
use plain::Plain;

/// A hosted server: MCP over Streamable HTTP, in both of the protocol's eras.
///
/// The token is an OAuth access token for this one server, or an API key with the scope `mcp`.
#[utoipa::path(post, path = "/mcp/{org}/{slug}", tag = "mcp",
    security(("accessToken" = ["mcp"]), ("apiKey" = ["mcp"])), params(("org" = Slug, Path), ("slug" = Slug, Path)),
    request_body = Value, responses((status = OK, content((Value = "application/json"), (Value = "text/event-stream"))),
    (status = ACCEPTED, description = "A notification was taken"), Problem))]
pub(super) async fn handle(
    State(app): Shared,
    Path((org, slug)): Path<(String, String)>,
    request: Request,
) -> Response {
    let mount = org.parse().ok().zip(slug.parse().ok()).map(|(org, slug)| Mount { org, slug });
    serve(&app, mount, request).await
}

/// Answers a request to the server at a place; at none, there is no server.
async fn serve(app: &Arc<App>, mount: Option<Mount>, request: Request) -> Response {
    let origin = request.headers().get(ORIGIN).cloned();
    let response = match answer(app, mount, request).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    origin::share(response, origin.filter(|origin| app.origins.allow(origin)))
}

async fn answer(app: &Arc<App>, mount: Option<Mount>, request: Request) -> Result<Response, Problem> {
    check_sender(app, &request)?;
    if request.method() == Method::OPTIONS {
        return Ok(origin::preflight());
    }
    let mount = mount.ok_or_else(|| Problem::not_found("server"))?;
    let bearer = bearer(request.headers());
    let authenticated =
        access::caller(app, bearer.as_ref(), &mount).instrument(debug_span!(target: STAGE, "auth")).await;
    let caller = match authenticated {
        Ok(caller) => caller,
        Err(denial) => return Ok(challenge::response(app, &mount, &denial)),
    };
    let routed = gateway::serve(app, &caller, &mount).instrument(debug_span!(target: STAGE, "route")).await;
    let served = match routed {
        Ok(served) => served,
        Err(gateway::Error::OtherServer) => return Ok(challenge::response(app, &mount, &access::Denial::Invalid)),
        Err(error) => return Err(error.into()),
    };
    // Before any of it is read, and until it is answered.
    let _held = app.gateway.bodies.hold(served.known.live.org_id, announced(app, &request))?;
    let (parts, body) = request.into_parts();
    let body = if parts.method == Method::POST { whole(app, body).await? } else { Bytes::new() };
    let overloaded = Arc::default();
    let handler = Handler { app: app.clone(), served, caller: Arc::new(caller), overloaded: Arc::clone(&overloaded) };
    if parts.method == Method::POST {
        if let Some(Plain { tool, arguments, reply }) = plain::read(&parts.headers, &body, &handler.served.tools) {
            let result = handler.call(tool, arguments, None).await.map_err(Problem::overloaded)?;
            return Ok(debug_span!(target: STAGE, "encode").in_scope(|| {
                // It has no `meta` of its own yet.
                marked(reply.with(&result, handler.info()))
            }));
        }
        if let Err(wrong) = json::check(&body) {
            return Ok(wrong.into_response());
        }
    }
    let response = Box::pin(respond(handler, Request::from_parts(parts, Body::from(body)))).await;
    // Where the answer is a stream, its head has gone, and the error comes in it.
    match overloaded.get() {
        Some(why) => Err(Problem::overloaded(why)),
        None => Ok(marked(response)),
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

/// Bytes that the body may come to.
fn announced(app: &App, request: &Request) -> u64 {
    let limit = app.config.http.body_limit as u64;
    if request.method() != Method::POST {
        return 0;
    }
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    length.map_or(limit, |length: u64| length.min(limit))
}

/// All of a body.
async fn whole(app: &App, body: Body) -> Result<Bytes, Problem> {
    let limit = app.config.http.body_limit;
    to_bytes(body, limit).await.map_err(|_| {
        let detail = format!("the body is longer than {limit} bytes, or broke off: send less at once");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
    })
}

/// The protocol itself, for all but plain calls. The service is made for the request, with its server inside: rmcp asks some
/// of its questions (`get_info`, `get_tool`) without saying for whom.
async fn respond(handler: Handler, request: Request) -> Response {
    let config = StreamableHttpServerConfig::default()
        .disable_allowed_hosts() // looked at before, and so is the origin
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(usize::MAX); // the body is in memory already
    let service =
        StreamableHttpService::new(move || Ok(handler.clone()), Arc::new(NeverSessionManager::default()), config);
    service.handle(request).await.map(Body::new)
}

/// An answer is for who asked, and for now.
fn marked(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}
