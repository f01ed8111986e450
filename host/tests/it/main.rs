//! The platform's integration tests: one binary, a module for each part.

mod accounts;
mod models;
mod platform;
#[path = "../../crates/storage/tests/it/postgres.rs"]
mod postgres;
mod secret_scan;
