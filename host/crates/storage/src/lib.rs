//! Repositories over SQLite and Postgres. One SQL text serves both; each function takes the transaction it runs in.

#[macro_use]
mod db;
pub mod builds;
mod error;
pub mod jobs;
pub mod kv;
pub mod previews;
pub mod secrets;
pub mod servers;
pub mod versions;

pub use db::{Db, Tx};
pub use error::{Error, Result};
