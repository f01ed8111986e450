//! Plans and the limits they carry. The numbers are defaults: an operator may configure others.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::words::states;

states! {
    /// What an organisation has agreed to.
    Plan {
        Hobby = "hobby",
        Pro = "pro",
        Team = "team",
        Enterprise = "enterprise",
        /// An operator's own platform: nothing is counted, nothing costs.
        SelfHosted = "self-hosted",
    }
}

/// How much an organisation may do. `None`: as much as it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    pub previews_per_day: Option<u32>,
    pub builds_per_day: Option<u32>,
    pub servers: Option<u32>,
    pub call: CallLimits,
}

/// What one call may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CallLimits {
    /// Bytes of all linear memories together.
    pub memory_bytes: u64,
    /// Units of wasmtime's fuel.
    pub fuel: u64,
    /// Milliseconds from entry to answer.
    pub wall_ms: u64,
    /// Calls of one organisation at a time.
    pub concurrency: u32,
    /// Outbound requests.
    pub requests: u32,
    /// Bytes of one outbound request's body, and of one response's after decoding.
    pub http_body_bytes: u64,
    /// Bytes of all outbound responses of the call together.
    pub http_total_bytes: u64,
    /// Bytes of log lines kept.
    pub log_bytes: u64,
    /// Bytes of a result as the guest returns it.
    pub result_bytes: u64,
}

const MIB: u64 = 1024 * 1024;

impl CallLimits {
    pub const fn wall(&self) -> Duration {
        Duration::from_millis(self.wall_ms)
    }

    const fn new(memory_mib: u64, fuel_billions: u64, wall_s: u64, concurrency: u32) -> Self {
        Self {
            memory_bytes: memory_mib * MIB,
            fuel: fuel_billions * 1_000_000_000,
            wall_ms: wall_s * 1000,
            concurrency,
            requests: 50,
            http_body_bytes: 8 * MIB,
            http_total_bytes: 32 * MIB,
            log_bytes: 256 * 1024,
            result_bytes: 4 * MIB,
        }
    }
}

impl Plan {
    /// The limits where the operator has configured no others.
    pub const fn limits(self) -> Limits {
        const fn limits(daily: Option<(u32, u32)>, servers: Option<u32>, call: CallLimits) -> Limits {
            let (previews_per_day, builds_per_day) = match daily {
                Some((previews, builds)) => (Some(previews), Some(builds)),
                None => (None, None),
            };
            Limits { previews_per_day, builds_per_day, servers, call }
        }
        match self {
            Self::Hobby => limits(Some((5, 3)), Some(2), CallLimits::new(32, 5, 10, 4)),
            Self::Pro => limits(Some((40, 20)), Some(10), CallLimits::new(64, 20, 30, 16)),
            Self::Team => limits(Some((150, 100)), Some(50), CallLimits::new(128, 50, 60, 64)),
            Self::Enterprise => limits(Some((1000, 500)), Some(500), CallLimits::new(256, 100, 120, 256)),
            Self::SelfHosted => limits(None, None, CallLimits::new(128, 50, 60, 64)),
        }
    }
}
