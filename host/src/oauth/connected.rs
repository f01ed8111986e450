//! The clients that people let in, and the end of what they were let do.

use cloche_domain::{GrantId, ServerId};
use cloche_storage::oauth::{self as store, Connected, Whose};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Done};
use crate::events::Event;
use crate::http::auth::Member;
use crate::members::{self, standing};

/// Why a client goes on as it is.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such client, or it was revoked already")]
    NotFound,
    #[error(transparent)]
    Members(#[from] members::Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

/// One page of clients.
#[derive(Clone, Debug)]
pub struct Page {
    pub clients: Vec<Connected>,
    /// Where the next one begins.
    pub next: Option<GrantId>,
}

/// The clients that can get tokens for the organisation's servers, or for one of them, the newest first: all of them for
/// those who look after it, a member's own for the others.
pub async fn list(
    app: &App,
    member: &Member,
    server: Option<ServerId>,
    before: Option<GrantId>,
    limit: u8,
) -> Result<Page, Error> {
    let user = (!member.role.manages()).then_some(member.user_id);
    let whose = Whose { org: member.org_id, user, server, before };
    let mut tx = app.db.read().await?;
    let mut clients = store::connected(&mut tx, whose, app.clock.now(), i64::from(limit) + 1).await?;
    let more = clients.len() > usize::from(limit);
    clients.truncate(limit.into());
    let next = clients.last().filter(|_| more).map(|last| last.id);
    Ok(Page { clients, next })
}

/// Ends what a person let a client do, and with it all its tokens: one's own, or anybody's for those who look after the
/// organisation.
pub async fn revoke(app: &App, member: &Member, id: GrantId) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    let actor = standing(&mut tx, member).await?;
    let of = store::granted(&mut tx, id).await?.filter(|of| of.org_id == actor.org_id);
    let of = of.filter(|of| of.user_id == actor.user_id || actor.role.manages()).ok_or(Error::NotFound)?;
    if !store::revoke(&mut tx, id, app.clock.now()).await? {
        return Err(Error::NotFound);
    }
    let with = json!({"server": of.server_id, "client": of.client_id, "user": of.user_id});
    audit::note(app, &actor, &mut tx, Done::of("grant.revoked", ("grant", &id)).with(with)).await?;
    tx.commit().await?;
    app.events.tell(Event::Grant(id));
    Ok(())
}
