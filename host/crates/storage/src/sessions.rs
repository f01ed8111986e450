//! Browsers that are signed in.

use cloche_domain::{SessionId, Sha256, UserId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::accounts::{Membership, membership};
use crate::{Result, Tx};

/// A session, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Session {
    pub session_id: SessionId,
    /// When its token was last replaced.
    pub rotated_at: OffsetDateTime,
    #[sqlx(flatten)]
    pub member: Membership,
}

/// A session to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewSession {
    pub id: SessionId,
    pub token: Sha256,
    pub user_id: UserId,
    pub expires_at: OffsetDateTime,
}

const INSERT: &str = "INSERT INTO sessions (id, token_sha256, user_id, created_at, rotated_at, expires_at)
    VALUES ($1, $2, $3, $4, $4, $5)";

/// Writes a session.
pub async fn insert(tx: &mut Tx, new: &NewSession, now: OffsetDateTime) -> Result<()> {
    on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(new.id).bind(new.token).bind(new.user_id).bind(now).bind(new.expires_at)
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

const FIND: &str = concat!(
    "SELECT s.id AS session_id, s.rotated_at, ",
    membership!(),
    " FROM sessions s JOIN users u ON u.id = s.user_id
    JOIN memberships m ON m.user_id = u.id JOIN orgs o ON o.id = m.org_id
    WHERE (s.token_sha256 = $1 OR (s.previous_sha256 = $1 AND s.rotated_at > $2)) AND s.expires_at > $3
    ORDER BY m.created_at, o.id LIMIT 1"
);

/// The session of a token. The token before it still counts if it was replaced after `grace`: requests that were under
/// way beside the one that replaced it.
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

/// Ends the session of a token.
pub async fn delete(tx: &mut Tx, token: Sha256) -> Result<()> {
    on_conn!(*tx, c => sqlx::query(DELETE).bind(token).execute(c).await.map(|_| ()))?;
    Ok(())
}

const FORGET: &str = "DELETE FROM sessions WHERE user_id = $1 AND expires_at <= $2";

/// Deletes a user's expired sessions.
pub async fn forget(tx: &mut Tx, user: UserId, now: OffsetDateTime) -> Result<()> {
    on_conn!(*tx, c => sqlx::query(FORGET).bind(user).bind(now).execute(c).await.map(|_| ()))?;
    Ok(())
}
