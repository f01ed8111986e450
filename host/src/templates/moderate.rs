//! What admins decide about a template.
//!
//! A takedown is one word in one row: the gateway reads it with each server that was made from the template, so that all
//! of them stop in the moment in which it is committed, those included that are being made just then. Nothing has to be
//! stopped one by one; what goes on afterwards is that their owners are told (`notices.rs`).

use cloche_domain::template::Tab;
use cloche_domain::template::TemplateStatus;
use cloche_domain::{OrgId, Slug};
use cloche_storage::audit::{self as log_store, Entry, Filter};
use cloche_storage::jobs::{self, NewJob};
use cloche_storage::templates::{self, Template, Titled};
use cloche_storage::{Tx, audit as store};
use serde_json::json;

use super::browse::page;
use super::publish::noted;
use super::{Error, NOTICES, Page, Result, said, titles};
use crate::app::App;
use crate::audit::{self, Done};
use crate::events::Event;
use crate::http::auth::Admin;

/// What an admin does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Verify,
    Unverify,
    /// Shows it no more; forks go on.
    Hide,
    /// Stops it and all its forks.
    Takedown,
    /// Ends what was decided: it is shown, unless its owner does not want that, and its forks answer.
    Restore,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Moderated {
    pub template: Template,
    /// Whether another admin has to confirm it.
    pub awaits_second_admin: bool,
    /// Forks that are stopped now.
    pub stopped: i64,
}

/// Decides about a template.
pub async fn moderate(app: &App, admin: &Admin, slug: &Slug, action: Action, reason: &str) -> Result<Moderated> {
    let reason = said(reason)?;
    let id = templates::by_slug(&mut app.db.read().await?, slug).await?.ok_or(Error::NotFound)?.id;
    // The platform's own log first, then the owner's, then the template: nobody takes these in another order.
    let mut tx = audit::begin(app, OrgId::PLATFORM).await?;
    let owner = templates::get(&mut tx, id).await?.and_then(|known| known.org_id);
    if let Some(owner) = owner.filter(|owner| *owner != OrgId::PLATFORM) {
        store::lock(&mut tx, owner).await?;
    }
    let before = templates::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let said = decide(app, admin, &mut tx, (&before, action), reason).await?;
    let template = templates::get(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let done = || {
        let done = Done::of(said, ("template", &id)).because(reason);
        done.changed(standing(&before), standing(&template))
    };
    audit::note_in(app, admin, OrgId::PLATFORM, &mut tx, done()).await?;
    if let Some(owner) = owner.filter(|owner| *owner != OrgId::PLATFORM) {
        audit::note_platform(app, owner, &mut tx, done()).await?;
    }
    let changed = before.status != template.status;
    if changed {
        let subject = id.to_string();
        let job = NewJob { org_id: OrgId::PLATFORM, kind: NOTICES, subject: &subject };
        jobs::enqueue(&mut tx, job, app.clock.now()).await?;
    }
    let stopped = match template.status {
        TemplateStatus::TakenDown => templates::forks_of(&mut tx, id).await?,
        _ => 0,
    };
    tx.commit().await?;
    tracing::warn!(template = %id, ?action, by = %admin.user_id, stopped, "template moderated");
    if changed {
        app.events.tell(Event::Template(id));
        app.wake.ring();
    }
    Ok(Moderated { awaits_second_admin: said == ASKED, template, stopped })
}

/// What the log calls the first of two admins' word.
const ASKED: &str = "template.takedown_asked";

/// Writes what an admin decides, and gives what the log calls it.
async fn decide(
    app: &App,
    admin: &Admin,
    tx: &mut Tx,
    (before, action): (&Template, Action),
    reason: &str,
) -> Result<&'static str> {
    use TemplateStatus as S;
    let (id, now) = (before.id, app.clock.now());
    let status = match (action, before.status) {
        (Action::Verify, S::Published) if !before.is_verified() => {
            templates::verify(tx, id, Some(now)).await?;
            titles::flag(tx, &Titled { id, slug: before.slug.clone(), title: before.title.clone() }).await?;
            return Ok("template.verified");
        }
        (Action::Verify, S::Published) => return Err(Error::Already("verified")),
        (Action::Verify, _) => return Err(Error::NotFound),
        (Action::Unverify, _) if before.verified_at.is_none() => return Err(Error::Already("not verified")),
        (Action::Unverify, _) => {
            templates::verify(tx, id, None).await?;
            return Ok("template.unverified");
        }
        (Action::Hide, S::Hidden) => return Err(Error::Already("hidden")),
        (Action::Hide | Action::Takedown, S::TakenDown) => return Err(Error::Already("taken down")),
        (Action::Restore, S::Published | S::Unpublished) => return Err(Error::Already("shown")),
        (Action::Hide, _) => (S::Hidden, Some(reason)),
        (Action::Restore, _) if before.withdrawn => (S::Unpublished, None),
        (Action::Restore, _) => (S::Published, None),
        (Action::Takedown, _) => {
            if before.verified_at.is_some() {
                match before.takedown_asked_by {
                    None => {
                        templates::ask_takedown(tx, id, admin.user_id, reason, now).await?;
                        return Ok(ASKED);
                    }
                    Some(first) if first == admin.user_id => return Err(Error::SecondAdmin),
                    Some(_) => {}
                }
            }
            (S::TakenDown, Some(reason))
        }
    };
    templates::set_status(tx, id, status, now).await?;
    Ok(match action {
        Action::Hide => "template.hidden",
        Action::Takedown => "template.taken_down",
        _ => "template.restored",
    })
}

fn standing(template: &Template) -> serde_json::Value {
    let mut standing = noted(template);
    standing["verified"] = json!(template.is_verified());
    standing
}

/// Templates of a status, newest first.
pub async fn shown_to_admins(
    app: &App,
    status: TemplateStatus,
    after: Option<cloche_domain::TemplateId>,
    limit: u8,
) -> Result<Page> {
    let mut tx = app.db.read().await?;
    let templates = templates::with_status(&mut tx, status, after, i64::from(limit) + 1).await?;
    Ok(page(templates, Tab::Newest, limit))
}

/// What admins have decided, newest first; and where the next page begins.
pub async fn log(app: &App, before: Option<i64>, limit: u8) -> Result<(Vec<Entry>, Option<i64>)> {
    let filter = Filter { before, ..Filter::default() };
    let mut entries = log_store::list(&mut app.db.read().await?, OrgId::PLATFORM, filter, i64::from(limit) + 1).await?;
    let more = entries.len() > usize::from(limit);
    entries.truncate(limit.into());
    let next = entries.last().filter(|_| more).map(|last| last.seq);
    Ok((entries, next))
}
