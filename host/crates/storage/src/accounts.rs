//! People, organisations, and who belongs where.

use cloche_domain::plan::Plan;
use cloche_domain::server::Role;
use cloche_domain::{Email, OrgId, Sha256, Slug, UserId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// A person in an organisation.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Membership {
    pub user_id: UserId,
    pub email: Email,
    pub name: String,
    pub org_id: OrgId,
    pub org_slug: Slug,
    pub org_name: String,
    pub plan: Plan,
    pub role: Role,
    /// Whether they look after the whole platform.
    pub platform_admin: bool,
}

/// The columns of [`Membership`] of a user `u`, an organisation `o` and the membership `m` between them.
macro_rules! membership {
    () => {
        "u.id AS user_id, u.email, u.name, o.id AS org_id, o.slug AS org_slug, o.name AS org_name, o.plan, m.role,
        u.admin_since IS NOT NULL AS platform_admin"
    };
}
pub(crate) use membership;

const USER: &str = "INSERT INTO users (id, email, name, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (email) DO NOTHING";

/// Writes a user; `false` if the address has one already.
pub async fn insert_user(tx: &mut Tx, id: UserId, email: &Email, name: &str, now: OffsetDateTime) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(USER).bind(id).bind(email).bind(name).bind(now)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// An organisation to be made.
#[derive(Clone, Debug)]
pub struct NewOrg<'a> {
    pub id: OrgId,
    pub slug: &'a Slug,
    pub name: &'a str,
    pub plan: Plan,
}

const ORG: &str = "INSERT INTO orgs (id, slug, name, plan, created_at) SELECT $1, $2, $3, $4, $5
    WHERE NOT EXISTS (SELECT 1 FROM retired_slugs WHERE slug_sha256 = $6)
    ON CONFLICT (slug) DO NOTHING";

/// Writes an organisation; `false` if its slug is taken, or was once.
pub async fn insert_org(tx: &mut Tx, new: &NewOrg<'_>, now: OffsetDateTime) -> Result<bool> {
    let slug = Sha256::of(new.slug.as_str());
    let rows = on_conn!(*tx, c => sqlx::query(ORG)
        .bind(new.id).bind(new.slug).bind(new.name).bind(new.plan).bind(now).bind(slug)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const MEMBER: &str = "INSERT INTO memberships (org_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)";

/// Makes a user a member of an organisation.
pub async fn insert_membership(tx: &mut Tx, org: OrgId, user: UserId, role: Role, now: OffsetDateTime) -> Result<()> {
    on_conn!(*tx, c => sqlx::query(MEMBER).bind(org).bind(user).bind(role).bind(now).execute(c).await.map(|_| ()))?;
    Ok(())
}

const BY_EMAIL: &str = concat!(
    "SELECT ",
    membership!(),
    " FROM users u JOIN memberships m ON m.user_id = u.id JOIN orgs o ON o.id = m.org_id
    WHERE u.email = $1 ORDER BY m.created_at, o.id LIMIT 1"
);

/// A person by mail address, in the organisation joined first: their own.
pub async fn by_email(tx: &mut Tx, email: &Email) -> Result<Option<Membership>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(BY_EMAIL).bind(email).fetch_optional(c).await)?)
}

const JOIN: &str = "INSERT INTO memberships (org_id, user_id, role, created_at)
    SELECT o.id, $2, $3, $4 FROM orgs o WHERE o.slug = $1
    ON CONFLICT (org_id, user_id) DO UPDATE SET role = excluded.role";

/// Makes a user a member of the organisation of this slug, or gives the member another role; false where there is none.
pub async fn join(tx: &mut Tx, org: &Slug, user: UserId, role: Role, now: OffsetDateTime) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(JOIN).bind(org).bind(user).bind(role).bind(now)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const IN_ORG: &str = concat!(
    "SELECT ",
    membership!(),
    " FROM users u JOIN memberships m ON m.user_id = u.id JOIN orgs o ON o.id = m.org_id
    WHERE u.id = $1 AND o.slug = $2"
);

/// A person as a member of the organisation of this slug.
pub async fn in_org(tx: &mut Tx, user: UserId, org: &Slug) -> Result<Option<Membership>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(IN_ORG).bind(user).bind(org).fetch_optional(c).await)?)
}

/// The account of a mail address, whether it belongs anywhere or not.
pub async fn user_of(tx: &mut Tx, email: &Email) -> Result<Option<UserId>> {
    const SQL: &str = "SELECT id FROM users WHERE email = $1";
    Ok(on_conn!(*tx, c => sqlx::query_scalar(SQL).bind(email).fetch_optional(c).await)?)
}

/// The mail address of an account.
pub async fn email_of(tx: &mut Tx, user: UserId) -> Result<Option<Email>> {
    const SQL: &str = "SELECT email FROM users WHERE id = $1";
    Ok(on_conn!(*tx, c => sqlx::query_scalar(SQL).bind(user).fetch_optional(c).await)?)
}

const DELETE: &str = "DELETE FROM users WHERE id = $1";

/// Deletes an account with all that is its own: memberships, sessions, keys, drafts, grants, invitations it has sent.
pub async fn delete(tx: &mut Tx, user: UserId) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(DELETE).bind(user).execute(c).await.map(|_| ()))?)
}

/// Whether nobody has an account yet.
pub async fn is_empty(tx: &mut Tx) -> Result<bool> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar("SELECT NOT EXISTS (SELECT 1 FROM users)").fetch_one(c).await)?)
}

/// Whether a person is an admin of the platform.
pub async fn is_admin(tx: &mut Tx, user: UserId) -> Result<bool> {
    const SQL: &str = "SELECT EXISTS (SELECT 1 FROM users WHERE id = $1 AND admin_since IS NOT NULL)";
    Ok(on_conn!(*tx, c => sqlx::query_scalar(SQL).bind(user).fetch_one(c).await)?)
}

/// Whether somebody else is an admin of the platform.
pub async fn has_admin_besides(tx: &mut Tx, user: UserId) -> Result<bool> {
    const SQL: &str = "SELECT EXISTS (SELECT 1 FROM users WHERE id <> $1 AND admin_since IS NOT NULL)";
    Ok(on_conn!(*tx, c => sqlx::query_scalar(SQL).bind(user).fetch_one(c).await)?)
}

const SET_ADMIN: &str = "UPDATE users SET admin_since = $2 WHERE id = $1";

/// Makes a person an admin of the platform; none: they are one no longer.
pub async fn set_admin(tx: &mut Tx, user: UserId, since: Option<OffsetDateTime>) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(SET_ADMIN).bind(user).bind(since).execute(c).await.map(|_| ()))?)
}
