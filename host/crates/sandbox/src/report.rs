//! What a call came to, and what it used.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

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
    WallClock { limit: Duration },
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
        "{limit} calls of this organisation are running already, and none finished in time: try again in a moment, or raise the plan's limit"
    )]
    Concurrency { limit: u32 },
    #[error("all {limit} places of the platform are taken, and none became free in time: try again in a moment")]
    Slots { limit: u32 },
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

/// A bound that a call has hit: which, how much it allows, and how much was used or asked for, at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bound {
    pub name: &'static str,
    pub limit: u64,
    pub used: u64,
    pub unit: &'static str,
}

impl Bound {
    pub(crate) const fn bytes(name: &'static str, limit: u64, used: u64) -> Self {
        Self { name, limit, used, unit: "bytes" }
    }
}

impl CallError {
    /// A stable name for metrics and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Tool(_) => "tool_error",
            Self::Fuel { .. } => "fuel",
            Self::WallClock { .. } => "wall_clock",
            Self::Memory { .. } => "memory",
            Self::Stack { .. } => "stack",
            Self::Table { .. } => "table",
            Self::Transfer { .. } => "transfer",
            Self::Concurrency { .. } => "concurrency",
            Self::Slots { .. } => "slots",
            Self::ResultTooLarge { .. } => "result_too_large",
            Self::BadResult(_) => "bad_result",
            Self::Trap(_) => "trap",
            Self::Stopped => "stopped",
            Self::Cancelled => "cancelled",
        }
    }

    /// The bound that was hit, if one was.
    pub fn bound(&self) -> Option<Bound> {
        let (limit, used, unit) = match *self {
            Self::Fuel { limit } => (limit, limit, "units"),
            Self::WallClock { limit } => {
                let ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
                (ms, ms, "ms")
            }
            Self::Memory { limit, wanted } => (limit, wanted, "bytes"),
            Self::Stack { limit } => (limit, limit, "bytes"),
            Self::Table { limit, wanted } => (limit, wanted, "elements"),
            Self::Transfer { limit, actual } | Self::ResultTooLarge { limit, actual } => (limit, actual, "bytes"),
            Self::Concurrency { limit } | Self::Slots { limit } => (limit.into(), limit.into(), "calls"),
            Self::Tool(_) | Self::BadResult(_) | Self::Trap(_) | Self::Stopped | Self::Cancelled => return None,
        };
        Some(Bound { name: self.code(), limit, used, unit })
    }
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
