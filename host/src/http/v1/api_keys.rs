//! `/v1/api-keys`: a member's keys for programs.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use cloche_domain::server::Scope;
use cloche_domain::{ApiKeyId, Email, UserId};
use cloche_storage::api_keys::{ApiKey, OwnedKey};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::{IntoParams, ToSchema};

use crate::api_keys::{self, NewKey};
use crate::http::Shared;
use crate::http::auth::{Member, Person};
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
    /// Whose it is, where the keys of all members are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<Owner>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKeyOwner)]
struct Owner {
    id: UserId,
    email: Email,
}

impl From<ApiKey> for Shown {
    fn from(key: ApiKey) -> Self {
        let ApiKey { id, name, start, scopes, created_at, expires_at, last_used_at } = key;
        Self { id, name, start, scopes, created_at, expires_at, last_used_at, owner: None }
    }
}

impl From<OwnedKey> for Shown {
    fn from(OwnedKey { user_id: id, email, key }: OwnedKey) -> Self {
        Self { owner: Some(Owner { id, email }), ..key.into() }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKeys)]
pub(in crate::http) struct Keys {
    api_keys: Vec<Shown>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Asked {
    /// The keys of all members of the organisation, with whose each is. For owners and admins.
    #[serde(default)]
    all: bool,
}

/// The member's own keys, or those of all members.
#[utoipa::path(get, path = "/api-keys", tag = "keys", params(Asked), responses((status = OK, body = Keys), Problem))]
pub(in crate::http) async fn list(
    State(app): Shared,
    member: Member,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Keys>, Problem> {
    let bad = |rejection: QueryRejection| Problem::new(StatusCode::BAD_REQUEST, "invalid_query", rejection.body_text());
    let Query(Asked { all }) = asked.map_err(bad)?;
    let api_keys = if all {
        api_keys::list_all(&app, &member).await?.into_iter().map(Shown::from).collect()
    } else {
        api_keys::list(&app, &member).await?.into_iter().map(Shown::from).collect()
    };
    Ok(Json(Keys { api_keys }))
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
#[utoipa::path(post, path = "/api-keys", tag = "keys", security(("session" = [])), request_body = Create,
    responses((status = CREATED, body = Created), Problem))]
pub(in crate::http) async fn create(
    State(app): Shared,
    person: Person,
    Json(Create { name, scopes, expires_in_days }): Json<Create>,
) -> Result<(StatusCode, Json<Created>), Problem> {
    let (key, kept) = api_keys::create(&app, &person, NewKey { name, scopes, expires_in_days }).await?;
    let created = Created { key: key.expose_secret().to_owned(), shown: kept.into() };
    Ok((StatusCode::CREATED, Json(created)))
}

/// Ends a key at once: a member's own; of owners and admins, any of the organisation's.
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
