//! `/v1/api-keys`: a member's keys for programs.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use cloche_domain::ApiKeyId;
use cloche_domain::server::Scope;
use cloche_storage::api_keys::ApiKey;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::ToSchema;

use crate::api_keys::{self, NewKey};
use crate::http::Shared;
use crate::http::auth::{self, Member};
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;

/// A key as its owner sees it later: what it is, not the key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKey)]
struct Shown {
    id: ApiKeyId,
    name: String,
    start: String,
    scopes: Vec<Scope>,
    #[serde(with = "rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "rfc3339::option")]
    expires_at: Option<OffsetDateTime>,
    #[serde(with = "rfc3339::option")]
    last_used_at: Option<OffsetDateTime>,
}

impl From<ApiKey> for Shown {
    fn from(key: ApiKey) -> Self {
        let ApiKey { id, name, start, scopes, created_at, expires_at, last_used_at } = key;
        Self { id, name, start, scopes, created_at, expires_at, last_used_at }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKeys)]
pub(in crate::http) struct Keys {
    api_keys: Vec<Shown>,
}

/// The member's own keys.
#[utoipa::path(get, path = "/api-keys", tag = "keys", responses((status = OK, body = Keys), Problem))]
pub(in crate::http) async fn list(State(app): Shared, member: Member) -> Result<Json<Keys>, Problem> {
    let keys = api_keys::list(&app, &member).await?;
    Ok(Json(Keys { api_keys: keys.into_iter().map(Shown::from).collect() }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = CreateApiKey)]
pub(in crate::http) struct Create {
    name: String,
    scopes: Vec<Scope>,
    expires_in_days: Option<u32>,
}

/// A new key, with the key itself: this once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewApiKey)]
pub(in crate::http) struct Created {
    key: String,
    #[serde(flatten)]
    shown: Shown,
}

/// Makes a key and shows it, once.
#[utoipa::path(post, path = "/api-keys", tag = "keys", request_body = Create,
    responses((status = CREATED, body = Created), Problem))]
pub(in crate::http) async fn create(
    State(app): Shared,
    member: Member,
    headers: HeaderMap,
    Json(Create { name, scopes, expires_in_days }): Json<Create>,
) -> Result<(StatusCode, Json<Created>), Problem> {
    if auth::bearer(&headers).is_some() {
        return Err(auth::Error::KeyForKey.into());
    }
    let (key, kept) = api_keys::create(&app, &member, NewKey { name, scopes, expires_in_days }).await?;
    let created = Created { key: key.expose_secret().to_owned(), shown: kept.into() };
    Ok((StatusCode::CREATED, Json(created)))
}

/// Ends a key at once.
#[utoipa::path(delete, path = "/api-keys/{id}", tag = "keys", params(("id" = ApiKeyId, Path)),
    responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn delete(
    State(app): Shared,
    member: Member,
    Id(id): Id<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    api_keys::delete(&app, &member, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
