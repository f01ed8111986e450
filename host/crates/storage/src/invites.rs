//! Invitations: who may join an organisation as what. Only the digest of the mailed token is kept.

use cloche_domain::server::Role;
use cloche_domain::{Email, InviteId, OrgId, Sha256, UserId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// An invitation that nobody has taken up yet.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Invite {
    pub id: InviteId,
    pub org_id: OrgId,
    pub email: Email,
    pub role: Role,
    pub invited_by: UserId,
    pub created_at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
}

macro_rules! invite {
    () => {
        "id, org_id, email, role, invited_by, created_at, expires_at"
    };
}

const INSERT: &str = "INSERT INTO invites
    (id, org_id, email, role, invited_by, created_at, expires_at, token_sha256)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Writes an invitation. The organisation has none for this address.
pub async fn insert(tx: &mut Tx, new: &Invite, token: Sha256) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(new.id).bind(new.org_id).bind(&new.email).bind(new.role).bind(new.invited_by).bind(new.created_at)
        .bind(new.expires_at).bind(token)
        .execute(c).await.map(|_| ()))?)
}

const LIST: &str = concat!("SELECT ", invite!(), " FROM invites WHERE org_id = $1 ORDER BY id");

/// An organisation's invitations, oldest first.
pub async fn list(tx: &mut Tx, org: OrgId) -> Result<Vec<Invite>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(LIST).bind(org).fetch_all(c).await)?)
}

const GET: &str = concat!("SELECT ", invite!(), " FROM invites WHERE org_id = $1 AND id = $2");

/// One invitation of an organisation.
pub async fn get(tx: &mut Tx, org: OrgId, id: InviteId) -> Result<Option<Invite>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(GET).bind(org).bind(id).fetch_optional(c).await)?)
}

const FOR: &str = concat!("SELECT ", invite!(), " FROM invites WHERE org_id = $1 AND email = $2");

/// An organisation's invitation for a mail address.
pub async fn for_email(tx: &mut Tx, org: OrgId, email: &Email) -> Result<Option<Invite>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(FOR).bind(org).bind(email).fetch_optional(c).await)?)
}

/// An invitation that is mailed again: by whom, with which token, until when.
#[derive(Clone, Copy, Debug)]
pub struct Renewal {
    pub id: InviteId,
    pub invited_by: UserId,
    pub token: Sha256,
    pub expires_at: OffsetDateTime,
}

const RENEW: &str = "UPDATE invites SET invited_by = $2, token_sha256 = $3, expires_at = $4 WHERE id = $1";

/// Gives an invitation another token; the one before it is good for nothing from then on.
pub async fn renew(tx: &mut Tx, new: &Renewal) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(RENEW).bind(new.id).bind(new.invited_by).bind(new.token).bind(new.expires_at)
        .execute(c).await.map(|_| ()))?)
}

const DELETE: &str = "DELETE FROM invites WHERE id = $1";

/// Takes an invitation back.
pub async fn delete(tx: &mut Tx, id: InviteId) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(DELETE).bind(id).execute(c).await.map(|_| ()))?)
}

const ACCEPT: &str =
    concat!("DELETE FROM invites WHERE token_sha256 = $1 AND email = $2 AND expires_at > $3 RETURNING ", invite!());

/// Uses an invitation up: none where the token is unknown, used or expired, or is for another address.
pub async fn accept(tx: &mut Tx, token: Sha256, email: &Email, now: OffsetDateTime) -> Result<Option<Invite>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(ACCEPT).bind(token).bind(email).bind(now).fetch_optional(c).await)?)
}

const IS_OPEN: &str = "SELECT EXISTS (SELECT 1 FROM invites WHERE token_sha256 = $1 AND expires_at > $2)";

/// Whether a token is that of an open invitation, for whomever.
pub async fn is_open(tx: &mut Tx, token: Sha256, now: OffsetDateTime) -> Result<bool> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(IS_OPEN).bind(token).bind(now).fetch_one(c).await)?)
}

const SENT_BY: &str = concat!("SELECT ", invite!(), " FROM invites WHERE org_id = $1 AND invited_by = $2 ORDER BY id");

/// The invitations that a member has sent.
pub async fn sent_by(tx: &mut Tx, org: OrgId, user: UserId) -> Result<Vec<Invite>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(SENT_BY).bind(org).bind(user).fetch_all(c).await)?)
}

const FORGET: &str = "DELETE FROM invites WHERE expires_at < $1";
const FORGET_MAILED: &str = "DELETE FROM invites_mailed WHERE mailed_at < $1";

/// Deletes invitations that expired before `expired`, and what was mailed before `mailed`.
pub async fn forget(tx: &mut Tx, expired: OffsetDateTime, mailed: OffsetDateTime) -> Result<()> {
    for (sql, before) in [(FORGET, expired), (FORGET_MAILED, mailed)] {
        on_conn!(*tx, c => sqlx::query(sql).bind(before).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

const NOTE_MAILED: &str = "INSERT INTO invites_mailed (org_id, email, mailed_at) VALUES ($1, $2, $3)";

/// Notes that an invitation is mailed.
pub async fn note_mailed(tx: &mut Tx, org: OrgId, email: &Email, now: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(NOTE_MAILED).bind(org).bind(email).bind(now).execute(c).await.map(|_| ()))?)
}

const MAILED_BY: &str = "SELECT mailed_at FROM invites_mailed WHERE org_id = $1 AND mailed_at > $2 ORDER BY mailed_at";

/// When an organisation's invitations were mailed since a moment, oldest first.
pub async fn mailed_by(tx: &mut Tx, org: OrgId, since: OffsetDateTime) -> Result<Vec<OffsetDateTime>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(MAILED_BY).bind(org).bind(since).fetch_all(c).await)?)
}

const MAILED_TO: &str = "SELECT mailed_at FROM invites_mailed WHERE email = $1 AND mailed_at > $2 ORDER BY mailed_at";

/// When invitations were mailed to an address since a moment, oldest first.
pub async fn mailed_to(tx: &mut Tx, email: &Email, since: OffsetDateTime) -> Result<Vec<OffsetDateTime>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(MAILED_TO).bind(email).bind(since).fetch_all(c).await)?)
}
