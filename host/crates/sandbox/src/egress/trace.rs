//! What a call has asked of the world, for its owner to see.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::request::Target;
use crate::EgressRecord;
use crate::bindings::http::{Error as HttpError, Response};

/// The requests of one call. It outlives the call, so that a call that was stopped can be explained too.
#[derive(Clone, Default)]
pub(crate) struct Trace(Arc<Mutex<Vec<EgressRecord>>>);

/// A request under way. Dropped, it is recorded as stopped.
pub(super) struct Entry {
    trace: Trace,
    began: Instant,
    record: Option<EgressRecord>,
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
        Entry { trace: self.clone(), began: Instant::now(), record: Some(record) }
    }

    /// Everything recorded so far.
    pub(crate) fn take(&self) -> Vec<EgressRecord> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Entry {
    pub(super) fn end(mut self, answer: &Result<Response, HttpError>) {
        if let Some(record) = &mut self.record {
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
        if let Some(mut record) = self.record.take() {
            record.ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.trace.0.lock().unwrap_or_else(PoisonError::into_inner).push(record);
        }
    }
}
