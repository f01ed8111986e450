//! Servers, as their owners make, see and end them.

mod change;
mod create;
mod fork;
mod iterate;
mod upload;
mod wish;

use cloche_domain::server::Role;
use cloche_domain::spec::SpecProblem;
use cloche_domain::{SecretKey, ServerId, Slug, ToolName};
use cloche_storage::builds::Build;
use cloche_storage::servers::{self, Server};
use cloche_storage::versions::{self, Version};
use cloche_storage::{builds, secrets};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

pub use change::{Change, describe, pause};
pub use create::{Created, From, NewServer, create};
pub(crate) use create::{checked, safe};
pub use fork::{NewFork, fork, take_release};
pub use iterate::{Begun, Next, iterate};
pub use upload::Upload;

use crate::app::App;
use crate::artifacts;
use crate::audit::{self, Done};
use crate::events::Event;
use crate::hidden_text::Hidden;
use crate::http::auth::Member;
use crate::secret_scan::Pasted;
use crate::{previews, quotas, vault};

/// Bytes of a secret's value.
const SECRET: usize = 16 * 1024;

/// Why a server is not made, found or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such server in your organisation")]
    NotFound,
    #[error("your role {0} may look but not change: ask an owner of the organisation")]
    Forbidden(Role),
    #[error("the slug {0:?} is taken in your organisation: choose another")]
    SlugTaken(Slug),
    #[error("the draft has expired, or is not one of yours: draft again")]
    PreviewExpired,
    #[error("the server's {what} {problem}")]
    Text { what: &'static str, problem: &'static str },
    #[error("the slug is part of the server's URL, and stays: leave it out, or make another server")]
    SlugFixed,
    #[error(transparent)]
    Quota(#[from] quotas::Error),
    #[error(transparent)]
    Wish(#[from] previews::Error),
    #[error("version {newest} was made while a model changed version {from}: say your wish again, for the newest one")]
    Overtaken { from: i64, newest: i64 },
    #[error(
        "the newest version was uploaded, and has no code that a model could change: send a component and its spec"
    )]
    NoCode,
    #[error("no model is set on this platform: send source or specEdit, or have its operator set [[model.providers]]")]
    NoModel,
    #[error("the draft has {drafted} tools and the edited spec {edited}: keep their number, or draft again")]
    ToolCountMismatch { drafted: usize, edited: usize },
    #[error("the text at {} has a hidden character (U+{:04X}): remove it", .0.pointer, u32::from(.0.character))]
    UnsafeText(Hidden),
    #[error(
        "the text at {} holds what looks like a secret ({}, {}): take it out, name it in requiredSecrets, and write its \
         name in braces, like {{API_KEY}}, where the value goes", .0.pointer, .0.finding.kind, .0.finding.hint
    )]
    SecretInCode(Pasted),
    #[error("the spec cannot be built: {}", first(.0))]
    SpecInvalid(Vec<SpecProblem>),
    #[error("{0}")]
    ComponentInvalid(String),
    #[error("the component of {actual} bytes is over this platform's limit of {limit}: make it smaller")]
    ComponentTooLarge { actual: usize, limit: usize },
    #[error("the server has no tool {0}: its newest version's spec names those that it has")]
    UnknownTool(ToolName),
    #[error("{0} is no secret that this server asks for: its spec names those that it does")]
    UnknownSecret(SecretKey),
    #[error("the value of {key} {problem}")]
    SecretInvalid { key: SecretKey, problem: &'static str },
    #[error(
        "the reference to fork this template has expired, was used, or is not yours: open the template, and fork it again"
    )]
    ForkRefExpired,
    #[error("the reference is for another template: open this one, and fork it")]
    ForkRefOther,
    #[error("a fork runs what its template runs, so its spec stays: fork it, and change it in its next version")]
    SpecEditOnFork,
    #[error("the template is not there any more: it was taken back, or taken down")]
    TemplateGone,
    #[error("the template that this server was made from was taken down: it cannot answer")]
    TakenDown,
    #[error("the server was not made from a template")]
    NotAFork,
    #[error("the newest release of the template is {0}: look at it, and take that one")]
    NotNewest(i64),
    #[error("the release that answers is the newest of the template already")]
    UpToDate,
    #[error("version {0} of the server is this release already: approve it, or activate it")]
    HasRelease(i64),
    #[error(transparent)]
    Vault(#[from] vault::Error),
    #[error(transparent)]
    Artifacts(#[from] artifacts::Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

fn first(problems: &[SpecProblem]) -> String {
    let first = problems.first().map(|p| format!("{} {}", p.pointer, p.message));
    let more = problems.len().saturating_sub(1);
    first.unwrap_or_default() + &if more > 0 { format!(" (and {more} more)") } else { String::new() }
}

/// A server with what only its own page shows.
#[derive(Clone, Debug)]
pub struct Detail {
    pub server: Server,
    pub secrets_set: Vec<SecretKey>,
    pub newest_build: Option<Build>,
}

/// One page of a list, newest first.
#[derive(Clone, Debug)]
pub struct Page {
    pub servers: Vec<Server>,
    /// Where the next page begins, if there is one.
    pub next: Option<ServerId>,
}

/// The organisation's servers, `limit` of those older than `before`.
pub async fn list(app: &App, member: &Member, before: Option<ServerId>, limit: u8) -> Result<Page> {
    let mut tx = app.db.read().await?;
    let mut servers = servers::list(&mut tx, member.org_id, before, i64::from(limit) + 1).await?;
    let more = servers.len() > usize::from(limit);
    servers.truncate(limit.into());
    let next = servers.last().filter(|_| more).map(|last| last.id);
    Ok(Page { servers, next })
}

/// One server.
pub async fn get(app: &App, member: &Member, id: ServerId) -> Result<Detail> {
    let mut tx = app.db.read().await?;
    let server = servers::get(&mut tx, member.org_id, id).await?.ok_or(Error::NotFound)?;
    Ok(Detail {
        server,
        secrets_set: secrets::keys(&mut tx, id).await?,
        newest_build: builds::newest(&mut tx, id).await?,
    })
}

/// One page of a server's versions, newest first.
#[derive(Clone, Debug)]
pub struct Versions {
    pub versions: Vec<Version>,
    /// Where the next page begins, if there is one.
    pub next: Option<i64>,
}

/// The versions of a server, `limit` of those numbered below `before`.
pub async fn versions(app: &App, member: &Member, id: ServerId, before: Option<i64>, limit: u8) -> Result<Versions> {
    let mut tx = app.db.read().await?;
    servers::get(&mut tx, member.org_id, id).await?.ok_or(Error::NotFound)?;
    let mut versions = versions::list(&mut tx, id, before, i64::from(limit) + 1).await?;
    let more = versions.len() > usize::from(limit);
    versions.truncate(limit.into());
    let next = versions.last().filter(|_| more).map(|last| last.n);
    Ok(Versions { versions, next })
}

/// Deletes a server. Access ends at once: with the transaction, and with the event for those who remember it.
pub async fn delete(app: &App, member: &Member, id: ServerId) -> Result<()> {
    may_change(member)?;
    let mut tx = audit::begin(app, member.org_id).await?;
    let before = servers::get(&mut tx, member.org_id, id).await?.ok_or(Error::NotFound)?;
    servers::delete(&mut tx, member.org_id, id, app.clock.now()).await?;
    let done = Done::of("server.deleted", ("server", &id)).changed(noted(&before), Value::Null);
    audit::note(app, member, &mut tx, done).await?;
    tx.commit().await?;
    tracing::info!(server = %id, by = %member.user_id, "server deleted");
    app.events.tell(Event::Server(id));
    app.artifacts.release();
    Ok(())
}

/// What the log is told of a server.
fn noted(server: &Server) -> Value {
    json!({
        "slug": server.slug, "name": server.name, "description": server.description, "status": server.status,
        "activeVersion": server.active_version,
    })
}

/// Sets a secret that the server asks for. It cannot be read again.
pub async fn put_secret(app: &App, member: &Member, id: ServerId, key: &SecretKey, value: &SecretString) -> Result<()> {
    may_change(member)?;
    check_secret(key, value)?;
    let sealed = app.vault.seal(id, key, value)?;
    let mut tx = audit::begin(app, member.org_id).await?;
    let server = servers::get(&mut tx, member.org_id, id).await?.ok_or(Error::NotFound)?;
    if !server.spec.required_secrets.iter().any(|asked| &asked.key == key) {
        return Err(Error::UnknownSecret(key.clone()));
    }
    let was_set = secrets::keys(&mut tx, id).await?.contains(key);
    secrets::put(&mut tx, &sealed, app.clock.now()).await?;
    let done = Done::of("secret.set", ("server", &id)).with(json!({"key": key}));
    audit::note(app, member, &mut tx, done.changed(json!({"set": was_set}), json!({"set": true}))).await?;
    tx.commit().await?;
    app.events.tell(Event::Server(id));
    Ok(())
}

/// Forgets a secret.
pub async fn delete_secret(app: &App, member: &Member, id: ServerId, key: &SecretKey) -> Result<()> {
    may_change(member)?;
    let mut tx = audit::begin(app, member.org_id).await?;
    servers::get(&mut tx, member.org_id, id).await?.ok_or(Error::NotFound)?;
    if !secrets::delete(&mut tx, id, key).await? {
        return Err(Error::UnknownSecret(key.clone()));
    }
    let done = Done::of("secret.deleted", ("server", &id)).with(json!({"key": key}));
    audit::note(app, member, &mut tx, done.changed(json!({"set": true}), json!({"set": false}))).await?;
    tx.commit().await?;
    app.events.tell(Event::Server(id));
    Ok(())
}

/// Whether this member may change servers, or only look at them.
pub(crate) fn may_change(member: &Member) -> Result<()> {
    match member.role {
        Role::Owner | Role::Admin | Role::Developer => Ok(()),
        Role::Reviewer | Role::Viewer => Err(Error::Forbidden(member.role)),
    }
}

/// A secret's value goes into a header or a query: it is text on one line.
fn check_secret(key: &SecretKey, value: &SecretString) -> Result<()> {
    let text = value.expose_secret();
    let problem = if text.trim().is_empty() {
        "is empty: give the secret itself"
    } else if text.len() > SECRET {
        "is longer than 16 KiB: that is no key or token"
    } else if text.chars().any(char::is_control) || text.trim() != text {
        "begins or ends with white space, or has a line break: paste the secret alone"
    } else {
        return Ok(());
    };
    Err(Error::SecretInvalid { key: key.clone(), problem })
}
