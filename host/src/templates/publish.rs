//! From a live server to a template, or to the next release of its template. All of it is read from the version that
//! answers: nothing else of the server is looked at (`tests/it/walls.rs`).

use cloche_domain::report::Capabilities;
use cloche_domain::server::Role;
use cloche_domain::spec::ServerSpec;
use cloche_domain::template::{Listing, Summary, TemplateStatus};
use cloche_domain::{OrgId, ServerId, Sha256, Slug, TemplateId};
use cloche_storage::templates::{self, NewRelease, NewTemplate, Said, Template};
use cloche_storage::versions::{self as store, Built};
use cloche_storage::{Tx, artifacts, servers};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use super::scan::{self, Scanned};
use super::{Error, Result, titles, words};
use crate::app::App;
use crate::audit::{self, Done};
use crate::http::auth::Member;
use crate::versions;

/// Slugs that are tried for a title.
const TRIES: usize = 50;
/// Slugs that only the platform itself gives, besides those of the starters: pages, and its own name.
const RESERVED: [&str; 6] = ["admin", "cloche", "mine", "new", "official", "templates"];

/// What is to be public.
#[derive(Clone, Debug)]
pub struct Publish {
    pub server: ServerId,
    /// Of a new template; one is made of the title where none is given.
    pub slug: Option<Slug>,
    pub listing: Listing,
    /// What looks like a secret and is none, as the owner says: by the digests that findings have.
    pub not_secrets: Vec<Sha256>,
}

/// A template as it is now.
#[derive(Clone, Debug)]
pub struct Published {
    pub template: Template,
    /// Whether it was not there before.
    pub created: bool,
}

/// Publishes the version of a server that answers. Where its template has another version, this is the next release, which
/// forks are told of; where it has this one, what is said of it changes.
pub async fn publish(app: &App, member: &Member, new: Publish) -> Result<Published> {
    let Publish { server, slug, mut listing, not_secrets } = new;
    for text in [&mut listing.title, &mut listing.short_description, &mut listing.long_description] {
        text.trim().to_owned().clone_into(text);
    }
    if member.role != Role::Owner {
        return Err(Error::Forbidden(member.role));
    }
    let version = answering(app, member, server).await?;
    let problems = listing.problems(&version.spec);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let attestation = version.attestation.clone().ok_or(Error::NotAttested(version.n))?;
    // From the component itself, which is what forks will run.
    let (capabilities, imports) = versions::read(app, &version).await?;
    let Scanned { mut findings, not_secrets } =
        scan::scanned(&listing, (&member.org_name, &version.spec), &capabilities, &not_secrets);
    if version.uploaded_sha256.is_some() {
        let component = app.artifacts.get(version.component_sha256).await?;
        let in_component = spawn_blocking(move || scan::component(&component)).await;
        findings.extend(in_component.map_err(|_| versions::Error::NotCompared)?);
    }
    if !findings.is_empty() {
        return Err(Error::Blocked(findings));
    }
    let code_sha256 = code_sha256(&version);
    let (summary, text) = (summary(&version.spec, &capabilities), words::text(&listing, &version.spec));

    let now = app.clock.now();
    let mut tx = audit::begin(app, member.org_id).await?;
    let active = store::active(&mut tx, server).await?;
    if active.is_none_or(|active| active.n != version.n) {
        return Err(Error::Changed(version.n));
    }
    let before = match templates::of_server(&mut tx, server).await? {
        Some(known) => templates::lock(&mut tx, known.id).await?,
        None => None,
    };
    if let Some(slug) = templates::taken_down_with(&mut tx, code_sha256, version.component_sha256).await? {
        return Err(Error::SameAsTakenDown(slug));
    }
    if let (Some(known), Some(asked)) = (&before, &slug)
        && known.slug != *asked
    {
        return Err(Error::SlugFixed(known.slug.clone()));
    }
    let resembles = titles::resembled(&mut tx, before.as_ref().map(|known| known.id), &listing.title).await?;
    let said = Said { listing: &listing, summary: &summary, resembles: resembles.as_ref(), text: &text };
    let newest = match &before {
        Some(known) => templates::release(&mut tx, known.id, known.releases).await?,
        None => None,
    };
    let is_new = newest.is_none_or(|newest| newest.version_n != version.n);
    let (id, releases) = match &before {
        Some(known) => {
            may_show(known)?;
            if is_new || known.listing() != listing {
                templates::say(&mut tx, known.id, &said, now).await?;
            }
            if known.status == TemplateStatus::Unpublished {
                templates::set_withdrawn(&mut tx, known.id, false).await?;
                templates::set_status(&mut tx, known.id, (TemplateStatus::Published, None), now).await?;
            }
            (known.id, known.releases)
        }
        None => (insert(&mut tx, (member.org_id, server), slug, &said, now).await?, 0),
    };
    let release = releases + i64::from(is_new);
    if is_new {
        if !artifacts::hold(&mut tx, version.component_sha256, now).await? {
            return Err(Error::Changed(version.n));
        }
        let published_by = (member.org_id != OrgId::PLATFORM).then_some(member.user_id);
        let new = NewRelease {
            template: id,
            n: release,
            version: &version,
            imports: &imports,
            attestation: &attestation,
            code_sha256,
            published_by,
        };
        templates::insert_release(&mut tx, new, now).await?;
    }
    // What an admin has decided about one of the platform's own stays.
    let vouched = member.org_id == OrgId::PLATFORM && before.as_ref().is_none_or(Template::is_verified);
    if vouched {
        templates::verify(&mut tx, id, now).await?;
    }
    let template = templates::get(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let action = if before.is_none() { "template.published" } else { "template.updated" };
    let mut with = json!({"server": server, "version": version.n});
    if !not_secrets.is_empty() {
        let said = not_secrets.iter().map(|f| json!({"pointer": f.pointer, "line": f.line, "excerpt": f.excerpt}));
        with["notSecrets"] = said.collect();
    }
    let done = Done::of(action, ("template", &id)).with(with);
    let done = done.changed(before.as_ref().map_or(Value::Null, noted), noted(&template));
    audit::note(app, member, &mut tx, done).await?;
    tx.commit().await?;
    tracing::info!(template = %id, %server, release, by = %member.user_id, "template published");
    if vouched {
        titles::flag(app, &template).await?;
    }
    Ok(Published { template, created: before.is_none() })
}

/// The version that answers, of a server whose owner made it.
async fn answering(app: &App, member: &Member, server: ServerId) -> Result<Built> {
    let mut tx = app.db.read().await?;
    let found = servers::get(&mut tx, member.org_id, server).await?.ok_or(crate::servers::Error::NotFound)?;
    if found.template_id.is_some() {
        return Err(Error::IsFork);
    }
    let n = found.active_version.ok_or(Error::NotLive)?;
    store::built(&mut tx, member.org_id, server, n).await?.ok_or(Error::NotLive)
}

/// Writes a new template: its slug is the one asked for, or the next free one of its title.
async fn insert(
    tx: &mut Tx,
    (org_id, server_id): (OrgId, ServerId),
    slug: Option<Slug>,
    said: &Said<'_>,
    now: time::OffsetDateTime,
) -> Result<TemplateId> {
    let id = TemplateId::new();
    let insert = async |tx: &mut Tx, slug: &Slug| {
        templates::insert(tx, &NewTemplate { id, slug, org_id, server_id }, said, now).await
    };
    let is_reserved = |slug: &Slug| {
        let reserved =
            RESERVED.contains(&slug.as_str()) || cloche_starter::names().iter().any(|name| name == slug.as_str());
        reserved && org_id != OrgId::PLATFORM
    };
    if let Some(slug) = slug {
        if is_reserved(&slug) {
            return Err(Error::SlugTaken(slug));
        }
        return match insert(tx, &slug).await {
            Ok(()) => Ok(id),
            Err(cloche_storage::Error::Taken(_)) => Err(Error::SlugTaken(slug)),
            Err(error) => Err(error.into()),
        };
    }
    for slug in Slug::numbered(&Slug::from_title(&said.listing.title, "template")).take(TRIES) {
        if is_reserved(&slug) {
            continue;
        }
        match insert(tx, &slug).await {
            Err(cloche_storage::Error::Taken(_)) => {}
            done => return Ok(done.map(|()| id)?),
        }
    }
    Err(Error::NoFreeSlug)
}

/// What an admin has hidden or stopped, its owner does not bring back.
fn may_show(template: &Template) -> Result<()> {
    match template.status {
        TemplateStatus::Published | TemplateStatus::Unpublished => Ok(()),
        TemplateStatus::Hidden => Err(Error::Hidden),
        TemplateStatus::TakenDown => Err(Error::TakenDown),
    }
}

/// Of what a version does, whatever it is called and however it is described.
fn code_sha256(version: &Built) -> Sha256 {
    if let Some(uploaded) = version.uploaded_sha256 {
        return uploaded;
    }
    let bodies: Vec<_> = version.spec.tools.iter().map(|tool| tool.implementation.trim()).collect();
    Sha256::of(json!([bodies, version.spec.helpers.trim()]).to_string())
}

fn summary(spec: &ServerSpec, capabilities: &Capabilities) -> Summary {
    Summary {
        tools: spec.tools.iter().map(|tool| tool.name.clone()).collect(),
        hosts: capabilities.reaches.iter().map(|reach| reach.pattern.clone()).collect(),
        secrets: spec.required_secrets.iter().map(|secret| secret.key.clone()).collect(),
    }
}

/// What the log is told of a template.
pub(super) fn noted(template: &Template) -> Value {
    json!({
        "slug": template.slug, "status": template.status, "withdrawn": template.withdrawn, "release": template.releases,
        "title": template.title,
    })
}

/// Shows a template, or does so no longer. Its forks go on as they are. What an admin has hidden can be taken back too: it is
/// not shown then when that ends.
pub async fn set_visibility(app: &App, member: &Member, slug: &Slug, shown: bool) -> Result<Template> {
    if member.role != Role::Owner {
        return Err(Error::Forbidden(member.role));
    }
    let mut tx = audit::begin(app, member.org_id).await?;
    let known = templates::by_slug(&mut tx, slug).await?.filter(|known| known.org_id == Some(member.org_id));
    let id = known.ok_or(Error::NotFound)?.id;
    let before = templates::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if shown {
        may_show(&before)?;
    }
    if before.withdrawn != shown {
        return Ok(before);
    }
    templates::set_withdrawn(&mut tx, id, !shown).await?;
    if matches!(before.status, TemplateStatus::Published | TemplateStatus::Unpublished) {
        let status = if shown { TemplateStatus::Published } else { TemplateStatus::Unpublished };
        templates::set_status(&mut tx, id, (status, None), app.clock.now()).await?;
        templates::rank_one(&mut tx, id, app.clock.now()).await?;
    }
    let after = templates::get(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let action = if shown { "template.shown" } else { "template.unpublished" };
    let done = Done::of(action, ("template", &id)).changed(noted(&before), noted(&after));
    audit::note(app, member, &mut tx, done).await?;
    tx.commit().await?;
    Ok(after)
}
