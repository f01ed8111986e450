//! What has changed: told first to the caches that decide access, and then to whoever listens in this process.

pub mod nodes;

use std::fmt;
use std::sync::Arc;

use cloche_domain::{BuildId, GrantId, OrgId, ServerId, TemplateId};
use tokio::sync::broadcast;

/// One change. It names what changed; the listener reads the new state from the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A build has a new event.
    Build(BuildId),
    /// A server was changed: status, active version, secrets, or deleted.
    Server(ServerId),
    /// All servers that were forked from this are stopped, or are so no longer.
    Template(TemplateId),
    /// A grant was revoked.
    Grant(GrantId),
    /// An organisation has other limits.
    Plan(OrgId),
    /// Someone may do less than before: they were removed, or a key was deleted.
    Rights,
    /// Something was changed elsewhere, and it is not known what.
    All,
}

/// The channel. Clones share it.
#[derive(Clone)]
pub struct Events {
    sender: broadcast::Sender<Event>,
    caches: Arc<dyn Fn(Event) + Send + Sync>,
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

impl Events {
    /// A channel that remembers 1,024 events for slow listeners; one that lags reads everything anew. `caches` forgets what
    /// a change makes untrue.
    pub fn new(caches: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self { sender: broadcast::channel(1024).0, caches: Arc::new(caches) }
    }

    /// Tells all. When this returns, no cache of this process knows what was before: whoever made the change may answer.
    pub fn tell(&self, event: Event) {
        (self.caches)(event);
        let _ = self.sender.send(event);
    }

    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.sender.subscribe()
    }
}
