//! Invitations into an organisation, by mail.
//!
//! The mailed token lets one join who is signed in with the address that it was mailed to; it does not sign anyone in.
//! An invitation lives for days, is answered from any machine and is passed on: one that signed in would give whoever it
//! was passed on to the account of the invited person.

use cloche_domain::server::Role;
use cloche_domain::{Email, InviteId};
use cloche_storage::accounts::Membership;
use cloche_storage::invites::{self, Invite, Renewal};
use cloche_storage::{Tx, accounts as people, members as store, sessions};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use time::Duration;

use crate::accounts;
use crate::app::App;
use crate::audit::{self, Done};
use crate::http::auth::{Member, Person};
use crate::mail::{self, Mail};
use crate::members::{self, manages, may, standing};
use crate::orgs::over;
use crate::token::{self, NoRandomness};

/// What the limits on mails count over.
const WINDOW: Duration = Duration::DAY;
/// How long an invitation that has expired is still listed, to be mailed again.
const KEPT: Duration = Duration::days(30);

/// Why nobody is invited, or does not join.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such invitation in your organisation")]
    NotFound,
    #[error("{0} is a member already: change their role instead")]
    AlreadyMember(Email),
    #[error("{0} is invited already: mail that invitation again, or take it back first")]
    AlreadyInvited(Email),
    #[error("{limit} invitations a day can be mailed {whose}: wait")]
    TooMany { limit: u32, whose: &'static str, retry_after: Duration },
    #[error("this invitation was used, taken back or has expired: ask for a new one")]
    NotValid,
    #[error("this invitation is for another mail address: sign in with the one that it was mailed to")]
    ForAnother,
    #[error(transparent)]
    Members(#[from] members::Error),
    #[error(transparent)]
    Account(#[from] accounts::Error),
    #[error(transparent)]
    Mail(#[from] mail::Error),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The organisation's invitations that nobody has taken up, oldest first.
pub async fn list(app: &App, member: &Member) -> Result<Vec<Invite>> {
    manages(member)?;
    Ok(invites::list(&mut app.db.read().await?, member.org_id).await?)
}

/// Invites whoever reads mail at an address. The outcome doesn't depend on whether it has an account.
pub async fn create(app: &App, by: &Person, email: &Email, role: Role) -> Result<Invite> {
    let (token, now) = (token::mint("")?, app.clock.now());
    let mut tx = app.db.begin().await?;
    let actor = standing(&mut tx, by).await?;
    may(&actor, role)?;
    if store::has(&mut tx, actor.org_id, email).await? {
        return Err(Error::AlreadyMember(email.clone()));
    }
    match invites::for_email(&mut tx, actor.org_id, email).await? {
        Some(open) if open.expires_at > now => return Err(Error::AlreadyInvited(email.clone())),
        Some(expired) => invites::delete(&mut tx, expired.id).await?,
        None => {}
    }
    let invite = Invite {
        id: InviteId::new(),
        org_id: actor.org_id,
        email: email.clone(),
        role,
        invited_by: actor.user_id,
        created_at: now,
        expires_at: now + life(app),
    };
    count_mail(app, &mut tx, &invite).await?;
    invites::insert(&mut tx, &invite, token::digest(&token)).await?;
    // The log tells of the invitation by its id: what is kept for good holds no mail address.
    let done = Done::of("invite.created", ("invite", &invite.id)).changed(Value::Null, json!({"role": role}));
    audit::note(app, &actor, &mut tx, done).await?;
    tx.commit().await?;
    app.mail.send(invitation(app, &actor, &invite, &token), now).await?;
    Ok(invite)
}

/// Mails an invitation again, with a new token and new time; the token before it is good for nothing from then on.
pub async fn resend(app: &App, by: &Person, id: InviteId) -> Result<Invite> {
    let (token, now) = (token::mint("")?, app.clock.now());
    let mut tx = app.db.begin().await?;
    let actor = standing(&mut tx, by).await?;
    let before = theirs(&mut tx, &actor, id).await?;
    let invite = Invite { invited_by: actor.user_id, expires_at: now + life(app), ..before };
    count_mail(app, &mut tx, &invite).await?;
    let token_digest = token::digest(&token);
    let Invite { invited_by, expires_at, .. } = invite;
    invites::renew(&mut tx, &Renewal { id, invited_by, token: token_digest, expires_at }).await?;
    let done = Done::of("invite.resent", ("invite", &id)).with(json!({"role": invite.role}));
    audit::note(app, &actor, &mut tx, done).await?;
    tx.commit().await?;
    app.mail.send(invitation(app, &actor, &invite, &token), now).await?;
    Ok(invite)
}

/// Takes an invitation back, at once.
pub async fn delete(app: &App, by: &Member, id: InviteId) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let actor = standing(&mut tx, by).await?;
    let before = theirs(&mut tx, &actor, id).await?;
    invites::delete(&mut tx, id).await?;
    let done = Done::of("invite.withdrawn", ("invite", &id)).changed(json!({"role": before.role}), Value::Null);
    audit::note(app, &actor, &mut tx, done).await?;
    tx.commit().await?;
    Ok(())
}

/// An invitation that this member may send and take back.
async fn theirs(tx: &mut Tx, actor: &Membership, id: InviteId) -> Result<Invite> {
    manages(actor)?;
    let invite = invites::get(tx, actor.org_id, id).await?.ok_or(Error::NotFound)?;
    may(actor, invite.role)?;
    Ok(invite)
}

fn life(app: &App) -> Duration {
    Duration::days(app.config.organisations.invite_days.into())
}

/// Counts one more mail, of an organisation and to an address, if there is room for it today.
async fn count_mail(app: &App, tx: &mut Tx, invite: &Invite) -> Result<()> {
    let (now, limits) = (app.clock.now(), &app.config.organisations);
    invites::forget(tx, now - KEPT, now - WINDOW).await?;
    let by = invites::mailed_by(tx, invite.org_id, now - WINDOW).await?;
    let to = invites::mailed_to(tx, &invite.email, now - WINDOW).await?;
    for (mailed, limit, whose) in
        [(by, limits.invites_per_org, "by one organisation"), (to, limits.invites_per_email, "to one address")]
    {
        if let Some(retry_after) = over(&mailed, limit, now) {
            return Err(Error::TooMany { limit, whose, retry_after });
        }
    }
    Ok(invites::note_mailed(tx, invite.org_id, &invite.email, now).await?)
}

/// Uses an invitation up: the person belongs to its organisation, and their session acts in it. Whoever belongs to it
/// already keeps the role that they have.
pub async fn accept(app: &App, person: &Person, invite: &SecretString) -> Result<Member> {
    let (digest, now) = (token::digest(invite), app.clock.now());
    let mut tx = app.db.begin().await?;
    store::in_turn(&mut tx).await?;
    let Some(invite) = invites::accept(&mut tx, digest, &person.email, now).await? else {
        let open = invites::is_open(&mut tx, digest, now).await?;
        return Err(if open { Error::ForAnother } else { Error::NotValid });
    };
    if store::find(&mut tx, invite.org_id, person.user_id).await?.is_none() {
        people::insert_membership(&mut tx, invite.org_id, person.user_id, invite.role, now).await?;
    }
    let joined = store::find(&mut tx, invite.org_id, person.user_id).await?.ok_or(Error::NotValid)?;
    let joined = Member::new(joined, person.origin().clone());
    let accepted = json!({"role": joined.role, "invitedBy": invite.invited_by});
    let done = Done::of("invite.accepted", ("invite", &invite.id)).changed(Value::Null, accepted);
    audit::note(app, &joined, &mut tx, done).await?;
    accounts::note_joined(app, &mut tx, &joined).await?;
    sessions::switch(&mut tx, person.session, joined.org_id).await?;
    tx.commit().await?;
    tracing::info!(org = %joined.org_id, user = %joined.user_id, "joined by invitation");
    Ok(joined)
}

/// The mail. Nothing in it is free text of the inviter's: it names the organisation by its slug, lest an organisation be
/// called what somebody wants mailed to strangers in our name.
fn invitation(app: &App, by: &Membership, invite: &Invite, token: &SecretString) -> Mail {
    let mut link = app.public_url.clone();
    link.set_path("/invite");
    link.query_pairs_mut().append_pair("token", token.expose_secret());
    let (days, to, role) = (app.config.organisations.invite_days, &invite.email, invite.role);
    let Membership { email, org_slug, .. } = by;
    let text = format!(
        "{email} invites you to the organisation {org_slug} on Cloche, as {role}:\n\n{link}\n\n\
         Sign in as {to} to join. The link works once, for {days} days. If you do not want to join, there is nothing to do.\n"
    );
    Mail { to: to.clone(), subject: "An invitation to an organisation".to_owned(), text }
}
