//! Organisations, as those who belong to them make, name and end them.

use cloche_domain::plan::Plan;
use cloche_domain::{OrgId, ServerId, Sha256, Slug, UserId};
use time::OffsetDateTime;

use crate::accounts::{Membership, membership};
use crate::{Result, Tx, artifacts, audit};

const OF_USER: &str = concat!(
    "SELECT ",
    membership!(),
    " FROM users u JOIN memberships m ON m.user_id = u.id JOIN orgs o ON o.id = m.org_id
    WHERE u.id = $1 ORDER BY m.created_at, o.id"
);

/// All that a person belongs to, in the order in which they joined.
pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Membership>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(OF_USER).bind(user).fetch_all(c).await)?)
}

const RENAME: &str = "UPDATE orgs SET name = $2 WHERE id = $1";
const DOUBT: &str = "UPDATE templates SET verified_release = NULL WHERE org_id = $1 AND verified_release IS NOT NULL";

/// Gives an organisation another name. Its slug stays. Its templates are vouched for under the name that they had.
pub async fn rename(tx: &mut Tx, org: OrgId, name: &str) -> Result<()> {
    on_conn!(*tx, c => sqlx::query(DOUBT).bind(org).execute(c).await.map(|_| ()))?;
    Ok(on_conn!(*tx, c => sqlx::query(RENAME).bind(org).bind(name).execute(c).await.map(|_| ()))?)
}

const PLAN: &str = "SELECT plan, plan_set_at FROM orgs WHERE id = $1";

/// An organisation's plan, and when the operator chose it, if they did. None where the organisation is gone.
pub async fn plan(tx: &mut Tx, org: OrgId) -> Result<Option<(Plan, Option<OffsetDateTime>)>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(PLAN).bind(org).fetch_optional(c).await)?)
}

const SET_PLAN: &str = "UPDATE orgs SET plan = $2 WHERE id = $1";

/// Gives an organisation another plan.
pub async fn set_plan(tx: &mut Tx, org: OrgId, plan: Plan) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(SET_PLAN).bind(org).bind(plan).execute(c).await.map(|_| ()))?)
}

const CHOOSE_PLAN: &str = "UPDATE orgs SET plan_set_at = $2 WHERE id = $1";

/// Notes since when the plan is the operator's choice; none: it is so no longer.
pub async fn choose_plan(tx: &mut Tx, org: OrgId, at: Option<OffsetDateTime>) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(CHOOSE_PLAN).bind(org).bind(at).execute(c).await.map(|_| ()))?)
}

const OF_SLUG: &str = "SELECT id FROM orgs WHERE slug = $1";

/// The organisation of a slug.
pub async fn of_slug(tx: &mut Tx, slug: &Slug) -> Result<Option<OrgId>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(OF_SLUG).bind(slug).fetch_optional(c).await)?)
}

/// The slug of an organisation that there is.
pub async fn slug_of(tx: &mut Tx, org: OrgId) -> Result<Slug> {
    const SQL: &str = "SELECT slug FROM orgs WHERE id = $1";
    Ok(on_conn!(*tx, c => sqlx::query_scalar(SQL).bind(org).fetch_one(c).await)?)
}

const MADE: &str = "SELECT made_at FROM orgs_made WHERE user_id = $1 AND made_at > $2 ORDER BY made_at";

/// When a person has made organisations since a moment, oldest first; also those that are gone.
pub async fn made_since(tx: &mut Tx, user: UserId, since: OffsetDateTime) -> Result<Vec<OffsetDateTime>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(MADE).bind(user).bind(since).fetch_all(c).await)?)
}

const FORGET_MADE: &str = "DELETE FROM orgs_made WHERE user_id = $1 AND made_at < $2";
const NOTE_MADE: &str = "INSERT INTO orgs_made (user_id, made_at) VALUES ($1, $2)";

/// Notes that a person makes an organisation, and forgets what they made before `before`.
pub async fn note_made(tx: &mut Tx, user: UserId, before: OffsetDateTime, now: OffsetDateTime) -> Result<()> {
    for (sql, at) in [(FORGET_MADE, before), (NOTE_MADE, now)] {
        on_conn!(*tx, c => sqlx::query(sql).bind(user).bind(at).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

const SERVERS: &str = "SELECT id FROM servers WHERE org_id = $1 ORDER BY id";

/// The servers of an organisation.
pub async fn servers(tx: &mut Tx, org: OrgId) -> Result<Vec<ServerId>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(SERVERS).bind(org).fetch_all(c).await)?)
}

const RETIRE: &str = "INSERT INTO retired_slugs (slug_sha256) VALUES ($1) ON CONFLICT (slug_sha256) DO NOTHING";
/// Forks go on, and can be stopped like any other's: a template stays, without what its owner said of it, and is shown no
/// more.
const WITHDRAW: &str =
    "UPDATE templates SET withdrawn = TRUE, short_description = '', long_description = '', hints = '[]',
    status_at = CASE WHEN status = 'published' THEN $2 ELSE status_at END,
    status = CASE WHEN status = 'published' THEN 'unpublished' ELSE status END WHERE org_id = $1";
const FORGET_TEXT: &str = "DELETE FROM template_texts
    WHERE rowid IN (SELECT number FROM templates WHERE org_id = $1)";
const FORGET_PUBLISHER: &str = "UPDATE template_releases SET published_by = NULL
    WHERE template_id IN (SELECT id FROM templates WHERE org_id = $1)";
const DELETE: &str = "DELETE FROM orgs WHERE id = $1";

/// Deletes an organisation with all it owns: memberships, keys, servers and what is theirs, jobs, its log. Its slug is
/// never given again. Its components stay on the disk for a while.
pub async fn delete(tx: &mut Tx, org: OrgId, slug: &Slug, now: OffsetDateTime) -> Result<()> {
    audit::lock(tx, org).await?;
    // Templates before components: so does whoever forks one.
    for sql in [FORGET_TEXT, FORGET_PUBLISHER] {
        on_conn!(*tx, c => sqlx::query(sql).bind(org).execute(c).await.map(|_| ()))?;
    }
    on_conn!(*tx, c => sqlx::query(WITHDRAW).bind(org).bind(now).execute(c).await.map(|_| ()))?;
    for server in servers(tx, org).await? {
        artifacts::touch_of_server(tx, org, server, now).await?;
    }
    let retired = Sha256::of(slug.as_str());
    on_conn!(*tx, c => sqlx::query(RETIRE).bind(retired).execute(c).await.map(|_| ()))?;
    Ok(on_conn!(*tx, c => sqlx::query(DELETE).bind(org).execute(c).await.map(|_| ()))?)
}
