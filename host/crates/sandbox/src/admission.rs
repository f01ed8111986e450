//! Who may run now: so many calls in all, and so many of one tenant.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cloche_domain::OrgId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::CallError;

/// Tenants are forgotten, once nobody of theirs calls, when more than this many are known.
const REMEMBERED: usize = 1_024;

/// How long a call waits for one of the pool's slots: a platform that is full says so soon, and another node may be free.
const PATIENCE: Duration = Duration::from_secs(1);

/// Hands out the right to run.
pub(crate) struct Admission {
    slots: Arc<Semaphore>,
    limit: u32,
    tenants: Mutex<HashMap<OrgId, (u32, Arc<Semaphore>)>>,
}

/// The right to run, until it is dropped. The slot is given back last.
pub(crate) struct Admitted {
    _place: OwnedSemaphorePermit,
    _slot: OwnedSemaphorePermit,
}

impl Admission {
    pub(crate) fn new(slots: u32) -> Self {
        Self { slots: Arc::new(Semaphore::new(slots as usize)), limit: slots, tenants: Mutex::default() }
    }

    /// Calls that run at a time.
    pub(crate) const fn slots(&self) -> u32 {
        self.limit
    }

    /// Waits, in order of arrival, for one of the tenant's `limit` places and then for one of the pool's slots.
    pub(crate) async fn enter(&self, tenant: OrgId, limit: u32, deadline: Instant) -> Result<Admitted, CallError> {
        let places = timeout_at(deadline, self.places(tenant, limit).acquire_owned()).await;
        let Ok(Ok(place)) = places else {
            return Err(CallError::Concurrency { limit });
        };
        let soon = deadline.min(Instant::now() + PATIENCE);
        let slot = timeout_at(soon, self.slots.clone().acquire_owned()).await;
        let Ok(Ok(slot)) = slot else {
            return Err(CallError::Slots { limit: self.limit });
        };
        Ok(Admitted { _place: place, _slot: slot })
    }

    fn places(&self, tenant: OrgId, limit: u32) -> Arc<Semaphore> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if tenants.len() > REMEMBERED {
            tenants.retain(|_, (_, places)| Arc::strong_count(places) > 1);
        }
        let fresh = || (limit, Arc::new(Semaphore::new(limit as usize)));
        let known = tenants.entry(tenant).or_insert_with(fresh);
        if known.0 != limit {
            // The plan has changed: calls under way end on the old count.
            *known = fresh();
        }
        known.1.clone()
    }
}
