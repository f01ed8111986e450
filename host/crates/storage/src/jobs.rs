//! Work to be done once, even if a node dies while doing it: whoever claims a job holds it by a lease that must be
//! renewed, and writes what it did in a transaction that first shows that the lease is still its own.

use cloche_domain::{JobId, OrgId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// A job to be put into the queue.
#[derive(Clone, Copy, Debug)]
pub struct NewJob<'a> {
    pub org_id: OrgId,
    pub kind: &'a str,
    /// The id it is about. There is one job of a kind about it.
    pub subject: &'a str,
}

/// A job in hand.
#[derive(Clone, Debug, FromRow)]
pub struct Job {
    pub id: JobId,
    pub org_id: OrgId,
    pub kind: String,
    pub subject: String,
    /// How often it was claimed, this time included.
    pub attempts: i64,
    pub lease: String,
}

const ENQUEUE: &str = "INSERT INTO jobs (id, org_id, kind, subject, attempts, run_at, created_at)
    VALUES ($1, $2, $3, $4, 0, $5, $5) ON CONFLICT (kind, subject) DO NOTHING";

/// Puts a job into the queue, unless it is there.
pub async fn enqueue(tx: &mut Tx, new: NewJob<'_>, now: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(ENQUEUE)
        .bind(JobId::new()).bind(new.org_id).bind(new.kind).bind(new.subject).bind(now)
        .execute(c).await.map(|_| ()))?)
}

/// Who takes a job, and how.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// A random text of its own.
    pub lease: &'a str,
    pub until: OffsetDateTime,
    /// Jobs that one organisation may have in hand at a time.
    pub share: i64,
}

// The organisation with the fewest jobs in hand comes first, then the job that has waited longest.
const CLAIM: &str = "UPDATE jobs SET attempts = attempts + 1, lease = $3, leased_until = $2
    WHERE id = (
        SELECT j.id FROM jobs j
        LEFT JOIN (SELECT org_id, count(*) AS jobs FROM jobs WHERE leased_until > $1 GROUP BY org_id) held
            ON held.org_id = j.org_id
        WHERE j.run_at <= $1 AND (j.leased_until IS NULL OR j.leased_until <= $1) AND COALESCE(held.jobs, 0) < $4
        ORDER BY COALESCE(held.jobs, 0), j.run_at, j.id
        LIMIT 1
    )
    RETURNING id, org_id, kind, subject, attempts, lease";

/// Takes the next job that is due and in no one's hand, of an organisation that has not its share in hand.
pub async fn claim(tx: &mut Tx, claim: Claim<'_>, now: OffsetDateTime) -> Result<Option<Job>> {
    // Two at once would both see a share that has room for one.
    tx.in_turn("jobs").await?;
    Ok(on_conn!(*tx, c => sqlx::query_as(CLAIM).bind(now).bind(claim.until).bind(claim.lease).bind(claim.share)
        .fetch_optional(c).await)?)
}

const DUE: &str = "SELECT min(run_at) FROM jobs WHERE run_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)";

/// Since when the job waits that has waited longest; none where all that is due is in hand.
pub async fn waiting_since(tx: &mut Tx, now: OffsetDateTime) -> Result<Option<OffsetDateTime>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(DUE).bind(now).fetch_one(c).await)?)
}

const RENEW: &str = "UPDATE jobs SET leased_until = $3 WHERE id = $1 AND lease = $2";

/// Holds a job longer. False when it is no longer in this hand: another has it, or it was deleted.
pub async fn renew(tx: &mut Tx, job: &Job, until: OffsetDateTime) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(RENEW).bind(job.id).bind(&job.lease).bind(until)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const FINISH: &str = "DELETE FROM jobs WHERE id = $1 AND lease = $2";

/// Takes a job that is done out of the queue. False when it is no longer in this hand.
pub async fn finish(tx: &mut Tx, job: &Job) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(FINISH).bind(job.id).bind(&job.lease)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const RETRY: &str = "UPDATE jobs SET lease = NULL, leased_until = NULL, run_at = $3, last_error = $4
    WHERE id = $1 AND lease = $2";

/// Puts a job back, to be tried again at `at`.
pub async fn retry(tx: &mut Tx, job: &Job, at: OffsetDateTime, error: &str) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(RETRY).bind(job.id).bind(&job.lease).bind(at).bind(error)
        .execute(c).await.map(|_| ()))?)
}

const RETURN: &str = "UPDATE jobs SET lease = NULL, leased_until = NULL, attempts = attempts - 1
    WHERE id = $1 AND lease = $2";

/// Puts a job back untouched, for whoever comes next: the worker is being stopped.
pub async fn give_back(tx: &mut Tx, job: &Job) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(RETURN).bind(job.id).bind(&job.lease).execute(c).await.map(|_| ()))?)
}

const RELEASE_ALL: &str = "UPDATE jobs SET lease = NULL, leased_until = NULL WHERE lease IS NOT NULL";

/// Ends every lease. For the start of a platform that no one else works on: its holders are dead.
pub async fn release_all(tx: &mut Tx) -> Result<u64> {
    Ok(on_conn!(*tx, c => sqlx::query(RELEASE_ALL).execute(c).await.map(|done| done.rows_affected()))?)
}
