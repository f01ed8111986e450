//! `/v1/servers/{id}/secrets/{key}`: written, never read.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use cloche_domain::{SecretKey, ServerId};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::problem::Problem;
use crate::servers;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecretValue)]
pub(in crate::http) struct Value {
    #[schema(value_type = String)]
    value: SecretString,
}

/// Sets a secret that the server asks for. It is never shown again.
#[utoipa::path(put, path = "/servers/{id}/secrets/{key}", tag = "servers", params(("id" = ServerId, Path), ("key" = SecretKey, Path)),
    request_body = Value, responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn put(
    State(app): Shared,
    member: Member,
    Path(place): Path<(String, String)>,
    Json(Value { value }): Json<Value>,
) -> Result<StatusCode, Problem> {
    let (id, key) = parse(&place)?;
    servers::put_secret(&app, &member, id, &key, &value).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets a secret.
#[utoipa::path(delete, path = "/servers/{id}/secrets/{key}", tag = "servers", params(("id" = ServerId, Path), ("key" = SecretKey, Path)),
    responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn delete(
    State(app): Shared,
    member: Member,
    Path(place): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (id, key) = parse(&place)?;
    servers::delete_secret(&app, &member, id, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn parse((id, key): &(String, String)) -> Result<(ServerId, SecretKey), Problem> {
    let id = id.parse().map_err(|_| Problem::not_found("server"))?;
    let key = key.parse().map_err(|_| Problem::not_found("secret"))?;
    Ok((id, key))
}
