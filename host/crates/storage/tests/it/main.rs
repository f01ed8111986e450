//! The contract of the repositories: each test runs on SQLite and on Postgres.

mod accounts;
mod api_keys;
mod engines;
mod magic_links;
mod postgres;
mod sessions;
