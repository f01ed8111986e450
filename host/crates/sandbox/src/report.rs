//! What a call came to, and what it used.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{Axis, Bound};

/// A finished call.
#[derive(Debug)]
pub struct CallReport {
    pub outcome: Result<Output, CallError>,
    /// Units of wasmtime's fuel.
    pub fuel_used: u64,
    /// Bytes of all linear memories together, at their largest.
    pub peak_memory_bytes: u64,
    /// From entry to answer, waiting for a slot included.
    pub wall: Duration,
    /// Bytes of what the tool returned; 0 where it returned nothing.
    pub result_bytes: u64,
    /// In the order in which they ended.
    pub requests: Vec<EgressRecord>,
    pub logs: Vec<LogLine>,
    /// The bounds that the tool ran into and was told of, in the order in which it did.
    pub hits: Vec<Bound>,
}

/// What a tool returned, in the JSON form of MCP's `CallToolResult`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Output {
    pub content: Vec<Content>,
    #[serde(rename = "structuredContent", skip_serializing_if = "Option::is_none")]
    pub structured: Option<Map<String, Value>>,
}

/// One piece of a result.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Content {
    Text {
        text: String,
    },
    Image {
        #[serde(serialize_with = "base64")]
        data: Vec<u8>,
        mime_type: String,
    },
    Audio {
        #[serde(serialize_with = "base64")]
        data: Vec<u8>,
        mime_type: String,
    },
    ResourceLink {
        uri: String,
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        mime_type: Option<String>,
    },
    Resource {
        resource: Resource,
    },
}

/// A text resource that comes with the result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    pub uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    pub text: String,
}

fn base64<S: Serializer>(data: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(data))
}

/// Why a call has no result. The text is for the AI client: what happened, how much, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The tool's own error.
    #[error("{0}")]
    Tool(String),
    #[error(
        "the tool used up its computing budget of {limit} units of fuel: ask for less at once, or raise the plan's limit"
    )]
    Fuel { limit: u64 },
    #[error("the tool did not finish within {} s: ask for less at once, or try again", limit.as_secs_f64())]
    WallClock { limit: Duration, passed: Duration },
    #[error(
        "the tool needs {wanted} bytes of memory, over its limit of {limit}: ask for less at once, or raise the plan's limit"
    )]
    Memory { limit: u64, wanted: u64 },
    #[error(
        "the tool used up its call stack of {limit} bytes: it recurses too deeply; ask for less deeply nested data"
    )]
    Stack { limit: u64 },
    #[error(
        "the tool wanted {wanted} table elements, over its limit of {limit}: its server has to be built differently"
    )]
    Table { limit: u64, wanted: u64 },
    #[error("the tool passed {actual} bytes to the platform, over its limit of {limit}: ask for less at once")]
    Transfer { limit: u64, actual: u64 },
    #[error(
        "{running} calls of this organisation are running already, its limit is {limit}, and none finished in time: try again in a moment, or raise the plan's limit"
    )]
    Concurrency { limit: u32, running: u32 },
    #[error(
        "with this one, {waiting} calls of this organisation would wait for others to finish, over its limit of {limit}: call less at once, or raise the plan's limit"
    )]
    Waiting { limit: u32, waiting: u32 },
    #[error(
        "with this one's arguments, the calls of this organisation that wait for others to finish would hold {waiting} bytes, over the limit of {limit}: call less at once"
    )]
    WaitingBytes { limit: u64, waiting: u64 },
    #[error("all {limit} places of the platform are taken, and none became free in time: try again in a moment")]
    Slots { limit: u32, running: u32 },
    #[error("the platform has no file descriptor left for the tool's requests: try again in a moment")]
    Files,
    #[error(
        "the tool ran into the bound {} of {} {}: it wanted {}; its server has to be built differently",
        .0.name, .0.limit, .0.unit, .0.used
    )]
    Bound(Bound),
    #[error("the tool's result of {actual} bytes is over the limit of {limit}: ask for less at once")]
    ResultTooLarge { limit: u64, actual: u64 },
    #[error("the tool's result cannot be passed on: {0}")]
    BadResult(String),
    #[error("the tool crashed: {0}")]
    Trap(String),
    #[error("the platform is shutting down: try again in a moment")]
    Stopped,
    #[error("the caller went away before the tool had finished")]
    Cancelled,
}

impl CallError {
    /// A stable name for metrics and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Tool(_) => "tool_error",
            Self::Fuel { .. } => Axis::Fuel.name(),
            Self::WallClock { .. } => Axis::WallClock.name(),
            Self::Memory { .. } => Axis::Memory.name(),
            Self::Stack { .. } => Axis::Stack.name(),
            Self::Table { .. } => Axis::Table.name(),
            Self::Transfer { .. } => Axis::Transfer.name(),
            Self::Concurrency { .. } => Axis::Concurrency.name(),
            Self::Waiting { .. } => Axis::Waiting.name(),
            Self::WaitingBytes { .. } => Axis::WaitingBytes.name(),
            Self::Slots { .. } => Axis::Slots.name(),
            Self::Files => "files",
            Self::Bound(bound) => bound.name,
            Self::ResultTooLarge { .. } => Axis::Result.name(),
            Self::BadResult(_) => "bad_result",
            Self::Trap(_) => "trap",
            Self::Stopped => "stopped",
            Self::Cancelled => "cancelled",
        }
    }

    /// The bound that was hit, if one was.
    pub fn bound(&self) -> Option<Bound> {
        let (axis, limit, used) = match *self {
            Self::Fuel { limit } => (Axis::Fuel, limit, limit),
            Self::WallClock { limit, passed } => (Axis::WallClock, ms(limit), ms(passed)),
            Self::Memory { limit, wanted } => (Axis::Memory, limit, wanted),
            Self::Stack { limit } => (Axis::Stack, limit, limit),
            Self::Table { limit, wanted } => (Axis::Table, limit, wanted),
            Self::Transfer { limit, actual } => (Axis::Transfer, limit, actual),
            Self::ResultTooLarge { limit, actual } => (Axis::Result, limit, actual),
            Self::Concurrency { limit, running } => (Axis::Concurrency, limit.into(), running.into()),
            Self::Waiting { limit, waiting } => (Axis::Waiting, limit.into(), waiting.into()),
            Self::WaitingBytes { limit, waiting } => (Axis::WaitingBytes, limit, waiting),
            Self::Slots { limit, running } => (Axis::Slots, limit.into(), running.into()),
            Self::Bound(bound) => return Some(bound),
            Self::Tool(_) | Self::BadResult(_) | Self::Trap(_) | Self::Files | Self::Stopped | Self::Cancelled => {
                return None;
            }
        };
        Some(Bound::new(axis, limit, used))
    }
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// One outbound request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EgressRecord {
    pub method: String,
    /// With the port where it is not the scheme's.
    pub host: String,
    /// Without the query, which may hold a secret.
    pub path: String,
    /// The answer's status; none where there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What went wrong, as the guest was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Milliseconds from the gate to the end of the answer.
    pub ms: u64,
    /// Bytes of the request's body.
    pub sent: u64,
    /// Bytes of the answer's body, after decoding.
    pub bytes: u64,
}

/// One line of a call's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: u64,
    pub level: Level,
    /// Without control characters.
    pub message: String,
}

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}
