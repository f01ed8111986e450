//! Links that sign a person in, once.

use cloche_domain::{Email, Sha256};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// A link to be made.
#[derive(Clone, Debug)]
pub struct NewLink<'a> {
    pub token: Sha256,
    pub email: &'a Email,
    /// The asker's network address; `None` for one that the operator makes, which no limit counts.
    pub address: Option<&'a str>,
    /// The path to go to after sign-in.
    pub next: Option<&'a str>,
    pub expires_at: OffsetDateTime,
}

/// Makes everyone who wants to count and write links wait in turn, until the transaction ends.
pub async fn lock(tx: &mut Tx) -> Result<()> {
    tx.in_turn("magic_links").await
}

/// The links asked for since some time: how many, and when the first was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Asked {
    pub count: i64,
    pub first: Option<OffsetDateTime>,
}

const BY_EMAIL: &str = "SELECT count(*) AS count, min(created_at) AS first FROM magic_links
    WHERE email = $1 AND created_at > $2 AND address IS NOT NULL";

/// The links asked for to one mail address.
pub async fn asked_to(tx: &mut Tx, email: &Email, since: OffsetDateTime) -> Result<Asked> {
    Ok(on_conn!(*tx, c => sqlx::query_as(BY_EMAIL).bind(email).bind(since).fetch_one(c).await)?)
}

const BY_ADDRESS: &str = "SELECT count(*) AS count, min(created_at) AS first FROM magic_links
    WHERE address = $1 AND created_at > $2";

/// The links asked for from one network address.
pub async fn asked_from(tx: &mut Tx, address: &str, since: OffsetDateTime) -> Result<Asked> {
    Ok(on_conn!(*tx, c => sqlx::query_as(BY_ADDRESS).bind(address).bind(since).fetch_one(c).await)?)
}

const INSERT: &str = "INSERT INTO magic_links (token_sha256, email, address, next, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)";

/// Writes a link.
pub async fn insert(tx: &mut Tx, new: &NewLink<'_>, now: OffsetDateTime) -> Result<()> {
    on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(new.token).bind(new.email).bind(new.address).bind(new.next).bind(now).bind(new.expires_at)
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

/// What a link gives to the first who brings it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Redeemed {
    pub email: Email,
    pub next: Option<String>,
}

const REDEEM: &str = "UPDATE magic_links SET used_at = $2
    WHERE token_sha256 = $1 AND used_at IS NULL AND expires_at > $2 RETURNING email, next";

/// Uses a link up. `None` if it is unknown, used or expired.
pub async fn redeem(tx: &mut Tx, token: Sha256, now: OffsetDateTime) -> Result<Option<Redeemed>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(REDEEM).bind(token).bind(now).fetch_optional(c).await)?)
}

const FORGET: &str = "DELETE FROM magic_links WHERE created_at < $1 AND expires_at < $1";

/// Deletes the links that nobody can use, and no limit counts, any more.
pub async fn forget(tx: &mut Tx, before: OffsetDateTime) -> Result<()> {
    on_conn!(*tx, c => sqlx::query(FORGET).bind(before).execute(c).await.map(|_| ()))?;
    Ok(())
}
