//! Repositories over SQLite and Postgres. One SQL text serves both; each function takes the transaction it runs in.

#[macro_use]
mod db;
mod error;

pub use db::{Db, Tx};
pub use error::{Error, Result};
