//! What clients read first: who authorizes for a server (RFC 9728), and how (RFC 8414).

use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use cloche_domain::Slug;
use serde_json::{Value, json};

use super::Shared;
use super::problem::Problem;
use crate::mount::Mount;
use crate::oauth::{SCOPE, issuer};

/// How clients get tokens here (RFC 8414).
#[utoipa::path(get, path = "/.well-known/oauth-authorization-server", tag = "oauth", security(()),
    responses((status = OK, body = Value)))]
pub(super) async fn authorization_server(State(app): Shared) -> Response {
    let issuer = issuer(&app);
    let at = |path: &str| format!("{issuer}/oauth/{path}");
    public(&json!({
        "issuer": issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "registration_endpoint": at("register"),
        "revocation_endpoint": at("revoke"),
        "jwks_uri": at("jwks.json"),
        "scopes_supported": [SCOPE],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "client_id_metadata_document_supported": true,
    }))
}

/// Who gives tokens for a server (RFC 9728): the same for every place, whether there is a server or not, so that it tells
/// nobody which there are.
#[utoipa::path(get, path = "/.well-known/oauth-protected-resource/mcp/{org}/{slug}", tag = "oauth", security(()),
    params(("org" = Slug, Path), ("slug" = Slug, Path)), responses((status = OK, body = Value), Problem))]
pub(super) async fn protected_resource(
    State(app): Shared,
    Path((org, slug)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (Ok(org), Ok(slug)) = (org.parse::<Slug>(), slug.parse::<Slug>()) else {
        return Err(Problem::not_found("server"));
    };
    Ok(public(&json!({
        "resource": Mount { org, slug }.url(&app.public_url),
        "authorization_servers": [issuer(&app)],
        "scopes_supported": [SCOPE],
        "bearer_methods_supported": ["header"],
    })))
}

/// The keys that sign access tokens (RFC 7517).
#[utoipa::path(get, path = "/oauth/jwks.json", tag = "oauth", security(()), responses((status = OK, body = Value)))]
pub(super) async fn keys(State(app): Shared) -> Response {
    public(&serde_json::to_value(app.keys.public()).unwrap_or_default())
}

/// The keys that have ever signed attestations here (RFC 7517).
#[utoipa::path(get, path = "/.well-known/cloche-attestation-keys.json", tag = "versions", security(()),
    responses((status = OK, body = Value), Problem))]
pub(super) async fn attestation_keys(State(app): Shared) -> Result<Response, Problem> {
    let keys = app.attestation_signer.public().map_err(|error| Problem::internal(&error))?;
    Ok(public(&serde_json::to_value(keys).unwrap_or_default()))
}

fn public(body: &Value) -> Response {
    ([(CACHE_CONTROL, "public, max-age=300")], axum::Json(body)).into_response()
}
