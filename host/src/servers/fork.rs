//! From a template to a server, and from its next release to the server's next version. Nothing is built: what was
//! published runs.

use std::collections::BTreeMap;

use cloche_domain::manifest::Manifest;
use cloche_domain::report::Capabilities;
use cloche_domain::server::BuildState;
use cloche_domain::{BuildId, PreviewId, SecretKey, ServerId, Slug, TemplateId, VersionId};
use cloche_storage::builds::{self, BuildEvent};
use cloche_storage::templates::{self, Release};
use cloche_storage::versions::{self, Compiled, NewVersion};
use cloche_storage::{Tx, artifacts, secrets, servers};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::change::{self, Change};
use super::create::{Created, sealed};
use super::iterate::Begun;
use super::{Error, Result, may_change, noted};
use crate::app::App;
use crate::audit::{self, Done};
use crate::builds::Outcome;
use crate::events::Event;
use crate::http::auth::Member;
use crate::quotas;
use crate::versions::settle;

/// What a fork is made from.
pub struct NewFork {
    pub name: String,
    /// None: one that is free in the organisation.
    pub slug: Option<Slug>,
    /// The reference that [`crate::templates::preview`] gave, for this template.
    pub reference: PreviewId,
    pub template: TemplateId,
    pub secrets: BTreeMap<SecretKey, SecretString>,
}

/// Makes a server of a template: live when this returns.
pub async fn fork(app: &App, member: &Member, new: NewFork) -> Result<Created> {
    may_change(member)?;
    let change = change::checked(Change { name: Some(new.name), description: None })?;
    let name = change.name.unwrap_or_default();
    let (id, now) = (ServerId::new(), app.clock.now());
    let mut tx = audit::begin(app, member.org_id).await?;
    let reference = templates::take_ref(&mut tx, new.reference, (member.user_id, member.org_id), now).await?;
    let reference = reference.ok_or(Error::ForkRefExpired)?;
    if reference.template_id != new.template {
        return Err(Error::ForkRefOther);
    }
    quotas::room_for_server(app, member, &mut tx).await?;
    // From here on nobody takes it down until this fork is there to be stopped.
    let template = templates::lock(&mut tx, reference.template_id).await?;
    let template = template.filter(|known| known.is_forkable_by(member.org_id)).ok_or(Error::TemplateGone)?;
    let release = templates::release(&mut tx, template.id, reference.release_n).await?.ok_or(Error::TemplateGone)?;
    let slug = match new.slug {
        Some(slug) => slug,
        None => servers::free_slug(&mut tx, member.org_id, &template.slug).await?,
    };
    let server = servers::NewServer { id, org_id: member.org_id, slug: &slug, name: &name, created_by: member.user_id };
    servers::insert(&mut tx, &server, now).await.map_err(|error| match error {
        cloche_storage::Error::Taken(_) => Error::SlugTaken(slug.clone()),
        other => other.into(),
    })?;
    templates::count_fork(&mut tx, (member.org_id, id), template.id).await?;
    let (build_id, _) = take(app, member, &mut tx, (id, 1), &release).await?;
    for sealed in &sealed(app, id, &release.spec, &new.secrets)? {
        secrets::put(&mut tx, sealed, now).await?;
    }
    templates::rank_one(&mut tx, template.id, now).await?;
    let server = servers::get(&mut tx, member.org_id, id).await?.ok_or(Error::NotFound)?;
    let with = json!({"template": template.id, "release": release.n, "build": build_id,
        "secretsSet": new.secrets.keys().collect::<Vec<_>>()});
    let done = Done::of("server.forked", ("server", &id)).changed(Value::Null, noted(&server)).with(with);
    audit::note(app, member, &mut tx, done).await?;
    tx.commit().await?;
    tracing::info!(server = %id, template = %template.id, by = %member.user_id, "server forked");
    app.events.tell(Event::Server(id));
    Ok(Created { server, build_id })
}

/// Makes the newest release of a fork's template its next version. Where it asks for more than the one that answers, it
/// waits for approval, like any other.
pub async fn take_release(app: &App, member: &Member, id: ServerId, asked: i64) -> Result<Begun> {
    may_change(member)?;
    let mut tx = audit::begin(app, member.org_id).await?;
    let server = servers::get(&mut tx, member.org_id, id).await?.ok_or(Error::NotFound)?;
    let template = server.template_id.ok_or(Error::NotAFork)?;
    let template = templates::lock(&mut tx, template).await?;
    let template = template.filter(|known| known.is_forkable_by(member.org_id)).ok_or(Error::TemplateGone)?;
    if asked != template.releases {
        return Err(Error::NotNewest(template.releases));
    }
    let forked = templates::forked(&mut tx, id).await?.ok_or(Error::NotAFork)?;
    if forked.active_release == Some(asked) {
        return Err(Error::UpToDate);
    }
    if let Some(n) = templates::has_release(&mut tx, id, asked).await? {
        return Err(Error::HasRelease(n));
    }
    let release = templates::release(&mut tx, template.id, asked).await?.ok_or(Error::TemplateGone)?;
    let (newest, _) = versions::newest(&mut tx, member.org_id, id).await?.ok_or(Error::NotFound)?;
    let n = newest + 1;
    let before = versions::active(&mut tx, id).await?.map(|active| active.n);
    let (build_id, outcome) = take(app, member, &mut tx, (id, n), &release).await?;
    let with = json!({"version": n, "build": build_id, "by": "template", "release": asked});
    audit::note(app, member, &mut tx, Done::of("version.created", ("server", &id)).with(with)).await?;
    let done = Done::of(outcome.action(), ("server", &id)).with(json!({"version": n, "build": build_id}));
    let done = match outcome {
        Outcome::Answers => done.changed(json!({"activeVersion": before}), json!({"activeVersion": n})),
        _ => done,
    };
    audit::note_platform(app, member.org_id, &mut tx, done).await?;
    tx.commit().await?;
    tracing::info!(server = %id, version = n, release = asked, by = %member.user_id, "release taken");
    app.events.tell(Event::Server(id));
    Ok(Begun { version: n, build_id })
}

/// Writes a version that is a release: all of it is there, and its build has ended.
async fn take(
    app: &App,
    member: &Member,
    tx: &mut Tx,
    (server, n): (ServerId, i64),
    release: &Release,
) -> Result<(BuildId, Outcome)> {
    let (id, build, now) = (VersionId::new(), BuildId::new(), app.clock.now());
    if !artifacts::hold(tx, release.component_sha256, now).await? {
        return Err(Error::TemplateGone);
    }
    let version = NewVersion {
        id,
        server_id: server,
        n,
        spec: &release.spec,
        uploaded_sha256: release.uploaded_sha256,
        repair: false,
        release_n: Some(release.n),
        created_by: member.user_id,
    };
    versions::insert(tx, &version, now).await?;
    builds::insert(tx, build, (server, id), "Taking the template's component", now).await?;
    let compiled = Compiled {
        source: &release.source,
        source_sha256: release.source_sha256,
        component_sha256: release.component_sha256,
        imports: &release.imports,
        toolchain: &release.toolchain,
        attestation: &release.attestation,
    };
    versions::complete(tx, id, &compiled).await?;
    let manifest = Manifest::of(&release.spec, release.source_sha256);
    let (outcome, _) = settle(tx, (server, id), &Capabilities::of(&release.imports, &manifest), now).await?;
    let message = match outcome.state() {
        BuildState::Live => "Live: it runs what the template runs, so there was nothing to build".to_owned(),
        _ => outcome.message(),
    };
    let event = BuildEvent {
        seq: 0, // given as it is written
        at: now,
        state: outcome.state(),
        message,
        code: None,
        diagnostics: Vec::new(),
        repair: None,
        elapsed_ms: 0,
    };
    builds::advance(tx, build, event).await?;
    Ok((build, outcome))
}
