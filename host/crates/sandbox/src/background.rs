//! Where guests go that compute for long: one thread at low priority, so that they never hold up a neighbour.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use futures::future::BoxFuture;
use tokio::runtime::{Builder, Runtime};
use tokio_util::task::AbortOnDropHandle;

/// How often a guest may use up its turn on the request's own thread: about 100 µs in all.
const PROMPT_TURNS: u32 = 10;
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

/// The thread at low priority.
pub(crate) struct Background(Option<Runtime>);

impl Background {
    pub(crate) fn new() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("cloche-guest")
            .on_thread_start(|| {
                // On Linux a priority belongs to a thread. Where it cannot be lowered, fairness is the scheduler's.
                let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE);
            })
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    /// Runs a guest here while it is prompt or waits for an import, and on the thread at low priority once it computes
    /// for longer. None where that thread has stopped. Dropping the future stops the guest either way.
    pub(crate) async fn attend<T: Send + 'static>(
        &self,
        mut guest: BoxFuture<'static, T>,
        waiting: &Waiting,
    ) -> Option<T> {
        let mut turns = 0;
        let prompt = poll_fn(|cx| match guest.as_mut().poll(cx) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if waiting.is_under_way() => Poll::Pending,
            Poll::Pending => {
                turns += 1;
                if turns < PROMPT_TURNS { Poll::Pending } else { Poll::Ready(None) }
            }
        })
        .await;
        if prompt.is_some() {
            return prompt;
        }
        let handle = self.0.as_ref()?.spawn(guest);
        match AbortOnDropHandle::new(handle).await {
            Ok(done) => Some(done),
            Err(stopped) => match stopped.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => None,
            },
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
