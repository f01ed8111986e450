//! What is read from the database and counts for a few seconds, unless it is forgotten before.

use std::fmt;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use moka::sync::Cache;

/// A cache that keeps nothing read before the last change: what was under way while something was forgotten is given to
/// who asked, and not kept.
pub(super) struct Remembered<K, V> {
    cache: Cache<K, V>,
    /// How often something was forgotten. Held while something is kept or forgotten.
    changes: Mutex<u64>,
}

impl<K, V> fmt::Debug for Remembered<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remembered").finish_non_exhaustive()
    }
}

/// The moment at which a reading began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Began(u64);

impl<K: Hash + Eq + Send + Sync + 'static, V: Clone + Send + Sync + 'static> Remembered<K, V> {
    /// For `capacity` entries, each of which counts for `life`.
    pub(super) fn new(capacity: u64, life: Duration) -> Self {
        let cache = Cache::builder().max_capacity(capacity).time_to_live(life).support_invalidation_closures();
        Self { cache: cache.build(), changes: Mutex::default() }
    }

    pub(super) fn get(&self, key: &K) -> Option<V> {
        self.cache.get(key)
    }

    /// Before the database is asked.
    pub(super) fn begin(&self) -> Began {
        Began(*self.changes())
    }

    /// Keeps what the database said, if nothing was forgotten since it was asked.
    pub(super) fn keep(&self, began: Began, key: K, value: V) {
        let changes = self.changes();
        if *changes == began.0 {
            self.cache.insert(key, value);
        }
    }

    pub(super) fn forget_if(&self, which: impl Fn(&V) -> bool + Send + Sync + 'static) {
        *self.changes() += 1;
        // Whatever is kept from now on was read after this. Fails only without `support_invalidation_closures`.
        let _ = self.cache.invalidate_entries_if(move |_, value| which(value));
    }

    fn changes(&self) -> MutexGuard<'_, u64> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one() -> Remembered<&'static str, i32> {
        let remembered = Remembered::new(10, Duration::from_mins(1));
        remembered.keep(remembered.begin(), "a", 1);
        assert_eq!(remembered.get(&"a"), Some(1));
        remembered
    }

    #[test]
    fn what_is_forgotten_is_not_there_any_more() {
        let remembered = one();
        remembered.keep(remembered.begin(), "b", 2);
        remembered.forget_if(|value| *value == 1);
        assert_eq!((remembered.get(&"a"), remembered.get(&"b")), (None, Some(2)));
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let remembered = one();
        let began = remembered.begin();
        remembered.forget_if(|_| false);
        remembered.keep(began, "b", 2);
        assert_eq!(remembered.get(&"b"), None);
    }
}
