//! What its owners change about a server as it runs: what they call it, and whether it answers.

use cloche_domain::ServerId;
use cloche_domain::server::ServerStatus;
use cloche_domain::spec::bounds;
use cloche_storage::servers::{self, Server};
use serde_json::json;

use super::{Error, Result, may_change};
use crate::app::App;
use crate::audit::{self, Done};
use crate::events::Event;
use crate::hidden_text;
use crate::http::auth::Member;

/// Characters of a server's name.
const NAME: usize = 100;

/// What its owners call a server, where it changes. What AI clients are told stands in a version's spec, and is reviewed
/// there.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub name: Option<String>,
    /// None within: what its spec says.
    #[expect(clippy::option_option, reason = "left as it is, taken away and a text are three things")]
    pub description: Option<Option<String>>,
}

/// Calls a server something else.
pub async fn describe(app: &App, member: &Member, id: ServerId, change: Change) -> Result<Server> {
    may_change(member)?;
    let change = checked(change)?;
    let mut tx = audit::begin(app, member.org_id).await?;
    let before = servers::get(&mut tx, member.org_id, id).await?.ok_or(Error::NotFound)?;
    let name = change.name.unwrap_or_else(|| before.name.clone());
    let description = change.description.unwrap_or_else(|| before.description.clone());
    if (&name, &description) == (&before.name, &before.description) {
        return Ok(before);
    }
    servers::describe(&mut tx, id, (&name, description.as_deref()), app.clock.now()).await?;
    let done = Done::of("server.described", ("server", &id)).changed(
        json!({"name": before.name, "description": before.description}),
        json!({"name": name, "description": description}),
    );
    audit::note(app, member, &mut tx, done).await?;
    let after = servers::get(&mut tx, member.org_id, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(after)
}

pub(super) fn checked(change: Change) -> Result<Change> {
    let name = change.name.map(|name| name.trim().to_owned());
    if let Some(name) = &name {
        if name.is_empty() || name.chars().count() > NAME {
            return Err(Error::Text { what: "name", problem: "must have 1 to 100 characters" });
        }
        if name.contains(['\n', '\r', '\t']) {
            return Err(Error::Text { what: "name", problem: "must be on one line" });
        }
    }
    if change.description.iter().flatten().any(|text| text.len() > bounds::DESCRIPTION) {
        return Err(Error::Text { what: "description", problem: "is longer than 2,000 bytes: shorten it" });
    }
    if let Some(hidden) = hidden_text::find(&json!({"name": name, "description": change.description})) {
        return Err(Error::UnsafeText(hidden));
    }
    Ok(Change { name, description: change.description })
}

/// Has a server answer nobody, or again. Calls in flight finish, tokens stay what they are, and builds go on; which
/// version answers afterwards may be chosen meanwhile. A server that is so already stays so.
pub async fn pause(app: &App, member: &Member, id: ServerId, paused: bool) -> Result<()> {
    may_change(member)?;
    let mut tx = audit::begin(app, member.org_id).await?;
    let before = servers::get(&mut tx, member.org_id, id).await?.ok_or(Error::NotFound)?;
    if before.taken_down {
        return Err(Error::TakenDown);
    }
    if (before.status == ServerStatus::Paused) == paused {
        return Ok(());
    }
    servers::pause(&mut tx, id, paused, app.clock.now()).await?;
    let after = servers::get(&mut tx, member.org_id, id).await?.ok_or(Error::NotFound)?;
    let action = if paused { "server.paused" } else { "server.resumed" };
    let done =
        Done::of(action, ("server", &id)).changed(json!({"status": before.status}), json!({"status": after.status}));
    audit::note(app, member, &mut tx, done).await?;
    tx.commit().await?;
    tracing::info!(server = %id, by = %member.user_id, paused, "server paused or resumed");
    app.events.tell(Event::Server(id));
    Ok(())
}
