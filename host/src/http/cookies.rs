//! The session's cookie.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use cookie::{Cookie, SameSite};
use secrecy::{ExposeSecret as _, SecretString};
use time::Duration;

use crate::app::App;

pub(super) const NAME: &str = "cloche_session";

/// The session's token that a browser sends.
pub(super) fn session(headers: &HeaderMap) -> Option<SecretString> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let found = lines.flat_map(Cookie::split_parse).flatten().find(|cookie| cookie.name() == NAME)?;
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

fn header(app: &App, token: &str, life: Duration) -> Option<HeaderValue> {
    let cookie = Cookie::build((NAME, token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.public_url.scheme() == "https")
        .max_age(life)
        .build();
    HeaderValue::from_str(&cookie.to_string()).ok()
}
