//! The compiler with its real toolchain: in this process, and as the real binary over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail at once")]

mod builds;
mod hostile;
mod jail;
mod platform;
mod refusals;
mod service;
