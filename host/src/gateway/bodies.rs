//! What the requests of a tenant hold in memory: their bodies, from before they are read until they are answered.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cloche_domain::OrgId;

/// Bytes of bodies that a tenant may have under way.
const LIMIT: u64 = 64 << 20;

/// One more would be too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "with this one, the requests to this organisation's servers that are under way would hold {used} bytes, over the limit of \
     {limit}: send less at once"
)]
pub struct TooMuch {
    pub limit: u64,
    pub used: u64,
}

/// The bodies of all tenants. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Bodies(Arc<Mutex<HashMap<OrgId, u64>>>);

/// One body, until this is dropped.
#[derive(Debug)]
pub struct Held {
    bodies: Bodies,
    tenant: OrgId,
    bytes: u64,
}

impl Bodies {
    /// Counts a body of a tenant.
    pub fn hold(&self, tenant: OrgId, bytes: u64) -> Result<Held, TooMuch> {
        let mut held = self.held();
        let used = held.get(&tenant).copied().unwrap_or_default() + bytes;
        if used > LIMIT {
            return Err(TooMuch { limit: LIMIT, used });
        }
        held.insert(tenant, used);
        drop(held);
        Ok(Held { bodies: self.clone(), tenant, bytes })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<OrgId, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Entry::Occupied(mut held) = self.bodies.held().entry(self.tenant) {
            *held.get_mut() -= self.bytes;
            if *held.get() == 0 {
                held.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tenant_has_so_much_and_has_it_back() {
        let (bodies, ada, bob) = (Bodies::default(), OrgId::new(), OrgId::new());
        let most = bodies.hold(ada, LIMIT).unwrap();
        assert_eq!(bodies.hold(ada, 1).unwrap_err(), TooMuch { limit: LIMIT, used: LIMIT + 1 });
        assert!(bodies.hold(bob, LIMIT).is_ok());
        drop(most);
        assert!(bodies.hold(ada, 1).is_ok());
        assert!(bodies.held().is_empty());
    }
}
