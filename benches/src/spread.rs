//! A run's figures, summed up.

use std::fmt;
use std::time::Duration;

/// Times of equal things, sorted.
pub(crate) struct Spread(Vec<Duration>);

impl Spread {
    pub(crate) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The time that `percent` of all are within (nearest rank).
    pub(crate) fn within(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).copied().unwrap_or_default()
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |time: Duration| time.as_millis();
        let (median, p95) = (ms(self.within(50)), ms(self.within(95)));
        write!(f, "n {:>3}   median {median:>6} ms   p95 {p95:>6} ms", self.0.len())?;
        write!(f, "   min {:>6} ms   max {:>6} ms", ms(self.within(0)), ms(self.within(100)))
    }
}
