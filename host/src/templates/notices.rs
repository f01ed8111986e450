//! Telling owners what admins have decided: those of a template, and those of its forks, each once. It is a job: begun
//! again until all of them know, whatever dies in between.

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

/// The pause before another attempt.
const PAUSE: Duration = Duration::seconds(5);

/// Why someone does not know yet.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Mail(#[from] mail::Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

/// Tells whoever does not know yet, and takes the job out of the queue.
pub async fn run(app: &Arc<App>, job: &Job) -> cloche_storage::Result<()> {
    let told = match job.subject.parse::<TemplateId>() {
        Ok(id) => tell(app, id).await,
        Err(_) => Ok(()),
    };
    let mut tx = app.db.begin().await?;
    match told {
        Ok(()) => {
            jobs::finish(&mut tx, job).await?;
        }
        Err(error) => {
            tracing::error!(template = job.subject, %error, "owners do not know yet: will try again");
            jobs::retry(&mut tx, job, app.clock.now() + PAUSE, &error.to_string()).await?;
        }
    }
    tx.commit().await
}

async fn tell(app: &App, id: TemplateId) -> Result<(), Error> {
    let Some(template) = templates::get(&mut app.db.read().await?, id).await? else { return Ok(()) };
    let stopped = template.status == TemplateStatus::TakenDown;
    if let Some(owner) = template.org_id.filter(|owner| *owner != OrgId::PLATFORM) {
        send(app, owner, subject(&template), of_template(app, &template)).await?;
    }
    loop {
        let orgs = templates::to_tell(&mut app.db.read().await?, id, stopped).await?;
        if orgs.is_empty() {
            return Ok(());
        }
        for org in orgs {
            tell_org(app, &template, org, stopped).await?;
        }
    }
}

async fn tell_org(app: &App, template: &Template, org: OrgId, stopped: bool) -> Result<(), Error> {
    let forks = templates::forks_to_tell(&mut app.db.read().await?, template.id, org, stopped).await?;
    // First the mail: whoever dies after it sends another one, and nobody is told nothing.
    send(app, org, subject(template), of_forks(app, template, &forks, stopped)).await?;
    let mut tx = audit::begin(app, org).await?;
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
    Ok(tx.commit().await?)
}

async fn send(app: &App, org: OrgId, subject: String, text: String) -> Result<(), Error> {
    for to in members::owners_emails(&mut app.db.read().await?, org).await? {
        app.mail.send(Mail { to, subject: subject.clone(), text: text.clone() }, app.clock.now()).await?;
    }
    Ok(())
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
        TemplateStatus::Published | TemplateStatus::Unpublished => {
            format!("Your template {slug} is shown again, and servers that were made from it answer:\n\n{link}\n")
        }
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
