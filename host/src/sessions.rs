//! Browsers that are signed in: how a session begins, goes on and ends, and the organisation that it acts in.

use cloche_domain::{Origin, PasskeyId, SessionId, Slug, Via};
use cloche_storage::accounts::Membership;
use cloche_storage::sessions::{self, Begun, NewSession, Rotation, Session};
use cloche_storage::{Tx, accounts};
use secrecy::SecretString;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::app::App;
use crate::audit::{self, Done};
use crate::http::auth::{Member, Person};
use crate::token::{self, NoRandomness};

/// A session's token is replaced when it is older.
const TOKEN_AGE: Duration = Duration::DAY;
/// How long the replaced token still counts.
const GRACE: Duration = Duration::MINUTE;
/// How often the time of last use is written.
const TOUCH: Duration = Duration::minutes(5);
/// Characters that are kept of what a browser calls itself.
const USER_AGENT: usize = 200;

/// Why there is no such session, or it acts nowhere else.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("you have no such session")]
    NotFound,
    #[error("you belong to no organisation {0:?}: `GET /v1/me/orgs` lists those that you do")]
    NoSuchOrg(Slug),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Where a session begins: what its person is shown to know it again.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The network address.
    pub address: String,
    /// What it calls itself.
    pub user_agent: Option<String>,
}

/// What a person has shown to sign in.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// That they read the account's mail.
    Link,
    /// That a provider knows them.
    Provider(&'a Slug),
    Passkey(PasskeyId),
}

impl Shown<'_> {
    /// What the log is told of it.
    fn noted(self) -> Value {
        match self {
            Self::Link => json!({"by": "link"}),
            Self::Provider(name) => json!({"by": "provider", "provider": name}),
            Self::Passkey(id) => json!({"by": "passkey", "passkey": id}),
        }
    }
}

/// Begins a member's session of an id: its token, for the cookie.
pub async fn begin(
    app: &App,
    tx: &mut Tx,
    (member, id): (&Member, SessionId),
    browser: &Browser,
    shown: Shown<'_>,
) -> Result<SecretString> {
    // Before the session's row, as whoever ends the account does.
    cloche_storage::audit::lock(tx, member.org_id).await?;
    let (token, now) = (token::mint("")?, app.clock.now());
    let plain = |agent: &String| agent.chars().filter(|c| !c.is_control()).take(USER_AGENT).collect::<String>();
    let user_agent = browser.user_agent.as_ref().map(plain);
    let session = NewSession {
        id,
        token: token::digest(&token),
        user_id: member.user_id,
        expires_at: end_of(app, now),
        address: &browser.address,
        user_agent: user_agent.as_deref(),
    };
    sessions::forget(tx, member.user_id, now).await?;
    sessions::insert(tx, &session, now).await?;
    audit::note(app, member, tx, Done::of("session.begun", ("session", &id)).with(shown.noted())).await?;
    Ok(token)
}

fn end_of(app: &App, now: OffsetDateTime) -> OffsetDateTime {
    now + Duration::days(app.config.sign_in.session_days.into())
}

/// The session that a cookie's token stands for.
pub async fn find(app: &App, token: &SecretString) -> Result<Option<Session>> {
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    let Some(session) = sessions::find(&mut tx, token::digest(token), now - GRACE, now).await? else { return Ok(None) };
    drop(tx);
    if session.seen_at + TOUCH <= now
        && let Err(error) = touch(app, session.session_id, now).await
    {
        // A time that is not written down is no reason to refuse someone who may look.
        tracing::warn!(%error, "the use of a session is not noted");
    }
    Ok(Some(session))
}

async fn touch(app: &App, id: SessionId, now: OffsetDateTime) -> cloche_storage::Result<()> {
    let mut tx = app.db.begin().await?;
    sessions::touch(&mut tx, id, now).await?;
    tx.commit().await
}

/// Prolongs a session whose token has had its day: the new token, or `None` if the old one is to stay.
pub async fn renew(app: &App, session: &Session, token: &SecretString) -> Result<Option<SecretString>> {
    let now = app.clock.now();
    if session.rotated_at + TOKEN_AGE > now {
        return Ok(None);
    }
    let new = token::mint("")?;
    let rotation = Rotation { old: token::digest(token), new: token::digest(&new), expires_at: end_of(app, now) };
    let mut tx = app.db.begin().await?;
    let rotated = sessions::rotate(&mut tx, &rotation, now).await?;
    tx.commit().await?;
    Ok(rotated.then_some(new))
}

/// Ends the session of a token. `address` is the network's.
pub async fn sign_out(app: &App, token: &SecretString, address: String) -> Result<()> {
    let (digest, always) = (token::digest(token), OffsetDateTime::UNIX_EPOCH);
    // Also by the token before this one, however old.
    let ended = sessions::find(&mut app.db.read().await?, digest, always, always).await?;
    let Some(Session { session_id, member, .. }) = ended else { return Ok(()) };
    let member = Member::new(member, Origin { via: Via::Session(session_id), address: Some(address) });
    let mut tx = audit::begin(app, member.org_id).await?;
    if sessions::delete(&mut tx, digest).await? {
        audit::note(app, &member, &mut tx, Done::of("session.ended", ("session", &session_id))).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A person's sessions, newest first.
pub async fn list(app: &App, person: &Person) -> Result<Vec<Begun>> {
    Ok(sessions::list(&mut app.db.read().await?, person.user_id, app.clock.now()).await?)
}

/// Ends one of a person's sessions at once.
pub async fn end(app: &App, person: &Person, id: SessionId) -> Result<()> {
    let mut tx = audit::begin(app, person.org_id).await?;
    if !sessions::end(&mut tx, person.user_id, id).await? {
        return Err(Error::NotFound);
    }
    audit::note(app, person, &mut tx, Done::of("session.ended", ("session", &id))).await?;
    tx.commit().await?;
    Ok(())
}

/// Signs a person out everywhere; where `kept`, everywhere else.
pub async fn end_all(app: &App, person: &Person, kept: bool) -> Result<()> {
    let mut tx = audit::begin(app, person.org_id).await?;
    let ended = sessions::end_all(&mut tx, person.user_id, kept.then_some(person.session)).await?;
    let done = Done::of("sessions.ended", ("user", &person.user_id)).with(json!({"sessions": ended}));
    audit::note(app, person, &mut tx, done).await?;
    tx.commit().await?;
    Ok(())
}

/// Has a person's session act in another organisation that they belong to.
pub async fn switch(app: &App, person: &Person, org: &Slug) -> Result<Membership> {
    let mut tx = app.db.begin().await?;
    let member = accounts::in_org(&mut tx, person.user_id, org).await?;
    let member = member.ok_or_else(|| Error::NoSuchOrg(org.clone()))?;
    sessions::switch(&mut tx, person.session, member.org_id).await?;
    tx.commit().await?;
    Ok(member)
}
