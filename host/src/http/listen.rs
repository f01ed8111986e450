//! Connections: how many, how long each may take to ask, and their end when the platform stops.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use rustix::process::{Resource, getrlimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::router::Service;
use super::unread::Unread;
use crate::app::App;
use crate::stop;

/// After no connection could be accepted: no descriptor is free, mostly.
const PAUSE: Duration = Duration::from_millis(100);
/// Connections that are told at a time that there are too many; further ones are closed without a word.
const TOLD: usize = 16;
/// For such a one to hear it.
const PATIENCE: Duration = Duration::from_secs(2);

const FULL: &str = "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,\"code\":\"too_many_connections\",\
    \"detail\":\"the platform has all the connections that it takes: try again in a moment\"}";

/// Serves until SIGTERM or SIGINT, then lets open requests finish within the configured time.
pub async fn serve(listener: TcpListener, app: Arc<App>) -> anyhow::Result<()> {
    tracing::info!(url = %app.public_url, "ready");
    let settings = app.config.http.clone();
    let unread = settings.body_limit.saturating_add(app.config.sandbox.component_base64());
    let service = Service::new(app);
    // Finding out by itself which version a client speaks, it would wait without end for one that says nothing.
    let mut http = Builder::new(TokioExecutor::new()).http1_only();
    // Also the time that a connection may be idle between two requests.
    let patience = Duration::from_secs(settings.header_seconds);
    http.http1().timer(TokioTimer::new()).header_read_timeout(patience);
    let open = Arc::new(Semaphore::new(connections(settings.connections)));
    let told = Arc::new(Semaphore::new(TOLD));
    let graceful = GracefulShutdown::new();
    let mut stopping = std::pin::pin!(stop::asked());
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(PAUSE).await;
                    continue;
                }
            },
            () = &mut stopping => break,
        };
        let Ok(permit) = open.clone().try_acquire_owned() else {
            if let Ok(permit) = told.clone().try_acquire_owned() {
                tokio::spawn(turn_away(stream, permit));
            }
            continue;
        };
        let _ = stream.set_nodelay(true);
        let service = hyper::service::service_fn({
            let service = service.clone();
            move |request| answer(service.clone(), request, peer, unread)
        });
        let (http, watcher) = (http.clone(), graceful.watcher());
        tokio::spawn(async move {
            // hyper's own time runs from the first byte on.
            if timeout(patience, stream.peek(&mut [0])).await.is_err() {
                return;
            }
            let connection = http.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
            // What goes wrong on a connection, its client sees; each request is logged by itself.
            let _ = watcher.watch(connection).await;
            drop(permit);
        });
    }
    drop(listener);
    tracing::info!("stopping: finishing open requests");
    if timeout(Duration::from_secs(settings.shutdown_seconds), graceful.shutdown()).await.is_err() {
        tracing::warn!(seconds = settings.shutdown_seconds, "stopped with requests still open");
    }
    Ok(())
}

/// Answers a request; of a body that nobody reads, so many bytes are read all the same.
async fn answer(
    service: Service,
    request: Request<Incoming>,
    peer: SocketAddr,
    unread: usize,
) -> Result<Response, Infallible> {
    let request = request.map(|body| Body::new(Unread::new(body, unread)));
    Ok(service.answer(request, peer).await)
}

/// As many as are configured, and at most half of the files that this process may open: calls, the database and the
/// compiler need theirs.
fn connections(configured: usize) -> usize {
    let files = getrlimit(Resource::Nofile).current.and_then(|files| usize::try_from(files).ok());
    files.map_or(configured, |files| configured.min(files / 2)).max(1)
}

async fn turn_away(mut stream: TcpStream, _permit: OwnedSemaphorePermit) {
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{FULL}",
        FULL.len()
    );
    // Its request is read to here, lest the answer be lost with it when the connection closes.
    let told = async {
        let _ = stream.read(&mut [0; 4 << 10]).await?;
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await
    };
    let _ = timeout(PATIENCE, told).await;
}
