//! Calls are noted in memory and written a moment later, many at a time: no call waits for the database. What a crash
//! loses is what was noted in that moment.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cloche_domain::ServerId;
use cloche_storage::calls::{self, Call};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::retention;
use crate::app::App;

/// Bytes of calls that wait to be written; beyond them, the oldest are lost.
const WAITING: usize = 32 << 20;
/// Calls written in one transaction.
const BATCH: usize = 500;
/// Between the first call that waits and its batch.
const GATHER: Duration = Duration::from_millis(100);
/// After a database that did not answer.
const PAUSE: Duration = Duration::from_secs(1);
/// For the last batches when the platform stops.
const LAST: Duration = Duration::from_secs(5);

/// Where calls are noted. Clones share everything.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    filled: Notify,
    /// Servers that may have more records than are kept of them.
    written_of: Mutex<HashSet<ServerId>>,
}

#[derive(Debug, Default)]
struct Queue {
    calls: VecDeque<Call>,
    bytes: usize,
    lost: u64,
}

impl Recorder {
    /// Notes a call; never waits.
    pub fn note(&self, call: Call) {
        let mut queue = self.queue();
        queue.bytes += size(&call);
        queue.calls.push_back(call);
        queue.shorten();
        drop(queue);
        self.0.filled.notify_one();
    }

    /// Remembers servers that there are records of.
    pub(super) fn written_of(&self, servers: impl IntoIterator<Item = ServerId>) {
        self.0.written_of.lock().unwrap_or_else(PoisonError::into_inner).extend(servers);
    }

    pub(super) fn take_written_of(&self) -> HashSet<ServerId> {
        std::mem::take(&mut *self.0.written_of.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self) -> Vec<Call> {
        let mut queue = self.queue();
        if queue.lost > 0 {
            tracing::error!(lost = queue.lost, "records of calls are lost: the database does not keep up");
            queue.lost = 0;
        }
        let count = queue.calls.len().min(BATCH);
        let calls: Vec<_> = queue.calls.drain(..count).collect();
        queue.bytes -= calls.iter().map(size).sum::<usize>();
        calls
    }

    fn put_back(&self, calls: Vec<Call>) {
        let mut queue = self.queue();
        for call in calls.into_iter().rev() {
            queue.bytes += size(&call);
            queue.calls.push_front(call);
        }
        queue.shorten();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn shorten(&mut self) {
        while self.bytes > WAITING
            && let Some(oldest) = self.calls.pop_front()
        {
            self.bytes -= size(&oldest);
            self.lost += 1;
        }
    }
}

/// What a call takes in memory, about.
fn size(call: &Call) -> usize {
    let logs = call.logs.as_ref().map_or(0, |logs| logs.get().len());
    512 + call.error.as_ref().map_or(0, String::len) + call.requests.get().len() + logs
}

/// Writes what is noted, and deletes what need not be kept any longer, until asked to stop; then what still waits.
pub async fn write(app: Arc<App>, stopping: CancellationToken) {
    tokio::join!(write_on(&app, &stopping), retention::keep(&app, &stopping));
    if timeout(LAST, flush(&app)).await.is_err() {
        tracing::error!(
            lost = app.calls.queue().calls.len(),
            "records of calls are lost: the database does not answer"
        );
    }
}

async fn write_on(app: &App, stopping: &CancellationToken) {
    loop {
        tokio::select! {
            () = app.calls.0.filled.notified() => {}
            () = stopping.cancelled() => return,
        }
        tokio::select! {
            () = sleep(GATHER) => {}
            () = stopping.cancelled() => return,
        }
        tokio::select! {
            () = flush(app) => {}
            () = stopping.cancelled() => return,
        }
    }
}

/// Writes all that waits. Dropped in the middle, it may leave out one batch, or write it: each call has its id.
async fn flush(app: &App) {
    loop {
        let batch = Batch { recorder: &app.calls, calls: app.calls.take() };
        if batch.calls.is_empty() {
            return;
        }
        if let Err(error) = calls::insert_all(&app.db, &batch.calls).await {
            tracing::warn!(%error, "records of calls are not written yet");
            drop(batch);
            sleep(PAUSE).await;
            one_by_one(app).await;
            continue;
        }
        app.calls.written_of(batch.written().iter().map(|call| call.server_id));
    }
}

/// Writes the batch that failed, each call by itself: one that cannot be written must not hold up the others.
async fn one_by_one(app: &App) {
    let batch = Batch { recorder: &app.calls, calls: app.calls.take() };
    let mut failed = Vec::new();
    for call in &batch.calls {
        if let Err(error) = calls::insert_all(&app.db, std::slice::from_ref(call)).await {
            failed.push((call.id, error));
        }
    }
    if failed.len() == batch.calls.len() && failed.len() > 1 {
        // It is the database, not the calls: the batch goes back.
        return;
    }
    for (call, error) in failed {
        tracing::error!(%call, %error, "the record of a call is lost: it cannot be written");
    }
    app.calls.written_of(batch.written().iter().map(|call| call.server_id));
}

/// Calls in hand: back in the queue, unless they are written.
struct Batch<'a> {
    recorder: &'a Recorder,
    calls: Vec<Call>,
}

impl Batch<'_> {
    fn written(mut self) -> Vec<Call> {
        std::mem::take(&mut self.calls)
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        self.recorder.put_back(std::mem::take(&mut self.calls));
    }
}
