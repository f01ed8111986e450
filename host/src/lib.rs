//! The Cloche platform: HTTP at the edge, use cases behind it, and their wiring. The binary is `cloche`.

pub mod accounts;
pub mod api_keys;
pub mod app;
pub mod artifacts;
pub mod boot;
pub mod builds;
pub mod cmd;
pub mod config;
pub mod events;
pub mod gateway;
pub mod greeting;
pub mod hidden_text;
pub mod http;
pub mod keys;
pub mod kv;
pub mod log;
pub mod mail;
pub mod model;
pub mod mount;
pub mod oauth;
pub mod previews;
pub mod secret_scan;
pub mod servers;
pub mod token;
pub mod vault;
pub mod worker;
