//! Time as an argument.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::{Duration, OffsetDateTime};

/// The time of day, in UTC and whole microseconds: what both databases can hold. Clones share one offset, so that a test
/// can let time pass.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead_micros: Arc<AtomicI64>,
}

impl Clock {
    /// Now, in microseconds of which the last digit is never 0: SQLite holds times as text, and a time written with
    /// fewer digits would sort after later ones of the same second.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> OffsetDateTime {
        let now = OffsetDateTime::now_utc() + Duration::microseconds(self.ahead_micros.load(Ordering::Relaxed));
        let now = now - Duration::nanoseconds(i64::from(now.nanosecond() % 1_000));
        if now.microsecond().is_multiple_of(10) { now + Duration::MICROSECOND } else { now }
    }

    /// Lets `by` pass at once, for every clone.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.whole_microseconds()).unwrap_or(i64::MAX);
        self.ahead_micros.fetch_add(micros, Ordering::Relaxed);
    }
}
