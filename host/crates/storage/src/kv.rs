//! The small store that each server has for itself.

use cloche_domain::ServerId;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// How much one server may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub keys: i64,
    /// Bytes of all keys and values together.
    pub bytes: i64,
}

const GET: &str = "SELECT value FROM kv WHERE server_id = $1 AND key = $2";

/// The value of a key.
pub async fn get(tx: &mut Tx, server: ServerId, key: &str) -> Result<Option<Vec<u8>>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(GET).bind(server).bind(key).fetch_optional(c).await)?)
}

const LOCK: &str = "SELECT id FROM servers WHERE id = $1 FOR NO KEY UPDATE";
const OTHERS: &str = "SELECT count(*), CAST(coalesce(sum(octet_length(key) + octet_length(value)), 0) AS BIGINT)
    FROM kv WHERE server_id = $1 AND key <> $2";
const SET: &str = "INSERT INTO kv (server_id, key, value, updated_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (server_id, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";

/// What came of setting a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    Done,
    /// It would be one of so many keys.
    TooManyKeys(i64),
    /// The store would hold so many bytes.
    TooManyBytes(i64),
}

/// Sets a key, unless the store would then be over its quota.
pub async fn set(tx: &mut Tx, at: (ServerId, &str), value: &[u8], quota: Quota, now: OffsetDateTime) -> Result<Set> {
    let (server, key) = at;
    // SQLite's writers wait for each other already; here two could each see room for one more.
    if let Tx::Postgres(tx) = tx {
        sqlx::query(LOCK).bind(server).execute(&mut **tx).await?;
    }
    let (keys, bytes): (i64, i64) =
        on_conn!(*tx, c => sqlx::query_as(OTHERS).bind(server).bind(key).fetch_one(c).await)?;
    let size = i64::try_from(key.len() + value.len()).unwrap_or(i64::MAX);
    if keys >= quota.keys {
        return Ok(Set::TooManyKeys(keys + 1));
    }
    let bytes = bytes.saturating_add(size);
    if bytes > quota.bytes {
        return Ok(Set::TooManyBytes(bytes));
    }
    on_conn!(*tx, c => sqlx::query(SET).bind(server).bind(key).bind(value).bind(now).execute(c).await.map(|_| ()))?;
    Ok(Set::Done)
}

const DELETE: &str = "DELETE FROM kv WHERE server_id = $1 AND key = $2";

/// Forgets a key, if it is there.
pub async fn delete(tx: &mut Tx, server: ServerId, key: &str) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(DELETE).bind(server).bind(key).execute(c).await.map(|_| ()))?)
}

const LIST: &str = "SELECT key FROM kv WHERE server_id = $1 AND substr(key, 1, length($2)) = $2 ORDER BY key LIMIT $3";

/// Keys that start with `prefix`, in byte order, `limit` at most.
pub async fn list(tx: &mut Tx, server: ServerId, prefix: &str, limit: u32) -> Result<Vec<String>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(LIST).bind(server).bind(prefix).bind(i64::from(limit))
        .fetch_all(c).await)?)
}
