//! What is used of what a plan counts by the day, and what is set aside of it.

use cloche_domain::plan::Counted;
use cloche_domain::{Day, OrgId};
use time::OffsetDateTime;

use crate::{Result, Tx};

/// Something that is used, or set aside to be.
#[derive(Clone, Debug)]
pub struct Use<'a> {
    pub org_id: OrgId,
    pub day: Day,
    pub what: Counted,
    /// What uses it: the id of a draft or a build. One use of a kind a day.
    pub subject: &'a str,
}

const USED: &str = "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM quota_uses
    WHERE org_id = $1 AND day = $2 AND what = $3 AND (until IS NULL OR until > $4)";

/// How much of it an organisation has used on a day, with what is set aside.
pub async fn used(tx: &mut Tx, org: OrgId, day: Day, what: Counted, now: OffsetDateTime) -> Result<i64> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(USED).bind(org).bind(day).bind(what).bind(now).fetch_one(c).await)?)
}

const TAKE: &str = "INSERT INTO quota_uses (org_id, day, what, subject, amount, until) VALUES ($1, $2, $3, $4, $5, $6)";

/// Writes a use: for good, or set aside until it is settled, at the latest at `until`.
pub async fn take(tx: &mut Tx, of: &Use<'_>, amount: i64, until: Option<OffsetDateTime>) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(TAKE)
        .bind(of.org_id).bind(of.day).bind(of.what).bind(of.subject).bind(amount).bind(until)
        .execute(c).await.map(|_| ()))?)
}

const SETTLE: &str = "UPDATE quota_uses SET amount = $5, until = NULL
    WHERE org_id = $1 AND day = $2 AND what = $3 AND subject = $4 AND until IS NOT NULL";

/// Writes what was used in place of what was set aside; false where that is done already.
pub async fn settle(tx: &mut Tx, of: &Use<'_>, amount: i64) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(SETTLE)
        .bind(of.org_id).bind(of.day).bind(of.what).bind(of.subject).bind(amount)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const GIVE_BACK: &str = "DELETE FROM quota_uses WHERE org_id = $1 AND day = $2 AND what = $3 AND subject = $4";

/// Forgets a use.
pub async fn give_back(tx: &mut Tx, of: &Use<'_>) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(GIVE_BACK).bind(of.org_id).bind(of.day).bind(of.what).bind(of.subject)
        .execute(c).await.map(|_| ()))?)
}

const FORGET: &str = "DELETE FROM quota_uses WHERE org_id = $1 AND day < $2";

/// Forgets what an organisation used before a day.
pub async fn forget_before(tx: &mut Tx, org: OrgId, day: Day) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(FORGET).bind(org).bind(day).execute(c).await.map(|_| ()))?)
}
