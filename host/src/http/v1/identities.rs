//! `/v1/me/identities`: as whom providers know one.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use cloche_domain::{IdentityId, Slug};
use cloche_storage::identities::Identity;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::ToSchema;

use super::auth::{SignedIn, from, set_cookie, signed_in};
use super::providers::Started;
use crate::app::App;
use crate::http::address::{Address, FullAddress};
use crate::http::auth::{Person, SameOrigin};
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;
use crate::http::{Shared, cookies};
use crate::identities::{self, Start};

/// As whom a provider knows one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Identity)]
pub(in crate::http) struct Shown {
    id: IdentityId,
    provider: Slug,
    /// What people know the provider by.
    label: String,
    /// What one is known by there: a mail address or a name.
    shown: String,
    #[serde(with = "rfc3339")]
    created_at: OffsetDateTime,
    /// When it signed in last, or was connected.
    #[serde(with = "rfc3339")]
    last_used_at: OffsetDateTime,
}

impl Shown {
    pub(super) fn of(app: &App, identity: Identity) -> Self {
        let Identity { id, provider, shown, created_at, used_at, .. } = identity;
        let label = app.providers.get(&provider).map_or_else(|| provider.to_string(), |of| of.label.clone());
        Self { id, provider, label, shown, created_at, last_used_at: used_at }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Identities {
    identities: Vec<Shown>,
}

/// As whom providers know one, oldest first.
#[utoipa::path(get, path = "/me/identities", tag = "account", security(("session" = [])),
    responses((status = OK, body = Identities), Problem))]
pub(in crate::http) async fn list(State(app): Shared, person: Person) -> Result<Json<Identities>, Problem> {
    let found = identities::list(&app, &person).await?;
    Ok(Json(Identities { identities: found.into_iter().map(|one| Shown::of(&app, one)).collect() }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConnectIdentity)]
pub(in crate::http) struct Connect {
    /// The provider's name.
    provider: String,
}

/// Begins to connect a provider: the browser goes to `url`, and who signs in there signs in here from then on.
#[utoipa::path(post, path = "/me/identities", tag = "account", security(("session" = [])), request_body = Connect,
    responses((status = OK, body = Started), Problem))]
pub(in crate::http) async fn connect(
    State(app): Shared,
    person: Person,
    Address(address): Address,
    headers: HeaderMap,
    Json(Connect { provider }): Json<Connect>,
) -> Result<impl IntoResponse, Problem> {
    let browser = cookies::browser(&app, &headers)?;
    let connects = Some(&person);
    let start = Start { provider: &provider, next: None, connects, browser: &browser, address: &address };
    let url = identities::start(&app, &start).await?;
    Ok((set_cookie(cookies::set_browser(&app, &browser)), Json(Started { url: url.into() })))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AgreeToIdentity)]
pub(in crate::http) struct Agree {
    /// As the mailed link has it.
    #[schema(value_type = String)]
    token: SecretString,
}

/// Connects who has signed in at a provider to the account with the same address, whose mailed link this is; once, and in
/// the browser that asked. The browser gets a new session.
#[utoipa::path(post, path = "/auth/identities/agree", tag = "auth", security(()), request_body = Agree,
    responses((status = OK, body = SignedIn), Problem))]
pub(in crate::http) async fn agree(
    State(app): Shared,
    _: SameOrigin,
    FullAddress(address): FullAddress,
    headers: HeaderMap,
    Json(Agree { token }): Json<Agree>,
) -> Result<impl IntoResponse, Problem> {
    let (browser, from) = (cookies::known_browser(&app, &headers), from(address, &headers));
    let member = identities::agree(&app, &token, browser.as_ref(), &from).await?;
    let (cookie, body) = signed_in(&app, member, from.address, &headers).await?;
    Ok((set_cookie(cookie), Json(body)))
}

/// Removes a connection: it signs in no more. Sessions that are under way stay.
#[utoipa::path(delete, path = "/me/identities/{id}", tag = "account", security(("session" = [])),
    params(("id" = IdentityId, Path)),
    responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn delete(
    State(app): Shared,
    person: Person,
    Id(id): Id<IdentityId>,
) -> Result<StatusCode, Problem> {
    identities::remove(&app, &person, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
