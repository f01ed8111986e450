//! A browser comes back from a provider.

use cloche_domain::sign_in::Ceremony;
use cloche_domain::{Email, IdentityId, Origin, SessionId, UserId, Via};
use cloche_storage::ceremonies::{self as store, Begun};
use cloche_storage::identities::{self, Identity, Subject};
use cloche_storage::{Tx, accounts as people, members};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::flow::Flow;
use super::{Error, LIMIT, Result, consent, failed, provider};
use crate::accounts::{self, SignedIn};
use crate::app::App;
use crate::audit::{self, Done};
use crate::http::auth::{Member, Person};
use crate::mail::Mail as Outgoing;
use crate::providers::{Answered, Mail, Profile, Provider};
use crate::sessions::{self, Browser, Shown};
use crate::token;

/// What a provider has the browser bring (RFC 6749 §4.1.2).
#[derive(Clone, Debug)]
pub struct Callback {
    /// Whose callback it was.
    pub provider: String,
    pub state: SecretString,
    pub code: Option<SecretString>,
    pub error: Option<String>,
    /// RFC 9207.
    pub iss: Option<String>,
}

/// Who comes: the browser's own secret, and who is signed in there.
#[derive(Clone, Copy, Debug)]
pub struct Comes<'a> {
    pub browser: Option<&'a SecretString>,
    pub person: Option<&'a Person>,
    pub from: &'a Browser,
}

/// What has come of it.
#[derive(Debug)]
pub enum Arrived {
    SignedIn(SignedIn),
    /// It signs in to the account that was signed in already.
    Connected(Identity),
    /// There is an account with this address; a link to it has been mailed.
    ConsentMailed {
        label: String,
    },
}

/// Ends a sign-in at a provider.
pub async fn arrive(app: &App, callback: &Callback, comes: Comes<'_>) -> Result<Arrived> {
    let provider = provider(app, &callback.provider)?;
    let browser = comes.browser.ok_or(Error::OtherBrowser)?;
    let begun = ended(app, provider, callback, browser).await?;
    if let Some(error) = &callback.error {
        let cancelled = error == "access_denied";
        let label = provider.label.clone();
        return Err(if cancelled { Error::Cancelled(label) } else { Error::Refused(label) });
    }
    let code = callback.code.as_ref().ok_or_else(|| Error::Refused(provider.label.clone()))?;
    let flow = Flow::of(browser, &callback.state);
    let answered = Answered {
        code: code.expose_secret(),
        issuer: callback.iss.as_deref(),
        nonce: &flow.nonce,
        verifier: flow.verifier.expose_secret(),
        now: app.clock.now(),
    };
    let profile = provider.profile(&answered).await.map_err(|error| failed(provider, &error))?;
    let Profile { issuer, subject, shown, mail } = profile;
    let subject = Subject { provider: provider.name.clone(), issuer, subject, shown };
    match begun.user_id {
        Some(user) => {
            let person = comes.person.filter(|person| person.user_id == user);
            let person = person.ok_or_else(|| Error::OtherAccount(provider.label.clone()))?;
            connect(app, provider, person, &subject).await.map(Arrived::Connected)
        }
        None => sign_in(app, provider, (subject, mail), (begun, browser, comes.from)).await,
    }
}

/// The ceremony that this browser began with this provider; nobody else ends it.
async fn ended(app: &App, provider: &Provider, callback: &Callback, browser: &SecretString) -> Result<Begun> {
    let (digest, now) = (token::digest(&callback.state), app.clock.now());
    let mut tx = app.db.begin().await?;
    let open = store::look(&mut tx, digest, Ceremony::Provider, now).await?.ok_or(Error::Expired)?;
    if open.browser_sha256 != Some(token::digest(browser)) {
        return Err(Error::OtherBrowser);
    }
    let begun = store::end(&mut tx, digest, Ceremony::Provider, now).await?.ok_or(Error::Expired)?;
    tx.commit().await?;
    if begun.provider.as_ref() != Some(&provider.name) {
        return Err(Error::OtherProvider);
    }
    Ok(begun)
}

/// Lets a subject sign in to the account of a person who is signed in.
async fn connect(app: &App, provider: &Provider, person: &Person, subject: &Subject) -> Result<Identity> {
    let mut tx = audit::begin(app, person.org_id).await?;
    if let Some(known) = identities::find(&mut tx, subject).await? {
        // Again, and by whom it was connected: nothing is to be done.
        let own = known.user_id == person.user_id;
        return if own { Ok(known) } else { Err(Error::Taken(provider.label.clone())) };
    }
    if identities::list(&mut tx, person.user_id).await?.len() >= LIMIT {
        return Err(Error::TooMany);
    }
    if !link(app, &mut tx, person, subject).await? {
        return Err(Error::Taken(provider.label.clone()));
    }
    let made = identities::find(&mut tx, subject).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(made)
}

/// Writes that a subject signs in to a member's account from now on; `false` where it does so to any already.
pub(super) async fn link(app: &App, tx: &mut Tx, member: &Member, subject: &Subject) -> Result<bool> {
    let id = IdentityId::new();
    if !identities::insert(tx, (id, member.user_id), subject, app.clock.now()).await? {
        return Ok(false);
    }
    // The log tells of it by its id: what is kept for good holds no name of a person elsewhere.
    let done = Done::of("identity.linked", ("identity", &id));
    let done = done.changed(Value::Null, json!({"provider": subject.provider}));
    audit::note(app, member, tx, done).await?;
    Ok(true)
}

async fn sign_in(
    app: &App,
    provider: &Provider,
    (subject, mail): (Subject, Mail),
    (begun, browser, from): (Begun, &SecretString, &Browser),
) -> Result<Arrived> {
    let mut tx = app.db.begin().await?;
    let mut known = identities::find(&mut tx, &subject).await?;
    if known.is_none() {
        // Accounts are made in turn: what is found from here on holds.
        members::in_turn(&mut tx).await?;
        known = identities::find(&mut tx, &subject).await?;
    }
    let next = begun.next;
    if let Some(known) = known {
        let (member, token) = enter(app, &mut tx, (known.user_id, &subject), from).await?;
        if !identities::touch(&mut tx, known.id, &subject.shown, app.clock.now()).await? {
            return Err(Error::Expired); // removed in this very moment
        }
        tx.commit().await?;
        return Ok(Arrived::SignedIn(SignedIn { token, member, next }));
    }
    let email = match mail {
        Mail::Verified(email) => email,
        Mail::Unverified => return Err(Error::Unverified(provider.label.clone())),
        Mail::Missing => return Err(Error::NoAddress(provider.label.clone())),
    };
    if let Some(user) = people::user_of(&mut tx, &email).await? {
        consent::ask(app, tx, (provider, &subject), &consent::Of { user, email, browser, next }).await?;
        return Ok(Arrived::ConsentMailed { label: provider.label.clone() });
    }
    let session = SessionId::new();
    let origin = Origin { via: Via::Session(session), address: Some(from.address.clone()) };
    let member = Member::new(accounts::account(app, &mut tx, &email, &origin).await?, origin);
    let shown = Shown::Provider(&subject.provider);
    let token = sessions::begin(app, &mut tx, (&member, session), from, shown).await?;
    if !link(app, &mut tx, &member, &subject).await? {
        return Err(Error::Taken(provider.label.clone()));
    }
    tx.commit().await?;
    tracing::info!(user = %member.user_id, provider = %provider.name, "signed in with a new account");
    if let Err(error) = app.mail.send(made_mail(app, &email, &provider.label), app.clock.now()).await {
        // Who has signed in is signed in.
        tracing::warn!(%error, "the owner of a new account's address is not told of it");
    }
    Ok(Arrived::SignedIn(SignedIn { token, member, next }))
}

/// To whoever reads mail at the address: should the provider be wrong, they know at once.
fn made_mail(app: &App, to: &Email, label: &str) -> Outgoing {
    let text = format!(
        "{label} says that this mail address is yours, and an account was made with it at {}\n\nFrom now on {label} signs in \
         to it, and so does every link that you have mailed to you there. If it was not you, sign in by such a link, and \
         disconnect {label} under «Account», or delete the account.\n",
        app.public_url
    );
    Outgoing { to: to.clone(), subject: "Your account was made".to_owned(), text }
}

/// Begins a session of the account that a subject signs in to.
pub(super) async fn enter(
    app: &App,
    tx: &mut Tx,
    (user, subject): (UserId, &Subject),
    from: &Browser,
) -> Result<(Member, SecretString)> {
    let session = SessionId::new();
    let origin = Origin { via: Via::Session(session), address: Some(from.address.clone()) };
    let member = Member::new(accounts::home_of(app, tx, user, &origin).await?, origin);
    let token = sessions::begin(app, tx, (&member, session), from, Shown::Provider(&subject.provider)).await?;
    tracing::info!(user = %member.user_id, provider = %subject.provider, "signed in");
    Ok((member, token))
}
