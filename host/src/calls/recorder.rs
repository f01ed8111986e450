//! Calls are noted in memory and written a moment later, many at a time: no call waits for the database. What a crash
//! loses is what was noted in that moment. Where a server has more calls in that moment than are kept of it, the oldest are
//! only counted.

mod queue;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cloche_domain::ServerId;
use cloche_storage::calls::{self, Call};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use queue::{Queue, Taken};

use super::retention;
use crate::app::App;

/// Calls written in one transaction.
const BATCH: usize = 500;
/// Between the first call that waits and its batch.
const GATHER: Duration = Duration::from_millis(100);
/// The same after one that was full: the more come at once, the fewer are written one by one.
const GATHER_MORE: Duration = Duration::from_millis(500);
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
    /// How many records each server has got since it was seen to that it has no more than are kept.
    written_of: Mutex<HashMap<ServerId, u32>>,
}

impl Recorder {
    /// Notes a call; never waits.
    pub fn note(&self, call: Call) {
        self.queue().push(call);
        self.0.filled.notify_one();
    }

    fn written_of(&self, calls: &[Call]) {
        let mut written = self.written();
        for call in calls {
            let records = written.entry(call.server_id).or_default();
            *records = records.saturating_add(1);
        }
    }

    /// Servers that may have any number of records.
    pub(super) fn may_have_many(&self, servers: impl IntoIterator<Item = ServerId>) {
        self.written().extend(servers.into_iter().map(|server| (server, u32::MAX)));
    }

    /// Those that have got so many records; they count as seen to.
    pub(super) fn take_those_with(&self, records: u32) -> HashSet<ServerId> {
        self.written().extract_if(|_, written| *written >= records).map(|(server, _)| server).collect()
    }

    fn written(&self) -> MutexGuard<'_, HashMap<ServerId, u32>> {
        self.0.written_of.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The oldest that wait: a batch to be written, and what is only counted, as each server keeps so many.
    fn take(&self, keep: usize) -> Taken {
        let mut queue = self.queue();
        let lost = queue.take_lost();
        if lost > 0 {
            tracing::error!(lost, "records of calls are lost: the database does not keep up");
        }
        queue.take(BATCH, keep)
    }

    fn put_back(&self, taken: Taken) {
        self.queue().put_back(taken);
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what is noted, and deletes what need not be kept any longer, until asked to stop; then what still waits.
pub async fn write(app: Arc<App>, stopping: CancellationToken) {
    tokio::join!(write_on(&app, &stopping), retention::keep(&app, &stopping));
    if timeout(LAST, flush(&app)).await.is_err() {
        tracing::error!(lost = app.calls.queue().len(), "records of calls are lost: the database does not answer");
    }
}

async fn write_on(app: &App, stopping: &CancellationToken) {
    let mut gather = GATHER;
    loop {
        tokio::select! {
            () = app.calls.0.filled.notified() => {}
            () = stopping.cancelled() => return,
        }
        tokio::select! {
            () = sleep(gather) => {}
            () = stopping.cancelled() => return,
        }
        let written = tokio::select! {
            written = flush(app) => written,
            () = stopping.cancelled() => return,
        };
        gather = if written < BATCH { GATHER } else { GATHER_MORE };
    }
}

/// Writes all that waits at this moment, and says how many that was. Dropped in the middle, it may leave out one batch, or
/// write it: each call has its id.
async fn flush(app: &App) -> usize {
    let mut written = 0;
    loop {
        let batch = Batch::take(app);
        if batch.taken.calls.is_empty() {
            return written;
        }
        if let Err(error) = calls::insert_all(&app.db, &batch.taken.calls, &batch.taken.surplus).await {
            tracing::warn!(%error, "records of calls are not written yet");
            drop(batch);
            sleep(PAUSE).await;
            one_by_one(app).await;
            continue;
        }
        let done = batch.done(app);
        written += done;
        if done < BATCH {
            // What has come meanwhile is gathered again.
            return written;
        }
    }
}

/// Writes the batch that failed, each call by itself: one that cannot be written must not hold up the others.
async fn one_by_one(app: &App) {
    let batch = Batch::take(app);
    let Taken { calls, surplus } = &batch.taken;
    let mut failed = Vec::new();
    for (at, call) in calls.iter().enumerate() {
        let surplus = if at == 0 { surplus.as_slice() } else { &[] };
        if let Err(error) = calls::insert_all(&app.db, std::slice::from_ref(call), surplus).await {
            failed.push((call.id, error));
        }
    }
    if failed.len() == calls.len() && failed.len() > 1 {
        // It is the database, not the calls: the batch goes back.
        return;
    }
    for (call, error) in failed {
        tracing::error!(%call, %error, "the record of a call is lost: it cannot be written");
    }
    batch.done(app);
}

/// Calls in hand: back in the queue, unless they are done with.
struct Batch<'a> {
    recorder: &'a Recorder,
    taken: Taken,
}

impl<'a> Batch<'a> {
    fn take(app: &'a App) -> Self {
        let keep = usize::try_from(app.config.calls.per_server.max(1)).unwrap_or(usize::MAX);
        Self { recorder: &app.calls, taken: app.calls.take(keep) }
    }

    /// They are written, or lost: how many.
    fn done(mut self, app: &App) -> usize {
        let Taken { calls, .. } = std::mem::take(&mut self.taken);
        app.calls.written_of(&calls);
        calls.len()
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        self.recorder.put_back(std::mem::take(&mut self.taken));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_looked_at_once_they_have_got_enough() {
        let (recorder, busy, quiet, unknown) = (Recorder::default(), ServerId::new(), ServerId::new(), ServerId::new());
        recorder.written_of(&[busy, quiet, busy].map(queue::tests::call));
        recorder.may_have_many([unknown]);
        assert_eq!(recorder.take_those_with(2), [busy, unknown].into());
        assert_eq!(recorder.take_those_with(1), [quiet].into());
        assert_eq!(recorder.take_those_with(1), [].into());
    }
}
