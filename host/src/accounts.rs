//! People: signing in by a mailed link, sessions, and the account that a first sign-in makes.

use cloche_domain::server::Role;
use cloche_domain::words::WordError;
use cloche_domain::{Email, OrgId, Origin, SessionId, Slug, UserId, Via};
use cloche_storage::accounts::{Membership, NewOrg};
use cloche_storage::magic_links::{Asked, NewLink};
use cloche_storage::sessions::{NewSession, Rotation, Session};
use cloche_storage::{Tx, accounts, magic_links, sessions};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use url::Url;

use crate::app::App;
use crate::audit::{self, Done};
use crate::events::Event;
use crate::http::auth::Member;
use crate::mail::{self, Mail};
use crate::token::{self, NoRandomness};

/// What a limit on links counts over.
const WINDOW: Duration = Duration::DAY;
/// A session's token is replaced when it is older.
const TOKEN_AGE: Duration = Duration::DAY;
/// How long the replaced token still counts.
const GRACE: Duration = Duration::MINUTE;
/// Bytes of a path to go to after sign-in: an OAuth request has to fit.
const NEXT_LIMIT: usize = 8192;

/// Why someone is not signed in, or gets no link.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("too many sign-in links were asked for: use one that has arrived, or wait")]
    TooManyLinks { retry_after: Duration },
    #[error("this sign-in link was used before or has expired: ask for a new one")]
    LinkNotValid,
    #[error("`next` must be a path on this platform, like /servers")]
    NextNotLocal,
    #[error("no free name was found for the organisation of {0}: try again")]
    NoFreeSlug(Email),
    #[error("there is no organisation {0}")]
    NoSuchOrg(Slug),
    #[error("{email} is no member of {org}: `cloche admin member` makes them one")]
    NotAMember { email: Email, org: Slug },
    #[error(transparent)]
    Word(#[from] WordError),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    #[error(transparent)]
    Mail(#[from] mail::Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Someone asks to sign in.
#[derive(Clone, Debug)]
pub struct Asking {
    pub email: Email,
    /// The path to go to after sign-in.
    pub next: Option<String>,
    /// The network address that asks.
    pub address: String,
}

/// Mails a link. The outcome doesn't depend on whether the address has an account.
pub async fn mail_link(app: &App, asking: &Asking) -> Result<()> {
    if asking.next.as_deref().is_some_and(|next| !is_local(&app.public_url, next)) {
        return Err(Error::NextNotLocal);
    }
    let (now, limits) = (app.clock.now(), &app.config.sign_in);
    let (since, email) = (now - WINDOW, &asking.email);
    let mut tx = app.db.begin().await?;
    magic_links::lock(&mut tx).await?;
    within(magic_links::asked_to(&mut tx, email, since).await?, limits.links_per_email, now)?;
    within(magic_links::asked_from(&mut tx, &asking.address, since).await?, limits.links_per_address, now)?;
    magic_links::forget(&mut tx, since).await?;
    let link = write_link(app, &mut tx, email, Some(&asking.address), asking.next.as_deref()).await?;
    tx.commit().await?;
    let minutes = limits.link_minutes;
    app.mail.send(sign_in_mail(email, &link, minutes), app.clock.now()).await?;
    Ok(())
}

/// A link for the operator to hand on: not mailed, and counted by no limit.
pub async fn operator_link(app: &App, email: &Email) -> Result<Url> {
    let mut tx = app.db.begin().await?;
    let link = write_link(app, &mut tx, email, None, None).await?;
    if let Some(member) = accounts::by_email(&mut tx, email).await? {
        let operator = Member::new(member, Origin::COMMAND_LINE);
        let done = Done::of("sign_in_link.made", ("user", &operator.user_id)).with(json!({"email": email}));
        audit::note(app, &operator, &mut tx, done).await?;
    }
    tx.commit().await?;
    Ok(link)
}

async fn write_link(app: &App, tx: &mut Tx, email: &Email, address: Option<&str>, next: Option<&str>) -> Result<Url> {
    let (token, now) = (token::mint("")?, app.clock.now());
    let expires_at = now + Duration::minutes(app.config.sign_in.link_minutes.into());
    let new = NewLink { token: token::digest(&token), email, address, next, expires_at };
    magic_links::insert(tx, &new, now).await?;
    let mut link = app.public_url.clone();
    link.set_path("/sign-in");
    link.query_pairs_mut().append_pair("token", token.expose_secret());
    Ok(link)
}

fn within(asked: Asked, limit: u32, now: OffsetDateTime) -> Result<()> {
    if asked.count < i64::from(limit) {
        return Ok(());
    }
    let retry_after = asked.first.map_or(WINDOW, |first| first + WINDOW - now);
    Err(Error::TooManyLinks { retry_after })
}

/// Whether `next` is a path on this platform, however a browser reads it.
fn is_local(public_url: &Url, next: &str) -> bool {
    let plain = next.len() <= NEXT_LIMIT && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    // `/.//evil.example` is a path here, and another host once its dot is resolved.
    let here = |url: Url| url.origin() == public_url.origin() && !url.path().starts_with("//");
    plain && next.starts_with('/') && public_url.join(next).is_ok_and(here)
}

fn sign_in_mail(to: &Email, link: &Url, minutes: u32) -> Mail {
    let text = format!(
        "Sign in to Cloche:\n\n{link}\n\nThe link works once, for {minutes} minutes. \
         If you did not ask for it, there is nothing to do.\n"
    );
    Mail { to: to.clone(), subject: "Your sign-in link".to_owned(), text }
}

/// Someone who has just signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// The new session's token, for the cookie.
    pub token: SecretString,
    pub member: Member,
    /// The path that was asked for with the link.
    pub next: Option<String>,
}

/// Uses a link up and begins a session, with a new account if the address has none. `address` is the network's.
pub async fn sign_in(app: &App, link: &SecretString, address: String) -> Result<SignedIn> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let redeemed = magic_links::redeem(&mut tx, token::digest(link), now).await?.ok_or(Error::LinkNotValid)?;
    let id = SessionId::new();
    let origin = Origin { via: Via::Session(id), address: Some(address) };
    let member = Member::new(account(app, &mut tx, &redeemed.email, &origin).await?, origin);
    let token = token::mint("")?;
    let session =
        NewSession { id, token: token::digest(&token), user_id: member.user_id, expires_at: session_end(app, now) };
    sessions::forget(&mut tx, member.user_id, now).await?;
    sessions::insert(&mut tx, &session, now).await?;
    audit::note(app, &member, &mut tx, Done::of("session.begun", ("session", &id))).await?;
    tx.commit().await?;
    tracing::info!(user = %member.user_id, "signed in");
    Ok(SignedIn { token, member, next: redeemed.next })
}

/// The account of a mail address; made by the operator, with an organisation of its own, if there is none.
pub async fn find_or_make(app: &App, email: &Email) -> Result<Membership> {
    let mut tx = app.db.begin().await?;
    let member = account(app, &mut tx, email, &Origin::COMMAND_LINE).await?;
    tx.commit().await?;
    Ok(member)
}

/// Makes the person of a mail address a member of an organisation, or gives them another role in it: for the operator.
pub async fn join(app: &App, email: &Email, org: &Slug, role: Role) -> Result<Membership> {
    let mut tx = app.db.begin().await?;
    let member = account(app, &mut tx, email, &Origin::COMMAND_LINE).await?;
    let before = accounts::in_org(&mut tx, member.user_id, org).await?.map(|member| member.role);
    if !accounts::join(&mut tx, org, member.user_id, role, app.clock.now()).await? {
        return Err(Error::NoSuchOrg(org.clone()));
    }
    let joined = accounts::in_org(&mut tx, member.user_id, org).await?.ok_or_else(|| Error::NoSuchOrg(org.clone()))?;
    let operator = Member::new(joined.clone(), Origin::COMMAND_LINE);
    let done = Done::of("member.set", ("user", &member.user_id)).with(json!({"email": email}));
    let before = before.map_or(Value::Null, |role| json!({"role": role}));
    audit::note(app, &operator, &mut tx, done.changed(before, json!({"role": role}))).await?;
    tx.commit().await?;
    app.events.tell(Event::Rights);
    Ok(joined)
}

/// The person of a mail address, as a member of an organisation.
pub async fn member_of(app: &App, email: &Email, org: &Slug) -> Result<Membership> {
    let member = find_or_make(app, email).await?;
    let found = accounts::in_org(&mut app.db.read().await?, member.user_id, org).await?;
    found.ok_or_else(|| Error::NotAMember { email: email.clone(), org: org.clone() })
}

/// Whether nobody has an account yet.
pub async fn nobody(app: &App) -> Result<bool> {
    Ok(accounts::is_empty(&mut app.db.read().await?).await?)
}

async fn account(app: &App, tx: &mut Tx, email: &Email, origin: &Origin) -> Result<Membership> {
    if let Some(member) = accounts::by_email(tx, email).await? {
        return Ok(member);
    }
    let now = app.clock.now();
    let (user_id, name) = (UserId::new(), email.as_str().split('@').next().unwrap_or_default());
    if accounts::insert_user(tx, user_id, email, name, now).await? {
        let org_id = make_org(app, tx, email, name).await?;
        accounts::insert_membership(tx, org_id, user_id, Role::Owner, now).await?;
        if let Some(owner) = accounts::by_email(tx, email).await? {
            let made = json!({"slug": owner.org_slug, "name": owner.org_name, "plan": owner.plan, "owner": user_id});
            let done = Done::of("org.created", ("org", &org_id)).changed(Value::Null, made);
            audit::note(app, &Member::new(owner, origin.clone()), tx, done).await?;
        }
    }
    accounts::by_email(tx, email).await?.ok_or_else(|| Error::NoFreeSlug(email.clone()))
}

/// An organisation named after a person, with the nearest slug that is free.
async fn make_org(app: &App, tx: &mut Tx, email: &Email, name: &str) -> Result<OrgId> {
    let wanted = Slug::from_title(name, "org");
    let mut slug: Slug = wanted.parse()?;
    for _ in 0..8 {
        let org = NewOrg { id: OrgId::new(), slug: &slug, name, plan: app.config.plan };
        if accounts::insert_org(tx, &org, app.clock.now()).await? {
            return Ok(org.id);
        }
        slug = format!("{wanted}-{}", hex::encode(token::random_bytes::<3>()?)).parse()?;
    }
    Err(Error::NoFreeSlug(email.clone()))
}

fn session_end(app: &App, now: OffsetDateTime) -> OffsetDateTime {
    now + Duration::days(app.config.sign_in.session_days.into())
}

/// The session that a cookie's token stands for.
pub async fn session(app: &App, token: &SecretString) -> Result<Option<Session>> {
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    Ok(sessions::find(&mut tx, token::digest(token), now - GRACE, now).await?)
}

/// Prolongs a session whose token has had its day: the new token, or `None` if the old one is to stay.
pub async fn renew(app: &App, session: &Session, token: &SecretString) -> Result<Option<SecretString>> {
    let now = app.clock.now();
    if session.rotated_at + TOKEN_AGE > now {
        return Ok(None);
    }
    let new = token::mint("")?;
    let rotation = Rotation { old: token::digest(token), new: token::digest(&new), expires_at: session_end(app, now) };
    let mut tx = app.db.begin().await?;
    let rotated = sessions::rotate(&mut tx, &rotation, now).await?;
    tx.commit().await?;
    Ok(rotated.then_some(new))
}

/// Ends the session of a token. `address` is the network's.
pub async fn sign_out(app: &App, token: &SecretString, address: String) -> Result<()> {
    let (digest, always) = (token::digest(token), OffsetDateTime::UNIX_EPOCH);
    let mut tx = app.db.begin().await?;
    // Also by the token before this one, however old.
    let ended = sessions::find(&mut tx, digest, always, always).await?;
    sessions::delete(&mut tx, digest).await?;
    if let Some(Session { session_id, member, .. }) = ended {
        let member = Member::new(member, Origin { via: Via::Session(session_id), address: Some(address) });
        audit::note(app, &member, &mut tx, Done::of("session.ended", ("session", &session_id))).await?;
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_sign_in_a_browser_stays_here() {
        let here = Url::parse("https://cloche.example/").unwrap();
        for good in ["/", "/servers?tab=mine#top", "/oauth/authorize?redirect_uri=https%3A%2F%2Fa.b%2F"] {
            assert!(is_local(&here, good), "{good}");
        }
        for bad in [
            "",
            "servers",
            "//evil.example",
            "/.//evil.example",
            "/a/..//evil.example",
            "/\\evil.example",
            "https://evil.example/",
            "/\t/evil.example",
            "/a b",
        ] {
            assert!(!is_local(&here, bad), "{bad}");
        }
    }
}
