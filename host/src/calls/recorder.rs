//! Calls are noted in memory and written a moment later, many at a time: no call waits for the database. What a crash
//! loses is what was noted in that moment. Where a server has more calls in that moment than are kept of it, the oldest are
//! only counted.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
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

#[derive(Debug, Default)]
struct Queue {
    calls: VecDeque<Call>,
    /// How many of them each server has.
    of: HashMap<ServerId, usize>,
    bytes: usize,
    lost: u64,
}

impl Recorder {
    /// Notes a call; never waits.
    pub fn note(&self, call: Call) {
        let mut queue = self.queue();
        queue.count(&call);
        queue.calls.push_back(call);
        queue.shorten();
        drop(queue);
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
        if queue.lost > 0 {
            tracing::error!(lost = queue.lost, "records of calls are lost: the database does not keep up");
            queue.lost = 0;
        }
        let mut taken = Taken::default();
        while taken.calls.len() < BATCH
            && let Some(call) = queue.pop()
        {
            let newer = queue.of.get(&call.server_id).copied().unwrap_or_default();
            if newer < keep { taken.calls.push(call) } else { taken.surplus.push(call) }
        }
        taken
    }

    fn put_back(&self, Taken { calls, surplus }: Taken) {
        let mut queue = self.queue();
        for call in surplus.into_iter().chain(calls).rev() {
            queue.count(&call);
            queue.calls.push_front(call);
        }
        queue.shorten();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is written at a time.
#[derive(Debug, Default)]
struct Taken {
    calls: Vec<Call>,
    surplus: Vec<Call>,
}

impl Queue {
    /// One more.
    fn count(&mut self, call: &Call) {
        self.bytes += size(call);
        *self.of.entry(call.server_id).or_default() += 1;
    }

    fn pop(&mut self) -> Option<Call> {
        let call = self.calls.pop_front()?;
        self.bytes -= size(&call);
        if let Entry::Occupied(mut of) = self.of.entry(call.server_id) {
            *of.get_mut() -= 1;
            if *of.get() == 0 {
                of.remove();
            }
        }
        Some(call)
    }

    fn shorten(&mut self) {
        while self.bytes > WAITING && self.pop().is_some() {
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

/// Writes all that waits at this moment, and says how many that was. Dropped in the middle, it may leave out one batch, or write it: each
/// call has its id.
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
    use cloche_domain::{CallId, Clock, UserId};
    use cloche_storage::calls::json_text;

    use super::*;

    fn call(server_id: ServerId) -> Call {
        Call {
            id: CallId::new(),
            server_id,
            version_n: 1,
            tool: "echo".to_owned(),
            user_id: UserId::new(),
            client: "api_key".to_owned(),
            started_at: Clock::default().now(),
            wall_ms: 1,
            fuel: 1,
            peak_memory: 1,
            argument_bytes: 1,
            result_bytes: 1,
            outcome: calls::OK.to_owned(),
            error: None,
            bound: None,
            requests: json_text(&()),
            logs: None,
        }
    }

    fn ids(calls: &[Call]) -> Vec<CallId> {
        calls.iter().map(|call| call.id).collect()
    }

    #[test]
    fn of_each_server_the_newest_are_written_and_the_others_counted() {
        let (recorder, busy, quiet) = (Recorder::default(), ServerId::new(), ServerId::new());
        let noted: Vec<_> = [busy, busy, quiet, busy, busy].map(call).into();
        noted.iter().cloned().for_each(|call| recorder.note(call));
        let all = ids(&noted);
        let taken = recorder.take(2);
        assert_eq!((ids(&taken.calls), ids(&taken.surplus)), (all[2..].to_vec(), all[..2].to_vec()));
        // What could not be written is there again, with what has come since.
        recorder.put_back(taken);
        recorder.note(call(quiet));
        let taken = recorder.take(3);
        assert_eq!((taken.calls.len(), ids(&taken.surplus)), (5, vec![all[0]]));
        let queue = recorder.queue();
        assert_eq!((queue.bytes, queue.of.len(), queue.calls.len()), (0, 0, 0));
    }

    #[test]
    fn servers_are_looked_at_once_they_have_got_enough() {
        let (recorder, busy, quiet, unknown) = (Recorder::default(), ServerId::new(), ServerId::new(), ServerId::new());
        recorder.written_of(&[busy, quiet, busy].map(call));
        recorder.may_have_many([unknown]);
        assert_eq!(recorder.take_those_with(2), [busy, unknown].into());
        assert_eq!(recorder.take_those_with(1), [quiet].into());
        assert_eq!(recorder.take_those_with(1), [].into());
    }

    #[test]
    fn a_batch_has_no_more_than_its_transaction_takes() {
        let (recorder, server) = (Recorder::default(), ServerId::new());
        (0..BATCH + 2).for_each(|_| recorder.note(call(server)));
        let sizes =
            [recorder.take(10_000), recorder.take(10_000)].map(|taken| (taken.calls.len(), taken.surplus.len()));
        assert_eq!(sizes, [(BATCH, 0), (2, 0)]);
    }
}
