//! Telling owners what admins have decided: those of a template, and those of its forks. It is a job: begun again until
//! all of them know, whatever dies in between.

use std::sync::Arc;

use cloche_domain::template::TemplateStatus;
use cloche_domain::{OrgId, ServerId, Slug, TemplateId};
use cloche_storage::jobs::{self, Job};
use cloche_storage::members;
use cloche_storage::templates::{self, Template};
use serde_json::json;
use time::Duration;

use crate::app::App;
use crate::audit::{self, Done};
use crate::mail::{self, Mail};

/// The kind of job; its subject is the template's id.
pub const NOTICES: &str = "template_notices";

/// The pause before a second attempt; each further one is twice as long, up to an hour or so.
const PAUSE: Duration = Duration::seconds(5);
const DOUBLINGS: u32 = 10;

/// Why someone does not know yet.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error(transparent)]
    Mail(#[from] mail::Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

/// Tells whoever does not know yet, and takes the job out of the queue.
pub async fn run(app: &Arc<App>, job: &Job) -> cloche_storage::Result<()> {
    let Ok(id) = job.subject.parse::<TemplateId>() else { return end(app, job).await };
    let Some(template) = templates::get(&mut app.db.read().await?, id).await? else { return end(app, job).await };
    let told = tell(app, &template).await;
    let mut tx = app.db.begin().await?;
    // Whoever decides again waits until this has ended, or has done so before.
    let now = templates::lock(&mut tx, id).await?;
    match told {
        Ok(()) if now.is_none_or(|now| now.status_at == template.status_at) => {
            jobs::finish(&mut tx, job).await?;
        }
        Ok(()) => jobs::retry(&mut tx, job, app.clock.now(), "something else was decided").await?,
        Err(error) => {
            tracing::error!(template = %id, %error, attempt = job.attempts, "owners do not know yet: will try again");
            let doublings = u32::try_from(job.attempts).unwrap_or(DOUBLINGS).saturating_sub(1).min(DOUBLINGS);
            jobs::retry(&mut tx, job, app.clock.now() + PAUSE * 2_i32.pow(doublings), &error.to_string()).await?;
        }
    }
    tx.commit().await
}

/// The job is about nothing that there is.
async fn end(app: &App, job: &Job) -> cloche_storage::Result<()> {
    let mut tx = app.db.begin().await?;
    jobs::finish(&mut tx, job).await?;
    tx.commit().await
}

/// Tells everyone, as far as it can: one that cannot be told keeps no other from it.
async fn tell(app: &App, template: &Template) -> Result<(), Error> {
    let stopped = template.status == TemplateStatus::TakenDown;
    let mut told = tell_publisher(app, template).await;
    let mut after = None;
    loop {
        let orgs = templates::to_tell(&mut app.db.read().await?, template.id, stopped, after).await?;
        let Some(last) = orgs.last() else { return told };
        after = Some(*last);
        for org in orgs {
            let one = tell_org(app, template, org, stopped).await;
            told = told.and(one);
        }
    }
}

async fn tell_publisher(app: &App, template: &Template) -> Result<(), Error> {
    let Some(owner) = template.org_id.filter(|owner| *owner != OrgId::PLATFORM) else { return Ok(()) };
    if template.told_at == Some(template.status_at) {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    templates::set_told_at(&mut tx, template.id, template.status_at).await?;
    // Within: what cannot be noted is not sent, and what cannot be sent is not noted.
    send(app, owner, (subject(template), of_template(app, template))).await?;
    Ok(tx.commit().await?)
}

async fn tell_org(app: &App, template: &Template, org: OrgId, stopped: bool) -> Result<(), Error> {
    let mut tx = audit::begin(app, org).await?;
    let forks = templates::forks_to_tell(&mut tx, template.id, org, stopped).await?;
    for (server, _) in &forks {
        templates::set_told(&mut tx, *server, stopped).await?;
        let action = if stopped { "server.stopped" } else { "server.released" };
        let done = Done::of(action, ("server", server)).with(json!({"template": template.id}));
        let done = match &template.status_reason {
            Some(reason) => done.because(reason),
            None => done,
        };
        audit::note_platform(app, org, &mut tx, done).await?;
    }
    if !forks.is_empty() {
        send(app, org, (subject(template), of_forks(app, template, &forks, stopped))).await?;
    }
    Ok(tx.commit().await?)
}

/// Mails an organisation's owners. It is enough that one of them hears of it.
pub(super) async fn send(app: &App, org: OrgId, (subject, text): (String, String)) -> Result<(), Error> {
    let (mut heard, mut failed) = (false, Ok(()));
    for to in members::owners_emails(&mut app.db.read().await?, org).await? {
        match app.mail.send(Mail { to, subject: subject.clone(), text: text.clone() }, app.clock.now()).await {
            Ok(()) => heard = true,
            Err(error) => failed = Err(error),
        }
    }
    if heard { Ok(()) } else { Ok(failed?) }
}

/// Nothing in a mail is free text of a publisher's: a template is named by its slug.
fn subject(template: &Template) -> String {
    let slug = &template.slug;
    match template.status {
        TemplateStatus::TakenDown => format!("The template {slug} was taken down"),
        TemplateStatus::Hidden => format!("The template {slug} was hidden"),
        TemplateStatus::Published | TemplateStatus::Unpublished => format!("The template {slug} is back"),
    }
}

fn of_template(app: &App, template: &Template) -> String {
    let (slug, link) = (&template.slug, link(app, &format!("/templates/{}", template.slug)));
    let reason = template.status_reason.as_deref().unwrap_or_default();
    match template.status {
        TemplateStatus::TakenDown => format!(
            "An admin of this platform has taken down your template {slug}, and stopped all servers that were made from \
             it:\n\n{reason}\n\nYour own server is not touched. If you think that this is wrong, appeal at:\n\n{link}\n"
        ),
        TemplateStatus::Hidden => format!(
            "An admin of this platform has hidden your template {slug}: nobody finds it any more. Servers that were made \
             from it go on.\n\n{reason}\n\nIf you think that this is wrong, appeal at:\n\n{link}\n"
        ),
        TemplateStatus::Published => {
            format!("Your template {slug} is shown again, and servers that were made from it answer:\n\n{link}\n")
        }
        TemplateStatus::Unpublished => format!(
            "What an admin of this platform had decided about your template {slug} has ended. You have taken it back, so \
             that nobody is shown it; servers that were made from it answer:\n\n{link}\n"
        ),
    }
}

fn of_forks(app: &App, template: &Template, forks: &[(ServerId, Slug)], stopped: bool) -> String {
    let links = forks.iter().map(|(id, slug)| format!("{slug}: {}\n", link(app, &format!("/servers/{id}"))));
    let (slug, links) = (&template.slug, links.collect::<String>());
    if stopped {
        let reason = template.status_reason.as_deref().unwrap_or_default();
        format!(
            "An admin of this platform has taken down the template {slug}, and stopped the servers that you have made from \
             it:\n\n{links}\nWhy: {reason}\n\nTheir secrets are kept, and sent nowhere. If they may have been misused, \
             change them where they were issued.\n"
        )
    } else {
        format!("The template {slug} is back, and the servers that you have made from it answer again:\n\n{links}")
    }
}

fn link(app: &App, path: &str) -> String {
    let mut link = app.public_url.clone();
    link.set_path(path);
    link.into()
}
