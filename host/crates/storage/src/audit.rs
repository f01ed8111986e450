//! The log of who changed what: rows that are only ever added, each bound to the one before it.

use cloche_domain::{OrgId, Sha256, UserId};
use serde_json::{Value, json};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// One thing that was done.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    pub org_id: OrgId,
    pub actor: UserId,
    /// What was done, like `version.approved`.
    pub action: &'a str,
    pub resource_type: &'a str,
    pub resource_id: &'a str,
    pub reason: Option<&'a str>,
    /// What changed, as far as it is no secret.
    pub details: Option<Value>,
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Entry {
    pub seq: i64,
    pub at: OffsetDateTime,
    pub actor: UserId,
    pub action: String,
    pub resource_type: String,
    pub resource_id: String,
    pub reason: Option<String>,
    /// JSON, as it was written.
    pub details: Option<String>,
    pub sha256: Sha256,
}

impl Entry {
    /// Of the row's content and the digest before it.
    fn digest(&self, org: OrgId, before: Sha256) -> Sha256 {
        let content = json!([
            before,
            org,
            self.seq,
            self.at.unix_timestamp_nanos() / 1_000,
            self.actor,
            self.action,
            self.resource_type,
            self.resource_id,
            self.reason,
            self.details,
        ]);
        Sha256::of(content.to_string())
    }
}

/// What stands before an organisation's first row.
fn beginning(org: OrgId) -> Sha256 {
    Sha256::of(org.to_string())
}

const LOCK: &str = "UPDATE orgs SET name = name WHERE id = $1";
const LAST: &str = "SELECT seq, sha256 FROM audit WHERE org_id = $1 ORDER BY seq DESC LIMIT 1";
const INSERT: &str = "INSERT INTO audit
    (org_id, seq, at, actor, action, resource_type, resource_id, reason, details, sha256)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

/// Adds a row, in the transaction of what it tells of.
pub async fn add(tx: &mut Tx, new: NewEntry<'_>, now: OffsetDateTime) -> Result<()> {
    // Others who add to this organisation's log wait.
    on_conn!(*tx, c => sqlx::query(LOCK).bind(new.org_id).execute(c).await.map(|_| ()))?;
    let last: Option<(i64, Sha256)> =
        on_conn!(*tx, c => sqlx::query_as(LAST).bind(new.org_id).fetch_optional(c).await)?;
    let (seq, before) = last.unwrap_or_else(|| (0, beginning(new.org_id)));
    let mut entry = Entry {
        seq: seq + 1,
        at: now,
        actor: new.actor,
        action: new.action.to_owned(),
        resource_type: new.resource_type.to_owned(),
        resource_id: new.resource_id.to_owned(),
        reason: new.reason.map(str::to_owned),
        details: new.details.map(|details| details.to_string()),
        sha256: before,
    };
    entry.sha256 = entry.digest(new.org_id, before);
    let e = &entry;
    Ok(on_conn!(*tx, c => sqlx::query(INSERT).bind(new.org_id).bind(e.seq).bind(e.at).bind(e.actor).bind(&e.action)
        .bind(&e.resource_type).bind(&e.resource_id).bind(&e.reason).bind(&e.details).bind(e.sha256)
        .execute(c).await.map(|_| ()))?)
}

/// Which rows are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    pub action: Option<&'a str>,
    pub resource_type: Option<&'a str>,
    /// Only rows before this one.
    pub before: Option<i64>,
}

const LIST: &str = "SELECT seq, at, actor, action, resource_type, resource_id, reason, details, sha256 FROM audit
    WHERE org_id = $1 AND ($2 IS NULL OR action = $2) AND ($3 IS NULL OR resource_type = $3)
    AND ($4 IS NULL OR seq < $4) ORDER BY seq DESC LIMIT $5";

/// An organisation's log, newest first.
pub async fn list(tx: &mut Tx, org: OrgId, filter: Filter<'_>, limit: i64) -> Result<Vec<Entry>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(LIST).bind(org).bind(filter.action).bind(filter.resource_type)
        .bind(filter.before).bind(limit).fetch_all(c).await)?)
}

const FROM: &str = "SELECT seq, at, actor, action, resource_type, resource_id, reason, details, sha256 FROM audit
    WHERE org_id = $1 AND seq > $2 ORDER BY seq LIMIT 1000";

/// The number of the first row that was changed, or is missing; none where all rows are as they were written. Rows that
/// are missing at the end cannot be known.
pub async fn first_broken(tx: &mut Tx, org: OrgId) -> Result<Option<i64>> {
    let (mut seq, mut before) = (0_i64, beginning(org));
    loop {
        let rows: Vec<Entry> = on_conn!(*tx, c => sqlx::query_as(FROM).bind(org).bind(seq).fetch_all(c).await)?;
        if rows.is_empty() {
            return Ok(None);
        }
        for row in rows {
            if row.seq != seq + 1 || row.sha256 != row.digest(org, before) {
                return Ok(Some(seq + 1));
            }
            (seq, before) = (row.seq, row.sha256);
        }
    }
}
