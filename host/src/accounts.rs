//! People: signing in by a mailed link, and the account that a first sign-in makes.

use cloche_domain::server::Role;
use cloche_domain::words::WordError;
use cloche_domain::{Email, OrgId, Origin, SessionId, Slug, UserId, Via};
use cloche_storage::accounts::{Membership, NewOrg};
use cloche_storage::magic_links::{Asked, NewLink};
use cloche_storage::{Tx, accounts, magic_links, members};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use url::Url;

use crate::app::App;
use crate::audit::{self, Done};
use crate::http::auth::Member;
use crate::mail::{self, Mail};
use crate::members::{change_role, rights_changed};
use crate::sessions::{self, Browser, Shown};
use crate::token::{self, NoRandomness};

/// What a limit on links counts over.
const WINDOW: Duration = Duration::DAY;
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
    #[error("this account was deleted in this very moment")]
    NoAccount,
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
    Session(#[from] sessions::Error),
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
        audit::note(app, &operator, &mut tx, Done::of("sign_in_link.made", ("user", &operator.user_id))).await?;
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
pub(crate) fn is_local(public_url: &Url, next: &str) -> bool {
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

/// Uses a link up and begins a session, with a new account if the address has none.
pub async fn sign_in(app: &App, link: &SecretString, browser: &Browser) -> Result<SignedIn> {
    let mut tx = app.db.begin().await?;
    let redeemed = magic_links::redeem(&mut tx, token::digest(link), app.clock.now()).await?;
    let redeemed = redeemed.ok_or(Error::LinkNotValid)?;
    let session = SessionId::new();
    let origin = Origin { via: Via::Session(session), address: Some(browser.address.clone()) };
    let member = Member::new(account(app, &mut tx, &redeemed.email, &origin).await?, origin);
    let token = sessions::begin(app, &mut tx, (&member, session), browser, Shown::Link).await?;
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

/// Makes the person of a mail address a member of an organisation, or gives them another role in it: for the operator,
/// who may also lower the last owner.
pub async fn join(app: &App, email: &Email, org: &Slug, role: Role) -> Result<Membership> {
    let mut tx = app.db.begin().await?;
    members::in_turn(&mut tx).await?;
    let member = account(app, &mut tx, email, &Origin::COMMAND_LINE).await?;
    let before = accounts::in_org(&mut tx, member.user_id, org).await?;
    if let Some(before) = &before {
        cloche_storage::audit::lock(&mut tx, before.org_id).await?;
    }
    if !accounts::join(&mut tx, org, member.user_id, role, app.clock.now()).await? {
        return Err(Error::NoSuchOrg(org.clone()));
    }
    let joined = accounts::in_org(&mut tx, member.user_id, org).await?.ok_or_else(|| Error::NoSuchOrg(org.clone()))?;
    let operator = Member::new(joined.clone(), Origin::COMMAND_LINE);
    match before {
        Some(before) if before.role == role => {}
        Some(before) => change_role(app, &mut tx, &operator, &before, role).await?,
        None => note_joined(app, &mut tx, &operator).await?,
    }
    tx.commit().await?;
    rights_changed(app);
    Ok(joined)
}

/// Notes in an organisation's log that someone is a member from now on.
pub(crate) async fn note_joined(app: &App, tx: &mut Tx, joined: &Member) -> Result<()> {
    let done = Done::of("member.joined", ("user", &joined.user_id));
    let done = done.changed(Value::Null, json!({"role": joined.role}));
    Ok(audit::note(app, joined, tx, done).await?)
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

/// The account of a mail address, with an organisation of its own, made if there is none.
pub(crate) async fn account(app: &App, tx: &mut Tx, email: &Email, origin: &Origin) -> Result<Membership> {
    if let Some(member) = accounts::by_email(tx, email).await? {
        return Ok(member);
    }
    // Before the row is written: who waits here with it would keep others from their turn.
    members::in_turn(tx).await?;
    let user = UserId::new();
    let user = if accounts::insert_user(tx, user, email, local_part(email), app.clock.now()).await? {
        user
    } else {
        accounts::user_of(tx, email).await?.ok_or_else(|| Error::NoFreeSlug(email.clone()))?
    };
    home(app, tx, (user, email), origin).await
}

/// Where a person is at home: the organisation that they joined first. Who belongs to none gets one of their own, which
/// its log tells as done from `origin`.
pub(crate) async fn home(
    app: &App,
    tx: &mut Tx,
    (user, email): (UserId, &Email),
    origin: &Origin,
) -> Result<Membership> {
    if let Some(member) = accounts::by_email(tx, email).await? {
        return Ok(member);
    }
    let wanted = Slug::from_title(local_part(email), "org");
    let org = make_org(app, tx, &wanted, local_part(email)).await?.ok_or_else(|| Error::NoFreeSlug(email.clone()))?;
    accounts::insert_membership(tx, org, user, Role::Owner, app.clock.now()).await?;
    let owner = accounts::by_email(tx, email).await?.ok_or_else(|| Error::NoFreeSlug(email.clone()))?;
    note_made(app, tx, &Member::new(owner.clone(), origin.clone())).await?;
    Ok(owner)
}

/// The same, of an account that is known by its id.
pub(crate) async fn home_of(app: &App, tx: &mut Tx, user: UserId, origin: &Origin) -> Result<Membership> {
    let email = accounts::email_of(tx, user).await?.ok_or(Error::NoAccount)?;
    if let Some(member) = accounts::by_email(tx, &email).await? {
        return Ok(member);
    }
    members::in_turn(tx).await?;
    home(app, tx, (user, &email), origin).await
}

/// Notes in an organisation's log that it was made, for the owner that it has.
pub(crate) async fn note_made(app: &App, tx: &mut Tx, owner: &Member) -> Result<()> {
    let made = json!({
        "slug": owner.org_slug, "name": owner.org_name, "plan": owner.plan, "owner": owner.user_id,
    });
    let done = Done::of("org.created", ("org", &owner.org_id)).changed(Value::Null, made);
    Ok(audit::note(app, owner, tx, done).await?)
}

fn local_part(email: &Email) -> &str {
    email.as_str().split('@').next().unwrap_or_default()
}

/// An organisation without members, with the nearest slug that is free; none where none was found.
pub(crate) async fn make_org(app: &App, tx: &mut Tx, wanted: &str, name: &str) -> Result<Option<OrgId>> {
    let mut slug: Slug = wanted.parse()?;
    for _ in 0..8 {
        let org = NewOrg { id: OrgId::new(), slug: &slug, name, plan: app.config.plan };
        if accounts::insert_org(tx, &org, app.clock.now()).await? {
            return Ok(Some(org.id));
        }
        slug = format!("{wanted}-{}", hex::encode(token::random_bytes::<3>()?)).parse()?;
    }
    Ok(None)
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
