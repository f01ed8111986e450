//! Why a sandbox cannot be made, or a component not be loaded.

use std::path::PathBuf;
use std::sync::Arc;

use cloche_domain::Sha256;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a sandbox cannot be made, or a component not be loaded. Clones are cheap: callers that wait for the same component
/// get the same error.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    #[error("the sandbox cannot start: {0}")]
    Start(String),
    #[error("compiled code cannot be kept in {path}: {source}: check that the directory is writable and not full")]
    Cache { path: PathBuf, source: Arc<std::io::Error> },
    #[error("the extra certificates in {path} cannot be used: {reason}")]
    Certificates { path: PathBuf, reason: String },
    #[error("component {sha256} cannot be fetched: {reason}")]
    Fetch { sha256: Sha256, reason: String },
    #[error("the bytes stored for component {expected} have the digest {actual}: restore them, or build again")]
    Digest { expected: Sha256, actual: Sha256 },
    #[error("a component of {actual} bytes is over the limit of {limit}: make it smaller")]
    TooLarge { actual: usize, limit: usize },
    #[error("the bytes are no component that can run here: {0}")]
    Invalid(String),
    #[error("the component imports `{0}`, which is not offered here: build it with the Cloche SDK")]
    Import(String),
}
