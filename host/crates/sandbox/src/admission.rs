//! Who may run now: so many calls in all, and so many of one tenant; and how many of a tenant may wait for that.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cloche_domain::OrgId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::CallError;

/// Tenants are forgotten, once nobody of theirs calls, when more than this many are known.
const REMEMBERED: usize = 1_024;

/// How long a call waits for one of the pool's slots: a platform that is full says so soon, and another node may be free.
const PATIENCE: Duration = Duration::from_secs(1);

/// Calls of a tenant that may wait, for each that may run: each holds its arguments and a connection.
const WAITING: u32 = 4;
/// Bytes of arguments that the waiting calls of a tenant may hold together.
const WAITING_BYTES: u64 = 32 << 20;

/// Hands out the right to run.
pub(crate) struct Admission {
    slots: Arc<Semaphore>,
    limit: u32,
    tenants: Mutex<HashMap<OrgId, Arc<Tenant>>>,
}

/// The calls of one tenant.
struct Tenant {
    limit: u32,
    places: Arc<Semaphore>,
    /// The turn to use the store: what a tenant asks of it is done by threads that no guest's low priority holds back.
    store: Arc<Semaphore>,
    line: Mutex<Line>,
}

/// Those that wait for a place.
#[derive(Default)]
struct Line {
    calls: u32,
    bytes: u64,
}

/// The right to run, until it is dropped. The slot is given back last.
pub(crate) struct Admitted {
    /// One operation of the store at a time, of all the tenant's calls.
    pub(crate) store: Arc<Semaphore>,
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

    /// Whether a call that came now would find a slot.
    pub(crate) fn has_room(&self) -> bool {
        self.slots.available_permits() > 0
    }

    /// Waits, in order of arrival, for one of the tenant's `limit` places and then for one of the pool's slots. A call of so
    /// many `bytes` that would be one too many to wait is refused at once.
    pub(crate) async fn enter(
        &self,
        tenant: OrgId,
        limit: u32,
        bytes: u64,
        deadline: Instant,
    ) -> Result<Admitted, CallError> {
        let tenant = self.tenant(tenant, limit);
        let place = tenant.place(bytes, deadline).await?;
        let soon = deadline.min(Instant::now() + PATIENCE);
        let slot = timeout_at(soon, self.slots.clone().acquire_owned()).await;
        let Ok(Ok(slot)) = slot else {
            return Err(CallError::Slots { limit: self.limit, running: taken(&self.slots, self.limit) });
        };
        Ok(Admitted { store: tenant.store.clone(), _place: place, _slot: slot })
    }

    fn tenant(&self, tenant: OrgId, limit: u32) -> Arc<Tenant> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if tenants.len() > REMEMBERED {
            tenants.retain(|_, tenant| Arc::strong_count(tenant) + Arc::strong_count(&tenant.places) > 2);
        }
        let fresh = || Arc::new(Tenant::new(limit));
        let known = tenants.entry(tenant).or_insert_with(fresh);
        if known.limit != limit {
            // The plan has changed: calls under way end on the old count.
            *known = fresh();
        }
        known.clone()
    }
}

impl Tenant {
    fn new(limit: u32) -> Self {
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Self { limit, places: semaphore(limit as usize), store: semaphore(1), line: Mutex::default() }
    }

    async fn place(&self, bytes: u64, deadline: Instant) -> Result<OwnedSemaphorePermit, CallError> {
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            return Ok(place);
        }
        let _waiting = InLine::join(self, bytes)?;
        let place = timeout_at(deadline, self.places.clone().acquire_owned()).await;
        let Ok(Ok(place)) = place else {
            return Err(CallError::Concurrency { limit: self.limit, running: taken(&self.places, self.limit) });
        };
        Ok(place)
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many of so many places are in use.
fn taken(places: &Semaphore, limit: u32) -> u32 {
    limit.saturating_sub(u32::try_from(places.available_permits()).unwrap_or(u32::MAX))
}

/// A call that waits, until this is dropped.
struct InLine<'a> {
    tenant: &'a Tenant,
    bytes: u64,
}

impl<'a> InLine<'a> {
    fn join(tenant: &'a Tenant, bytes: u64) -> Result<Self, CallError> {
        let mut line = tenant.line();
        let (limit, waiting) = (tenant.limit.saturating_mul(WAITING), line.calls + 1);
        if waiting > limit {
            return Err(CallError::Waiting { limit, waiting });
        }
        let held = line.bytes + bytes;
        if held > WAITING_BYTES {
            return Err(CallError::WaitingBytes { limit: WAITING_BYTES, waiting: held });
        }
        *line = Line { calls: waiting, bytes: held };
        drop(line);
        Ok(Self { tenant, bytes })
    }
}

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        let mut line = self.tenant.line();
        line.calls -= 1;
        line.bytes -= self.bytes;
    }
}
