//! `/v1/auth/providers`: signing in at a provider.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use cloche_domain::Slug;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{SignedIn, from, set_cookie, signed_in};
use super::identities::Shown;
use crate::http::address::{Address, FullAddress};
use crate::http::auth::{Person, SameOrigin};
use crate::http::json::Json;
use crate::http::problem::Problem;
use crate::http::{Shared, cookies};
use crate::identities::{self, Arrived, Callback, Comes, Start};

/// A provider that people can sign in with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Provider)]
struct Listed {
    name: Slug,
    /// What people know it by.
    label: String,
}

/// The ways to sign in besides a mailed link.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WaysToSignIn)]
pub(in crate::http) struct Ways {
    providers: Vec<Listed>,
    /// Whether passkeys can be used: this platform has to be at a name, and not a number.
    passkeys: bool,
    /// Whether there are plans to choose from.
    plans_for_sale: bool,
}

/// The ways to sign in besides a mailed link, which always works; and whether there are plans to choose from.
#[utoipa::path(get, path = "/auth/providers", tag = "auth", security(()),
    responses((status = OK, body = Ways), Problem))]
pub(in crate::http) async fn list(State(app): Shared) -> Json<Ways> {
    let listed = app.providers.all().map(|of| Listed { name: of.name.clone(), label: of.label.clone() });
    let (passkeys, plans_for_sale) = (app.relying_party.is_available(), app.billing.is_some());
    Json(Ways { providers: listed.collect(), passkeys, plans_for_sale })
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StartSignIn)]
pub(in crate::http) struct Asked {
    /// The path to go to after sign-in.
    next: Option<String>,
}

/// Where the browser goes on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInStarted)]
pub(in crate::http) struct Started {
    /// The provider's own page.
    pub(super) url: String,
}

/// Begins to sign in at a provider: the browser goes to `url`, and is sent back to `/sign-in/callback/{provider}`.
#[utoipa::path(post, path = "/auth/providers/{provider}/start", tag = "auth", security(()),
    params(("provider" = String, Path)), request_body = Asked, responses((status = OK, body = Started), Problem))]
pub(in crate::http) async fn start(
    State(app): Shared,
    _: SameOrigin,
    Address(address): Address,
    Path(provider): Path<String>,
    headers: HeaderMap,
    Json(Asked { next }): Json<Asked>,
) -> Result<impl IntoResponse, Problem> {
    let browser = cookies::browser(&app, &headers)?;
    let next = next.as_deref();
    let start = Start { provider: &provider, next, connects: None, browser: &browser, address: &address };
    let url = identities::start(&app, &start).await?;
    Ok((set_cookie(cookies::set_browser(&app, &browser)), Json(Started { url: url.into() })))
}

/// What the provider had the browser bring back, parameter by parameter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInCallback)]
pub(in crate::http) struct Brought {
    #[schema(value_type = String)]
    state: SecretString,
    #[schema(value_type = Option<String>)]
    code: Option<SecretString>,
    error: Option<String>,
    iss: Option<String>,
}

/// What has come of a sign-in at a provider.
#[derive(Serialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "camelCase")]
#[schema(as = SignInOutcome)]
enum Outcome {
    /// One is signed in.
    SignedIn(SignedIn),
    /// It signs in to the account that was signed in already.
    Connected { identity: Shown },
    /// There is an account with this address already, which has to agree: a link to it has been mailed.
    ConsentMailed { label: String },
}

/// Ends a sign-in at a provider, once, in the browser that began it. A new address makes a new account; one that has an
/// account already is mailed a link to connect the two.
#[utoipa::path(post, path = "/auth/providers/{provider}/callback", tag = "auth", security(()),
    params(("provider" = String, Path)), request_body = Brought, responses((status = OK, body = Outcome), Problem))]
pub(in crate::http) async fn callback(
    State(app): Shared,
    _: SameOrigin,
    FullAddress(address): FullAddress,
    Path(provider): Path<String>,
    person: Result<Person, Problem>,
    headers: HeaderMap,
    Json(Brought { state, code, error, iss }): Json<Brought>,
) -> Result<impl IntoResponse, Problem> {
    let (browser, from) = (cookies::known_browser(&app, &headers), from(address, &headers));
    let person = person.ok();
    let comes = Comes { browser: browser.as_ref(), person: person.as_ref(), from: &from };
    let arrived = identities::arrive(&app, &Callback { provider, state, code, error, iss }, comes).await?;
    let (cookie, outcome) = match arrived {
        Arrived::SignedIn(member) => {
            let (cookie, body) = signed_in(&app, member, from.address, &headers).await?;
            (cookie, Outcome::SignedIn(body))
        }
        Arrived::Connected(identity) => (None, Outcome::Connected { identity: Shown::of(&app, identity) }),
        Arrived::ConsentMailed { label } => (None, Outcome::ConsentMailed { label }),
    };
    Ok((set_cookie(cookie), Json(outcome)))
}
