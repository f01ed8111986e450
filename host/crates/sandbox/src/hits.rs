//! The bounds that a call has run into and gone on: a request that was refused, a log that is full.

use std::sync::{Arc, Mutex, PoisonError};

use crate::Bound;

/// One bound of each name, with the most that was asked of it.
#[derive(Clone, Default)]
pub(crate) struct Hits(Arc<Mutex<Vec<Bound>>>);

impl Hits {
    pub(crate) fn note(&self, bound: Bound) {
        let mut hits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match hits.iter_mut().find(|hit| hit.name == bound.name) {
            Some(hit) => hit.used = hit.used.max(bound.used),
            None => hits.push(bound),
        }
    }

    /// Everything noted so far, in the order in which it was first hit.
    pub(crate) fn take(&self) -> Vec<Bound> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
