//! Signing in with a passkey, which says itself whose it is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloche_domain::sign_in::Ceremony;
use cloche_domain::{Origin, SessionId, Via};
use cloche_storage::passkeys;
use secrecy::SecretString;
use serde_json::{Value, json};
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey, PublicKeyCredential};

use super::{Challenge, Error, Result, answered, challenge, not_valid};
use crate::accounts::{self, SignedIn};
use crate::app::App;
use crate::http::auth::Member;
use crate::sessions::{self, Browser, Shown};

/// Begins. `address` is the network's.
pub async fn start(app: &App, address: &str) -> Result<Challenge> {
    let relying_party = app.relying_party.get()?;
    let (options, state) = relying_party.start_discoverable_authentication().map_err(Error::Challenge)?;
    let public_key = json!(options)["publicKey"].take();
    let token = challenge(app, Ceremony::Passkey, (None, &serde_json::to_string(&state)?), address).await?;
    Ok(Challenge { token, public_key })
}

/// Takes an authenticator's answer, and begins a session.
pub async fn sign_in(app: &App, token: &SecretString, answer: Value, from: &Browser) -> Result<SignedIn> {
    let relying_party = app.relying_party.get()?;
    let answer: PublicKeyCredential = serde_json::from_value(answer).map_err(|_| Error::Form)?;
    let state: DiscoverableAuthentication = answered(app, Ceremony::Passkey, token, None).await?;
    let credential_id = URL_SAFE_NO_PAD.encode(answer.get_credential_id());
    let held = passkeys::by_credential(&mut app.db.read().await?, &credential_id).await?.ok_or(Error::NotKnown)?;
    // Whose it says that it is: its owner, or nobody.
    let (owner, _) = relying_party.identify_discoverable_authentication(&answer).map_err(|error| not_valid(&error))?;
    if owner.as_bytes() != held.user_id.as_bytes() {
        return Err(Error::NotValid);
    }
    let mut passkey: Passkey = serde_json::from_str(&held.credential)?;
    let result = relying_party
        .finish_discoverable_authentication_v2(&answer, state, &passkey)
        .inspect_err(|error| tracing::warn!(passkey = %held.id, user = %held.user_id, %error, "a passkey is refused"))
        .map_err(|error| not_valid(&error))?;
    let changed = passkey.update_credential(&result).unwrap_or_default();
    let after = if changed { serde_json::to_string(&passkey)? } else { held.credential.clone() };

    let session = SessionId::new();
    let origin = Origin { via: Via::Session(session), address: Some(from.address.clone()) };
    let mut tx = app.db.begin().await?;
    let member = Member::new(accounts::home_of(app, &mut tx, held.user_id, &origin).await?, origin);
    let token = sessions::begin(app, &mut tx, (&member, session), from, Shown::Passkey(held.id)).await?;
    // Of two answers with one count, the second comes from a copy.
    if !passkeys::used(&mut tx, held.id, (&held.credential, &after), app.clock.now()).await? {
        return Err(Error::Expired);
    }
    tx.commit().await?;
    tracing::info!(user = %member.user_id, "signed in with a passkey");
    Ok(SignedIn { token, member, next: None })
}
