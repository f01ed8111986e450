//! The contract of the repositories: each test runs on SQLite and on Postgres.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod accounts;
mod api_keys;
mod artifacts;
mod audit;
mod billing;
mod builds;
mod calls;
mod engines;
mod jobs;
mod magic_links;
mod members;
mod postgres;
mod quotas;
mod servers;
mod sessions;
mod vault;
mod versions;
