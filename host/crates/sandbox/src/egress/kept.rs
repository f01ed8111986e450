//! Connections kept open for a server's next request: its own, and nobody else's.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use cloche_domain::ServerId;
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

use super::sockets::Socket;

/// How long one that is not used stays open.
const IDLE: Duration = Duration::from_secs(30);
/// How long it may have been idle for a request that must not be sent twice: an upstream that closes it just then leaves
/// open whether it was heard. Few close sooner.
const IDLE_ONCE: Duration = Duration::from_secs(2);
/// For the last answer's end to be seen.
const READY: Duration = Duration::from_millis(50);
/// Kept open at a time: all together, and of one server.
const MOST: usize = 256;
const MOST_OF_SERVER: usize = super::PARALLEL;

/// For whom a connection was opened, and what it leads to.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Purpose {
    /// None where nothing is kept.
    pub(super) server: Option<ServerId>,
    /// Scheme, host and port.
    pub(super) origin: String,
}

/// An open connection. It is closed as this is dropped.
pub(super) struct Connection {
    pub(super) purpose: Purpose,
    pub(super) peer: SocketAddr,
    pub(super) sender: SendRequest<Full<Bytes>>,
    pub(super) _driver: AbortOnDropHandle<()>,
    pub(super) _socket: Socket,
}

/// The connections that wait for another request, the one used last at the end.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Mutex<Idle>>);

#[derive(Default)]
struct Idle {
    connections: VecDeque<(Instant, Connection)>,
    swept: bool,
}

impl Kept {
    /// One that leads to an address that may be dialled now, for a request that may be sent `again` or not.
    pub(super) async fn take(&self, purpose: &Purpose, addresses: &[SocketAddr], again: bool) -> Option<Connection> {
        let patience = if again { IDLE } else { IDLE_ONCE };
        let mut found = self.idle().take(purpose, addresses, patience)?;
        match timeout(READY, found.sender.ready()).await {
            Ok(Ok(())) => Some(found),
            _ => None,
        }
    }

    /// Keeps one whose last answer has been read to its end.
    pub(super) fn put(&self, connection: Connection) {
        if connection.purpose.server.is_none() || connection.sender.is_closed() {
            return;
        }
        let mut idle = self.idle();
        idle.put(connection);
        if !std::mem::replace(&mut idle.swept, true) {
            tokio::spawn(sweep(Arc::downgrade(&self.0)));
        }
    }

    /// Closes all of them.
    pub(super) fn close(&self) {
        let closed = std::mem::take(&mut self.idle().connections);
        drop(closed);
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        lock(&self.0)
    }
}

impl Idle {
    fn take(&mut self, purpose: &Purpose, addresses: &[SocketAddr], patience: Duration) -> Option<Connection> {
        let is_fit = |(since, connection): &(Instant, Connection)| {
            connection.purpose == *purpose
                && addresses.contains(&connection.peer)
                && since.elapsed() < patience
                && !connection.sender.is_closed()
        };
        let found = self.connections.iter().rposition(is_fit)?;
        self.connections.remove(found).map(|(_, connection)| connection)
    }

    fn put(&mut self, connection: Connection) {
        let server = connection.purpose.server;
        let is_same = |(_, kept): &(Instant, Connection)| kept.purpose.server == server;
        if self.connections.iter().filter(|kept| is_same(kept)).count() >= MOST_OF_SERVER
            && let Some(oldest) = self.connections.iter().position(is_same)
        {
            self.connections.remove(oldest);
        } else if self.connections.len() >= MOST {
            self.connections.pop_front();
        }
        self.connections.push_back((Instant::now(), connection));
    }
}

/// Closes what has been idle too long, until nothing is left.
async fn sweep(kept: Weak<Mutex<Idle>>) {
    loop {
        sleep(IDLE / 6).await;
        let Some(kept) = kept.upgrade() else { return };
        let mut idle = lock(&kept);
        idle.connections.retain(|(since, connection)| since.elapsed() < IDLE && !connection.sender.is_closed());
        if idle.connections.is_empty() {
            idle.swept = false;
            return;
        }
    }
}

fn lock(idle: &Mutex<Idle>) -> MutexGuard<'_, Idle> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}
