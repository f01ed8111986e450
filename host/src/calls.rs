//! Calls as a server's owner sees them afterwards, and the owner's own.

mod recorder;
mod retention;

use cloche_domain::{CallId, ServerId};
use cloche_storage::calls::{self, Call, Filter};
use cloche_storage::servers as store;
use serde_json::{Map, Value};

pub use recorder::{Recorder, write};

use crate::app::App;
use crate::gateway::{self, Answer};
use crate::http::auth::Member;
use crate::mount::Mount;
use crate::oauth::access::{Caller, Right};
use crate::servers;

/// What the owner's own calls have in place of a client's id.
const TRY: &str = "try";

/// Why calls cannot be shown, or one not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such call, or it is older than what is kept")]
    NotFound,
    #[error("the server has no tool {0:?}: its page lists those that it has")]
    NoTool(String),
    #[error(transparent)]
    Server(#[from] servers::Error),
    #[error(transparent)]
    Gateway(#[from] gateway::Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One page of a list, newest first.
#[derive(Clone, Debug)]
pub struct Page {
    pub calls: Vec<Call>,
    /// Where the next page begins, if there is one.
    pub next: Option<CallId>,
}

/// A server's calls, `limit` of those before `before`.
pub async fn list(
    app: &App,
    member: &Member,
    server: ServerId,
    filter: Filter<'_>,
    (before, limit): (Option<CallId>, u8),
) -> Result<Page> {
    let mut tx = app.db.read().await?;
    store::get(&mut tx, member.org_id, server).await?.ok_or(servers::Error::NotFound)?;
    let mut calls = calls::list(&mut tx, server, filter, before, i64::from(limit) + 1).await?;
    let more = calls.len() > usize::from(limit);
    calls.truncate(limit.into());
    let next = calls.last().filter(|_| more).map(|last| last.id);
    Ok(Page { calls, next })
}

/// One call.
pub async fn get(app: &App, member: &Member, server: ServerId, id: CallId) -> Result<Call> {
    calls::get(&mut app.db.read().await?, member.org_id, server, id).await?.ok_or(Error::NotFound)
}

/// Calls a tool of the active version, as an AI client would.
pub async fn try_tool(
    app: &App,
    member: &Member,
    server: ServerId,
    tool: &str,
    arguments: Map<String, Value>,
) -> Result<Answer> {
    servers::may_change(member)?;
    let found = store::get(&mut app.db.read().await?, member.org_id, server).await?.ok_or(servers::Error::NotFound)?;
    let caller = Caller { user: member.user_id, client: TRY.to_owned(), right: Right::Org(member.org_id) };
    let live = gateway::serve(app, &caller, &Mount { org: member.org_slug.clone(), slug: found.slug }).await?;
    let tool = live.tools.get(tool).ok_or_else(|| Error::NoTool(tool.chars().take(80).collect()))?;
    Ok(gateway::call(app, &live, &caller, tool, arguments, None).await)
}
