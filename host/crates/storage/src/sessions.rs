//! Browsers that are signed in.

use cloche_domain::{OrgId, SessionId, Sha256, UserId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::accounts::{Membership, membership};
use crate::{Result, Tx};

/// A session, whose it is, and the organisation that it acts in.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Session {
    pub session_id: SessionId,
    /// When its token was last replaced.
    pub rotated_at: OffsetDateTime,
    /// When it was last used, to some minutes.
    pub seen_at: OffsetDateTime,
    #[sqlx(flatten)]
    pub member: Membership,
}

/// A session to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    pub id: SessionId,
    pub token: Sha256,
    pub user_id: UserId,
    pub expires_at: OffsetDateTime,
    /// The network address that it begins from.
    pub address: &'a str,
    /// What the browser calls itself.
    pub user_agent: Option<&'a str>,
}

const INSERT: &str = "INSERT INTO sessions
    (id, token_sha256, user_id, created_at, rotated_at, expires_at, address, user_agent)
    VALUES ($1, $2, $3, $4, $4, $5, $6, $7)";

/// Writes a session.
pub async fn insert(tx: &mut Tx, new: &NewSession<'_>, now: OffsetDateTime) -> Result<()> {
    on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(new.id).bind(new.token).bind(new.user_id).bind(now).bind(new.expires_at)
        .bind(new.address).bind(new.user_agent)
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

const FIND: &str = concat!(
    "SELECT s.id AS session_id, s.rotated_at, coalesce(s.seen_at, s.created_at) AS seen_at, ",
    membership!(),
    " FROM sessions s JOIN users u ON u.id = s.user_id
    JOIN memberships m ON m.user_id = u.id JOIN orgs o ON o.id = m.org_id
    WHERE (s.token_sha256 = $1 OR (s.previous_sha256 = $1 AND s.rotated_at > $2)) AND s.expires_at > $3
    ORDER BY CASE WHEN m.org_id = s.org_id THEN 0 ELSE 1 END, m.created_at, o.id LIMIT 1"
);

/// The session of a token, in the organisation that it was switched to; in the one that its person joined first where
/// it was not, or they have left that one. The token before it still counts if it was replaced after `grace`: requests
/// that were under way beside the one that replaced it.
pub async fn find(tx: &mut Tx, token: Sha256, grace: OffsetDateTime, now: OffsetDateTime) -> Result<Option<Session>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(FIND).bind(token).bind(grace).bind(now).fetch_optional(c).await)?)
}

/// A new token for a session.
#[derive(Clone, Copy, Debug)]
pub struct Rotation {
    pub old: Sha256,
    pub new: Sha256,
    pub expires_at: OffsetDateTime,
}

const ROTATE: &str = "UPDATE sessions
    SET previous_sha256 = token_sha256, token_sha256 = $2, rotated_at = $3, expires_at = $4 WHERE token_sha256 = $1";

/// Replaces a session's token; `false` if another request has just done so.
pub async fn rotate(tx: &mut Tx, rotation: &Rotation, now: OffsetDateTime) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(ROTATE)
        .bind(rotation.old).bind(rotation.new).bind(now).bind(rotation.expires_at)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const DELETE: &str = "DELETE FROM sessions WHERE token_sha256 = $1 OR previous_sha256 = $1";

/// Ends the session of a token, by its present token or the one before; false where it is ended already.
pub async fn delete(tx: &mut Tx, token: Sha256) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(DELETE).bind(token).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

const FORGET: &str = "DELETE FROM sessions WHERE user_id = $1 AND expires_at <= $2";

/// Deletes a user's expired sessions.
pub async fn forget(tx: &mut Tx, user: UserId, now: OffsetDateTime) -> Result<()> {
    on_conn!(*tx, c => sqlx::query(FORGET).bind(user).bind(now).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// A session as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Begun {
    pub id: SessionId,
    pub created_at: OffsetDateTime,
    /// To some minutes.
    pub seen_at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
    /// The network address that it began from; none where that was not noted yet.
    pub address: Option<String>,
    pub user_agent: Option<String>,
}

const LIST: &str = "SELECT id, created_at, coalesce(seen_at, created_at) AS seen_at, expires_at, address, user_agent
    FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY id DESC";

/// A person's sessions, newest first.
pub async fn list(tx: &mut Tx, user: UserId, now: OffsetDateTime) -> Result<Vec<Begun>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(LIST).bind(user).bind(now).fetch_all(c).await)?)
}

/// Notes that a session is used.
pub async fn touch(tx: &mut Tx, id: SessionId, now: OffsetDateTime) -> Result<()> {
    const SQL: &str = "UPDATE sessions SET seen_at = $2 WHERE id = $1";
    Ok(on_conn!(*tx, c => sqlx::query(SQL).bind(id).bind(now).execute(c).await.map(|_| ()))?)
}

/// Has a session act in this organisation.
pub async fn switch(tx: &mut Tx, id: SessionId, org: OrgId) -> Result<()> {
    const SQL: &str = "UPDATE sessions SET org_id = $2 WHERE id = $1";
    Ok(on_conn!(*tx, c => sqlx::query(SQL).bind(id).bind(org).execute(c).await.map(|_| ()))?)
}

const END: &str = "DELETE FROM sessions WHERE user_id = $1 AND id = $2";

/// Ends one of a person's sessions; `false` if they have no such one.
pub async fn end(tx: &mut Tx, user: UserId, id: SessionId) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(END).bind(user).bind(id).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const END_ALL: &str = "DELETE FROM sessions WHERE user_id = $1 AND ($2 IS NULL OR id <> $2)";

/// Ends a person's sessions, all but `kept`. How many there were.
pub async fn end_all(tx: &mut Tx, user: UserId, kept: Option<SessionId>) -> Result<u64> {
    Ok(on_conn!(*tx, c => sqlx::query(END_ALL).bind(user).bind(kept).execute(c).await
        .map(|done| done.rows_affected()))?)
}
