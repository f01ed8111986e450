//! How much one call may ask for and receive.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use cloche_domain::plan::CallLimits;
use http::HeaderMap;

use crate::bindings::http::{Error as HttpError, Header};
use crate::hits::Hits;
use crate::{Axis, Bound};

/// Of an answer.
pub(super) const HEADERS: usize = 128;
pub(super) const HEAD_BYTES: usize = 64 << 10;

/// Of a request.
const URL: usize = 8 << 10;
const SENT_HEADERS: usize = 64;
const SENT_HEADER_BYTES: usize = 32 << 10;

/// The requests of one call.
pub(super) struct Requests {
    made: AtomicU32,
    limit: u32,
    body: u64,
    bodies: u64,
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
        let &CallLimits { requests: limit, http_body_bytes: body, http_total_bytes: bodies, .. } = limits;
        Self { made: AtomicU32::new(0), limit, body, bodies, hits }
    }

    /// Counts one more.
    pub(super) fn take(&self) -> Result<(), HttpError> {
        let made = self
            .made
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |made| (made < self.limit).then_some(made + 1));
        made.map(drop).map_err(|made| {
            let limit = self.limit.into();
            self.hits.note(Bound::new(Axis::Requests, limit, u64::from(made) + 1));
            HttpError::TooLarge(format!("this call has made its {limit} requests: make fewer"))
        })
    }

    /// Whether a URL may be this long.
    pub(super) fn allows_url(&self, length: usize) -> Result<(), HttpError> {
        if length > URL {
            self.hits.note(Bound::new(Axis::Url, URL as u64, length as u64));
            return Err(HttpError::Invalid(format!(
                "the URL of {length} bytes is over the limit of {URL}: shorten it"
            )));
        }
        Ok(())
    }

    /// Whether a request may have these headers.
    pub(super) fn allows_headers(&self, headers: &[Header]) -> Result<(), HttpError> {
        let count = headers.len();
        let bytes: usize = headers.iter().map(|h| h.name.len() + h.value.len()).sum();
        let many = note_over(&self.hits, Axis::RequestHeaders, SENT_HEADERS, count);
        let long = note_over(&self.hits, Axis::RequestHeaderBytes, SENT_HEADER_BYTES, bytes);
        if many || long {
            return Err(HttpError::TooLarge(format!(
                "{count} headers of {bytes} bytes are over the limit of {SENT_HEADERS} headers and {SENT_HEADER_BYTES} bytes"
            )));
        }
        Ok(())
    }

    /// Whether one request's body may be this long.
    pub(super) fn allows_body(&self, length: u64) -> Result<(), HttpError> {
        let limit = self.body;
        if length > limit {
            self.hits.note(Bound::new(Axis::RequestBody, limit, length));
            return Err(HttpError::TooLarge(format!(
                "the request's body of {length} bytes is over the limit of {limit}: send less"
            )));
        }
        Ok(())
    }

    /// Whether the bodies that are still being written may hold so many bytes together.
    pub(super) fn allows_bodies(&self, held: u64) -> Result<(), HttpError> {
        let limit = self.bodies;
        if held > limit {
            self.hits.note(Bound::new(Axis::RequestBodies, limit, held));
            return Err(HttpError::TooLarge(format!(
                "the bodies of the requests under way, {held} bytes together, are over the limit of {limit}: send fewer at a time"
            )));
        }
        Ok(())
    }
}

impl Bytes {
    pub(super) fn new(limits: &CallLimits, hits: Hits) -> Self {
        Self { received: AtomicU64::new(0), limit: limits.http_total_bytes, each: limits.http_body_bytes, hits }
    }

    /// Whether an answer may have these headers.
    pub(super) fn allows_headers(&self, headers: &HeaderMap) -> Result<(), ()> {
        // As a line, each has four bytes more.
        let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        let many = note_over(&self.hits, Axis::ResponseHeaders, HEADERS, headers.len());
        let long = note_over(&self.hits, Axis::ResponseHeaderBytes, HEAD_BYTES, bytes);
        if many || long { Err(()) } else { Ok(()) }
    }

    /// Whether one answer may be this long.
    pub(super) fn allows(&self, length: u64) -> Result<(), HttpError> {
        if length > self.each {
            self.hits.note(Bound::new(Axis::ResponseBody, self.each, length));
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
            self.hits.note(Bound::new(Axis::ResponseTotal, self.limit, received));
            return Err(HttpError::TooLarge(format!(
                "the answers of this call, {received} bytes or more together, are over the limit of {}: ask for less",
                self.limit
            )));
        }
        Ok(())
    }
}

/// Whether so much is over a limit; it is noted, then.
fn note_over(hits: &Hits, axis: Axis, limit: usize, used: usize) -> bool {
    let over = used > limit;
    if over {
        hits.note(Bound::new(axis, limit as u64, used as u64));
    }
    over
}
