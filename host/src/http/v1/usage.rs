//! `/v1/usage`: what the organisation uses.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use cloche_domain::plan::{Counted, Plan};
use cloche_domain::{Day, ServerId};
use cloche_storage::usage::Used;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::{IntoParams, ToSchema};

use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::problem::Problem;
use crate::usage::{self, whole};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Which {
    /// Shows the days of this server alone.
    server: Option<ServerId>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Usage {
    plan: Plan,
    limits: Vec<Limit>,
    /// The last 30 days, oldest first.
    days: Vec<DayUsed>,
    /// What each server used in these days, newest server first.
    servers: Vec<ServerUsed>,
}

/// One of the plan's limits, and how much of it is used.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Limit {
    what: Counted,
    /// Null: as much as you like.
    limit: Option<u32>,
    /// Today, with what is set aside for drafts under way; of servers, those that there are.
    used: u64,
    /// When it is free again; null for servers.
    #[serde(with = "rfc3339::option")]
    resets_at: Option<OffsetDateTime>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DayUsed {
    #[schema(value_type = String, format = Date)]
    day: Day,
    #[serde(flatten)]
    used: Sums,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ServerUsed {
    server_id: ServerId,
    /// Null where it is deleted.
    name: Option<String>,
    #[serde(flatten)]
    used: Sums,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Sums {
    calls: i64,
    /// Calls that came to no result.
    errors: i64,
    /// Units.
    fuel: i64,
    wall_ms: i64,
    drafts: i64,
    builds: i64,
    /// Tokens that models have read.
    input_tokens: i64,
    /// Tokens that models have written.
    output_tokens: i64,
    /// What the tokens cost, in the currency of the platform's operator. Left out where no model has a price.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<f64>,
}

impl Sums {
    fn of(used: &Used, priced: bool) -> Self {
        let cost = priced.then(|| whole(used));
        let Used { calls, errors, fuel, wall_ms, drafts, builds, input_tokens, output_tokens, .. } = *used;
        Self { calls, errors, fuel, wall_ms, drafts, builds, input_tokens, output_tokens, cost }
    }
}

/// What the organisation uses: today's use against each limit, and what was used on each day and by each server.
///
/// Previews, builds and tokens are counted by the day of the calendar, in UTC. Beyond such a limit the platform answers 429
/// `rate_limited` with `Retry-After`; beyond that of servers 402 `plan_limit`. Either says `what`, `limit`, `used`,
/// `resetsAt` and, where a larger plan gives more, `larger`. A preview and its tokens are counted before a model is asked,
/// and settled afterwards; a build that the platform cannot make is given back.
#[utoipa::path(get, path = "/usage", tag = "organisation", params(Which),
    responses((status = OK, body = Usage), Problem))]
pub(in crate::http) async fn show(
    State(app): Shared,
    member: Member,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Json<Usage>, Problem> {
    let Query(Which { server }) =
        which.map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, "invalid_query", rejection.body_text()))?;
    let usage = usage::of(&app, &member, server).await?;
    let priced = app.models.have_prices();
    let limits = usage.standings.into_iter();
    let limits = limits.map(|of| Limit { what: of.what, limit: of.limit, used: of.used, resets_at: of.resets_at });
    let days = usage.days.into_iter().map(|of| DayUsed { day: of.day, used: Sums::of(&of.used, priced) });
    let servers = usage.servers.into_iter();
    let servers =
        servers.map(|of| ServerUsed { server_id: of.server_id, name: of.name, used: Sums::of(&of.used, priced) });
    Ok(Json(Usage { plan: member.plan, limits: limits.collect(), days: days.collect(), servers: servers.collect() }))
}
