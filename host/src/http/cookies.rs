//! Cookies: the session's, and what a browser is known by while it signs in elsewhere.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use cookie::{Cookie, SameSite};
use secrecy::{ExposeSecret as _, SecretString};
use time::Duration;

use super::problem::Problem;
use crate::app::App;
use crate::ceremonies::LIFE;
use crate::token;

pub(super) const NAME: &str = "cloche_session";

/// The session's token that a browser sends.
pub(super) fn session(headers: &HeaderMap) -> Option<SecretString> {
    named(headers, NAME)
}

fn named(headers: &HeaderMap, name: &str) -> Option<SecretString> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let found = lines.flat_map(Cookie::split_parse).flatten().find(|cookie| cookie.name() == name)?;
    Some(found.value().into())
}

/// Gives the browser a session's token; scripts can't read it, and other sites' forms don't send it.
pub(super) fn set(app: &App, token: &SecretString) -> Option<HeaderValue> {
    let life = Duration::days(app.config.sign_in.session_days.into());
    header(app, token.expose_secret(), life)
}

/// Takes the token from the browser.
pub(super) fn clear(app: &App) -> Option<HeaderValue> {
    header(app, "", Duration::ZERO)
}

/// What a browser is known by that has begun to sign in at a provider.
pub(super) fn known_browser(app: &App, headers: &HeaderMap) -> Option<SecretString> {
    // What is no token of ours is nothing to derive anything from.
    named(headers, browser_name(app)).filter(|secret| secret.expose_secret().len() == 43)
}

/// The same; a new one for a browser that has none.
pub(super) fn browser(app: &App, headers: &HeaderMap) -> Result<SecretString, Problem> {
    match known_browser(app, headers) {
        Some(known) => Ok(known),
        None => token::mint("").map_err(|error| Problem::internal(&error)),
    }
}

/// Has the browser keep it until it comes back, by a link that is mailed at the end if need be.
pub(super) fn set_browser(app: &App, browser: &SecretString) -> Option<HeaderValue> {
    let life = LIFE + Duration::minutes(app.config.sign_in.link_minutes.into());
    cookie(app, browser_name(app), browser.expose_secret(), life)
}

/// Where it can be, under a name that no other host, and no page without TLS, can set (RFC 6265bis §4.1.3.2).
fn browser_name(app: &App) -> &'static str {
    if app.public_url.scheme() == "https" { "__Host-cloche_sign_in" } else { "cloche_sign_in" }
}

fn header(app: &App, token: &str, life: Duration) -> Option<HeaderValue> {
    cookie(app, NAME, token, life)
}

fn cookie(app: &App, name: &'static str, token: &str, life: Duration) -> Option<HeaderValue> {
    let cookie = Cookie::build((name, token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.public_url.scheme() == "https")
        .max_age(life)
        .build();
    HeaderValue::from_str(&cookie.to_string()).ok()
}
