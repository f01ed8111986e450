//! Published documents, as their makers wrote them, and documents that mean harm.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod hostile;
mod published;
