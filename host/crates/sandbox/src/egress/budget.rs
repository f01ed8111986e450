//! How much one call may ask for and receive.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use cloche_domain::plan::CallLimits;

use crate::Bound;
use crate::bindings::http::Error as HttpError;
use crate::hits::Hits;

/// The requests of one call.
pub(super) struct Requests {
    made: AtomicU32,
    limit: u32,
    hits: Hits,
}

/// The response bytes of one call, all of its requests together.
pub(super) struct Bytes {
    received: AtomicU64,
    limit: u64,
    each: u64,
    hits: Hits,
}

impl Requests {
    pub(super) fn new(limits: &CallLimits, hits: Hits) -> Self {
        Self { made: AtomicU32::new(0), limit: limits.requests, hits }
    }

    /// Counts one more.
    pub(super) fn take(&self) -> Result<(), HttpError> {
        let made = self
            .made
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |made| (made < self.limit).then_some(made + 1));
        made.map(drop).map_err(|made| {
            let limit = self.limit.into();
            self.hits.note(Bound { name: "requests", limit, used: u64::from(made) + 1, unit: "requests" });
            HttpError::TooLarge(format!("this call has made its {limit} requests: make fewer"))
        })
    }
}

impl Bytes {
    pub(super) fn new(limits: &CallLimits, hits: Hits) -> Self {
        Self { received: AtomicU64::new(0), limit: limits.http_total_bytes, each: limits.http_body_bytes, hits }
    }

    /// Whether one answer may be this long.
    pub(super) fn allows(&self, length: u64) -> Result<(), HttpError> {
        if length > self.each {
            self.hits.note(Bound::bytes("response_body", self.each, length));
            return Err(HttpError::TooLarge(format!(
                "the answer of {length} bytes or more is over the limit of {}: ask for less",
                self.each
            )));
        }
        Ok(())
    }

    /// Counts `more` bytes of an answer of which `so_far` have been counted.
    pub(super) fn take(&self, so_far: usize, more: usize) -> Result<(), HttpError> {
        self.allows((so_far + more) as u64)?;
        let received = self.received.fetch_add(more as u64, Ordering::Relaxed) + more as u64;
        if received > self.limit {
            self.hits.note(Bound::bytes("response_total", self.limit, received));
            return Err(HttpError::TooLarge(format!(
                "the answers of this call, {received} bytes or more together, are over the limit of {}: ask for less",
                self.limit
            )));
        }
        Ok(())
    }
}
