//! `/v1/auth/sessions`: where one is signed in, and the end of it.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use cloche_domain::SessionId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::{IntoParams, ToSchema};

use super::auth::set_cookie;
use crate::http::auth::Person;
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;
use crate::http::{Shared, cookies};
use crate::sessions;

/// A browser that is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
struct Shown {
    id: SessionId,
    #[serde(with = "rfc3339")]
    created_at: OffsetDateTime,
    /// To five minutes.
    #[serde(with = "rfc3339")]
    last_seen_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    expires_at: OffsetDateTime,
    /// The network address that it began from.
    address: Option<String>,
    /// What the browser called itself.
    user_agent: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Sessions {
    sessions: Vec<Shown>,
}

/// Where one is signed in, newest first.
#[utoipa::path(get, path = "/auth/sessions", tag = "auth", security(("session" = [])),
    responses((status = OK, body = Sessions), Problem))]
pub(in crate::http) async fn list(State(app): Shared, person: Person) -> Result<Json<Sessions>, Problem> {
    let shown = sessions::list(&app, &person).await?.into_iter().map(|begun| Shown {
        current: begun.id == person.session,
        id: begun.id,
        created_at: begun.created_at,
        last_seen_at: begun.seen_at,
        expires_at: begun.expires_at,
        address: begun.address,
        user_agent: begun.user_agent,
    });
    Ok(Json(Sessions { sessions: shown.collect() }))
}

/// Signs one browser out, at once.
#[utoipa::path(delete, path = "/auth/sessions/{id}", tag = "auth", security(("session" = [])),
    params(("id" = SessionId, Path)),
    responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn end(
    State(app): Shared,
    person: Person,
    Id(id): Id<SessionId>,
) -> Result<impl IntoResponse, Problem> {
    sessions::end(&app, &person, id).await?;
    let cleared = if id == person.session { cookies::clear(&app) } else { None };
    Ok((StatusCode::NO_CONTENT, set_cookie(cleared)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Asked {
    /// Whether the browser that asks stays signed in.
    #[serde(default)]
    keep_this: bool,
}

/// Signs out everywhere, at once. API keys, and what OAuth clients were allowed, are ended where they are listed.
#[utoipa::path(delete, path = "/auth/sessions", tag = "auth", security(("session" = [])), params(Asked),
    responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn end_all(
    State(app): Shared,
    person: Person,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<impl IntoResponse, Problem> {
    let bad = |rejection: QueryRejection| Problem::new(StatusCode::BAD_REQUEST, "invalid_query", rejection.body_text());
    let Query(Asked { keep_this }) = asked.map_err(bad)?;
    sessions::end_all(&app, &person, keep_this).await?;
    let cleared = if keep_this { None } else { cookies::clear(&app) };
    Ok((StatusCode::NO_CONTENT, set_cookie(cleared)))
}
