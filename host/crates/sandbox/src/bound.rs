//! What is bounded, and what a bound that was hit says of itself.

use serde::Serialize;

/// `name in unit`: each axis with its stable name and the unit of its figures.
macro_rules! axes {
    ($($(#[$doc:meta])* $axis:ident = $name:literal in $unit:literal,)*) => {
        /// What is bounded.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Axis { $($(#[$doc])* $axis,)* }

        impl Axis {
            /// Each of them, in this order.
            pub const ALL: &[Self] = &[$(Self::$axis),*];

            /// As errors, records and metrics call it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$axis => $name,)* }
            }

            const fn unit(self) -> &'static str {
                match self { $(Self::$axis => $unit,)* }
            }
        }
    };
}

axes! {
    Fuel = "fuel" in "units",
    WallClock = "wall_clock" in "ms",
    Stack = "stack" in "bytes",
    Memory = "memory" in "bytes",
    /// Memories of a component.
    Memories = "memories" in "memories",
    /// Elements of all tables of a call.
    Table = "table" in "elements",
    /// Tables of a component.
    Tables = "tables" in "tables",
    /// Core instances of a component.
    Instances = "instances" in "instances",
    /// Resources that a component holds, of any kind.
    Handles = "handles" in "handles",
    /// Bytes passed through imports.
    Transfer = "transfer" in "bytes",
    Result = "result_too_large" in "bytes",
    /// Calls of a tenant that run.
    Concurrency = "concurrency" in "calls",
    /// Calls of a tenant that wait to run.
    Waiting = "waiting" in "calls",
    /// Arguments of those.
    WaitingBytes = "waiting_bytes" in "bytes",
    /// Calls of the platform that run.
    Slots = "slots" in "calls",
    Log = "log" in "bytes",
    Progress = "progress" in "reports",
    /// Random bytes at once.
    Random = "random" in "bytes",
    KvKey = "kv_key" in "bytes",
    KvValue = "kv_value" in "bytes",
    KvKeys = "kv_keys" in "keys",
    KvBytes = "kv_bytes" in "bytes",
    Requests = "requests" in "requests",
    Url = "url" in "bytes",
    RequestHeaders = "request_headers" in "headers",
    RequestHeaderBytes = "request_header_bytes" in "bytes",
    RequestBody = "request_body" in "bytes",
    /// Bodies of a call's requests that are being written.
    RequestBodies = "request_bodies" in "bytes",
    /// From a request to the end of its answer.
    RequestTime = "request_time" in "ms",
    ResponseHeaders = "response_headers" in "headers",
    ResponseHeaderBytes = "response_header_bytes" in "bytes",
    ResponseBody = "response_body" in "bytes",
    ResponseTotal = "response_total" in "bytes",
    /// Streams, requests, timers and the like of a program built for WASI.
    WasiResources = "wasi_resources" in "resources",
    /// Headers of one of its requests.
    WasiFields = "wasi_fields" in "bytes",
    /// What it waits for at once.
    WasiPolls = "wasi_polls" in "resources",
}

/// A bound that was hit: which, how much it allows, and how much was used or asked for, at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Bound {
    pub name: &'static str,
    pub limit: u64,
    pub used: u64,
    pub unit: &'static str,
}

impl Bound {
    pub const fn new(axis: Axis, limit: u64, used: u64) -> Self {
        Self { name: axis.name(), limit, used, unit: axis.unit() }
    }
}

/// What ends a guest that runs into a bound with which it cannot go on.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("{} {} are over the limit of {}", .0.used, .0.unit, .0.limit)]
pub(crate) struct Exceeded(pub(crate) Bound);
