//! How much one call may ask for and receive.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use cloche_domain::plan::CallLimits;

use crate::bindings::http::Error as HttpError;

/// The requests of one call.
pub(super) struct Requests {
    made: AtomicU32,
    limit: u32,
}

/// The response bytes of one call, all of its requests together.
pub(super) struct Bytes {
    received: AtomicU64,
    limit: u64,
    each: u64,
}

impl Requests {
    pub(super) fn new(limits: &CallLimits) -> Self {
        Self { made: AtomicU32::new(0), limit: limits.requests }
    }

    /// Counts one more.
    pub(super) fn take(&self) -> Result<(), HttpError> {
        let made = self
            .made
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |made| (made < self.limit).then_some(made + 1));
        made.map(drop)
            .map_err(|_| HttpError::TooLarge(format!("this call has made its {} requests: make fewer", self.limit)))
    }
}

impl Bytes {
    pub(super) fn new(limits: &CallLimits) -> Self {
        Self { received: AtomicU64::new(0), limit: limits.http_total_bytes, each: limits.http_body_bytes }
    }

    /// Whether one answer may be this long.
    pub(super) fn allows(&self, length: u64) -> Result<(), HttpError> {
        if length > self.each {
            return Err(HttpError::TooLarge(format!("the answer is longer than {} bytes: ask for less", self.each)));
        }
        Ok(())
    }

    /// Counts `more` bytes of an answer of which `so_far` have been counted.
    pub(super) fn take(&self, so_far: usize, more: usize) -> Result<(), HttpError> {
        self.allows((so_far + more) as u64)?;
        let received = self.received.fetch_add(more as u64, Ordering::Relaxed) + more as u64;
        if received > self.limit {
            return Err(HttpError::TooLarge(format!(
                "the answers of this call are longer than {} bytes together: ask for less",
                self.limit
            )));
        }
        Ok(())
    }
}
