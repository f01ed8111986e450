//! Who changed what: noted in the transaction of the change itself.

use std::fmt::Display;

use cloche_domain::server::Role;
use cloche_storage::Tx;
use cloche_storage::audit::{self, Entry, Filter, NewEntry};
use serde_json::{Map, Value};

use crate::app::App;
use crate::http::auth::Member;

/// Why the log is not shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("your role {0} does not see the audit log: ask an owner, an admin or a reviewer of the organisation")]
    Forbidden(Role),
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
}

impl<'a> Done<'a> {
    pub fn of(action: &'static str, (resource_type, id): (&'static str, &dyn Display)) -> Self {
        Self { action, resource_type, resource_id: id.to_string(), reason: None, details: None }
    }

    /// With what changed, as far as it is no secret.
    pub fn with(self, details: Value) -> Self {
        Self { details: Some(details), ..self }
    }

    /// With what was changed, as it was and as it is; null where it was or is not there.
    pub fn changed(self, before: Value, after: Value) -> Self {
        self.with(Value::Object(Map::from_iter([("before".to_owned(), before), ("after".to_owned(), after)])))
    }

    pub fn because(self, reason: &'a str) -> Self {
        Self { reason: Some(reason), ..self }
    }
}

/// Notes what a member does.
pub async fn note(app: &App, member: &Member, tx: &mut Tx, done: Done<'_>) -> cloche_storage::Result<()> {
    let entry = NewEntry {
        org_id: member.org_id,
        actor: member.user_id,
        action: done.action,
        resource_type: done.resource_type,
        resource_id: &done.resource_id,
        reason: done.reason,
        details: done.details,
    };
    audit::add(tx, entry, app.clock.now()).await
}

/// One page of the log, newest first; and where the next begins.
pub async fn list(
    app: &App,
    member: &Member,
    filter: Filter<'_>,
    limit: u8,
) -> Result<(Vec<Entry>, Option<i64>), Error> {
    match member.role {
        Role::Owner | Role::Admin | Role::Reviewer => {}
        Role::Developer | Role::Viewer => return Err(Error::Forbidden(member.role)),
    }
    let mut entries = audit::list(&mut app.db.read().await?, member.org_id, filter, i64::from(limit) + 1).await?;
    let more = entries.len() > usize::from(limit);
    entries.truncate(limit.into());
    let next = entries.last().filter(|_| more).map(|last| last.seq);
    Ok((entries, next))
}
