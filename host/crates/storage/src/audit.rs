//! The log of who changed what: rows that are only ever added, each bound to the one before it; and the last of them, kept
//! apart and signed, so that rows are missed at the end too.

mod chain;

use cloche_domain::{Actor, OrgId, Origin, Sha256, Slug, Via};
use serde_json::Value;
use sqlx::FromRow;
use time::OffsetDateTime;

pub use chain::{Broken, Chain};

use crate::{Result, Tx};

/// One thing that was done.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    pub org_id: OrgId,
    pub actor: Actor,
    pub origin: &'a Origin,
    /// What was done, like `version.approved`.
    pub action: &'a str,
    pub resource_type: &'a str,
    pub resource_id: &'a str,
    pub reason: Option<&'a str>,
    /// What there is to say besides.
    pub details: Option<Value>,
    /// What was changed, as far as it is no secret: as it was, and as it is.
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// A row of the log. JSON is text here, as it was written: the digest is over that.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Entry {
    pub seq: i64,
    /// Which of the columns the digest covers.
    pub form: i64,
    pub at: OffsetDateTime,
    pub actor: Actor,
    /// None in rows of the first form.
    pub via: Option<Via>,
    pub address: Option<String>,
    pub action: String,
    pub resource_type: String,
    pub resource_id: String,
    pub reason: Option<String>,
    pub details: Option<String>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub sha256: Sha256,
}

/// How far an organisation's log has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Head {
    pub org_id: OrgId,
    /// The number of the last row, and so the number of rows.
    pub seq: i64,
    /// Its digest.
    pub sha256: Sha256,
}

const LOCK: &str = "UPDATE orgs SET name = name WHERE id = $1";

/// Takes an organisation's turn: others who change something of it wait until this transaction ends. What changes more
/// than one row begins with it, so that no two wait for each other.
pub async fn lock(tx: &mut Tx, org: OrgId) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(LOCK).bind(org).execute(c).await.map(|_| ()))?)
}

const LAST: &str = "SELECT org_id, seq, sha256 FROM audit WHERE org_id = $1 ORDER BY seq DESC LIMIT 1";
const INSERT: &str = "INSERT INTO audit
    (org_id, seq, form, at, actor, via, address, action, resource_type, resource_id, reason, details, before, after, sha256)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const KEEP_HEAD: &str = "INSERT INTO audit_heads (org_id, seq, sha256, sealed) VALUES ($1, $2, $3, $4)
    ON CONFLICT (org_id) DO UPDATE SET seq = excluded.seq, sha256 = excluded.sha256, sealed = excluded.sealed";

/// Adds a row, in the transaction of what it tells of. `seal` signs how far the log has come with it.
pub async fn add(
    tx: &mut Tx,
    new: NewEntry<'_>,
    now: OffsetDateTime,
    seal: impl FnOnce(&Head) -> String,
) -> Result<()> {
    lock(tx, new.org_id).await?;
    let org = new.org_id;
    let last: Option<Head> = on_conn!(*tx, c => sqlx::query_as(LAST).bind(org).fetch_optional(c).await)?;
    let mut chain = last.map_or_else(|| Chain::beginning(org), Chain::after);
    let e = &chain.add(new, now);
    on_conn!(*tx, c => sqlx::query(INSERT).bind(org).bind(e.seq).bind(e.form).bind(e.at).bind(e.actor).bind(&e.via)
        .bind(&e.address).bind(&e.action).bind(&e.resource_type).bind(&e.resource_id).bind(&e.reason).bind(&e.details)
        .bind(&e.before).bind(&e.after).bind(e.sha256)
        .execute(c).await.map(|_| ()))?;
    let head = chain.head();
    Ok(on_conn!(*tx, c => sqlx::query(KEEP_HEAD).bind(org).bind(head.seq).bind(head.sha256).bind(seal(&head))
        .execute(c).await.map(|_| ()))?)
}

const HEAD: &str = "SELECT org_id, seq, sha256, sealed FROM audit_heads WHERE org_id = $1";

/// A head as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct KeptHead {
    #[sqlx(flatten)]
    pub head: Head,
    /// The signed envelope; none where nothing was added since there are any.
    pub sealed: Option<String>,
}

/// How far an organisation's log has come, as it was kept apart.
pub async fn head(tx: &mut Tx, org: OrgId) -> Result<Option<KeptHead>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(HEAD).bind(org).fetch_optional(c).await)?)
}

/// Which rows are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    pub action: Option<&'a str>,
    pub resource_type: Option<&'a str>,
    pub resource_id: Option<&'a str>,
    pub actor: Option<Actor>,
    /// At this time or later.
    pub since: Option<OffsetDateTime>,
    /// Before this time.
    pub until: Option<OffsetDateTime>,
    /// Only rows before this one.
    pub before: Option<i64>,
}

/// The query of an [`Entry`], up to its conditions.
macro_rules! entry {
    () => {
        "SELECT seq, form, at, actor, via, address, action, resource_type, resource_id, reason, details, before, after,
        sha256 FROM audit WHERE org_id = $1"
    };
}

const LIST: &str = concat!(
    entry!(),
    " AND ($2 IS NULL OR action = $2) AND ($3 IS NULL OR resource_type = $3) AND ($4 IS NULL OR resource_id = $4)
    AND ($5 IS NULL OR actor = $5) AND ($6 IS NULL OR at >= $6) AND ($7 IS NULL OR at < $7) AND seq < $8
    ORDER BY seq DESC LIMIT $9"
);

/// An organisation's log, newest first.
pub async fn list(tx: &mut Tx, org: OrgId, filter: Filter<'_>, limit: i64) -> Result<Vec<Entry>> {
    let f = filter;
    Ok(on_conn!(*tx, c => sqlx::query_as(LIST).bind(org).bind(f.action).bind(f.resource_type).bind(f.resource_id)
        .bind(f.actor).bind(f.since).bind(f.until).bind(f.before.unwrap_or(i64::MAX)).bind(limit).fetch_all(c).await)?)
}

const FROM: &str = concat!(entry!(), " AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT 1000");

/// The next thousand rows after `after`, up to `last`, oldest first.
pub async fn next(tx: &mut Tx, org: OrgId, after: i64, last: i64) -> Result<Vec<Entry>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(FROM).bind(org).bind(after).bind(last).fetch_all(c).await)?)
}

/// Has a transaction that reads see one state of the log throughout, also beside others who add to it.
pub async fn hold_still(tx: &mut Tx) -> Result<()> {
    match tx {
        // It does so by itself.
        Tx::Sqlite(_) => {}
        Tx::Postgres(tx) => {
            sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").execute(&mut **tx).await?;
        }
    }
    Ok(())
}

/// Reads an organisation's whole log: how far it has come, or the first row that was changed or is missing.
pub async fn follow(tx: &mut Tx, org: OrgId) -> Result<Result<Chain, Broken>> {
    let mut chain = Chain::beginning(org);
    loop {
        let rows = next(tx, org, chain.head().seq, i64::MAX).await?;
        if rows.is_empty() {
            return Ok(Ok(chain));
        }
        for row in &rows {
            if let Err(broken) = chain.follow(row) {
                return Ok(Err(broken));
            }
        }
    }
}

const ORGS: &str = "SELECT id, slug FROM orgs WHERE $1 IS NULL OR slug = $1 ORDER BY slug";

/// The organisations that there are, or the one of a slug.
pub async fn orgs(tx: &mut Tx, slug: Option<&Slug>) -> Result<Vec<(OrgId, Slug)>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(ORGS).bind(slug).fetch_all(c).await)?)
}
