//! `/v1/clients`: the applications that people let use a server.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use cloche_domain::{GrantId, OauthClientId, ServerId, Slug, UserId};
use cloche_storage::oauth::Connected;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;
use url::Url;
use utoipa::{IntoParams, ToSchema};

use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;
use crate::oauth::{clients, connected};

/// Clients of a page where none is asked for, and at most.
const PAGE: u8 = 50;
const LARGEST_PAGE: u8 = 100;

/// A client that a person let use a server.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectedClient)]
struct Shown {
    /// Of what it was let do: all its tokens for this server end with it.
    id: GrantId,
    client: Client,
    server: Server,
    person: Person,
    /// Whether the asker let it in.
    mine: bool,
    #[serde(with = "rfc3339")]
    connected_at: OffsetDateTime,
    /// When it last got a token. One is good for a quarter of an hour.
    #[serde(with = "rfc3339")]
    last_seen_at: OffsetDateTime,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectedClientName)]
struct Client {
    id: OauthClientId,
    /// What it calls itself.
    name: String,
    /// Where it is; null for an application on somebody's computer.
    host: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServerName)]
pub(super) struct Server {
    pub(super) id: ServerId,
    pub(super) name: String,
    pub(super) slug: Slug,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonName)]
struct Person {
    id: UserId,
    name: String,
}

impl Shown {
    fn to(asker: UserId, of: Connected) -> Self {
        let host = host(&of);
        Self {
            id: of.id,
            client: Client { id: of.client_id, name: of.client_name, host },
            server: Server { id: of.server_id, name: of.server_name, slug: of.server_slug },
            person: Person { id: of.user_id, name: of.user_name },
            mine: of.user_id == asker,
            connected_at: of.created_at,
            last_seen_at: of.seen_at,
        }
    }
}

/// The host of the document that a client describes itself by, or of where it is answered to.
fn host(of: &Connected) -> Option<String> {
    let id = of.client_id.as_str();
    let address = if clients::is_document(id) { Some(id) } else { of.redirect_uris.first().map(String::as_str) };
    let url = Url::parse(address?).ok().filter(|url| url.scheme() == "https")?;
    url.host_str().map(str::to_owned)
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Asked {
    /// Only those of this server.
    server: Option<ServerId>,
    cursor: Option<GrantId>,
    limit: Option<u8>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectedClients)]
pub(in crate::http) struct Page {
    clients: Vec<Shown>,
    /// Give it as `cursor` for the next page; null on the last.
    next_cursor: Option<GrantId>,
}

/// The clients that can get tokens for the organisation's servers, newest first: those that the asker let in; everybody's for
/// owners and admins.
#[utoipa::path(get, path = "/clients", tag = "clients", params(Asked), responses((status = OK, body = Page), Problem))]
pub(in crate::http) async fn list(
    State(app): Shared,
    member: Member,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let bad = |rejection: QueryRejection| Problem::new(StatusCode::BAD_REQUEST, "invalid_query", rejection.body_text());
    let Query(Asked { server, cursor, limit }) = asked.map_err(bad)?;
    let limit = limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let page = connected::list(&app, &member, server, cursor, limit).await?;
    let clients = page.clients.into_iter().map(|client| Shown::to(member.user_id, client)).collect();
    Ok(Json(Page { clients, next_cursor: page.next }))
}

/// Ends all tokens that a client has of a server at once: of one that the asker let in; of anybody's for owners and admins.
#[utoipa::path(delete, path = "/clients/{id}", tag = "clients", params(("id" = GrantId, Path)),
    responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn revoke(
    State(app): Shared,
    member: Member,
    Id(id): Id<GrantId>,
) -> Result<StatusCode, Problem> {
    connected::revoke(&app, &member, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
