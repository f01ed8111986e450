//! `/v1/imports`: an API's description, and what is chosen from it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::StatusCode;
use cloche_domain::ImportId;
use cloche_openapi::{BYTES, Choice, Overview};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use time::serde::rfc3339;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::previews;
use crate::app::App;
use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;
use crate::imports::{self, From, Kept, NewImport};

/// Bytes of a body: a document may be a text in it, with its quotes and line breaks escaped.
const BODY: usize = 2 * BYTES;
/// For a body to arrive.
const PATIENCE: Duration = Duration::from_mins(1);

/// A document here (`document`) or elsewhere (`url`).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateImport)]
pub(in crate::http) struct Create {
    /// An OpenAPI 3 document: JSON as it is, or JSON or YAML as text.
    document: Option<Value>,
    /// Where the document is.
    url: Option<String>,
    /// Where all operations go, in place of the servers that the document names.
    server: Option<String>,
}

/// A kept document, and what it has to offer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Import)]
pub(in crate::http) struct Shown {
    import_id: ImportId,
    #[serde(with = "rfc3339")]
    expires_at: OffsetDateTime,
    #[serde(flatten)]
    overview: Overview,
}

impl std::convert::From<Kept> for Shown {
    fn from(Kept { id: import_id, expires_at, overview }: Kept) -> Self {
        Self { import_id, expires_at, overview }
    }
}

/// Which operations become tools.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChooseOperations)]
pub(in crate::http) struct Choose {
    /// By their ids: 20 at most.
    operations: Vec<String>,
    /// How the tools sign in: one of the document's ways, `none`, or `bearer`. Left out: as the document says.
    auth: Option<String>,
}

/// A JSON body that may hold a document; and its place among those that are read.
pub(in crate::http) struct WithDocument<T>(T, OwnedSemaphorePermit);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for WithDocument<T> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        DefaultBodyLimit::max(BODY).apply(&mut request);
        let place = imports::place(app).await?;
        let body = timeout(PATIENCE, Json::from_request(request, app)).await;
        let Json(body) = body.map_err(|_| {
            let detail = format!("the body did not arrive within {} s: send it faster", PATIENCE.as_secs());
            Problem::new(StatusCode::REQUEST_TIMEOUT, "body_late", detail)
        })??;
        Ok(Self(body, place))
    }
}

/// Reads an API's description, keeps it for a day, and lists its operations.
#[utoipa::path(post, path = "/imports", tag = "imports", request_body = Create,
    responses((status = CREATED, body = Shown), Problem))]
pub(in crate::http) async fn create(
    State(app): Shared,
    member: Member,
    WithDocument(new, place): WithDocument<Create>,
) -> Result<(StatusCode, Json<Shown>), Problem> {
    let from = match (new.document, new.url) {
        (Some(Value::String(text)), None) => From::Text(text.into_bytes()),
        (Some(document @ Value::Object(_)), None) => From::Text(document.to_string().into_bytes()),
        (None, Some(url)) => From::Url(url),
        _ => {
            let detail = "send either document, an object or a text, or url";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_json", detail));
        }
    };
    let kept = imports::create(&app, &member, NewImport { from, server: new.server }, place).await?;
    Ok((StatusCode::CREATED, Json(kept.into())))
}

/// A kept document's operations.
#[utoipa::path(get, path = "/imports/{id}", tag = "imports", params(("id" = ImportId, Path)),
    responses((status = OK, body = Shown), Problem))]
pub(in crate::http) async fn get(
    State(app): Shared,
    member: Member,
    Id(id): Id<ImportId>,
) -> Result<Json<Shown>, Problem> {
    Ok(Json(imports::get(&app, &member, id).await?.into()))
}

/// Drafts a server of some of the operations: a preview like one that a model wrote.
#[utoipa::path(post, path = "/imports/{id}/preview", tag = "imports", params(("id" = ImportId, Path)),
    request_body = Choose, responses((status = OK, body = previews::Shown), Problem))]
pub(in crate::http) async fn draft(
    State(app): Shared,
    member: Member,
    Id(id): Id<ImportId>,
    Json(Choose { operations, auth }): Json<Choose>,
) -> Result<Json<previews::Shown>, Problem> {
    let preview = imports::draft(&app, &member, id, Choice { operations, auth }).await?;
    Ok(Json(previews::Shown::new(preview, false)))
}
