//! The platform's integration tests: one binary, a module for each part.

mod models;
mod secret_scan;
