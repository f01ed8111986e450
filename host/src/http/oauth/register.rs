//! `POST /oauth/register` (RFC 7591).

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::{Refused, answer};
use crate::http::Shared;
use crate::http::address::Address;
use crate::oauth::{Error, SCOPE, clients};

/// Registers a public client (RFC 7591).
#[utoipa::path(post, path = "/oauth/register", tag = "oauth", security(()), request_body = Value,
    responses((status = CREATED, body = Value), Refused))]
pub(in crate::http) async fn register(
    State(app): Shared,
    Address(address): Address,
    body: Bytes,
) -> Result<Response, Refused> {
    if body.len() > 64 * 1024 {
        return Err(Error::InvalidClientMetadata("the metadata is longer than 64 KiB".to_owned()).into());
    }
    let said: Value =
        serde_json::from_slice(&body).map_err(|e| Error::InvalidClientMetadata(format!("the body is no JSON: {e}")))?;
    let application_type = said.get("application_type").cloned();
    let client = clients::register(&app, said, &address).await?;
    let mut registered = json!({
        "client_id": client.client_id,
        "client_id_issued_at": client.created_at.unix_timestamp(),
        "client_name": client.name,
        "redirect_uris": client.redirect_uris,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": SCOPE,
    });
    if let Some(kind) = application_type {
        registered["application_type"] = kind;
    }
    Ok(answer(StatusCode::CREATED, &registered))
}
