//! Why a sandbox cannot be made, or a component not be loaded.

use std::path::PathBuf;
use std::sync::Arc;

use cloche_domain::Sha256;

use crate::engine::{INSTANCES, MEMORY, TABLE_ELEMENTS, TABLES};
use crate::{Axis, Bound};

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
    #[error("component {sha256} cannot be fetched: {source}")]
    Fetch { sha256: Sha256, source: Arc<dyn std::error::Error + Send + Sync> },
    #[error("the process that compiles components failed: {0}")]
    Process(#[source] Arc<std::io::Error>),
    /// Not a fault of the component's own, where it had less time than it may take.
    #[error(
        "compiling it takes more than {seconds} s of processor time, or more than {gib} GiB of memory: make its functions \
         smaller"
    )]
    TakesTooLong { seconds: u64, gib: u64 },
    #[error("the bytes stored for component {expected} have the digest {actual}: restore them, or build again")]
    Digest { expected: Sha256, actual: Sha256 },
    #[error("a component of {actual} bytes is over the limit of {limit}: make it smaller")]
    TooLarge { actual: usize, limit: usize },
    #[error("the bytes are no component that can run here: {0}")]
    Invalid(String),
    #[error("the component has {} {}, over the limit of {}: build it differently", .0.used, .0.unit, .0.limit)]
    Bound(Bound),
    #[error("the component imports `{0}`, which is not offered here: build it with the Cloche SDK")]
    Import(String),
}

/// wasmtime's words for a component that does not fit into a slot, each with the number before it or after it.
const MISFITS: [(&str, Axis, u64); 6] = [
    (" core module instances, which exceeds", Axis::Instances, INSTANCES as u64),
    (" Wasm linear memories, which exceeds", Axis::Memories, 1),
    (" tables, which exceeds", Axis::Tables, TABLES as u64),
    ("defined tables count of ", Axis::Tables, TABLES as u64),
    ("minimum element size of ", Axis::Table, TABLE_ELEMENTS as u64),
    ("minimum byte size of ", Axis::Memory, MEMORY),
];

impl Error {
    /// Why wasmtime does not take a component.
    pub(crate) fn invalid(reason: String) -> Self {
        let misfit = MISFITS.iter().find_map(|&(words, axis, limit)| {
            let (before, after) = reason.split_once(words)?;
            let beside = if words.ends_with(' ') { after.split(' ').next() } else { before.rsplit(' ').next() };
            Some(Bound::new(axis, limit, beside?.parse().ok()?))
        });
        misfit.map_or(Self::Invalid(reason), Self::Bound)
    }
}
