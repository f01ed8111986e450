//! Everything that one call may use.

use std::sync::Arc;

use async_trait::async_trait;
use cloche_domain::capability::HostPattern;
use cloche_domain::plan::CallLimits;
use cloche_domain::{OrgId, ServerId};

use crate::{Bound, CallReport, Secrets};

/// One tool of a server, and its arguments.
#[derive(Clone, Debug)]
pub struct ToolCall {
    pub name: String,
    /// JSON text of an object that satisfies the tool's input schema.
    pub arguments: String,
}

/// Everything that a call may use. What is not in here, the guest cannot reach.
pub struct Grant {
    /// Shares its concurrency between all of its calls.
    pub tenant: OrgId,
    pub server: ServerId,
    pub limits: CallLimits,
    /// Where requests may go.
    pub hosts: Arc<[HostPattern]>,
    pub secrets: Arc<Secrets>,
    /// The server's own store.
    pub kv: Option<Arc<dyn Kv>>,
    /// Told how far the call has come, 100 times at most.
    pub progress: Option<Box<dyn Fn(Progress) + Send + Sync>>,
    /// Told what the call has come to where nobody waits for it any more: its future was dropped.
    pub witness: Option<Box<dyn FnOnce(CallReport) + Send>>,
}

/// How far a call has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Finite.
    pub done: f64,
    /// Finite; none when unknown.
    pub total: Option<f64>,
    pub message: Option<String>,
}

/// The key-value store of one server. Sizes of single keys and values are checked before it is asked; their number and
/// sum are for the store to bound.
#[async_trait]
pub trait Kv: Send + Sync {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, KvError>;
    async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), KvError>;
    async fn delete(&self, key: &str) -> Result<(), KvError>;
    /// Keys that start with `prefix`, in byte order, `limit` at most.
    async fn list(&self, prefix: &str, limit: u32) -> Result<Vec<String>, KvError>;
}

/// Why the store did not do what was asked. The text is what the guest reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KvError {
    /// The store is full: the bound, and what it would have held.
    #[error("the store would hold {} {}, over its limit of {}: delete some first", .0.used, .0.unit, .0.limit)]
    Full(Bound),
    #[error("{0}")]
    Invalid(String),
    #[error("{0}")]
    Unavailable(String),
}
