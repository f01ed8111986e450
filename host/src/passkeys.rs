//! Passkeys: a person adds them while signed in, and signs in with one without typing who they are.
//!
//! What an authenticator answers is verified by webauthn-rs (Web Authentication Level 3, §7). Challenges are kept here,
//! used once, and for ten minutes.

mod relying_party;
mod sign_in;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloche_domain::PasskeyId;
use cloche_domain::sign_in::Ceremony;
use cloche_storage::passkeys::{self, Passkey};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use webauthn_rs::prelude::{PasskeyRegistration, RegisterPublicKeyCredential, Uuid, WebauthnError};

use crate::app::App;
use crate::audit::{self, Done};
use crate::ceremonies;
use crate::http::auth::Person;
use crate::token::{self, NoRandomness};
use crate::{accounts, sessions};

pub use relying_party::RelyingParty;
pub use sign_in::{sign_in, start};

/// Passkeys of one account.
const LIMIT: usize = 20;
/// Characters of a name.
const NAME_LIMIT: usize = 80;

/// Why there is no such passkey, or it does not sign in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "passkeys need this platform at a name and not a number: its operator sets http.public_url to https://… or http://localhost:…"
    )]
    Unavailable,
    #[error("a passkey needs a name of 1 to {NAME_LIMIT} characters, like \"laptop\"")]
    Name,
    #[error("an account can have {LIMIT} passkeys: remove one first")]
    TooMany,
    #[error("this passkey is kept here already")]
    Known,
    #[error("`credential` is not what a browser gives: send it as its toJSON() has it")]
    Form,
    #[error("this was ended before or has taken too long: begin again")]
    Expired,
    #[error(
        "the passkey's answer is not what was asked for: begin again, and unlock the passkey with its PIN, face or finger"
    )]
    NotValid,
    #[error(
        "this passkey is not known here: it was removed, or never added. Choose another way to sign in, and add it again"
    )]
    NotKnown,
    #[error(
        "this passkey has been used more often than its count says, and may have been copied: sign in by mail, and remove it"
    )]
    Copied,
    #[error("you have no such passkey")]
    NotFound,
    #[error("a passkey that is kept cannot be read or written: {0}")]
    Kept(#[from] serde_json::Error),
    #[error("a challenge cannot be made: {0}")]
    Challenge(WebauthnError),
    #[error(transparent)]
    Ceremony(#[from] ceremonies::Error),
    #[error(transparent)]
    Account(#[from] accounts::Error),
    #[error(transparent)]
    Session(#[from] sessions::Error),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a browser needs to ask an authenticator, and the token that it brings back with the answer.
#[derive(Debug)]
pub struct Challenge {
    pub token: SecretString,
    /// Options in their JSON form (Web Authentication Level 3, §5.1.8 and §5.1.9).
    pub public_key: Value,
}

/// Begins to add a passkey. `address` is the network's.
pub async fn begin(app: &App, person: &Person, address: &str) -> Result<Challenge> {
    let relying_party = app.relying_party.get()?;
    let mut known = Vec::new();
    for credential in passkeys::credentials(&mut app.db.read().await?, person.user_id).await? {
        known.push(serde_json::from_str::<webauthn_rs::prelude::Passkey>(&credential)?.cred_id().clone());
    }
    if known.len() >= LIMIT {
        return Err(Error::TooMany);
    }
    let (user, email) = (Uuid::from_bytes(*person.user_id.as_bytes()), person.email.as_str());
    let (options, state) =
        relying_party.start_passkey_registration(user, email, email, Some(known)).map_err(Error::Challenge)?;
    let mut public_key = json!(options)["publicKey"].take();
    // It has to know by itself whose it is, so that its owner types nothing.
    public_key["authenticatorSelection"]["residentKey"] = json!("required");
    public_key["authenticatorSelection"]["requireResidentKey"] = json!(true);
    let state = serde_json::to_string(&state)?;
    let token = challenge(app, Ceremony::NewPasskey, (Some(person), &state), address).await?;
    Ok(Challenge { token, public_key })
}

/// Keeps a challenge, to be answered once.
async fn challenge(
    app: &App,
    kind: Ceremony,
    (person, state): (Option<&Person>, &str),
    address: &str,
) -> Result<SecretString> {
    let token = token::mint("")?;
    let new = cloche_storage::ceremonies::New {
        token: token::digest(&token),
        kind,
        browser: None,
        provider: None,
        user_id: person.map(|person| person.user_id),
        state: Some(state),
        next: None,
        address,
        expires_at: app.clock.now() + ceremonies::LIFE,
    };
    ceremonies::begin(app, &new).await?;
    Ok(token)
}

/// What was kept with a challenge, for the first answer to it.
async fn answered<T: DeserializeOwned>(
    app: &App,
    kind: Ceremony,
    token: &SecretString,
    person: Option<&Person>,
) -> Result<T> {
    let begun = ceremonies::end(app, kind, token).await?.ok_or(Error::Expired)?;
    if begun.user_id != person.map(|person| person.user_id) {
        return Err(Error::Expired);
    }
    Ok(serde_json::from_str(begun.state.as_deref().unwrap_or_default())?)
}

/// Adds the passkey that an authenticator has made.
pub async fn add(app: &App, person: &Person, token: &SecretString, (name, made): (&str, Value)) -> Result<Passkey> {
    let relying_party = app.relying_party.get()?;
    let name = checked(name)?;
    let made: RegisterPublicKeyCredential = serde_json::from_value(made).map_err(|_| Error::Form)?;
    let state: PasskeyRegistration = answered(app, Ceremony::NewPasskey, token, Some(person)).await?;
    let passkey = relying_party.finish_passkey_registration(&made, &state).map_err(|error| not_valid(&error))?;
    let (id, now) = (PasskeyId::new(), app.clock.now());
    let mut tx = audit::begin(app, person.org_id).await?;
    if passkeys::list(&mut tx, person.user_id).await?.len() >= LIMIT {
        return Err(Error::TooMany);
    }
    let new = passkeys::New {
        id,
        user_id: person.user_id,
        credential_id: &URL_SAFE_NO_PAD.encode(passkey.cred_id()),
        credential: &serde_json::to_string(&passkey)?,
        name,
    };
    if !passkeys::insert(&mut tx, &new, now).await? {
        return Err(Error::Known);
    }
    let done = Done::of("passkey.added", ("passkey", &id)).changed(Value::Null, json!({"name": name}));
    audit::note(app, person, &mut tx, done).await?;
    tx.commit().await?;
    Ok(Passkey { id, name: name.to_owned(), created_at: now, used_at: None })
}

fn checked(name: &str) -> Result<&str> {
    let name = name.trim();
    let good = (1..=NAME_LIMIT).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if good { Ok(name) } else { Err(Error::Name) }
}

fn not_valid(error: &WebauthnError) -> Error {
    tracing::info!(%error, "a passkey's answer is refused");
    match error {
        WebauthnError::CredentialPossibleCompromise => Error::Copied,
        _ => Error::NotValid,
    }
}

/// A person's own, oldest first.
pub async fn list(app: &App, person: &Person) -> Result<Vec<Passkey>> {
    Ok(passkeys::list(&mut app.db.read().await?, person.user_id).await?)
}

/// Gives a person's passkey another name.
pub async fn rename(app: &App, person: &Person, id: PasskeyId, name: &str) -> Result<Passkey> {
    let name = checked(name)?;
    let mut tx = audit::begin(app, person.org_id).await?;
    let before = passkeys::list(&mut tx, person.user_id).await?.into_iter().find(|passkey| passkey.id == id);
    let before = before.ok_or(Error::NotFound)?;
    let after = passkeys::rename(&mut tx, person.user_id, id, name).await?.ok_or(Error::NotFound)?;
    let done = Done::of("passkey.renamed", ("passkey", &id));
    let done = done.changed(json!({"name": before.name}), json!({"name": after.name}));
    audit::note(app, person, &mut tx, done).await?;
    tx.commit().await?;
    Ok(after)
}

/// Removes a person's passkey: it signs in no more. A mailed link always does.
pub async fn remove(app: &App, person: &Person, id: PasskeyId) -> Result<()> {
    let mut tx = audit::begin(app, person.org_id).await?;
    let removed = passkeys::delete(&mut tx, person.user_id, id).await?.ok_or(Error::NotFound)?;
    let done = Done::of("passkey.removed", ("passkey", &id)).changed(json!({"name": removed.name}), Value::Null);
    audit::note(app, person, &mut tx, done).await?;
    tx.commit().await?;
    Ok(())
}
