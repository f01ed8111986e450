//! The Cloche platform: HTTP at the edge, use cases behind it, and their wiring. The binary is `cloche`.

pub mod accounts;
pub mod api_keys;
pub mod app;
pub mod artifacts;
pub mod attestation;
pub mod attestation_keys;
pub mod audit;
pub mod boot;
pub mod builds;
pub mod calls;
pub mod cmd;
pub mod config;
pub mod dsse;
pub mod events;
pub mod gateway;
pub mod greeting;
pub use cloche_domain::hidden_text;
pub mod http;
pub mod imports;
pub mod invites;
pub mod keys;
pub mod kv;
pub mod log;
pub mod mail;
pub mod members;
pub mod model;
pub mod mount;
pub mod oauth;
pub mod orgs;
pub mod personal;
pub mod previews;
pub mod quotas;
pub mod secret_scan;
pub mod servers;
pub mod sessions;
pub mod stop;
pub mod text_scan;
pub mod token;
pub mod usage;
pub mod vault;
pub mod versions;
pub mod worker;

#[cfg(any(test, feature = "fuzzing"))]
pub use http::fuzzing;
