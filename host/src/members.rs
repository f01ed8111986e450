//! Who belongs to an organisation, as what; and the end of it, from which moment on they may nothing more there.

use cloche_domain::server::Role;
use cloche_domain::{Origin, UserId};
use cloche_storage::accounts::Membership;
use cloche_storage::members::{self, Ended, Member as Listed};
use cloche_storage::{Tx, invites};
use serde_json::{Value, json};

use crate::accounts;
use crate::app::App;
use crate::audit::{self, Done};
use crate::events::Event;
use crate::http::auth::{Member, Person};

/// Why members are not changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such member in your organisation")]
    NotFound,
    #[error("your role {0} does not manage the organisation: ask an owner or an admin of it")]
    Forbidden(Role),
    #[error("your role {0} neither makes nor changes an owner: ask an owner of the organisation")]
    Outranked(Role),
    #[error("the last owner can neither leave nor be made less: make another member an owner first")]
    LastOwner,
    #[error("you no longer belong to this organisation")]
    NoLonger,
    #[error(transparent)]
    Account(#[from] accounts::Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The organisation's members, in the order in which they joined.
pub async fn list(app: &App, member: &Member) -> Result<Vec<Listed>> {
    Ok(members::list(&mut app.db.read().await?, member.org_id).await?)
}

/// What someone may do in their organisation now: since they were let in, they may have been made less. Until the
/// transaction ends, nobody is.
pub async fn standing(tx: &mut Tx, member: &Member) -> Result<Member> {
    members::in_turn(tx).await?;
    cloche_storage::audit::lock(tx, member.org_id).await?;
    let now = members::find(tx, member.org_id, member.user_id).await?.ok_or(Error::NoLonger)?;
    Ok(Member::new(now, member.origin().clone()))
}

/// Whether someone may give others a role, or take it from them.
pub fn may(member: &Membership, role: Role) -> Result<()> {
    manages(member)?;
    if member.role.governs(role) { Ok(()) } else { Err(Error::Outranked(member.role)) }
}

/// Whether someone looks after members, invitations and everyone's keys.
pub fn manages(member: &Membership) -> Result<()> {
    if member.role.manages() { Ok(()) } else { Err(Error::Forbidden(member.role)) }
}

/// Gives a member another role, which counts from their next request on. Invitations that they may send no longer end.
pub async fn set_role(app: &App, by: &Person, id: UserId, role: Role) -> Result<Listed> {
    let mut tx = app.db.begin().await?;
    let actor = standing(&mut tx, by).await?;
    manages(&actor)?;
    let before = members::find(&mut tx, actor.org_id, id).await?.ok_or(Error::NotFound)?;
    may(&actor, before.role)?;
    may(&actor, role)?;
    if role != before.role {
        leaves_an_owner(&mut tx, &before).await?;
        change_role(app, &mut tx, &actor, &before, role).await?;
    }
    let members = members::list(&mut tx, actor.org_id).await?;
    tx.commit().await?;
    rights_changed(app);
    members.into_iter().find(|member| member.user_id == id).ok_or(Error::NotFound)
}

/// Writes another role of a member, and what follows from it.
pub(crate) async fn change_role(
    app: &App,
    tx: &mut Tx,
    actor: &Member,
    before: &Membership,
    role: Role,
) -> Result<(), cloche_storage::Error> {
    members::set_role(tx, before.org_id, before.user_id, role).await?;
    let mut withdrawn = 0;
    for invite in invites::sent_by(tx, before.org_id, before.user_id).await? {
        if !role.governs(invite.role) {
            invites::delete(tx, invite.id).await?;
            withdrawn += 1;
        }
    }
    let after = json!({"role": role, "invitesWithdrawn": withdrawn});
    let done = Done::of("member.role_changed", ("user", &before.user_id));
    audit::note(app, actor, tx, done.changed(json!({"role": before.role}), after)).await
}

/// Takes a member out of the organisation; or oneself, which is leaving. Their keys, what they allowed OAuth clients and
/// the invitations they have sent end with it.
pub async fn remove(app: &App, by: &Member, id: UserId) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let actor = standing(&mut tx, by).await?;
    let leaving = id == actor.user_id;
    if !leaving {
        manages(&actor)?;
    }
    let before = members::find(&mut tx, actor.org_id, id).await?.ok_or(Error::NotFound)?;
    if !leaving {
        may(&actor, before.role)?;
    }
    leaves_an_owner(&mut tx, &before).await?;
    let ended = members::remove(&mut tx, actor.org_id, id, app.clock.now()).await?;
    let action = if leaving { "member.left" } else { "member.removed" };
    audit::note(app, &actor, &mut tx, gone(action, &before, ended)).await?;
    accounts::home(app, &mut tx, (id, &before.email), &Origin::PLATFORM).await?;
    tx.commit().await?;
    tracing::info!(org = %actor.org_id, user = %id, by = %actor.user_id, "a member is out");
    rights_changed(app);
    Ok(())
}

/// What the log keeps of someone who is gone: their role, and how much ended with it.
pub(crate) fn gone(action: &'static str, before: &Membership, ended: Ended) -> Done<'static> {
    let Ended { api_keys, grants, invites } = ended;
    let before_it = json!({"role": before.role, "apiKeys": api_keys, "grants": grants, "invites": invites});
    Done::of(action, ("user", &before.user_id)).changed(before_it, Value::Null)
}

/// An organisation without an owner could be governed by nobody.
async fn leaves_an_owner(tx: &mut Tx, before: &Membership) -> Result<()> {
    let last = before.role == Role::Owner && members::owners(tx, before.org_id).await? <= 1;
    if last { Err(Error::LastOwner) } else { Ok(()) }
}

/// Makes this process, and those that listen, ask again who may do what.
pub(crate) fn rights_changed(app: &App) {
    app.events.tell(Event::Rights);
}
