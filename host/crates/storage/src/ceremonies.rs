//! Sign-ins that were begun at a provider or with a passkey: each is ended once, soon, and by whom it was begun.

use cloche_domain::sign_in::Ceremony;
use cloche_domain::{Sha256, Slug, UserId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// A ceremony that begins.
#[derive(Clone, Debug)]
pub struct New<'a> {
    /// Of what comes back.
    pub token: Sha256,
    pub kind: Ceremony,
    /// The browser that begins it; none where the answer itself is bound to what was asked.
    pub browser: Option<Sha256>,
    pub provider: Option<&'a Slug>,
    /// Whose it is, where someone signed in begins it.
    pub user_id: Option<UserId>,
    /// JSON, of a passkey's.
    pub state: Option<&'a str>,
    pub next: Option<&'a str>,
    /// The asker's network address.
    pub address: &'a str,
    pub expires_at: OffsetDateTime,
}

/// Makes everyone who wants to count and begin ceremonies wait in turn, until the transaction ends.
pub async fn lock(tx: &mut Tx) -> Result<()> {
    tx.in_turn("ceremonies").await
}

const BEGUN: &str = "SELECT created_at FROM ceremonies WHERE address = $1 AND created_at > $2 ORDER BY created_at";

/// When ceremonies were begun from a network address since a moment, oldest first.
pub async fn begun_since(tx: &mut Tx, address: &str, since: OffsetDateTime) -> Result<Vec<OffsetDateTime>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(BEGUN).bind(address).bind(since).fetch_all(c).await)?)
}

const INSERT: &str = "INSERT INTO ceremonies
    (token_sha256, kind, browser_sha256, provider, user_id, state, next, address, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

/// Writes a ceremony.
pub async fn insert(tx: &mut Tx, new: &New<'_>, now: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(new.token).bind(new.kind).bind(new.browser).bind(new.provider).bind(new.user_id).bind(new.state)
        .bind(new.next).bind(new.address).bind(now).bind(new.expires_at)
        .execute(c).await.map(|_| ()))?)
}

/// What a ceremony was begun with.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Begun {
    pub browser_sha256: Option<Sha256>,
    pub provider: Option<Slug>,
    pub user_id: Option<UserId>,
    pub state: Option<String>,
    pub next: Option<String>,
}

macro_rules! begun {
    () => {
        "browser_sha256, provider, user_id, state, next"
    };
}

const LOOK: &str = concat!(
    "SELECT ",
    begun!(),
    " FROM ceremonies WHERE token_sha256 = $1 AND kind = $2 AND used_at IS NULL AND expires_at > $3"
);

/// A ceremony that is still open, by what came back.
pub async fn look(tx: &mut Tx, token: Sha256, kind: Ceremony, now: OffsetDateTime) -> Result<Option<Begun>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(LOOK).bind(token).bind(kind).bind(now).fetch_optional(c).await)?)
}

const END: &str = concat!(
    "UPDATE ceremonies SET used_at = $3
    WHERE token_sha256 = $1 AND kind = $2 AND used_at IS NULL AND expires_at > $3 RETURNING ",
    begun!()
);

/// Ends a ceremony, for the first who brings what belongs to it. `None` if it is unknown, ended or expired.
pub async fn end(tx: &mut Tx, token: Sha256, kind: Ceremony, now: OffsetDateTime) -> Result<Option<Begun>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(END).bind(token).bind(kind).bind(now).fetch_optional(c).await)?)
}

/// Deletes what no limit counts any more.
pub async fn forget(tx: &mut Tx, before: OffsetDateTime) -> Result<()> {
    const SQL: &str = "DELETE FROM ceremonies WHERE created_at < $1 AND expires_at < $1";
    Ok(on_conn!(*tx, c => sqlx::query(SQL).bind(before).execute(c).await.map(|_| ()))?)
}
