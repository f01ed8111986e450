//! HTTP: the router is the index of what the platform answers.

pub mod address;
pub mod auth;
mod cookies;
mod health;
pub mod json;
mod mcp;
mod oauth;
pub mod openapi;
pub mod path;
pub mod problem;
mod problems;
mod router;
mod unread;
mod v1;
mod web;
mod well_known;

pub use mcp::Origins;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use tokio::net::TcpListener;

use crate::app::App;
use crate::stop;

/// How handlers get at the platform.
pub type Shared = axum::extract::State<Arc<App>>;

/// Serves until SIGTERM or SIGINT, then lets open requests finish within the configured time.
pub async fn serve(listener: TcpListener, app: Arc<App>) -> anyhow::Result<()> {
    tracing::info!(url = %app.public_url, "ready");
    let wait = Duration::from_secs(app.config.http.shutdown_seconds);
    let service: IntoMakeServiceWithConnectInfo<Router, SocketAddr> =
        router::router(app).into_make_service_with_connect_info();
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop::asked().await;
        tracing::info!("stopping: finishing open requests");
        let _ = stopping.send(());
    });
    let too_long = async {
        let _ = stopped.await;
        tokio::time::sleep(wait).await;
    };
    tokio::select! {
        outcome = async { server.await } => outcome?,
        () = too_long => tracing::warn!(seconds = wait.as_secs(), "stopped with requests still open"),
    }
    Ok(())
}
