//! The Cloche platform: HTTP at the edge, use cases behind it, and their wiring. The binary is `cloche`.

pub mod app;
pub mod artifacts;
pub mod boot;
pub mod cmd;
pub mod config;
pub mod events;
pub mod http;
pub mod log;
pub mod model;
pub mod secret_scan;
pub mod token;
pub mod vault;
