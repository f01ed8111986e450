//! HTTP: the router is the index of what the platform answers.

pub mod address;
pub mod auth;
mod cookies;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod health;
pub mod json;
mod listen;
mod mcp;
mod oauth;
pub mod openapi;
pub mod path;
pub mod problem;
mod problems;
mod router;
mod unread;
mod v1;
mod web;
mod well_known;

pub use listen::serve;
pub use mcp::Origins;

use std::sync::Arc;

use crate::app::App;

/// How handlers get at the platform.
pub type Shared = axum::extract::State<Arc<App>>;
