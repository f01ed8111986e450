//! Plans and the limits they carry. The numbers are defaults: an operator may configure others (`[plans]`).

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use crate::words::states;

states! {
    /// What an organisation has agreed to.
    Plan {
        Hobby = "hobby",
        Pro = "pro",
        Team = "team",
        Enterprise = "enterprise",
        /// An operator's own platform: nothing is counted.
        SelfHosted = "self-hosted",
    }
}

impl Plan {
    /// The next larger one that can be taken.
    pub const fn larger(self) -> Option<Self> {
        match self {
            Self::Hobby => Some(Self::Pro),
            Self::Pro => Some(Self::Team),
            Self::Team => Some(Self::Enterprise),
            Self::Enterprise | Self::SelfHosted => None,
        }
    }
}

states! {
    /// What a plan gives so many of. All but servers are counted by the day.
    Counted {
        Previews = "previews",
        Builds = "builds",
        /// What models read and write, in their own unit.
        Tokens = "tokens",
        Servers = "servers",
    }
}

/// How much an organisation may do. `None`: as much as it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(rename_all = "camelCase"))]
#[serde(deny_unknown_fields, rename_all(serialize = "camelCase"))]
pub struct Limits {
    #[serde(deserialize_with = "count")]
    pub previews_per_day: Option<u32>,
    #[serde(deserialize_with = "count")]
    pub builds_per_day: Option<u32>,
    #[serde(deserialize_with = "count")]
    pub tokens_per_day: Option<u32>,
    #[serde(deserialize_with = "count")]
    pub servers: Option<u32>,
    pub call: CallLimits,
}

impl Limits {
    /// How many of these.
    pub const fn of(&self, what: Counted) -> Option<u32> {
        match what {
            Counted::Previews => self.previews_per_day,
            Counted::Builds => self.builds_per_day,
            Counted::Tokens => self.tokens_per_day,
            Counted::Servers => self.servers,
        }
    }
}

/// A number, or `"unlimited"`.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a whole number, or \"unlimited\"")]
    enum Count {
        Number(u32),
        Word(Unlimited),
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Unlimited {
        Unlimited,
    }
    Ok(match Count::deserialize(deserializer)? {
        Count::Number(number) => Some(number),
        Count::Word(Unlimited::Unlimited) => None,
    })
}

/// The limits of every plan.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Plans {
    hobby: Limits,
    pro: Limits,
    team: Limits,
    enterprise: Limits,
    self_hosted: Limits,
}

impl Plans {
    pub const fn of(&self, plan: Plan) -> &Limits {
        match plan {
            Plan::Hobby => &self.hobby,
            Plan::Pro => &self.pro,
            Plan::Team => &self.team,
            Plan::Enterprise => &self.enterprise,
            Plan::SelfHosted => &self.self_hosted,
        }
    }
}

/// What one call may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(rename_all = "camelCase"))]
#[serde(deny_unknown_fields, rename_all(serialize = "camelCase"))]
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
    /// The names of those that are 0, with which no call could ever succeed.
    pub fn zeros(&self) -> impl Iterator<Item = &'static str> {
        let needed = [
            ("memory_bytes", self.memory_bytes),
            ("fuel", self.fuel),
            ("wall_ms", self.wall_ms),
            ("concurrency", self.concurrency.into()),
            ("result_bytes", self.result_bytes),
        ];
        needed.into_iter().filter(|&(_, limit)| limit == 0).map(|(name, _)| name)
    }

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
        const fn limits(daily: Option<[u32; 3]>, servers: Option<u32>, call: CallLimits) -> Limits {
            let (previews_per_day, builds_per_day, tokens_per_day) = match daily {
                Some([previews, builds, tokens]) => (Some(previews), Some(builds), Some(tokens)),
                None => (None, None, None),
            };
            Limits { previews_per_day, builds_per_day, tokens_per_day, servers, call }
        }
        match self {
            Self::Hobby => limits(Some([5, 3, 200_000]), Some(2), CallLimits::new(32, 5, 10, 4)),
            Self::Pro => limits(Some([40, 20, 1_600_000]), Some(10), CallLimits::new(64, 20, 30, 16)),
            Self::Team => limits(Some([150, 100, 6_000_000]), Some(50), CallLimits::new(128, 50, 60, 64)),
            Self::Enterprise => limits(Some([1000, 500, 40_000_000]), Some(500), CallLimits::new(256, 100, 120, 256)),
            Self::SelfHosted => limits(None, None, CallLimits::new(128, 50, 60, 64)),
        }
    }
}
