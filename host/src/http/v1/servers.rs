//! `/v1/servers`: servers as their owners make, see and end them.

pub(in crate::http) mod change;
pub(in crate::http) mod component;
pub(in crate::http) mod secrets;
mod shown;
pub(in crate::http) mod versions;

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use cloche_domain::spec::ServerSpec;
use cloche_domain::{BuildId, PreviewId, SecretKey, ServerId, Slug, TemplateId, ToolName};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;
use crate::servers::{self, From, NewFork, NewServer, Next, Upload};

use component::{WithComponent, decoded};
use shown::{Detailed, Shown};

/// Servers of a page where none is asked for, and at most.
const PAGE: u8 = 50;
const LARGEST_PAGE: u8 = 100;

/// A server of a draft (`previewId`), of a template (`templateId`, and the `previewId` that forking it gave), or of a
/// component that was built elsewhere (`component` and `spec`).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = CreateServer)]
pub(in crate::http) struct Create {
    name: String,
    /// May be left out for a fork: it then gets one that is free.
    slug: Option<Slug>,
    preview_id: Option<String>,
    template_id: Option<String>,
    #[schema(value_type = Option<ServerSpec>)]
    spec_edit: Option<Value>,
    /// A WebAssembly component in base64, which exports `cloche:tool/tools@0.1.0`.
    component: Option<String>,
    /// What describes the component: its tools have no `implementation`.
    #[schema(value_type = Option<ServerSpec>)]
    spec: Option<Value>,
    #[serde(default)]
    #[schema(value_type = BTreeMap<SecretKey, String>)]
    secrets: BTreeMap<SecretKey, SecretString>,
    /// Whether a model may mend the code, at most 3 times, where its build fails. Left out: if the code is as a model wrote it.
    repair: Option<bool>,
}

/// A new server, and the build to watch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CreatedServer)]
pub(in crate::http) struct Created {
    build_id: BuildId,
    #[serde(flatten)]
    shown: Shown,
}

/// Makes a server of a draft, or of an uploaded component, and begins to build it; or of a template: that one is live at once.
///
/// Where the plan has no room for one more server, the answer is 402 `plan_limit`; where the builds of the day are used up, 429
/// `rate_limited`. Code that does not build is given back to the model that wrote it, see `repair`.
#[utoipa::path(post, path = "/servers", tag = "servers", request_body = Create,
    responses((status = CREATED, body = Created), Problem))]
pub(in crate::http) async fn create(
    State(app): Shared,
    member: Member,
    WithComponent(new, _place): WithComponent<Create>,
) -> Result<(StatusCode, Json<Created>), Problem> {
    if let Some(template) = new.template_id {
        if new.spec_edit.is_some() {
            return Err(servers::Error::SpecEditOnFork.into());
        }
        if new.component.is_some() || new.spec.is_some() || new.repair.is_some() {
            return Err(unclear(
                "a fork runs what its template runs: send templateId and previewId, name, slug and secrets",
            ));
        }
        // What is no id at all is treated like one that is gone.
        let expired = |_| servers::Error::ForkRefExpired;
        let reference = new.preview_id.unwrap_or_default().parse::<PreviewId>().map_err(expired)?;
        let template = template.parse::<TemplateId>().map_err(expired)?;
        let fork = NewFork { name: new.name, slug: new.slug, reference, template, secrets: new.secrets };
        return Ok(answer(&app, &member, servers::fork(&app, &member, fork).await?));
    }
    let Some(slug) = new.slug else { return Err(unclear("send slug, the part of the server's URL that is its own")) };
    let from = match (new.preview_id, new.spec_edit, new.component, new.spec) {
        (Some(preview_id), spec_edit, None, None) => {
            // What is no id at all is treated like the id of a draft that is gone.
            let preview_id = preview_id.parse::<PreviewId>().map_err(|_| servers::Error::PreviewExpired)?;
            From::Draft { preview_id, spec_edit }
        }
        (None, None, Some(component), Some(spec)) => From::Upload(Upload { component: decoded(&component)?, spec }),
        _ => {
            return Err(unclear("send either previewId, with or without specEdit, or component and spec"));
        }
    };
    let new = NewServer { name: new.name, slug, from, secrets: new.secrets, repair: new.repair };
    Ok(answer(&app, &member, servers::create(&app, &member, new).await?))
}

fn answer(app: &App, member: &Member, created: servers::Created) -> (StatusCode, Json<Created>) {
    let shown = Shown::new(app, member, created.server);
    (StatusCode::CREATED, Json(Created { build_id: created.build_id, shown }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Paging {
    cursor: Option<ServerId>,
    limit: Option<u8>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Servers)]
pub(in crate::http) struct Page {
    servers: Vec<Shown>,
    /// Give it as `cursor` for the next page; null on the last.
    next_cursor: Option<ServerId>,
}

/// The organisation's servers, newest first.
#[utoipa::path(get, path = "/servers", tag = "servers", params(Paging),
    responses((status = OK, body = Page), Problem))]
pub(in crate::http) async fn list(
    State(app): Shared,
    member: Member,
    paging: Result<Query<Paging>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let Query(Paging { cursor, limit }) =
        paging.map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, "invalid_query", rejection.body_text()))?;
    let limit = limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let page = servers::list(&app, &member, cursor, limit).await?;
    let servers = page.servers.into_iter().map(|server| Shown::new(&app, &member, server)).collect();
    Ok(Json(Page { servers, next_cursor: page.next }))
}

/// A server with its secrets' names, the build under way and why the last one failed.
#[utoipa::path(get, path = "/servers/{id}", tag = "servers", params(("id" = ServerId, Path)),
    responses((status = OK, body = Detailed), Problem))]
pub(in crate::http) async fn get(
    State(app): Shared,
    member: Member,
    Id(id): Id<ServerId>,
) -> Result<Json<Detailed>, Problem> {
    let detail = servers::get(&app, &member, id).await?;
    Ok(Json(Detailed::new(&app, &member, detail)))
}

/// Deletes a server and all it keeps; ends access at once.
#[utoipa::path(delete, path = "/servers/{id}", tag = "servers", params(("id" = ServerId, Path)), responses((status = NO_CONTENT), Problem))]
pub(in crate::http) async fn delete(
    State(app): Shared,
    member: Member,
    Id(id): Id<ServerId>,
) -> Result<StatusCode, Problem> {
    servers::delete(&app, &member, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The next version: what a model makes of a wish, another spec, other code under the newest one's, or a component that was
/// built elsewhere with its spec. One of the four.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct Iterate {
    /// What is to be different, in words. A model changes the newest version's spec: one of the day's previews.
    prompt: Option<String>,
    #[schema(value_type = Option<ServerSpec>)]
    spec_edit: Option<Value>,
    source: Option<SourceEdit>,
    /// In base64.
    component: Option<String>,
    #[schema(value_type = Option<ServerSpec>)]
    spec: Option<Value>,
    /// Whether a model may mend the code, at most 3 times, where its build fails. Left out: after a `prompt`.
    repair: Option<bool>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SourceEdit {
    /// The body of each tool that changes.
    #[serde(default)]
    tools: BTreeMap<ToolName, String>,
    /// The shared items; left out where they stay.
    helpers: Option<String>,
}

/// A version that is being built, and the build to watch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct BegunVersion {
    version: i64,
    build_id: BuildId,
}

/// Begins a server's next version. It answers once it is built; one that asks for more waits for approval first. With a
/// `prompt` it is drafted before the answer comes, and that draft counts as one of the previews of the day.
#[utoipa::path(post, path = "/servers/{id}/iterate", tag = "versions", params(("id" = ServerId, Path)),
    request_body = Iterate, responses((status = ACCEPTED, body = BegunVersion), Problem))]
pub(in crate::http) async fn iterate(
    State(app): Shared,
    member: Member,
    Id(id): Id<ServerId>,
    WithComponent(next, _place): WithComponent<Iterate>,
) -> Result<(StatusCode, Json<BegunVersion>), Problem> {
    let repair = next.repair;
    let next = match (next.prompt, next.spec_edit, next.source, next.component, next.spec) {
        (Some(prompt), None, None, None, None) => Next::Wish(prompt),
        (None, Some(spec), None, None, None) => Next::Spec(spec),
        (None, None, Some(SourceEdit { tools, helpers }), None, None) => Next::Source { tools, helpers },
        (None, None, None, Some(component), Some(spec)) => {
            Next::Upload(Upload { component: decoded(&component)?, spec })
        }
        _ => {
            return Err(unclear(
                "send either prompt, what is to be different, or specEdit, the whole spec of the next version, or source, \
                 the code that changes, or component and spec",
            ));
        }
    };
    let begun = servers::iterate(&app, &member, id, next, repair).await?;
    Ok((StatusCode::ACCEPTED, Json(BegunVersion { version: begun.version, build_id: begun.build_id })))
}

/// The body says too little, or too much.
fn unclear(detail: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_json", detail)
}
