//! What has changed, told to whoever listens in this process: build streams, and caches that decide access.

use cloche_domain::{BuildId, GrantId, ServerId};
use tokio::sync::broadcast;

/// One change. It names what changed; the listener reads the new state from the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A build has a new event.
    Build(BuildId),
    /// A server was changed: status, active version, secrets, or deleted.
    Server(ServerId),
    /// A grant was revoked.
    Grant(GrantId),
    /// Someone may do less than before: they were removed, or a key was deleted.
    Rights,
}

/// The channel. Clones share it.
#[derive(Clone, Debug)]
pub struct Events(broadcast::Sender<Event>);

impl Default for Events {
    /// A channel that remembers 1,024 events for slow listeners; one that lags reads everything anew.
    fn default() -> Self {
        Self(broadcast::channel(1024).0)
    }
}

impl Events {
    /// Tells all listeners, if there are any.
    pub fn tell(&self, event: Event) {
        let _ = self.0.send(event);
    }

    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}
