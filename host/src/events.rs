//! What has changed: told first to the caches that decide access, and then to whoever listens in this process.

pub mod nodes;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

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
    known: Arc<Known>,
}

/// Up to when everything that others changed was told.
#[derive(Debug)]
struct Known {
    began: Instant,
    /// Milliseconds after it began.
    up_to: AtomicU64,
    /// Whether somebody wants to know.
    wanted: AtomicBool,
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
        let known = Known { began: Instant::now(), up_to: AtomicU64::new(0), wanted: AtomicBool::new(false) };
        Self { sender: broadcast::channel(1024).0, caches: Arc::new(caches), known: Arc::new(known) }
    }

    /// Tells all. When this returns, no cache of this process knows what was before: whoever made the change may answer.
    pub fn tell(&self, event: Event) {
        (self.caches)(event);
        let _ = self.sender.send(event);
    }

    /// Everything that others had changed by this moment was told.
    fn heard_up_to(&self, moment: Instant) {
        let ms = u64::try_from(moment.saturating_duration_since(self.known.began).as_millis()).unwrap_or(u64::MAX);
        self.known.up_to.fetch_max(ms, Ordering::SeqCst);
    }

    /// Whether somebody has wanted to know up to when, since this was last asked.
    fn is_wanted(&self) -> bool {
        self.known.wanted.swap(false, Ordering::Relaxed)
    }

    /// Whether everything that others changed until so short a time ago was told.
    pub fn are_known(&self, behind: Duration) -> bool {
        if !self.known.wanted.load(Ordering::Relaxed) {
            self.known.wanted.store(true, Ordering::Relaxed);
        }
        let up_to = Duration::from_millis(self.known.up_to.load(Ordering::SeqCst));
        self.known.began.elapsed().saturating_sub(up_to) < behind
    }

    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.sender.subscribe()
    }
}
