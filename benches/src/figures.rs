//! The same thing measured several times.

use std::fmt;

/// Figures of equal things, sorted; at least one.
pub(crate) struct Figures(Vec<f64>);

impl Figures {
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_unstable_by(f64::total_cmp);
        Self(figures)
    }

    /// The figure that `percent` of all are within (nearest rank).
    pub(crate) fn within(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn median(&self) -> f64 {
        let half = self.0.len() / 2;
        match self.0.len() {
            0 => f64::NAN,
            len if len % 2 == 1 => self.0[half],
            _ => f64::midpoint(self.0[half - 1], self.0[half]),
        }
    }
}

/// The median, and in parentheses the least and the most.
impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = (self.0.first().copied().unwrap_or(f64::NAN), self.0.last().copied().unwrap_or(f64::NAN));
        let digits = f.precision().unwrap_or(2);
        write!(f, "{:.digits$} ({least:.digits$}–{most:.digits$})", self.median())
    }
}
