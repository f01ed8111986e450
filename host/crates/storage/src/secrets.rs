//! A server's secrets, encrypted: the rows hold nothing that can be read without the platform's key.

use cloche_domain::{SecretId, SecretKey, ServerId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// One encrypted secret.
#[derive(Clone, Debug, FromRow)]
pub struct Sealed {
    pub id: SecretId,
    pub server_id: ServerId,
    pub key: SecretKey,
    /// Which of the platform's keys wraps the data key.
    pub key_id: String,
    pub wrapped_key: Vec<u8>,
    pub ciphertext: Vec<u8>,
}

const PUT: &str = "INSERT INTO secrets (id, server_id, key, key_id, wrapped_key, ciphertext, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
    ON CONFLICT (server_id, key) DO UPDATE SET id = excluded.id, key_id = excluded.key_id,
        wrapped_key = excluded.wrapped_key, ciphertext = excluded.ciphertext, updated_at = excluded.updated_at";

/// Sets a secret. A new value is a new row id, to which its ciphertext is bound.
pub async fn put(tx: &mut Tx, sealed: &Sealed, now: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(PUT)
        .bind(sealed.id).bind(sealed.server_id).bind(&sealed.key).bind(&sealed.key_id)
        .bind(&sealed.wrapped_key).bind(&sealed.ciphertext).bind(now)
        .execute(c).await.map(|_| ()))?)
}

const DELETE: &str = "DELETE FROM secrets WHERE server_id = $1 AND key = $2";

/// Forgets a secret. Whether it was set.
pub async fn delete(tx: &mut Tx, server: ServerId, key: &SecretKey) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(DELETE).bind(server).bind(key).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const KEYS: &str = "SELECT key FROM secrets WHERE server_id = $1 ORDER BY key";

/// Which secrets of a server are set.
pub async fn keys(tx: &mut Tx, server: ServerId) -> Result<Vec<SecretKey>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(KEYS).bind(server).fetch_all(c).await)?)
}

const OF_SERVER: &str = "SELECT id, server_id, key, key_id, wrapped_key, ciphertext
    FROM secrets WHERE server_id = $1 ORDER BY key";

/// All secrets of a server.
pub async fn of_server(tx: &mut Tx, server: ServerId) -> Result<Vec<Sealed>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(OF_SERVER).bind(server).fetch_all(c).await)?)
}

const NOT_UNDER: &str = "SELECT id, server_id, key, key_id, wrapped_key, ciphertext
    FROM secrets WHERE key_id <> $1 AND id > $2 ORDER BY id LIMIT $3";

/// Secrets that another of the platform's keys wraps than this one, `limit` of those after a row.
pub async fn not_under(tx: &mut Tx, key_id: &str, after: Option<SecretId>, limit: i64) -> Result<Vec<Sealed>> {
    let after = after.map_or_else(String::new, |id| id.to_string());
    Ok(on_conn!(*tx, c => sqlx::query_as(NOT_UNDER).bind(key_id).bind(&after).bind(limit).fetch_all(c).await)?)
}

const RESEAL: &str = "UPDATE secrets SET id = $2, key_id = $3, wrapped_key = $4, ciphertext = $5 WHERE id = $1";

/// Puts the same value, sealed anew, in the place of a row. Not where that row has been replaced or deleted since.
pub async fn reseal(tx: &mut Tx, old: SecretId, new: &Sealed) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(RESEAL)
        .bind(old).bind(new.id).bind(&new.key_id).bind(&new.wrapped_key).bind(&new.ciphertext)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}
