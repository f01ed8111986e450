//! The starter library: servers of the platform's own organisation, each built like anybody's, and published when it is
//! live. One after another, so that whoever waits for a build of theirs does not wait for these.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use cloche_domain::plan::Plan;
use cloche_domain::server::{BuildState, Review, Role};
use cloche_domain::spec::ServerSpec;
use cloche_domain::{Email, OrgId, Origin, Slug, UserId};
use cloche_starter::StarterError;
use cloche_storage::accounts::Membership;
use cloche_storage::servers as store;
use cloche_storage::{orgs, templates, versions as versions_store};
use tokio_util::sync::CancellationToken;

use super::{Error, Publish, publish};
use crate::app::App;
use crate::http::auth::Member;
use crate::servers::{self, From, NewServer, Next};
use crate::versions;

/// How often a build is looked after.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After something that did not work.
const PAUSE: Duration = Duration::from_secs(30);

/// How far a starter has come.
enum Come {
    /// It is published as it is here.
    Published,
    /// It is being built.
    Building,
    /// The same, once more.
    BuildsAgain,
    /// It was not built; its build says why.
    Failed,
}

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Starter(#[from] StarterError),
    #[error(transparent)]
    Word(#[from] cloche_domain::words::WordError),
    #[error(transparent)]
    Template(#[from] Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

impl std::convert::From<servers::Error> for Fault {
    fn from(error: servers::Error) -> Self {
        Self::Template(error.into())
    }
}

/// Publishes the starter library, as far as it is not.
pub async fn publish_starters(app: Arc<App>, stopping: CancellationToken) {
    tokio::select! {
        () = publish_all(&app) => {}
        () = stopping.cancelled() => {}
    }
}

async fn publish_all(app: &Arc<App>) {
    let (mut missing, mut again) = (cloche_starter::names(), HashSet::new());
    loop {
        let mut left = Vec::new();
        for name in missing {
            if !publish_one(app, &name, &mut again).await {
                left.push(name);
            }
        }
        if left.is_empty() {
            return;
        }
        missing = left;
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether there is nothing more to be done about a starter. One that was not built is built `again`, once: what stood in the
/// way may have been mended since.
async fn publish_one(app: &Arc<App>, name: &str, again: &mut HashSet<String>) -> bool {
    loop {
        match bring(app, name, again.contains(name)).await {
            Ok(Come::Published) => return true,
            Ok(Come::Building) => tokio::time::sleep(LOOK_EVERY).await,
            Ok(Come::BuildsAgain) => {
                again.insert(name.to_owned());
            }
            Ok(Come::Failed) => {
                tracing::error!(
                    starter = name,
                    "a starter was not built, and is no template: it is tried at the next start"
                );
                return true;
            }
            Err(error) => {
                tracing::warn!(starter = name, %error, "a starter is no template yet: will try again");
                return false;
            }
        }
    }
}

/// Does the next thing that a starter lacks.
async fn bring(app: &Arc<App>, name: &str, built_again: bool) -> Result<Come, Fault> {
    let (spec, listing) = (cloche_starter::spec(name)?, cloche_starter::listing(name)?);
    let (slug, platform) = (name.parse::<Slug>()?, platform(app).await?);
    let mut tx = app.db.read().await?;
    let Some(server) = store::by_slug(&mut tx, OrgId::PLATFORM, &slug).await? else {
        drop(tx);
        return begin(app, &platform, slug, spec).await;
    };
    let newest = versions_store::list(&mut tx, server.id, None, 1).await?.into_iter().next();
    let written = versions_store::newest(&mut tx, OrgId::PLATFORM, server.id).await?;
    let published = templates::of_server(&mut tx, server.id).await?;
    let release = match &published {
        Some(template) => templates::release(&mut tx, template.id, template.releases).await?,
        None => None,
    };
    drop(tx);
    let Some(newest) = newest else { return Ok(Come::Building) };
    if written.is_none_or(|(_, written)| written != spec) {
        // Another release of Cloche has another starter.
        servers::iterate(app, &platform, server.id, Next::Spec(serde_json::json!(spec)), None).await?;
        return Ok(Come::Building);
    }
    match newest.state {
        BuildState::Failed if built_again => return Ok(Come::Failed),
        BuildState::Failed => {
            servers::iterate(app, &platform, server.id, Next::Spec(serde_json::json!(spec)), None).await?;
            return Ok(Come::BuildsAgain);
        }
        BuildState::NeedsApproval if newest.review == Some(Review::Waiting) => {
            let why = "A starter of this release of Cloche";
            versions::approve(app, &platform, server.id, newest.n, why).await.map_err(Error::from)?;
        }
        state if !state.is_final() => return Ok(Come::Building),
        _ => {}
    }
    if release.is_some_and(|release| release.version_n == newest.n)
        && published.as_ref().is_some_and(|published| published.listing() == listing)
    {
        return Ok(Come::Published);
    }
    // It has its own name, unless somebody else has had it since before that was reserved.
    let named = |slug| Publish { server: server.id, slug, listing: listing.clone(), not_secrets: Vec::new() };
    let done = match publish(app, &platform, named(published.is_none().then_some(slug))).await {
        Err(Error::SlugTaken(_)) => publish(app, &platform, named(None)).await,
        done => done,
    };
    match done {
        // Whatever an admin has decided about it stays.
        Ok(_) | Err(Error::Hidden | Error::TakenDown) => Ok(Come::Published),
        Err(error) => Err(error.into()),
    }
}

async fn begin(app: &Arc<App>, platform: &Member, slug: Slug, spec: ServerSpec) -> Result<Come, Fault> {
    let name = spec.name.clone();
    let from = From::Spec(Box::new(spec));
    let new = NewServer { name, slug, from, secrets: std::collections::BTreeMap::new(), repair: Some(false) };
    match servers::create(app, platform, new).await {
        // Another node was faster.
        Ok(_) | Err(servers::Error::SlugTaken(_)) => Ok(Come::Building),
        Err(error) => Err(error.into()),
    }
}

/// The platform, as whoever makes its own servers.
async fn platform(app: &App) -> Result<Member, Fault> {
    let org_slug = orgs::slug_of(&mut app.db.read().await?, OrgId::PLATFORM).await?;
    let membership = Membership {
        user_id: UserId::PLATFORM,
        email: "cloche@platform.invalid".parse::<Email>()?,
        name: "Cloche".to_owned(),
        org_id: OrgId::PLATFORM,
        org_slug,
        org_name: "Cloche".to_owned(),
        plan: Plan::SelfHosted,
        role: Role::Owner,
        platform_admin: false,
    };
    Ok(Member::new(membership, Origin::PLATFORM))
}
