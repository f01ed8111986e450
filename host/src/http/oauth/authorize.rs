//! `GET` and `POST /oauth/authorize`: the consent page, and the person's answer to it.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{form, page};
use crate::app::App;
use crate::http::address::FullAddress;
use crate::http::{Shared, auth};
use crate::oauth::authorize::{self, Person, Refusal};
use crate::oauth::{Error, Params, clients};

/// The consent page.
///
/// Shows who asks for what. Nothing is granted without a click on this page, whatever was granted before.
#[utoipa::path(get, path = "/oauth/authorize", tag = "oauth", security(()),
    responses((status = OK, content_type = "text/html", body = String),
        (status = SEE_OTHER, description = "To the sign-in page, or back to the application"),
        (status = "default", description = "Why the application cannot connect", content_type = "text/html", body = String)))]
pub(in crate::http) async fn ask(State(app): Shared, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    shown(ask_inner(&app, &headers, &query).await)
}

async fn ask_inner(app: &App, headers: &HeaderMap, query: &str) -> Result<Response, Error> {
    let params = Params::parse(query.as_bytes())?;
    let person = person(app, headers).await?;
    // Only someone who is signed in makes us read a document at an address that they name.
    if person.is_none() && clients::is_document(params.need("client_id")?) {
        return Ok(sign_in(query));
    }
    let asked = match authorize::check(app, &params).await {
        Ok(asked) => asked,
        Err(Refusal::Page(error)) => return Err(error),
        Err(Refusal::Redirect(url)) => return Ok(see_other(url.as_str())),
    };
    let Some((person, email)) = person else { return Ok(sign_in(query)) };
    match authorize::target_for(app, &asked, person).await? {
        None => Ok(page::not_yours(&asked, &email)),
        Some(target) if target.spec.is_none() => Ok(page::not_built(&target)),
        Some(target) => {
            let form = authorize::form(app, &asked, person, target.server_id)?;
            Ok(page::consent(&asked, &target, &email, &form))
        }
    }
}

/// To the sign-in page, and back here from it.
fn sign_in(query: &str) -> Response {
    let next = format!("/oauth/authorize?{query}");
    see_other(&format!("/sign-in?next={}", utf8_percent_encode(&next, NON_ALPHANUMERIC)))
}

/// Takes the person's answer, and sends them back to the client.
#[utoipa::path(post, path = "/oauth/authorize", tag = "oauth", security(("session" = [])),
    request_body(content = HashMap<String, String>, content_type = "application/x-www-form-urlencoded"),
    responses((status = SEE_OTHER, description = "Back to the application"),
        (status = "default", description = "Why the application cannot connect", content_type = "text/html", body = String)))]
pub(in crate::http) async fn decide(
    State(app): Shared,
    FullAddress(address): FullAddress,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    shown(decide_inner(&app, address, &headers, &body).await)
}

async fn decide_inner(app: &App, address: String, headers: &HeaderMap, body: &[u8]) -> Result<Response, Error> {
    if !auth::same_origin(headers, &app.public_url) {
        return Err(Error::InvalidRequest(
            "this was sent from another site's page: begin again in your application".into(),
        ));
    }
    let params = Params::parse(form(headers, body)?)?;
    let Some((person, _)) = person(app, headers).await? else {
        return Err(Error::InvalidRequest("you are no longer signed in: begin again in your application".to_owned()));
    };
    let allow = match params.need("decision")? {
        "allow" => true,
        "deny" => false,
        _ => return Err(Error::InvalidRequest("decision must be allow or deny".to_owned())),
    };
    let next = authorize::decide(app, params.need("form")?, (person, address), allow).await?;
    Ok(see_other(next.as_str()))
}

/// Who is signed in, in which session, and their mail address.
async fn person(app: &App, headers: &HeaderMap) -> Result<Option<(Person, String)>, Error> {
    match auth::session(app, headers).await {
        Ok(found) => Ok(found.map(|(_, session)| {
            let person = Person { user: session.member.user_id, session: session.session_id };
            (person, session.member.email.to_string())
        })),
        Err(error) => {
            tracing::error!(%error, "cannot tell who is signed in");
            Err(Error::InvalidRequest("it cannot be checked who you are just now: try again".to_owned()))
        }
    }
}

/// 303: a form's answer must not be posted on to the client (RFC 9700 §4.12).
fn see_other(url: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, url), (CACHE_CONTROL, "no-store")]).into_response()
}

fn shown(outcome: Result<Response, Error>) -> Response {
    outcome.unwrap_or_else(|error| page::refused(super::status(&error), &error))
}
