//! A run's figures, summed up.

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

impl Spread {
    /// The heads of a table of spreads.
    pub(crate) const HEAD: [&str; 6] = ["from … to …", "n", "median ms", "p95 ms", "least ms", "most ms"];

    /// A line of such a table.
    pub(crate) fn line(&self, what: &str) -> [String; 6] {
        let [median, p95, least, most] = [50, 95, 0, 100].map(|percent| self.within(percent).as_millis().to_string());
        [what.to_owned(), self.0.len().to_string(), median, p95, least, most]
    }
}
