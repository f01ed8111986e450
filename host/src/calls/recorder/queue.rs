//! Calls that wait to be written, in memory that is bounded.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};

use cloche_domain::ServerId;
use cloche_storage::calls::Call;

/// Bytes of calls that wait; beyond them, the oldest are lost.
const WAITING: usize = 32 << 20;

/// The calls, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Queue {
    calls: VecDeque<Call>,
    /// How many of them each server has.
    of: HashMap<ServerId, usize>,
    bytes: usize,
    lost: u64,
}

/// What is written at a time.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) calls: Vec<Call>,
    /// Older ones of servers that have more than are kept: they are only counted.
    pub(super) surplus: Vec<Call>,
}

impl Queue {
    pub(super) fn push(&mut self, call: Call) {
        self.count(&call);
        self.calls.push_back(call);
        self.shorten();
    }

    /// The oldest, `most` of them to be written, as each server keeps so many.
    pub(super) fn take(&mut self, most: usize, keep: usize) -> Taken {
        let mut taken = Taken::default();
        while taken.calls.len() < most
            && let Some(call) = self.pop()
        {
            let newer = self.of.get(&call.server_id).copied().unwrap_or_default();
            if newer < keep { taken.calls.push(call) } else { taken.surplus.push(call) }
        }
        taken
    }

    /// What was taken is there again, before all that has come since.
    pub(super) fn put_back(&mut self, Taken { calls, surplus }: Taken) {
        for call in surplus.into_iter().chain(calls).rev() {
            self.count(&call);
            self.calls.push_front(call);
        }
        self.shorten();
    }

    /// How many were lost since this was last asked.
    pub(super) fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

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

#[cfg(test)]
pub(super) mod tests {
    use cloche_domain::{CallId, Clock, UserId};
    use cloche_storage::calls::{OK, json_text};

    use super::*;

    pub(crate) fn call(server_id: ServerId) -> Call {
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
            outcome: OK.to_owned(),
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
        let (mut queue, busy, quiet) = (Queue::default(), ServerId::new(), ServerId::new());
        let noted: Vec<_> = [busy, busy, quiet, busy, busy].map(call).into();
        noted.iter().cloned().for_each(|call| queue.push(call));
        let all = ids(&noted);
        let taken = queue.take(9, 2);
        assert_eq!((ids(&taken.calls), ids(&taken.surplus)), (all[2..].to_vec(), all[..2].to_vec()));
        // What could not be written is there again, with what has come since.
        queue.put_back(taken);
        queue.push(call(quiet));
        let taken = queue.take(9, 3);
        assert_eq!((taken.calls.len(), ids(&taken.surplus)), (5, vec![all[0]]));
        assert_eq!((queue.bytes, queue.of.len(), queue.calls.len()), (0, 0, 0));
    }

    #[test]
    fn no_more_are_taken_than_are_written_at_a_time() {
        let (mut queue, server) = (Queue::default(), ServerId::new());
        (0..5).for_each(|_| queue.push(call(server)));
        let sizes = [queue.take(3, 9), queue.take(3, 9)].map(|taken| (taken.calls.len(), taken.surplus.len()));
        assert_eq!(sizes, [(3, 0), (2, 0)]);
    }

    #[test]
    fn what_takes_too_much_memory_is_lost_and_counted() {
        let (mut queue, server) = (Queue::default(), ServerId::new());
        let large = Call { error: Some("x".repeat(WAITING / 2)), ..call(server) };
        (0..3).for_each(|_| queue.push(large.clone()));
        assert_eq!((queue.len(), queue.take_lost(), queue.take_lost()), (1, 2, 0));
    }
}
