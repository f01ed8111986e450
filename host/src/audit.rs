//! Who changed what, and from where: noted in the transaction of the change itself.

mod export;
mod seal;
mod verify;

use std::fmt::Display;

use cloche_domain::server::Role;
use cloche_domain::{Actor, OrgId, Origin};
use cloche_storage::Tx;
use cloche_storage::audit::{self, Entry, Filter, NewEntry};
use serde_json::Value;

pub use export::{Line, export};
pub use verify::{Broken, Proof, compare, verify, verify_file};

use crate::app::App;
use crate::http::auth::Member;

/// Why the log is not shown, or is not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("your role {0} does not see the audit log: ask an owner, an admin or a reviewer of the organisation")]
    Forbidden(Role),
    #[error("the log has {last} rows: begin at one of them")]
    NoSuchRow { last: i64 },
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

/// One thing that was done.
#[derive(Clone, Debug)]
pub struct Done<'a> {
    action: &'static str,
    resource_type: &'static str,
    resource_id: String,
    reason: Option<&'a str>,
    details: Option<Value>,
    before: Option<Value>,
    after: Option<Value>,
}

impl<'a> Done<'a> {
    pub fn of(action: &'static str, (resource_type, id): (&'static str, &dyn Display)) -> Self {
        let resource_id = id.to_string();
        Self { action, resource_type, resource_id, reason: None, details: None, before: None, after: None }
    }

    /// With what there is to say besides.
    pub fn with(self, details: Value) -> Self {
        Self { details: there(details), ..self }
    }

    /// With what was changed, as far as it is no secret: as it was and as it is, null where it was or is not there.
    pub fn changed(self, before: Value, after: Value) -> Self {
        Self { before: there(before), after: there(after), ..self }
    }

    pub fn because(self, reason: &'a str) -> Self {
        Self { reason: Some(reason), ..self }
    }
}

fn there(value: Value) -> Option<Value> {
    (!value.is_null()).then_some(value)
}

/// Begins a change of an organisation: whoever else changes something of it waits until it is done. It comes before all
/// other statements, so that no two changes wait for each other.
pub async fn begin(app: &App, org: OrgId) -> cloche_storage::Result<Tx> {
    let mut tx = app.db.begin().await?;
    audit::lock(&mut tx, org).await?;
    Ok(tx)
}

/// Notes what a member does.
pub async fn note(app: &App, member: &Member, tx: &mut Tx, done: Done<'_>) -> cloche_storage::Result<()> {
    note_by(app, (member.actor(), member.origin()), member.org_id, tx, done).await
}

/// Notes what somebody does to an organisation that they need not belong to.
pub async fn note_in(
    app: &App,
    member: &Member,
    org: OrgId,
    tx: &mut Tx,
    done: Done<'_>,
) -> cloche_storage::Result<()> {
    note_by(app, (member.actor(), member.origin()), org, tx, done).await
}

/// Notes what the platform does to an organisation by itself.
pub async fn note_platform(app: &App, org: OrgId, tx: &mut Tx, done: Done<'_>) -> cloche_storage::Result<()> {
    note_by(app, (Actor::Platform, &Origin::PLATFORM), org, tx, done).await
}

/// Notes what someone does to an organisation.
pub async fn note_by(
    app: &App,
    (actor, origin): (Actor, &Origin),
    org_id: OrgId,
    tx: &mut Tx,
    done: Done<'_>,
) -> cloche_storage::Result<()> {
    let entry = NewEntry {
        org_id,
        actor,
        origin,
        action: done.action,
        resource_type: done.resource_type,
        resource_id: &done.resource_id,
        reason: done.reason,
        details: done.details,
        before: done.before,
        after: done.after,
    };
    audit::add(tx, entry, app.clock.now(), |head| seal::sealed(&app.attestation_signer, head)).await
}

/// One page of the log, newest first; and where the next begins.
pub async fn list(
    app: &App,
    member: &Member,
    filter: Filter<'_>,
    limit: u8,
) -> Result<(Vec<Entry>, Option<i64>), Error> {
    may_read(member)?;
    let mut entries = audit::list(&mut app.db.read().await?, member.org_id, filter, i64::from(limit) + 1).await?;
    let more = entries.len() > usize::from(limit);
    entries.truncate(limit.into());
    let next = entries.last().filter(|_| more).map(|last| last.seq);
    Ok((entries, next))
}

fn may_read(member: &Member) -> Result<(), Error> {
    match member.role {
        Role::Owner | Role::Admin | Role::Reviewer => Ok(()),
        Role::Developer | Role::Viewer => Err(Error::Forbidden(member.role)),
    }
}
