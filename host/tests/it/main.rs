//! The platform's integration tests: one binary, a module for each part.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "what a failed test should show")]

mod accounts;
mod addresses;
mod audits;
mod authorization;
mod billing;
mod browser;
mod builds;
mod caller;
mod calls;
#[path = "../../../guest-sdk/examples/tests/it/case.rs"]
mod case;
mod clients;
mod connections;
mod contract;
mod crash;
mod descriptors;
mod disk;
mod hosted;
mod identities;
mod imports;
mod journey;
mod kv;
mod limits;
mod market;
mod mcp;
mod models;
mod oauth;
mod operations;
mod organisations;
mod passkeys;
mod pauses;
#[path = "../../crates/sandbox/tests/it/upstream.rs"]
mod plain_upstream;
mod plans;
mod platform;
#[path = "../../crates/storage/tests/it/postgres.rs"]
mod postgres;
mod previews;
mod records;
mod repairs;
mod retention;
mod reviews;
mod rotation;
mod secret_scan;
mod servers;
mod starters;
mod status;
mod switches;
mod templates;
mod uploaded;
mod uploads;
#[path = "../../../guest-sdk/examples/tests/it/upstream.rs"]
mod upstream;
mod versions;
mod walk;
mod walls;
mod web;
mod wishes;
mod wizard;
