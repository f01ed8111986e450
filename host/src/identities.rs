//! People as providers know them: signing in that way, connecting it to an account, and the end of that.
//!
//! A provider's word about a mail address makes a new account, and never opens one that is there: whoever runs the
//! provider, or has taken over a name there, would have it. So the account itself has to say that it is the same person:
//! by being signed in, or by a link that is mailed to it and opened in the browser that asked.

mod arrival;
mod consent;
mod flow;

use cloche_domain::sign_in::Ceremony;
use cloche_domain::{IdentityId, Slug};
use cloche_storage::ceremonies::New;
use cloche_storage::identities::{self, Identity};
use secrecy::SecretString;
use serde_json::{Value, json};
use time::Duration;
use url::Url;

use crate::accounts::{self, is_local};
use crate::app::App;
use crate::audit::{self, Done};
use crate::ceremonies;
use crate::http::auth::Person;
use crate::providers::{self, Asked, Provider};
use crate::token::{self, NoRandomness};
use crate::{mail, sessions};

pub use arrival::{Arrived, Callback, Comes, arrive};
pub use consent::agree;
use flow::Flow;

/// Identities of one account.
const LIMIT: usize = 20;

/// Why nobody is signed in or connected.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("nobody signs in with {0:?} here: choose another way")]
    NoProvider(String),
    #[error("{0} does not answer just now: try again, or have a link mailed to you")]
    Unavailable(String),
    #[error(
        "{0} gave an answer that is not to be believed, so that nobody was signed in: tell the operator of this platform"
    )]
    NotBelieved(String),
    #[error("{0} did not accept the sign-in: begin again, and tell the operator of this platform if it stays so")]
    Refused(String),
    #[error("you were not signed in at {0}: begin again, or choose another way")]
    Cancelled(String),
    #[error(
        "{0} does not say that your mail address there is really yours: verify it there, or have a link mailed to you"
    )]
    Unverified(String),
    #[error("{0} does not tell your mail address: allow it there, or have a link mailed to you")]
    NoAddress(String),
    #[error("this sign-in was ended before or has taken too long: begin again")]
    Expired,
    #[error("this sign-in was begun in another browser: begin again in this one")]
    OtherBrowser,
    #[error("this sign-in was begun with another provider than answers: begin again")]
    OtherProvider,
    #[error("you are no longer signed in as you were when you began to connect {0}: sign in and begin again")]
    OtherAccount(String),
    #[error("this account at {0} is connected to another account here: disconnect it there first")]
    Taken(String),
    #[error("an account can have {LIMIT} connections: remove one first")]
    TooMany,
    #[error("too many links to connect an account were mailed to your address: use one that has arrived, or wait")]
    TooManyMails { retry_after: Duration },
    #[error("this link was used before or has expired: sign in again where you began")]
    ConsentNotValid,
    #[error(
        "this link works only in the browser in which the sign-in was begun: open it there. Here, have a sign-in link \
         mailed to you, and connect under «Account»"
    )]
    ConsentElsewhere,
    #[error("you have no such connection")]
    NotFound,
    #[error(transparent)]
    Ceremony(#[from] ceremonies::Error),
    #[error(transparent)]
    Account(#[from] accounts::Error),
    #[error(transparent)]
    Session(#[from] sessions::Error),
    #[error(transparent)]
    Mail(#[from] mail::Error),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Someone wants to sign in at a provider.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    pub provider: &'a str,
    /// The path to go to afterwards.
    pub next: Option<&'a str>,
    /// Who wants to be known by it, if signed in already.
    pub connects: Option<&'a Person>,
    /// What the browser is known by until it comes back.
    pub browser: &'a SecretString,
    /// The network address that asks.
    pub address: &'a str,
}

/// Begins: the address to send the browser to.
pub async fn start(app: &App, start: &Start<'_>) -> Result<Url> {
    let provider = provider(app, start.provider)?;
    if start.next.is_some_and(|next| !is_local(&app.public_url, next)) {
        return Err(accounts::Error::NextNotLocal.into());
    }
    let (state, now) = (token::mint("")?, app.clock.now());
    let flow = Flow::of(start.browser, &state);
    let new = New {
        token: token::digest(&state),
        kind: Ceremony::Provider,
        browser: Some(token::digest(start.browser)),
        provider: Some(&provider.name),
        user_id: start.connects.map(|person| person.user_id),
        state: None,
        next: start.next,
        address: start.address,
        expires_at: now + ceremonies::LIFE,
    };
    ceremonies::begin(app, &new).await?;
    let asked = Asked { state: flow.state(), nonce: &flow.nonce, challenge: &flow.challenge(), now };
    provider.authorize(&asked).await.map_err(|error| failed(provider, &error))
}

fn provider<'a>(app: &'a App, name: &str) -> Result<&'a Provider> {
    let found = name.parse::<Slug>().ok().and_then(|name| app.providers.get(&name));
    found.ok_or_else(|| Error::NoProvider(name.chars().take(40).collect()))
}

/// What a provider did is for the log; who signs in is told what to do.
fn failed(provider: &Provider, error: &providers::Error) -> Error {
    tracing::warn!(provider = %provider.name, why = %error, "a sign-in provider did not do its part");
    let label = provider.label.clone();
    match error {
        providers::Error::Unavailable(_) => Error::Unavailable(label),
        providers::Error::Invalid(_) | providers::Error::Token(_) => Error::NotBelieved(label),
        providers::Error::Refused(_) => Error::Refused(label),
    }
}

/// A person's own, oldest first.
pub async fn list(app: &App, person: &Person) -> Result<Vec<Identity>> {
    Ok(identities::list(&mut app.db.read().await?, person.user_id).await?)
}

/// Removes one of a person's own: it signs in no more. A mailed link always does.
pub async fn remove(app: &App, person: &Person, id: IdentityId) -> Result<()> {
    let mut tx = audit::begin(app, person.org_id).await?;
    let removed = identities::delete(&mut tx, person.user_id, id).await?.ok_or(Error::NotFound)?;
    let done = Done::of("identity.removed", ("identity", &id));
    let done = done.changed(json!({"provider": removed.provider}), Value::Null);
    audit::note(app, person, &mut tx, done).await?;
    tx.commit().await?;
    Ok(())
}
