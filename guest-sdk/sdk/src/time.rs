//! The time of day. Spans are `chrono::Duration` (or `std::time::Duration` for timeouts).

use chrono::{DateTime, Utc};

/// Now: `time::now().to_rfc3339()`.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(i64::try_from(now_ms()).unwrap_or(i64::MAX)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Milliseconds since 1970-01-01T00:00:00Z.
pub fn now_ms() -> u64 {
    crate::bindings::cloche::tool::clock::now_ms()
}
