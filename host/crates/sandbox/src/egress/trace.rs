//! What a call has asked of the world, for its owner to see.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::request::Target;
use crate::EgressRecord;
use crate::bindings::http::{Error as HttpError, Response};

/// The requests of one call. It outlives the call, so that a call that was stopped can be explained too.
#[derive(Clone, Default)]
pub(crate) struct Trace(Arc<Mutex<Requests>>);

#[derive(Default)]
struct Requests {
    ended: Vec<EgressRecord>,
    open: BTreeMap<u64, (Instant, EgressRecord)>,
    begun: u64,
    /// Requests that could not be read, or were over their number.
    refused: u64,
}

/// Refused requests that are recorded one by one.
const REFUSED: u64 = 20;
/// Bytes of what is kept of them: their method, and what was wrong.
const METHOD: usize = 16;
const WRONG: usize = 256;

/// A request under way. Dropped, it is recorded as stopped.
pub(super) struct Entry {
    trace: Trace,
    number: u64,
}

impl Trace {
    pub(super) fn begin(&self, target: &Target, sent: usize) -> Entry {
        let record = EgressRecord {
            method: target.method.to_string(),
            host: target.authority(),
            path: target.url.path().to_owned(),
            status: None,
            error: Some("the call ended before the answer came".to_owned()),
            ms: 0,
            sent: sent as u64,
            bytes: 0,
        };
        let mut requests = self.requests();
        let number = requests.begun;
        requests.begun += 1;
        requests.open.insert(number, (Instant::now(), record));
        drop(requests);
        Entry { trace: self.clone(), number }
    }

    /// Records a request that went nowhere: where to, it does not say.
    pub(super) fn refused(&self, method: &str, error: &HttpError) {
        let mut requests = self.requests();
        requests.refused += 1;
        if requests.refused <= REFUSED {
            let record = nowhere(cut(method, METHOD), cut(error.text(), WRONG));
            requests.ended.push(record);
        }
    }

    /// Everything recorded so far, with what is still under way as stopped.
    pub(crate) fn take(&self) -> Vec<EgressRecord> {
        let mut requests = self.requests();
        while let Some((number, _)) = requests.open.first_key_value() {
            let number = *number;
            requests.end(number);
        }
        let more = std::mem::take(&mut requests.refused).saturating_sub(REFUSED);
        if more > 0 {
            requests.ended.push(nowhere("?", &format!("{more} more were refused")));
        }
        std::mem::take(&mut requests.ended)
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn nowhere(method: &str, error: &str) -> EgressRecord {
    EgressRecord {
        method: method.to_owned(),
        host: "?".to_owned(),
        path: String::new(),
        status: None,
        error: Some(error.to_owned()),
        ms: 0,
        sent: 0,
        bytes: 0,
    }
}

fn cut(text: &str, length: usize) -> &str {
    &text[..text.floor_char_boundary(length)]
}

impl Requests {
    fn end(&mut self, number: u64) {
        if let Some((began, mut record)) = self.open.remove(&number) {
            record.ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.ended.push(record);
        }
    }
}

impl Entry {
    pub(super) fn end(self, answer: &Result<Response, HttpError>) {
        let mut requests = self.trace.requests();
        if let Some((_, record)) = requests.open.get_mut(&self.number) {
            match answer {
                Ok(response) => {
                    record.status = Some(response.status);
                    record.error = None;
                    record.bytes = response.body.len() as u64;
                }
                Err(error) => record.error = Some(error.text().to_owned()),
            }
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.trace.requests().end(self.number);
    }
}
