//! Whom providers know people as, and those of whom an account has still to say that it is the same person.

use cloche_domain::{IdentityId, Sha256, Slug, UserId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// Someone as a provider knows them.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Subject {
    /// The provider's name here.
    pub provider: Slug,
    /// Who vouches for it.
    pub issuer: String,
    /// Whom it means, for as long as the provider knows them; a mail address may become another's.
    pub subject: String,
    /// What the person knows it by.
    pub shown: String,
}

/// A subject that signs in to an account.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Identity {
    pub id: IdentityId,
    pub user_id: UserId,
    pub provider: Slug,
    pub shown: String,
    pub created_at: OffsetDateTime,
    pub used_at: OffsetDateTime,
}

macro_rules! identity {
    () => {
        "id, user_id, provider, shown, created_at, used_at"
    };
}

const FIND: &str =
    concat!("SELECT ", identity!(), " FROM identities WHERE provider = $1 AND issuer = $2 AND subject = $3");

/// The identity of a subject.
pub async fn find(tx: &mut Tx, of: &Subject) -> Result<Option<Identity>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(FIND).bind(&of.provider).bind(&of.issuer).bind(&of.subject)
        .fetch_optional(c).await)?)
}

const INSERT: &str = "INSERT INTO identities (id, user_id, provider, issuer, subject, shown, created_at, used_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (provider, issuer, subject) DO NOTHING";

/// Lets a subject sign in to an account; `false` if it signs in to one already.
pub async fn insert(tx: &mut Tx, (id, user): (IdentityId, UserId), of: &Subject, now: OffsetDateTime) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(id).bind(user).bind(&of.provider).bind(&of.issuer).bind(&of.subject).bind(&of.shown).bind(now)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Notes that an identity has signed in, and what it is known by now; `false` where it has been removed.
pub async fn touch(tx: &mut Tx, id: IdentityId, shown: &str, now: OffsetDateTime) -> Result<bool> {
    const SQL: &str = "UPDATE identities SET used_at = $2, shown = $3 WHERE id = $1";
    let rows = on_conn!(*tx, c => sqlx::query(SQL).bind(id).bind(now).bind(shown).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const LIST: &str = concat!("SELECT ", identity!(), " FROM identities WHERE user_id = $1 ORDER BY id");

/// An account's identities, oldest first.
pub async fn list(tx: &mut Tx, user: UserId) -> Result<Vec<Identity>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(LIST).bind(user).fetch_all(c).await)?)
}

const DELETE: &str = concat!("DELETE FROM identities WHERE user_id = $1 AND id = $2 RETURNING ", identity!());

/// Removes one of an account's identities: it signs in no more.
pub async fn delete(tx: &mut Tx, user: UserId, id: IdentityId) -> Result<Option<Identity>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(DELETE).bind(user).bind(id).fetch_optional(c).await)?)
}

/// A subject that waits for the account's word.
#[derive(Clone, Debug)]
pub struct NewPending<'a> {
    /// Of the mailed link.
    pub token: Sha256,
    /// The browser that has to bring it.
    pub browser: Sha256,
    pub user_id: UserId,
    pub subject: &'a Subject,
    pub next: Option<&'a str>,
    pub expires_at: OffsetDateTime,
}

const INSERT_PENDING: &str = "INSERT INTO pending_identities
    (token_sha256, browser_sha256, user_id, provider, issuer, subject, shown, next, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

/// Writes that a subject waits.
pub async fn insert_pending(tx: &mut Tx, new: &NewPending<'_>, now: OffsetDateTime) -> Result<()> {
    let Subject { provider, issuer, subject, shown } = new.subject;
    Ok(on_conn!(*tx, c => sqlx::query(INSERT_PENDING)
        .bind(new.token).bind(new.browser).bind(new.user_id).bind(provider).bind(issuer).bind(subject).bind(shown)
        .bind(new.next).bind(now).bind(new.expires_at)
        .execute(c).await.map(|_| ()))?)
}

/// A subject that an account agrees to.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Agreed {
    pub user_id: UserId,
    #[sqlx(flatten)]
    pub subject: Subject,
    pub next: Option<String>,
}

const AGREE: &str = "UPDATE pending_identities SET used_at = $3
    WHERE token_sha256 = $1 AND browser_sha256 = $2 AND used_at IS NULL AND expires_at > $3
    RETURNING user_id, provider, issuer, subject, shown, next";

/// Uses a mailed link up. `None` if it is unknown, used or expired, or comes from another browser.
pub async fn agree(tx: &mut Tx, token: Sha256, browser: Sha256, now: OffsetDateTime) -> Result<Option<Agreed>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(AGREE).bind(token).bind(browser).bind(now).fetch_optional(c).await)?)
}

const IS_OPEN: &str = "SELECT EXISTS
    (SELECT 1 FROM pending_identities WHERE token_sha256 = $1 AND used_at IS NULL AND expires_at > $2)";

/// Whether a mailed link still works, in whatever browser.
pub async fn is_open(tx: &mut Tx, token: Sha256, now: OffsetDateTime) -> Result<bool> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(IS_OPEN).bind(token).bind(now).fetch_one(c).await)?)
}

const MAILED: &str = "SELECT created_at FROM pending_identities WHERE user_id = $1 AND created_at > $2
    ORDER BY created_at";

/// When an account was asked for its word since a moment, oldest first.
pub async fn asked_since(tx: &mut Tx, user: UserId, since: OffsetDateTime) -> Result<Vec<OffsetDateTime>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(MAILED).bind(user).bind(since).fetch_all(c).await)?)
}

/// Deletes what no limit counts any more.
pub async fn forget_pending(tx: &mut Tx, before: OffsetDateTime) -> Result<()> {
    const SQL: &str = "DELETE FROM pending_identities WHERE created_at < $1 AND expires_at < $1";
    Ok(on_conn!(*tx, c => sqlx::query(SQL).bind(before).execute(c).await.map(|_| ()))?)
}
