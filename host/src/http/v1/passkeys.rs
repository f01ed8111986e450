//! `/v1/me/passkeys` and `/v1/auth/passkeys`: adding passkeys, and signing in with one.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use cloche_domain::PasskeyId;
use cloche_storage::passkeys::Passkey;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::ToSchema;

use super::auth::{SignedIn, from, set_cookie, signed_in};
use crate::http::Shared;
use crate::http::address::{Address, FullAddress};
use crate::http::auth::{Person, SameOrigin};
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;
use crate::passkeys;

/// A passkey.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Passkey)]
pub(in crate::http) struct Shown {
    id: PasskeyId,
    name: String,
    #[serde(with = "rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "rfc3339::option")]
    last_used_at: Option<OffsetDateTime>,
}

impl From<Passkey> for Shown {
    fn from(passkey: Passkey) -> Self {
        let Passkey { id, name, created_at, used_at } = passkey;
        Self { id, name, created_at, last_used_at: used_at }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Passkeys {
    passkeys: Vec<Shown>,
}

/// One's passkeys, oldest first.
#[utoipa::path(get, path = "/me/passkeys", tag = "account", security(("session" = [])),
    responses((status = OK, body = Passkeys), Problem))]
pub(in crate::http) async fn list(State(app): Shared, person: Person) -> Result<Json<Passkeys>, Problem> {
    let found = passkeys::list(&app, &person).await?;
    Ok(Json(Passkeys { passkeys: found.into_iter().map(Shown::from).collect() }))
}

/// What a browser asks an authenticator, within ten minutes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeyChallenge)]
pub(in crate::http) struct Challenge {
    /// To be sent back with the answer, once.
    token: String,
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON`, or `parseRequestOptionsFromJSON`.
    #[schema(value_type = Object)]
    public_key: Value,
}

impl From<passkeys::Challenge> for Challenge {
    fn from(challenge: passkeys::Challenge) -> Self {
        Self { token: challenge.token.expose_secret().to_owned(), public_key: challenge.public_key }
    }
}

/// Begins to add a passkey.
#[utoipa::path(post, path = "/me/passkeys/challenge", tag = "account", security(("session" = [])),
    responses((status = OK, body = Challenge), Problem))]
pub(in crate::http) async fn begin(
    State(app): Shared,
    person: Person,
    Address(address): Address,
) -> Result<Json<Challenge>, Problem> {
    Ok(Json(passkeys::begin(&app, &person, &address).await?.into()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AddPasskey)]
pub(in crate::http) struct Add {
    #[schema(value_type = String)]
    token: SecretString,
    name: String,
    /// As `PublicKeyCredential.toJSON()` has it.
    #[schema(value_type = Object)]
    credential: Value,
}

/// Adds the passkey that an authenticator has made.
#[utoipa::path(post, path = "/me/passkeys", tag = "account", security(("session" = [])), request_body = Add,
    responses((status = CREATED, body = Shown), Problem))]
pub(in crate::http) async fn add(
    State(app): Shared,
    person: Person,
    Json(Add { token, name, credential }): Json<Add>,
) -> Result<(StatusCode, Json<Shown>), Problem> {
    let added = passkeys::add(&app, &person, &token, (&name, credential)).await?;
    Ok((StatusCode::CREATED, Json(added.into())))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RenamePasskey)]
pub(in crate::http) struct Rename {
    name: String,
}

/// Gives a passkey another name.
#[utoipa::path(patch, path = "/me/passkeys/{id}", tag = "account", security(("session" = [])),
    params(("id" = PasskeyId, Path)),
    request_body = Rename, responses((status = OK, body = Shown), Problem))]
pub(in crate::http) async fn rename(
    State(app): Shared,
    person: Person,
    Id(id): Id<PasskeyId>,
    Json(Rename { name }): Json<Rename>,
) -> Result<Json<Shown>, Problem> {
    Ok(Json(passkeys::rename(&app, &person, id, &name).await?.into()))
}

/// Removes a passkey: it signs in no more.
#[utoipa::path(delete, path = "/me/passkeys/{id}", tag = "account", security(("session" = [])),
    params(("id" = PasskeyId, Path)),
    responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn delete(
    State(app): Shared,
    person: Person,
    Id(id): Id<PasskeyId>,
) -> Result<StatusCode, Problem> {
    passkeys::remove(&app, &person, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begins to sign in with a passkey: the authenticator says whose it is.
#[utoipa::path(post, path = "/auth/passkeys/challenge", tag = "auth", security(()),
    responses((status = OK, body = Challenge), Problem))]
pub(in crate::http) async fn start(
    State(app): Shared,
    _: SameOrigin,
    Address(address): Address,
) -> Result<Json<Challenge>, Problem> {
    Ok(Json(passkeys::start(&app, &address).await?.into()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UsePasskey)]
pub(in crate::http) struct Use {
    #[schema(value_type = String)]
    token: SecretString,
    /// As `PublicKeyCredential.toJSON()` has it.
    #[schema(value_type = Object)]
    credential: Value,
}

/// Signs in with a passkey; the browser gets a new session.
#[utoipa::path(post, path = "/auth/passkeys", tag = "auth", security(()), request_body = Use,
    responses((status = OK, body = SignedIn), Problem))]
pub(in crate::http) async fn sign_in(
    State(app): Shared,
    _: SameOrigin,
    FullAddress(address): FullAddress,
    headers: HeaderMap,
    Json(Use { token, credential }): Json<Use>,
) -> Result<impl IntoResponse, Problem> {
    let from = from(address, &headers);
    let member = passkeys::sign_in(&app, &token, credential, &from).await?;
    let (cookie, body) = signed_in(&app, member, from.address, &headers).await?;
    Ok((set_cookie(cookie), Json(body)))
}
