//! How many connections to upstreams may be open: they take file descriptors, which all that the platform does needs.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, getrlimit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::kept::Kept;
use crate::bindings::http::Error as HttpError;

/// Connections at a time, however many files the process may open.
const MOST: usize = 10_000;
/// For one that is about to end.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why a request has no answer.
pub(super) enum Failed {
    Http(HttpError),
    /// The platform can open nothing more.
    Files,
}

impl From<HttpError> for Failed {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}

/// The places of all connections.
pub(super) struct Sockets(Arc<Semaphore>);

/// The place of one, until it is dropped.
pub(super) type Socket = OwnedSemaphorePermit;

impl Default for Sockets {
    /// A quarter of the files that this process may open.
    fn default() -> Self {
        let files = getrlimit(Resource::Nofile).current.and_then(|files| usize::try_from(files).ok());
        Self(Arc::new(Semaphore::new(files.map_or(MOST, |files| (files / 4).clamp(1, MOST)))))
    }
}

impl Sockets {
    /// A place, where one is free soon. Before anyone waits, connections that are kept open for nobody are closed.
    pub(super) async fn take(&self, kept: &Kept) -> Option<Socket> {
        if let Ok(socket) = self.0.clone().try_acquire_owned() {
            return Some(socket);
        }
        kept.close();
        timeout(PATIENCE, self.0.clone().acquire_owned()).await.ok()?.ok()
    }
}

/// Whether an error comes of too many open files, of this process or of the system.
pub(super) fn is_out_of_files(error: &io::Error) -> bool {
    use rustix::io::Errno;
    error.raw_os_error().is_some_and(|code| code == Errno::MFILE.raw_os_error() || code == Errno::NFILE.raw_os_error())
}
