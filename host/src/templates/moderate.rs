//! What admins decide about a template.
//!
//! A takedown is one word in one row: the gateway reads it with each server that was made from the template, so that all
//! of them stop in the moment in which it is committed, those included that are being made just then. Nothing has to be
//! stopped one by one; what goes on afterwards is that their owners are told (`notices.rs`).

use cloche_domain::template::{CaseState, Tab, TemplateStatus};
use cloche_domain::{OrgId, Slug, TemplateId, UserId};
use cloche_storage::audit::{self as store, Entry, Filter};
use cloche_storage::jobs::{self, NewJob};
use cloche_storage::templates::{self, CaseDecision, Template};
use cloche_storage::{Tx, accounts, members};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::browse::page;
use super::publish::noted;
use super::{Error, NOTICES, Page, Result, said, titles};
use crate::app::App;
use crate::audit::{self, Done};
use crate::events::Event;
use crate::http::auth::Admin;

/// How long the first of two admins' word holds.
const ASKED_FOR: Duration = Duration::days(7);
/// What the log calls that word.
const ASKED: &str = "template.takedown_asked";

/// What an admin has looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub release: i64,
    pub updated_at: OffsetDateTime,
}

/// What an admin does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The platform vouches for what was looked at.
    Verify(Seen),
    Unverify,
    /// Shows it no more; forks go on.
    Hide,
    /// Stops it and all its forks.
    Takedown,
    /// Ends what another admin has asked for.
    KeepUp,
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
    let mut tx = audit::begin(app, OrgId::PLATFORM).await?;
    let before = lock(&mut tx, id).await?;
    let done = decided(app, admin, &mut tx, (&before, action), reason).await?;
    tx.commit().await?;
    tell(app, admin, &before, &done).await;
    Ok(done)
}

/// Takes a template, in a transaction that has the platform's own log: its owner's comes next, and nobody takes these in
/// another order.
pub(super) async fn lock(tx: &mut Tx, id: TemplateId) -> Result<Template> {
    let owner = templates::get(tx, id).await?.and_then(|known| known.org_id);
    if let Some(owner) = owner.filter(|owner| *owner != OrgId::PLATFORM) {
        store::lock(tx, owner).await?;
    }
    templates::lock(tx, id).await?.ok_or(Error::NotFound)
}

/// Writes what an admin decides about a template that was taken by [`lock`].
pub(super) async fn decided(
    app: &App,
    admin: &Admin,
    tx: &mut Tx,
    (before, action): (&Template, Action),
    reason: &str,
) -> Result<Moderated> {
    let (id, now) = (before.id, app.clock.now());
    let said = decide(app, admin, tx, (before, action), reason).await?;
    let template = templates::get(tx, id).await?.ok_or(Error::NotFound)?;
    let done = || Done::of(said, ("template", &id)).because(reason).changed(standing(before), standing(&template));
    audit::note_in(app, admin, OrgId::PLATFORM, tx, done()).await?;
    // What is only asked for is nothing that its owner should be warned of.
    if let Some(owner) = template.org_id.filter(|owner| *owner != OrgId::PLATFORM && said != ASKED) {
        audit::note_platform(app, owner, tx, done()).await?;
    }
    if before.status != template.status {
        let state = if action == Action::Restore { CaseState::Upheld } else { CaseState::Dismissed };
        templates::close_appeals(tx, id, CaseDecision { state, by: admin.user_id, reason }, now).await?;
        templates::rank_one(tx, id, now).await?;
        let subject = id.to_string();
        jobs::enqueue(tx, NewJob { org_id: OrgId::PLATFORM, kind: NOTICES, subject: &subject }, now).await?;
    }
    let stopped = match (action, template.status) {
        (Action::Takedown, TemplateStatus::TakenDown) => templates::forks_of(tx, id).await?,
        _ => 0,
    };
    Ok(Moderated { awaits_second_admin: said == ASKED, template, stopped })
}

/// Tells everyone what was decided, once it is written.
pub(super) async fn tell(app: &App, admin: &Admin, before: &Template, done: &Moderated) {
    let (id, status) = (before.id, done.template.status);
    tracing::warn!(template = %id, %status, by = %admin.user_id, stopped = done.stopped, "template moderated");
    if before.status != status {
        app.events.tell(Event::Template(id));
        app.wake.ring();
    }
    // Afterwards, and each by itself: a flag that is lost is set again when the title is next written.
    let flagged = match &done.template.verified_title {
        after if *after == before.verified_title => Ok(()),
        Some(_) => titles::flag(app, &done.template).await,
        None => titles::clear(app, &done.template).await,
    };
    if let Err(error) = flagged {
        tracing::warn!(template = %id, %error, "titles like this one keep their flags");
    }
}

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
    if matches!(action, Action::Verify(_) | Action::KeepUp | Action::Restore) {
        impartial(tx, admin, before).await?;
    }
    let status = match (action, before.status) {
        (Action::Verify(seen), S::Published) => {
            if before.is_verified() {
                return Err(Error::Already("verified"));
            }
            if seen != (Seen { release: before.releases, updated_at: before.updated_at }) {
                return Err(Error::ChangedSince);
            }
            templates::verify(tx, id, now).await?;
            return Ok("template.verified");
        }
        (Action::Verify(_), _) => return Err(Error::NotFound),
        (Action::Unverify, _) if before.verified_title.is_none() => return Err(Error::Already("not verified")),
        (Action::Unverify, _) => {
            templates::unverify(tx, id).await?;
            return Ok("template.unverified");
        }
        (Action::KeepUp, _) if before.takedown_asked_by.is_none() => return Err(Error::Already("kept up")),
        (Action::KeepUp, _) => {
            templates::forget_takedown(tx, id).await?;
            return Ok("template.kept_up");
        }
        (Action::Hide, S::Hidden) => return Err(Error::Already("hidden")),
        (Action::Hide | Action::Takedown, S::TakenDown) => return Err(Error::Already("taken down")),
        (Action::Restore, S::Published | S::Unpublished) => return Err(Error::Already("shown")),
        (Action::Hide, _) => (S::Hidden, Some(reason)),
        (Action::Restore, _) if before.withdrawn => (S::Unpublished, None),
        (Action::Restore, _) => (S::Published, None),
        (Action::Takedown, _) => {
            // Also where it is verified no longer: one admin alone must not get there in two steps.
            if before.verified_at.is_some() {
                match asked(tx, before, now).await? {
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

/// That nobody decides in favour of their own organisation's, where another admin can.
pub(super) async fn impartial(tx: &mut Tx, admin: &Admin, template: &Template) -> Result<()> {
    let Some(owner) = template.org_id else { return Ok(()) };
    let own = members::find(tx, owner, admin.user_id).await?.is_some();
    if own && accounts::has_admin_besides(tx, admin.user_id).await? { Err(Error::Own) } else { Ok(()) }
}

/// The admin who has asked for a takedown lately, and is still one.
async fn asked(tx: &mut Tx, before: &Template, now: OffsetDateTime) -> Result<Option<UserId>> {
    let lately = before.takedown_asked_at.is_some_and(|at| at + ASKED_FOR > now);
    match before.takedown_asked_by.filter(|_| lately) {
        Some(first) if accounts::is_admin(tx, first).await? => Ok(Some(first)),
        _ => Ok(None),
    }
}

fn standing(template: &Template) -> Value {
    let mut standing = noted(template);
    standing["verified"] = json!(template.is_verified());
    standing
}

/// Templates of a status, newest first.
pub async fn shown_to_admins(app: &App, status: TemplateStatus, after: Option<TemplateId>, limit: u8) -> Result<Page> {
    let mut tx = app.db.read().await?;
    let templates = templates::with_status(&mut tx, status, after, i64::from(limit) + 1).await?;
    Ok(page(templates, Tab::Newest, limit))
}

/// What admins have decided, newest first; and where the next page begins.
pub async fn log(app: &App, before: Option<i64>, limit: u8) -> Result<(Vec<Entry>, Option<i64>)> {
    let filter = Filter { before, ..Filter::default() };
    let mut entries = store::list(&mut app.db.read().await?, OrgId::PLATFORM, filter, i64::from(limit) + 1).await?;
    let more = entries.len() > usize::from(limit);
    entries.truncate(limit.into());
    let next = entries.last().filter(|_| more).map(|last| last.seq);
    Ok((entries, next))
}
