//! What each call came to.

use std::collections::BTreeMap;
use std::slice;
use std::sync::LazyLock;

use cloche_domain::{CallId, Day, OrgId, ServerId, UserId};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, FromRow};
use time::OffsetDateTime;

use crate::rows::{Rows, chunks};
use crate::usage::{self, Used};
use crate::{Db, Result, Tx};

/// The outcome of a call that came to a result.
pub const OK: &str = "ok";

/// One call. Numbers are what the sandbox measured; requests, bounds and logs are JSON of its making.
#[derive(Clone, Debug, FromRow)]
pub struct Call {
    pub id: CallId,
    pub server_id: ServerId,
    /// The version's number.
    pub version_n: i64,
    pub tool: String,
    pub user_id: UserId,
    /// The client's id, `api_key` or `try`.
    pub client: String,
    pub started_at: OffsetDateTime,
    /// Milliseconds from entry to answer.
    pub wall_ms: i64,
    /// Units.
    pub fuel: i64,
    /// Bytes.
    pub peak_memory: i64,
    /// Bytes of the arguments as JSON.
    pub argument_bytes: i64,
    /// Bytes of the result as JSON.
    pub result_bytes: i64,
    /// `ok`, or why there is no result.
    pub outcome: String,
    /// What the caller was told.
    pub error: Option<String>,
    /// The bounds that it ran into, the one that ended it first.
    #[sqlx(json(nullable))]
    pub bound: Option<Value>,
    #[sqlx(json)]
    pub requests: Box<RawValue>,
    #[sqlx(json(nullable))]
    pub logs: Option<Box<RawValue>>,
}

/// JSON as it is kept: as values, thousands of lines would take many times the room.
pub fn json_text<T: Serialize + ?Sized>(of: &T) -> Box<RawValue> {
    to_raw_value(of).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// Which calls of a server are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    pub tool: Option<&'a str>,
    pub outcome: Option<&'a str>,
    /// Only those that wrote lines.
    pub with_logs: bool,
}

/// Calls written by one statement.
const ROWS: usize = 50;
const COLUMNS: usize = 17;

/// None that was written already. A server that is gone meanwhile keeps nothing.
static INSERT: LazyLock<Rows<ROWS, COLUMNS>> = LazyLock::new(|| {
    let columns: Vec<_> = (1..=COLUMNS).map(|column| format!("v.column{column}")).collect();
    Rows::new(|rows| {
        format!(
            "INSERT INTO calls (id, server_id, version_n, tool, user_id, client, started_at, wall_ms, fuel, peak_memory,
            argument_bytes, result_bytes, outcome, error, bound, requests, logs)
        SELECT {} FROM ({rows}) AS v JOIN servers s ON s.id = v.column2 WHERE TRUE ON CONFLICT (id) DO NOTHING",
            columns.join(", ")
        )
    })
});

/// Writes [`ROWS`] calls, or one: how many of them were new.
async fn insert(tx: &mut Tx, calls: &[Call]) -> Result<u64> {
    let statement = INSERT.of(tx, calls.len());
    Ok(on_conn!(*tx, c => {
        let mut insert = sqlx::query(AssertSqlSafe(statement));
        for call in calls {
            insert = insert
                .bind(call.id).bind(call.server_id).bind(call.version_n).bind(&call.tool).bind(call.user_id)
                .bind(&call.client).bind(call.started_at).bind(call.wall_ms).bind(call.fuel).bind(call.peak_memory)
                .bind(call.argument_bytes).bind(call.result_bytes).bind(&call.outcome).bind(&call.error)
                .bind(call.bound.as_ref().map(Json)).bind(Json(&call.requests)).bind(call.logs.as_ref().map(Json));
        }
        insert.execute(c).await.map(|done| done.rows_affected())
    })?)
}

/// Writes calls, and adds them to the day's use, and with them a `surplus` that is not written; all in one transaction.
/// Those of servers that are gone are left out. What was written before is not added again, nor is what came with it.
pub async fn insert_all(db: &Db, calls: &[Call], surplus: &[Call]) -> Result<()> {
    let mut tx = db.begin().await?;
    let mut written = 0;
    for calls in chunks::<_, ROWS>(calls) {
        written += insert(&mut tx, calls).await?;
    }
    if written == calls.len() as u64 {
        add_up(&mut tx, calls.iter().chain(surplus)).await?;
        return tx.commit().await;
    }
    // Some were not new: which of them, each says by itself.
    tx.rollback().await?;
    let mut tx = db.begin().await?;
    let mut new = vec![];
    for call in calls {
        if insert(&mut tx, slice::from_ref(call)).await? > 0 {
            new.push(call);
        }
    }
    let surplus = if new.is_empty() { &[] } else { surplus };
    add_up(&mut tx, new.into_iter().chain(surplus)).await?;
    tx.commit().await
}

/// Adds calls to the use of their days.
async fn add_up(tx: &mut Tx, calls: impl Iterator<Item = &Call>) -> Result<()> {
    // In the order of their keys, so that two nodes cannot wait for each other.
    let mut days = BTreeMap::<_, Used>::new();
    for call in calls {
        let used = days.entry((call.server_id, Day::of(call.started_at))).or_default();
        used.calls += 1;
        used.errors += i64::from(call.outcome != OK);
        used.fuel = used.fuel.saturating_add(call.fuel);
        used.wall_ms = used.wall_ms.saturating_add(call.wall_ms);
    }
    let days: Vec<_> = days.into_iter().map(|((server, day), used)| (server, day, used)).collect();
    usage::add_calls(tx, &days).await
}

const GET: &str = "SELECT c.* FROM calls c JOIN servers s ON s.id = c.server_id
    WHERE s.org_id = $1 AND c.server_id = $2 AND c.id = $3";

/// One call of one of the organisation's servers.
pub async fn get(tx: &mut Tx, org: OrgId, server: ServerId, id: CallId) -> Result<Option<Call>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(GET).bind(org).bind(server).bind(id).fetch_optional(c).await)?)
}

const LIST: &str = "SELECT * FROM calls WHERE server_id = $1 AND id < $2
    AND ($3 IS NULL OR tool = $3) AND ($4 IS NULL OR outcome = $4) AND (NOT $5 OR logs IS NOT NULL)
    ORDER BY id DESC LIMIT $6";

/// A server's calls, newest first; those before `before`.
pub async fn list(
    tx: &mut Tx,
    server: ServerId,
    filter: Filter<'_>,
    before: Option<CallId>,
    limit: i64,
) -> Result<Vec<Call>> {
    Ok(
        on_conn!(*tx, c => sqlx::query_as(LIST).bind(server).bind(before.unwrap_or(CallId::LAST)).bind(filter.tool).bind(filter.outcome)
        .bind(filter.with_logs).bind(limit).fetch_all(c).await)?,
    )
}

const EXPIRE: &str = "DELETE FROM calls WHERE id IN (SELECT id FROM calls WHERE started_at < $1 LIMIT $2)";

/// Deletes calls that began before a moment, `limit` of them at most: how many there were.
pub async fn expire(tx: &mut Tx, before: OffsetDateTime, limit: i64) -> Result<u64> {
    Ok(on_conn!(*tx, c => sqlx::query(EXPIRE).bind(before).bind(limit).execute(c).await
        .map(|done| done.rows_affected()))?)
}

const SERVERS: &str = "SELECT s.id FROM servers s WHERE EXISTS (SELECT 1 FROM calls c WHERE c.server_id = s.id)";

/// Every server of which there is a call.
pub async fn servers(tx: &mut Tx) -> Result<Vec<ServerId>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(SERVERS).fetch_all(c).await)?)
}

const TRIM: &str = "DELETE FROM calls WHERE id IN (SELECT id FROM calls WHERE server_id = $1
    AND id < (SELECT id FROM calls WHERE server_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2) LIMIT $3)";

/// Keeps a server's newest calls, `keep` of them (one at least), and deletes others, `limit` of them at most: how many there
/// were.
pub async fn trim(tx: &mut Tx, server: ServerId, keep: i64, limit: i64) -> Result<u64> {
    Ok(on_conn!(*tx, c => sqlx::query(TRIM).bind(server).bind(keep.max(1) - 1).bind(limit).execute(c).await
        .map(|done| done.rows_affected()))?)
}
