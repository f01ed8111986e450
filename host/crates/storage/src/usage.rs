//! What was used on each day, by each server: written with what it tells of, in the same transaction.

use std::sync::LazyLock;

use cloche_domain::{Day, OrgId, ServerId};
use sqlx::{AssertSqlSafe, FromRow};

use crate::rows::{Rows, chunks};
use crate::{Result, Tx};

/// Sums of what was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Used {
    pub calls: i64,
    /// Calls that came to no result.
    pub errors: i64,
    /// Units.
    pub fuel: i64,
    /// Milliseconds of all calls together.
    pub wall_ms: i64,
    pub drafts: i64,
    pub builds: i64,
    /// Tokens that models have read.
    pub input_tokens: i64,
    /// Tokens that models have written.
    pub output_tokens: i64,
    /// What those cost, in millionths of the operator's currency.
    pub cost_micros: i64,
}

/// What was used on one day.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OfDay {
    pub day: Day,
    #[sqlx(flatten)]
    pub used: Used,
}

/// What one server used.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OfServer {
    pub server_id: ServerId,
    /// None where it is deleted.
    pub name: Option<String>,
    #[sqlx(flatten)]
    pub used: Used,
}

/// Adds rows to what stands there.
macro_rules! add {
    () => {
        "INSERT INTO usage_days (org_id, server_id, day, calls, errors, fuel, wall_ms, drafts, builds, input_tokens,
        output_tokens, cost_micros) {rows}
    ON CONFLICT (org_id, day, server_id) DO UPDATE SET
        calls = usage_days.calls + excluded.calls,
        errors = usage_days.errors + excluded.errors,
        fuel = usage_days.fuel + excluded.fuel,
        wall_ms = usage_days.wall_ms + excluded.wall_ms,
        drafts = usage_days.drafts + excluded.drafts,
        builds = usage_days.builds + excluded.builds,
        input_tokens = usage_days.input_tokens + excluded.input_tokens,
        output_tokens = usage_days.output_tokens + excluded.output_tokens,
        cost_micros = usage_days.cost_micros + excluded.cost_micros"
    };
}

static ADD: LazyLock<String> =
    LazyLock::new(|| format!(add!(), rows = "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"));

/// Adds to a day of an organisation's server; of none, for what is done before there is one.
pub async fn add(tx: &mut Tx, org: OrgId, server: Option<ServerId>, day: Day, used: &Used) -> Result<()> {
    let server = server.map(|id| id.to_string()).unwrap_or_default();
    Ok(on_conn!(*tx, c => sqlx::query(AssertSqlSafe(ADD.as_str())).bind(org).bind(&server).bind(day)
        .bind(used.calls).bind(used.errors).bind(used.fuel).bind(used.wall_ms).bind(used.drafts).bind(used.builds)
        .bind(used.input_tokens).bind(used.output_tokens).bind(used.cost_micros)
        .execute(c).await.map(|_| ()))?)
}

/// Days of servers that are added to by one statement.
const ROWS: usize = 50;
const COLUMNS: usize = 6;

static ADD_CALLS: LazyLock<Rows<ROWS, COLUMNS>> = LazyLock::new(|| {
    Rows::new(|rows| {
        let from = "SELECT s.org_id, s.id, v.column2, v.column3, v.column4, v.column5, v.column6, 0, 0, 0, 0, 0";
        format!(add!(), rows = format_args!("{from} FROM ({rows}) AS v JOIN servers s ON s.id = v.column1 WHERE TRUE"))
    })
});

/// Adds calls to days of servers, each once; servers that are gone are left out.
pub async fn add_calls(tx: &mut Tx, days: &[(ServerId, Day, Used)]) -> Result<()> {
    for days in chunks::<_, ROWS>(days) {
        let statement = ADD_CALLS.of(tx, days.len());
        on_conn!(*tx, c => {
            let mut add = sqlx::query(AssertSqlSafe(statement));
            for (server, day, used) in days {
                add = add.bind(server).bind(day).bind(used.calls).bind(used.errors).bind(used.fuel).bind(used.wall_ms);
            }
            add.execute(c).await.map(|_| ())
        })?;
    }
    Ok(())
}

/// The columns of [`Used`], summed.
macro_rules! sums {
    () => {
        "CAST(sum(calls) AS BIGINT) AS calls, CAST(sum(errors) AS BIGINT) AS errors, CAST(sum(fuel) AS BIGINT) AS fuel,
        CAST(sum(wall_ms) AS BIGINT) AS wall_ms, CAST(sum(drafts) AS BIGINT) AS drafts,
        CAST(sum(builds) AS BIGINT) AS builds, CAST(sum(input_tokens) AS BIGINT) AS input_tokens,
        CAST(sum(output_tokens) AS BIGINT) AS output_tokens, CAST(sum(cost_micros) AS BIGINT) AS cost_micros
    FROM usage_days WHERE org_id = $1 AND day >= $2"
    };
}

const DAYS: &str = concat!("SELECT day, ", sums!(), " AND ($3 IS NULL OR server_id = $3) GROUP BY day ORDER BY day");

/// What an organisation used on each day since one, or one of its servers; days without use are not among them.
pub async fn days(tx: &mut Tx, org: OrgId, since: Day, server: Option<ServerId>) -> Result<Vec<OfDay>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(DAYS).bind(org).bind(since).bind(server).fetch_all(c).await)?)
}

const SERVERS: &str = concat!(
    "SELECT server_id, (SELECT s.name FROM servers s WHERE s.id = server_id) AS name, ",
    sums!(),
    " AND server_id <> '' GROUP BY server_id ORDER BY server_id DESC LIMIT $3"
);

/// What an organisation's servers used since a day, newest server first.
pub async fn servers(tx: &mut Tx, org: OrgId, since: Day, limit: i64) -> Result<Vec<OfServer>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(SERVERS).bind(org).bind(since).bind(limit).fetch_all(c).await)?)
}

const FORGET: &str = "DELETE FROM usage_days WHERE day < $1";

/// Forgets what was used before a day.
pub async fn forget_before(tx: &mut Tx, day: Day) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(FORGET).bind(day).execute(c).await.map(|_| ()))?)
}
