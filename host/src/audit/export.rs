//! The log as a file: a line that says whose it is and where it begins, a line for each row, and the seal. All lines are
//! JSON, oldest first.

use std::sync::Arc;

use async_stream::try_stream;
use cloche_domain::{Actor, OrgId, Sha256, Slug, Via};
use cloche_storage::audit::{self, Entry, Head, KeptHead};
use futures::Stream;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::ToSchema;

use super::{Error, may_read};
use crate::app::App;
use crate::dsse::Envelope;
use crate::http::auth::Member;

/// One thing that was done, as it is shown and exported.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = AuditEntry)]
pub struct Line {
    /// 1, 2, 3 … within the organisation.
    seq: i64,
    /// Which of the members `sha256` covers: 1 for those written before there was `via`, `address`, `before` and `after`.
    form: i64,
    #[serde(with = "rfc3339")]
    at: OffsetDateTime,
    /// The user's id; `operator` at the command line; `platform`.
    actor: Actor,
    /// The id of the session, API key or OAuth client; `command_line`; `platform`.
    via: Option<Via>,
    /// The network address that it came from.
    address: Option<String>,
    action: String,
    resource_type: String,
    resource_id: String,
    reason: Option<String>,
    #[schema(value_type = Option<Object>)]
    details: Option<Box<RawValue>>,
    /// What was changed, as it was.
    #[schema(value_type = Option<Object>)]
    before: Option<Box<RawValue>>,
    /// What was changed, as it is.
    #[schema(value_type = Option<Object>)]
    after: Option<Box<RawValue>>,
    /// Over this entry and the one before it.
    sha256: Sha256,
}

impl From<Entry> for Line {
    fn from(entry: Entry) -> Self {
        // The text itself: the digest is over it.
        let raw = |text: Option<String>| text.and_then(|text| RawValue::from_string(text).ok());
        Self {
            seq: entry.seq,
            form: entry.form,
            at: entry.at,
            actor: entry.actor,
            via: entry.via,
            address: entry.address,
            action: entry.action,
            resource_type: entry.resource_type,
            resource_id: entry.resource_id,
            reason: entry.reason,
            details: raw(entry.details),
            before: raw(entry.before),
            after: raw(entry.after),
            sha256: entry.sha256,
        }
    }
}

impl From<Line> for Entry {
    fn from(line: Line) -> Self {
        let text = |raw: Option<Box<RawValue>>| raw.map(|raw| raw.get().to_owned());
        Self {
            seq: line.seq,
            form: line.form,
            at: line.at,
            actor: line.actor,
            via: line.via,
            address: line.address,
            action: line.action,
            resource_type: line.resource_type,
            resource_id: line.resource_id,
            reason: line.reason,
            details: text(line.details),
            before: text(line.before),
            after: text(line.after),
            sha256: line.sha256,
        }
    }
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct First {
    pub org: OrgId,
    pub slug: Slug,
    /// The number of the row before the first one here, and its digest; 0 at the beginning.
    pub after: i64,
    pub sha256: Sha256,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Last {
    /// How far the log had come.
    pub head: i64,
    pub sha256: Sha256,
    /// The same, signed; null where nothing was added since logs are sealed.
    pub sealed: Option<Envelope>,
}

/// The rows after `after`, with what is needed to verify them, in pieces.
pub async fn export(
    app: Arc<App>,
    member: &Member,
    after: i64,
) -> Result<impl Stream<Item = Result<Vec<u8>, cloche_storage::Error>> + use<>, Error> {
    may_read(member)?;
    let (org, slug) = (member.org_id, member.org_slug.clone());
    let mut tx = app.db.read().await?;
    let beginning = audit::Chain::beginning(org).head();
    let kept = audit::head(&mut tx, org).await?.unwrap_or(KeptHead { head: beginning, sealed: None });
    let last = kept.head.seq;
    let begins = if after == 0 {
        beginning
    } else {
        let before = audit::next(&mut tx, org, after.saturating_sub(1), after.min(last)).await?.pop();
        let row = before.ok_or(Error::NoSuchRow { last })?;
        Head { org_id: org, seq: row.seq, sha256: row.sha256 }
    };
    drop(tx);
    Ok(try_stream! {
        yield line(&First { org, slug, after, sha256: begins.sha256 });
        let mut seq = after;
        while seq < last {
            // A transaction a page: whoever reads slowly holds none open.
            let rows = audit::next(&mut app.db.read().await?, org, seq, last).await?;
            let Some(end) = rows.last() else { break };
            seq = end.seq;
            yield rows.into_iter().flat_map(|row| line(&Line::from(row))).collect();
        }
        let sealed = kept.sealed.and_then(|sealed| serde_json::from_str(&sealed).ok());
        yield line(&Last { head: last, sha256: kept.head.sha256, sealed });
    })
}

fn line(of: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(of).unwrap_or_default();
    line.push(b'\n');
    line
}
