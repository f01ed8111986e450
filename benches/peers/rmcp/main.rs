//! The limit: the same tools as plain functions behind rmcp, without sandbox and without tenants, in one process.
//!
//! `/bare` asks for no token; `/checked` verifies the token's ES256 signature, issuer, audience and age with each request.
//! Both take the stateless requests of both eras; `/bare-session` and `/checked-session` give legacy clients sessions.
//! ISSUER, AUDIENCE and JWKS (the keys themselves) say whose tokens are good. Prints its URL once it listens.

mod check;
mod tools;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use rmcp::transport::streamable_http_server::session::SessionManager;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;

use check::{Check, checked};
use tools::Tools;

/// As in the platform.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "where it listens")]
async fn main() -> anyhow::Result<()> {
    let services = |stateless, session| {
        Router::new()
            .nest_service(stateless, service(Arc::new(NeverSessionManager::default()), false))
            .nest_service(session, service(Arc::new(LocalSessionManager::default()), true))
    };
    let check = Arc::new(Check::from_environment()?);
    let behind = services("/checked", "/checked-session").layer(from_fn_with_state(check, checked));
    let router = services("/bare", "/bare-session").merge(behind);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true))), router).await?)
}

fn service<M: SessionManager>(sessions: Arc<M>, legacy_sessions: bool) -> StreamableHttpService<Tools, M> {
    let config =
        StreamableHttpServerConfig::default().with_legacy_session_mode(legacy_sessions).with_json_response(true);
    StreamableHttpService::new(|| Ok(Tools), sessions, config)
}
