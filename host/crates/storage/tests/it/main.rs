//! The contract of the repositories: each test runs on SQLite and on Postgres.

mod accounts;
mod api_keys;
mod builds;
mod engines;
mod jobs;
mod magic_links;
mod postgres;
mod servers;
mod sessions;
mod vault;
