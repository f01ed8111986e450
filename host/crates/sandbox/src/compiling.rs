//! Whose component is compiled now: one at a time of each tenant, and those that are soon done before those that are not.
//!
//! How long one takes, nobody can tell beforehand. Each has a few seconds of processor time in a lane that is soon free
//! again; if that is not enough, it is begun anew in a lane of its own kind. So one that takes forever holds up others of
//! its tenant, and others that take long, but nobody's ordinary one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cloche_domain::OrgId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::compile::CPU_SECONDS;

/// Tenants are forgotten, once nothing of theirs is compiled, when more than this many are known.
const REMEMBERED: usize = 1_024;
/// Compilations at a time in each lane: each uses every core.
const SHORT: usize = 2;
const LONG: usize = 1;
/// Seconds of processor time in the short lane, all threads together.
const SHORT_SECONDS: u64 = 4;

/// The lanes.
pub(crate) struct Compiling {
    tenants: Mutex<HashMap<OrgId, Arc<Semaphore>>>,
    short: Arc<Semaphore>,
    long: Arc<Semaphore>,
}

/// Which lane.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    Short,
    Long,
}

impl Lane {
    /// Seconds of processor time, all threads together.
    pub(crate) const fn seconds(self) -> u64 {
        match self {
            Self::Short => SHORT_SECONDS,
            Self::Long => CPU_SECONDS,
        }
    }
}

/// A place, until it is dropped. None where the lanes are closed, which they never are.
pub(crate) type Place = Option<OwnedSemaphorePermit>;

impl Compiling {
    pub(crate) fn new() -> Self {
        let lane = |places| Arc::new(Semaphore::new(places));
        Self { tenants: Mutex::default(), short: lane(SHORT), long: lane(LONG) }
    }

    /// The tenant's own place, which it has for one component at a time.
    pub(crate) async fn of(&self, tenant: OrgId) -> Place {
        let own = {
            let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
            if tenants.len() > REMEMBERED {
                tenants.retain(|_, own| Arc::strong_count(own) > 1);
            }
            tenants.entry(tenant).or_insert_with(|| Arc::new(Semaphore::new(1))).clone()
        };
        own.acquire_owned().await.ok()
    }

    /// A place in a lane, in order of arrival.
    pub(crate) async fn enter(&self, lane: Lane) -> Place {
        let lane = match lane {
            Lane::Short => &self.short,
            Lane::Long => &self.long,
        };
        lane.clone().acquire_owned().await.ok()
    }
}
