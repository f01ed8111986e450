//! How each row is bound to the one before it. The same for the database's rows and for those of an exported file.

use cloche_domain::{Actor, OrgId, Sha256};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{Entry, Head, NewEntry};

/// The form of new rows. In the first one, the digest does not cover where a change came from, for nothing told it.
const FORM: i64 = 2;

/// The first row that is not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("row {0} is missing")]
    Missing(i64),
    #[error("row {0} was changed, or is not the one that followed here")]
    Changed(i64),
}

/// A log, as far as it has been followed.
#[derive(Clone, Copy, Debug)]
pub struct Chain {
    head: Head,
    /// Of the last row; none where no row was seen.
    form: Option<i64>,
}

impl Chain {
    /// Before an organisation's first row.
    pub fn beginning(org: OrgId) -> Self {
        Self::after(Head { org_id: org, seq: 0, sha256: Sha256::of(org.to_string()) })
    }

    /// After the row that this tells of.
    pub const fn after(head: Head) -> Self {
        Self { head, form: None }
    }

    pub const fn head(&self) -> Head {
        self.head
    }

    /// Whether the last row is from before logs were sealed, so that no seal is due.
    pub const fn is_unsealed(&self) -> bool {
        matches!(self.form, None | Some(1))
    }

    /// The row that comes next.
    pub(super) fn add(&mut self, new: NewEntry<'_>, now: OffsetDateTime) -> Entry {
        let text = |json: Option<Value>| json.map(|json| json.to_string());
        let mut entry = Entry {
            seq: self.head.seq + 1,
            form: FORM,
            at: now,
            actor: new.actor,
            via: Some(new.origin.via.clone()),
            address: new.origin.address.clone(),
            action: new.action.to_owned(),
            resource_type: new.resource_type.to_owned(),
            resource_id: new.resource_id.to_owned(),
            reason: new.reason.map(str::to_owned),
            details: text(new.details),
            before: text(new.before),
            after: text(new.after),
            sha256: self.head.sha256,
        };
        entry.sha256 = entry.digest(self.head);
        self.take(&entry);
        entry
    }

    /// Takes the next row, if it is the one that was written here.
    pub fn follow(&mut self, row: &Entry) -> Result<(), Broken> {
        let due = self.head.seq + 1;
        if row.seq != due {
            return Err(if row.seq > due { Broken::Missing(due) } else { Broken::Changed(row.seq) });
        }
        if !row.is_of_its_form() || row.sha256 != row.digest(self.head) {
            return Err(Broken::Changed(due));
        }
        self.take(row);
        Ok(())
    }

    fn take(&mut self, row: &Entry) {
        self.head = Head { seq: row.seq, sha256: row.sha256, ..self.head };
        self.form = Some(row.form);
    }
}

impl Entry {
    /// Whether nothing stands in a column that the digest does not cover.
    fn is_of_its_form(&self) -> bool {
        match self.form {
            1 => {
                let uncovered = [&self.address, &self.before, &self.after];
                matches!(self.actor, Actor::User(_)) && self.via.is_none() && uncovered.iter().all(|c| c.is_none())
            }
            FORM => true,
            _ => false,
        }
    }

    /// Of the row's content and the digest before it.
    fn digest(&self, before: Head) -> Sha256 {
        let at = self.at.unix_timestamp_nanos() / 1_000;
        let content = match self.form {
            1 => json!([
                before.sha256,
                before.org_id,
                self.seq,
                at,
                self.actor,
                self.action,
                self.resource_type,
                self.resource_id,
                self.reason,
                self.details,
            ]),
            form => json!([
                form,
                before.sha256,
                before.org_id,
                self.seq,
                at,
                self.actor,
                self.via,
                self.address,
                self.action,
                self.resource_type,
                self.resource_id,
                self.reason,
                self.details,
                self.before,
                self.after,
            ]),
        };
        Sha256::of(content.to_string())
    }
}
