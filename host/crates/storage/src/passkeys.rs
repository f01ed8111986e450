//! Passkeys: public keys whose private halves never leave their owner's devices.

use cloche_domain::{PasskeyId, UserId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// A passkey as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Passkey {
    pub id: PasskeyId,
    pub name: String,
    pub created_at: OffsetDateTime,
    pub used_at: Option<OffsetDateTime>,
}

macro_rules! passkey {
    () => {
        "id, name, created_at, used_at"
    };
}

/// A passkey to be kept.
#[derive(Clone, Debug)]
pub struct New<'a> {
    pub id: PasskeyId,
    pub user_id: UserId,
    /// In base64url.
    pub credential_id: &'a str,
    /// JSON.
    pub credential: &'a str,
    pub name: &'a str,
}

const INSERT: &str = "INSERT INTO passkeys (id, user_id, credential_id, credential, name, created_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (credential_id) DO NOTHING";

/// Keeps a passkey; `false` if its credential is kept already, whosever it is.
pub async fn insert(tx: &mut Tx, new: &New<'_>, now: OffsetDateTime) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(new.id).bind(new.user_id).bind(new.credential_id).bind(new.credential).bind(new.name).bind(now)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const LIST: &str = concat!("SELECT ", passkey!(), " FROM passkeys WHERE user_id = $1 ORDER BY id");

/// An account's passkeys, oldest first.
pub async fn list(tx: &mut Tx, user: UserId) -> Result<Vec<Passkey>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(LIST).bind(user).fetch_all(c).await)?)
}

/// The credentials of an account's passkeys, as JSON.
pub async fn credentials(tx: &mut Tx, user: UserId) -> Result<Vec<String>> {
    const SQL: &str = "SELECT credential FROM passkeys WHERE user_id = $1 ORDER BY id";
    Ok(on_conn!(*tx, c => sqlx::query_scalar(SQL).bind(user).fetch_all(c).await)?)
}

/// A passkey that somebody signs in with.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Held {
    pub id: PasskeyId,
    pub user_id: UserId,
    pub credential: String,
}

/// The passkey of a credential.
pub async fn by_credential(tx: &mut Tx, credential_id: &str) -> Result<Option<Held>> {
    const SQL: &str = "SELECT id, user_id, credential FROM passkeys WHERE credential_id = $1";
    Ok(on_conn!(*tx, c => sqlx::query_as(SQL).bind(credential_id).fetch_optional(c).await)?)
}

const USED: &str = "UPDATE passkeys SET credential = $3, used_at = $4 WHERE id = $1 AND credential = $2";

/// Notes a use, with the credential as it was before and is after it; `false` where another use has come between, or the
/// passkey was removed.
pub async fn used(tx: &mut Tx, id: PasskeyId, (before, after): (&str, &str), now: OffsetDateTime) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(USED).bind(id).bind(before).bind(after).bind(now).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const RENAME: &str = concat!("UPDATE passkeys SET name = $3 WHERE user_id = $1 AND id = $2 RETURNING ", passkey!());

/// Gives one of an account's passkeys another name.
pub async fn rename(tx: &mut Tx, user: UserId, id: PasskeyId, name: &str) -> Result<Option<Passkey>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(RENAME).bind(user).bind(id).bind(name).fetch_optional(c).await)?)
}

const DELETE: &str = concat!("DELETE FROM passkeys WHERE user_id = $1 AND id = $2 RETURNING ", passkey!());

/// Removes one of an account's passkeys: it signs in no more.
pub async fn delete(tx: &mut Tx, user: UserId, id: PasskeyId) -> Result<Option<Passkey>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(DELETE).bind(user).bind(id).fetch_optional(c).await)?)
}
