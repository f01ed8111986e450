//! The days that are counted in: those of the calendar, in UTC.

use std::fmt;
use std::str::FromStr;

use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime, UtcOffset};

use crate::words::as_text;

/// A day of the calendar, in UTC; as text, `2026-11-26`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(Date);

/// Text that is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no day: write it like 2026-11-26")]
pub struct DayError(String);

impl Day {
    /// The day in which a moment lies.
    pub fn of(moment: OffsetDateTime) -> Self {
        Self(moment.to_offset(UtcOffset::UTC).date())
    }

    /// Its first moment.
    pub fn start(self) -> OffsetDateTime {
        self.0.midnight().assume_utc()
    }

    /// The first moment of the next day: what is counted by the day is free again.
    pub fn end(self) -> OffsetDateTime {
        self.start() + Duration::DAY
    }

    /// So many days before this one.
    #[must_use]
    pub fn back(self, days: u16) -> Self {
        Self(self.0.saturating_sub(Duration::days(days.into())))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = DayError;
    fn from_str(text: &str) -> Result<Self, DayError> {
        let day = Date::parse(text, format_description!("[year]-[month]-[day]"));
        day.map(Self).map_err(|_| DayError(text.chars().take(80).collect()))
    }
}

as_text!(Day);

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_day_is_the_same_for_everybody() {
        let late = datetime!(2026-03-01 00:30 +02:00);
        let day = Day::of(late);
        assert_eq!(day.to_string(), "2026-02-28");
        assert_eq!(day.end(), datetime!(2026-03-01 00:00 UTC));
        assert_eq!(day.to_string().parse(), Ok(day));
        assert_eq!(day.back(59).to_string(), "2025-12-31");
        assert!("2026-02-30".parse::<Day>().is_err());
    }
}
