//! `/v1/servers/{id}/template`: what a server is published as, or was made from.

use axum::extract::State;
use axum::http::StatusCode;
use cloche_domain::template::TemplateStatus;
use cloche_domain::{BuildId, ServerId, Slug, TemplateId};
use cloche_storage::templates::Forked;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shown;
use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;
use crate::http::v1::versions::Changes;
use crate::servers;
use crate::templates::{self, OfServer, Update};

/// What a server has to do with templates.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ServerTemplate)]
pub(in crate::http) struct Related {
    /// What it is published as.
    published: Option<Shown>,
    /// The number of its version that is public; null where none is, or where it was published by an older one.
    published_version: Option<i64>,
    /// What it was made from.
    forked: Option<ForkedShown>,
}

/// A fork's template, and how far the fork has followed it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ForkedFrom)]
struct ForkedShown {
    template_id: TemplateId,
    slug: Slug,
    title: String,
    status: TemplateStatus,
    /// Why an admin has hidden it or taken it down.
    status_reason: Option<String>,
    /// That of the version that answers; null where that was changed since.
    active_release: Option<i64>,
    newest_release: i64,
    /// What its newest release would change; null where the fork has it, or there is none to have.
    update: Option<UpdateShown>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TemplateUpdate)]
struct UpdateShown {
    release: i64,
    #[serde(flatten)]
    changes: Changes,
}

impl From<OfServer> for Related {
    fn from(of: OfServer) -> Self {
        let OfServer { published, published_version, forked, update } = of;
        let update = update.map(|Update { release, capabilities, code }| UpdateShown {
            release,
            changes: Changes::of(capabilities, code),
        });
        let forked = forked.map(
            |Forked { template_id, slug, title, status, status_reason, newest_release, active_release, .. }| {
                ForkedShown { template_id, slug, title, status, status_reason, active_release, newest_release, update }
            },
        );
        Self { published: published.map(Shown::from), published_version, forked }
    }
}

/// What a server is published as, and what it was made from, with what a newer release of that would change.
#[utoipa::path(get, path = "/servers/{id}/template", tag = "templates", params(("id" = ServerId, Path)),
    responses((status = OK, body = Related), Problem))]
pub(in crate::http) async fn get(
    State(app): Shared,
    member: Member,
    Id(id): Id<ServerId>,
) -> Result<Json<Related>, Problem> {
    Ok(Json(Related::from(templates::of_server(&app, &member, id).await?)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct TakeRelease {
    /// The newest: the one that was looked at.
    release: i64,
}

/// A version that is there.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct TakenRelease {
    version: i64,
    build_id: BuildId,
}

/// Makes the newest release of a fork's template its next version. Nothing is built: it answers at once, or waits for approval
/// where it asks for more.
#[utoipa::path(post, path = "/servers/{id}/template/update", tag = "templates", params(("id" = ServerId, Path)),
    request_body = TakeRelease, responses((status = CREATED, body = TakenRelease), Problem))]
pub(in crate::http) async fn update(
    State(app): Shared,
    member: Member,
    Id(id): Id<ServerId>,
    Json(TakeRelease { release }): Json<TakeRelease>,
) -> Result<(StatusCode, Json<TakenRelease>), Problem> {
    let begun = servers::take_release(&app, &member, id, release).await?;
    Ok((StatusCode::CREATED, Json(TakenRelease { version: begun.version, build_id: begun.build_id })))
}
