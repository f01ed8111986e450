//! Who belongs to an organisation, and the end of it.
//!
//! Whoever changes this takes turns ([`in_turn`]), so that what was counted still holds when it is written.

use cloche_domain::server::Role;
use cloche_domain::{Email, OrgId, UserId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::accounts::{Membership, membership};
use crate::{Result, Tx, audit};

/// A member as the others see them.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Member {
    pub user_id: UserId,
    pub email: Email,
    pub name: String,
    pub role: Role,
    pub joined_at: OffsetDateTime,
}

/// Lets nobody else change who belongs where until the transaction ends. Taken before any other lock.
pub async fn in_turn(tx: &mut Tx) -> Result<()> {
    tx.in_turn("members").await
}

const LIST: &str = "SELECT u.id AS user_id, u.email, u.name, m.role, m.created_at AS joined_at
    FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = $1 ORDER BY m.created_at, u.id";

/// An organisation's members, in the order in which they joined.
pub async fn list(tx: &mut Tx, org: OrgId) -> Result<Vec<Member>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(LIST).bind(org).fetch_all(c).await)?)
}

const FIND: &str = concat!(
    "SELECT ",
    membership!(),
    " FROM users u JOIN memberships m ON m.user_id = u.id JOIN orgs o ON o.id = m.org_id
    WHERE o.id = $1 AND u.id = $2"
);

/// A person as a member of an organisation.
pub async fn find(tx: &mut Tx, org: OrgId, user: UserId) -> Result<Option<Membership>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(FIND).bind(org).bind(user).fetch_optional(c).await)?)
}

const HAS: &str = "SELECT EXISTS (SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id
    WHERE m.org_id = $1 AND u.email = $2)";

/// Whether someone of this mail address is a member.
pub async fn has(tx: &mut Tx, org: OrgId, email: &Email) -> Result<bool> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(HAS).bind(org).bind(email).fetch_one(c).await)?)
}

const LOCK: &str = "UPDATE memberships SET role = role WHERE org_id = $1 AND user_id = $2";

/// Keeps a member from leaving until the transaction ends; false where they have left. What is given to a member is
/// given under it, so that leaving takes it away.
pub async fn hold(tx: &mut Tx, org: OrgId, user: UserId) -> Result<bool> {
    audit::lock(tx, org).await?;
    let rows = on_conn!(*tx, c => sqlx::query(LOCK).bind(org).bind(user).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const OWNERS: &str = "SELECT count(*) FROM memberships WHERE org_id = $1 AND role = $2";

/// How many owners an organisation has.
pub async fn owners(tx: &mut Tx, org: OrgId) -> Result<i64> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(OWNERS).bind(org).bind(Role::Owner).fetch_one(c).await)?)
}

const SET_ROLE: &str = "UPDATE memberships SET role = $3 WHERE org_id = $1 AND user_id = $2";

/// Gives a member another role.
pub async fn set_role(tx: &mut Tx, org: OrgId, user: UserId, role: Role) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(SET_ROLE).bind(org).bind(user).bind(role).execute(c).await.map(|_| ()))?)
}

/// What ended with a membership: how many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    pub api_keys: u64,
    pub grants: u64,
    pub invites: u64,
}

// The membership goes first: who gives a key or a grant holds it, so that none is given after the others were ended.
const REMOVE: &str = "DELETE FROM memberships WHERE org_id = $1 AND user_id = $2";
const END_KEYS: &str = "DELETE FROM api_keys WHERE org_id = $1 AND user_id = $2";
const END_INVITES: &str = "DELETE FROM invites WHERE org_id = $1 AND invited_by = $2";
const LEAVE: &str = "UPDATE sessions SET org_id = NULL WHERE org_id = $1 AND user_id = $2";
const END_GRANTS: &str = "UPDATE oauth_grants SET revoked_at = $3 WHERE org_id = $1 AND user_id = $2
    AND revoked_at IS NULL";

/// Takes a member out of an organisation, with all that let them act in it: keys, what they allowed OAuth clients, and
/// the invitations that they have sent.
pub async fn remove(tx: &mut Tx, org: OrgId, user: UserId, now: OffsetDateTime) -> Result<Ended> {
    hold(tx, org, user).await?;
    let mut done = [0; 4];
    for (rows, sql) in done.iter_mut().zip([REMOVE, END_KEYS, END_INVITES, LEAVE]) {
        *rows = on_conn!(*tx, c => sqlx::query(sql).bind(org).bind(user).execute(c).await
            .map(|done| done.rows_affected()))?;
    }
    let grants = on_conn!(*tx, c => sqlx::query(END_GRANTS).bind(org).bind(user).bind(now).execute(c).await
        .map(|done| done.rows_affected()))?;
    let [_, api_keys, invites, _] = done;
    Ok(Ended { api_keys, grants, invites })
}

const OWNERS_EMAILS: &str = "SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id
    WHERE m.org_id = $1 AND m.role = 'owner' ORDER BY m.created_at, u.id";

/// The addresses of an organisation's owners.
pub async fn owners_emails(tx: &mut Tx, org: OrgId) -> Result<Vec<Email>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(OWNERS_EMAILS).bind(org).fetch_all(c).await)?)
}
