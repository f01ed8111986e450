//! Reports about templates, appeals against what was decided, and the queue of both.

use cloche_domain::server::Role;
use cloche_domain::template::{CaseKind, CaseState, Concern, TemplateStatus};
use cloche_domain::{CaseId, OrgId, Slug};
use cloche_storage::templates::{self, Case, CaseDecision, NewCase, Template};
use serde_json::json;
use time::Duration;

use super::browse::visible;
use super::moderate::{decided, impartial, lock, tell};
use super::notices::send;
use super::{Action, Error, Moderated, Result, said};
use crate::app::App;
use crate::audit::{self, Done};
use crate::http::auth::{Admin, Member};
use crate::orgs::over;

/// Reports and appeals of one person in a day.
const A_DAY: u32 = 20;

/// Reports a template to the platform's admins.
pub async fn report(app: &App, member: &Member, slug: &Slug, concern: Concern, text: &str) -> Result<CaseId> {
    let (template, _) = visible(&mut app.db.read().await?, Some(member), slug).await?;
    let kind = (CaseKind::Report, Some(concern));
    open_one(app, member, &template, kind, text).await.map_err(|error| taken(error, Error::AlreadyReported))
}

/// Asks the platform's admins to look again at what they have decided about a template.
pub async fn appeal(app: &App, member: &Member, slug: &Slug, text: &str) -> Result<CaseId> {
    if member.role != Role::Owner {
        return Err(Error::Forbidden(member.role));
    }
    let (template, own) = visible(&mut app.db.read().await?, Some(member), slug).await?;
    if !own {
        return Err(Error::NotFound);
    }
    if !matches!(template.status, TemplateStatus::Hidden | TemplateStatus::TakenDown) {
        return Err(Error::NothingToAppeal);
    }
    let kind = (CaseKind::Appeal, None);
    open_one(app, member, &template, kind, text).await.map_err(|error| taken(error, Error::AlreadyAppealed))
}

fn taken(error: Error, told: Error) -> Error {
    if matches!(error, Error::Storage(cloche_storage::Error::Taken(_))) { told } else { error }
}

async fn open_one(
    app: &App,
    member: &Member,
    template: &Template,
    (kind, concern): (CaseKind, Option<Concern>),
    text: &str,
) -> Result<CaseId> {
    let (text, now) = (said(text)?, app.clock.now());
    let mut tx = audit::begin(app, member.org_id).await?;
    let opened = templates::reported_since(&mut tx, member.user_id, now - Duration::DAY).await?;
    if let Some(retry_after) = over(&opened, A_DAY, now) {
        return Err(Error::TooMany { limit: A_DAY, retry_after });
    }
    let id = CaseId::new();
    let new = NewCase { id, template_id: template.id, kind, concern, text, user_id: member.user_id };
    templates::open_case(&mut tx, &new, now).await?;
    let action = if kind == CaseKind::Report { "template.reported" } else { "template.appealed" };
    let done = Done::of(action, ("template", &template.id)).with(json!({"case": id, "concern": concern}));
    audit::note(app, member, &mut tx, done).await?;
    tx.commit().await?;
    tracing::info!(template = %template.id, case = %id, "case opened");
    Ok(id)
}

/// The cases of a state, `limit` of those after `after`; and where the next page begins.
pub async fn open(
    app: &App,
    state: CaseState,
    after: Option<CaseId>,
    limit: u8,
) -> Result<(Vec<Case>, Option<CaseId>)> {
    let mut cases = templates::cases(&mut app.db.read().await?, state, after, i64::from(limit) + 1).await?;
    let more = cases.len() > usize::from(limit);
    cases.truncate(limit.into());
    let next = cases.last().filter(|_| more).map(|last| last.id);
    Ok((cases, next))
}

/// Decides a case. An appeal that is upheld brings its template back, in the same moment; what follows from a report is for
/// the admin to do.
pub async fn decide(
    app: &App,
    admin: &Admin,
    id: CaseId,
    upheld: bool,
    reason: &str,
) -> Result<(Case, Option<Moderated>)> {
    let (reason, now) = (said(reason)?, app.clock.now());
    let of = templates::case(&mut app.db.read().await?, id).await?.ok_or(Error::NoCase)?;
    let mut tx = audit::begin(app, OrgId::PLATFORM).await?;
    let before = lock(&mut tx, of.template_id).await?;
    let state = if upheld { CaseState::Upheld } else { CaseState::Dismissed };
    let decision = CaseDecision { state, by: admin.user_id, reason };
    let case = templates::decide(&mut tx, id, decision, now).await?.ok_or(Error::Decided)?;
    if case.kind == CaseKind::Report && !upheld {
        impartial(&mut tx, admin, &before).await?;
    }
    let with = json!({"case": id, "kind": case.kind, "state": state});
    let done = || Done::of("case.decided", ("template", &case.template_id)).with(with.clone()).because(reason);
    audit::note_in(app, admin, OrgId::PLATFORM, &mut tx, done()).await?;
    let appealed = case.kind == CaseKind::Appeal;
    if let Some(owner) = before.org_id.filter(|owner| appealed && *owner != OrgId::PLATFORM) {
        audit::note_platform(app, owner, &mut tx, done()).await?;
    }
    let moderated = if appealed && upheld {
        Some(decided(app, admin, &mut tx, (&before, Action::Restore), reason).await?)
    } else {
        None
    };
    tx.commit().await?;
    match &moderated {
        Some(moderated) => tell(app, admin, &before, moderated).await,
        None if appealed => dismissed(app, &before, reason).await,
        None => {}
    }
    Ok((case, moderated))
}

/// Tells its owners that an appeal was dismissed. That they are not is no reason not to decide: it is in their log too.
async fn dismissed(app: &App, template: &Template, reason: &str) {
    let Some(owner) = template.org_id else { return };
    let slug = &template.slug;
    let text =
        format!("An admin of this platform has looked again at your template {slug}, and stays with it:\n\n{reason}\n");
    if let Err(error) = send(app, owner, (format!("Your appeal about {slug}"), text)).await {
        tracing::error!(template = %template.id, %error, "its owners do not know that their appeal was dismissed");
    }
}
