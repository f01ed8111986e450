//! Repositories over SQLite and Postgres. One SQL text serves both; each function takes the transaction it runs in.

#[macro_use]
mod db;
mod error;
mod rows;

pub mod accounts;
pub mod api_keys;
pub mod artifacts;
pub mod audit;
pub mod billing;
pub mod builds;
pub mod calls;
pub mod ceremonies;
pub mod changes;
pub mod identities;
pub mod imports;
pub mod invites;
pub mod jobs;
pub mod kv;
pub mod magic_links;
pub mod members;
pub mod oauth;
pub mod orgs;
pub mod passkeys;
pub mod personal;
pub mod previews;
pub mod quotas;
pub mod secrets;
pub mod servers;
pub mod sessions;
pub mod templates;
pub mod usage;
pub mod versions;

pub use db::{Db, Tx};
pub use error::{Error, Result, is_disk_full, is_orphan, is_out_of_files};
