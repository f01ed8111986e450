//! `/v1/auth`: signing in and out.

use axum::extract::State;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};
use cloche_domain::Email;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::me::Me;
use crate::accounts::{self, Asking};
use crate::app::App;
use crate::http::address::{Address, FullAddress};
use crate::http::auth::{self, Member, SameOrigin};
use crate::http::json::Json;
use crate::http::problem::Problem;
use crate::http::{Shared, cookies};
use crate::sessions::{self, Browser};

/// Who wants to sign in, and where to go then.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct AskForLink {
    email: Email,
    next: Option<String>,
}

/// The same for an address with an account and one without.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct LinkMailed {
    email: Email,
    expires_in_minutes: u32,
}

/// Mails a link that signs in once.
#[utoipa::path(post, path = "/auth/magic-link", tag = "auth", security(()), request_body = AskForLink,
    responses((status = ACCEPTED, body = LinkMailed), Problem))]
pub(in crate::http) async fn magic_link(
    State(app): Shared,
    Address(address): Address,
    Json(AskForLink { email, next }): Json<AskForLink>,
) -> Result<(StatusCode, Json<LinkMailed>), Problem> {
    accounts::mail_link(&app, &Asking { email: email.clone(), next, address }).await?;
    let expires_in_minutes = app.config.sign_in.link_minutes;
    Ok((StatusCode::ACCEPTED, Json(LinkMailed { email, expires_in_minutes })))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Consume {
    #[schema(value_type = String)]
    token: SecretString,
}

/// Who has signed in, and the path that they came for.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct SignedIn {
    #[serde(flatten)]
    me: Me,
    next: Option<String>,
}

/// Uses a link's token up; the browser gets a new session.
#[utoipa::path(post, path = "/auth/magic-link/consume", tag = "auth", security(()), request_body = Consume,
    responses((status = OK, body = SignedIn), Problem))]
pub(in crate::http) async fn consume(
    State(app): Shared,
    _: SameOrigin,
    FullAddress(address): FullAddress,
    headers: HeaderMap,
    Json(Consume { token }): Json<Consume>,
) -> Result<impl IntoResponse, Problem> {
    let from = from(address, &headers);
    let member = accounts::sign_in(&app, &token, &from).await?;
    let (cookie, body) = signed_in(&app, member, from.address, &headers).await?;
    Ok((set_cookie(cookie), Json(body)))
}

/// Where a session begins.
pub(super) fn from(address: String, headers: &HeaderMap) -> Browser {
    let user_agent = headers.get(USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
    Browser { address, user_agent }
}

/// The cookie and the answer for someone who has just signed in; the session that the browser had before ends.
pub(super) async fn signed_in(
    app: &App,
    signed_in: accounts::SignedIn,
    address: String,
    headers: &HeaderMap,
) -> Result<(Option<HeaderValue>, SignedIn), Problem> {
    if let Some(before) = cookies::session(headers) {
        sessions::sign_out(app, &before, address).await?;
    }
    let cookie = cookies::set(app, &signed_in.token);
    Ok((cookie, SignedIn { me: Me::of(app, &signed_in.member), next: signed_in.next }))
}

/// Ends the browser's session.
#[utoipa::path(post, path = "/auth/logout", tag = "auth", security(()), responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn logout(
    State(app): Shared,
    _: SameOrigin,
    FullAddress(address): FullAddress,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    if let Some(token) = cookies::session(&headers) {
        sessions::sign_out(&app, &token, address).await?;
    }
    Ok((StatusCode::NO_CONTENT, set_cookie(cookies::clear(&app))))
}

/// Who is asking. The web app asks at each visit: so this prolongs the browser's session.
#[utoipa::path(get, path = "/auth/me", tag = "auth", responses((status = OK, body = Me), Problem))]
pub(in crate::http) async fn who(
    State(app): Shared,
    member: Member,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let renewed = match auth::session(&app, &headers).await? {
        Some((token, session)) => sessions::renew(&app, &session, &token).await?,
        None => None,
    };
    Ok((set_cookie(renewed.and_then(|token| cookies::set(&app, &token))), Json(Me::of(&app, &member))))
}

pub(super) fn set_cookie(
    cookie: Option<HeaderValue>,
) -> AppendHeaders<impl IntoIterator<Item = (http::HeaderName, HeaderValue)>> {
    AppendHeaders(cookie.map(|cookie| (SET_COOKIE, cookie)))
}
