//! Where guests go that compute for long: threads at low priority, shared fairly between tenants, so that they never hold up
//! a neighbour.

mod turns;

use std::future::poll_fn;
use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use cloche_domain::OrgId;
use futures::future::BoxFuture;
use tokio::runtime::Handle;

use turns::{TURN, Turns};

/// How often a guest may use up its turn on the request's own thread: about 100 µs in all.
const PROMPT_TURNS: u32 = 10;
/// What a guest may use of the request's thread between its imports, all in all.
const PROMPT_TIME: Duration = Duration::from_millis(5);
const NICE: i32 = 10;

/// How many imports of a call are waiting for the outside world. A guest that waits is not computing.
#[derive(Clone, Default)]
pub(crate) struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    /// Counts as waiting until the result is dropped.
    pub(crate) fn begin(&self) -> Ended {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ended(self.clone())
    }

    fn is_under_way(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// A wait under way: it ends as this is dropped.
pub(crate) struct Ended(Waiting);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The threads at low priority.
pub(crate) struct Background(Arc<Turns>);

impl Background {
    /// As many threads as the machine has cores, less one, which is left to those that serve. Must be called within a tokio
    /// runtime: what guests wait for is that runtime's.
    pub(crate) fn new() -> io::Result<Self> {
        let background = Self(Arc::default());
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        for _ in 0..(cores - 1).max(1) {
            let (turns, runtime) = (background.0.clone(), Handle::current());
            thread::Builder::new().name("cloche-guest".to_owned()).spawn(move || {
                // On Linux a priority belongs to a thread. Where it cannot be lowered, fairness is the scheduler's.
                let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE);
                let _within = runtime.enter();
                turns.take_on();
            })?;
        }
        Ok(background)
    }

    /// Runs a guest here while it is prompt or waits for an import, and on a thread at low priority once it has computed
    /// for longer. None where those have stopped. Dropping the future stops the guest either way.
    pub(crate) async fn attend<T: Send + 'static>(
        &self,
        tenant: OrgId,
        mut guest: BoxFuture<'static, T>,
        waiting: &Waiting,
    ) -> Option<T> {
        let (mut turns, mut used) = (0, Duration::ZERO);
        let prompt = poll_fn(|cx| {
            let began = Instant::now();
            if let Poll::Ready(done) = guest.as_mut().poll(cx) {
                return Poll::Ready(Some(done));
            }
            used += began.elapsed();
            turns += u32::from(!waiting.is_under_way());
            if turns < PROMPT_TURNS && used < PROMPT_TIME { Poll::Pending } else { Poll::Ready(None) }
        })
        .await;
        if prompt.is_some() {
            return prompt;
        }
        let waiting = waiting.clone();
        // A guest that still computes goes on until its turn is over.
        let in_turns = poll_fn(move |cx| {
            let began = Instant::now();
            loop {
                match guest.as_mut().poll(cx) {
                    Poll::Pending if !waiting.is_under_way() && began.elapsed() < TURN => {}
                    polled => return polled,
                }
            }
        });
        self.0.begin(tenant, in_turns).await
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.0.stop();
    }
}
