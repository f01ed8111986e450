//! `/v1/templates`: the marketplace.

pub(in crate::http) mod cases;
pub(in crate::http) mod of_server;
mod shown;

use std::str::FromStr;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use cloche_domain::template::{Category, Listing, SecretHint, Tab};
use cloche_domain::{ServerId, Sha256, Slug};
use cloche_storage::templates::Place;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::versions::download;
use crate::app::App;
use crate::http::Shared;
use crate::http::auth::{MaybeMember, Member};
use crate::http::json::Json;
use crate::http::path::Id;
use crate::http::problem::Problem;
use crate::templates::{self, Publish, Wanted};
use crate::versions::Source;

pub(in crate::http) use shown::Line;
use shown::{Detailed, ForkPreview, Shown};

/// Templates of a page where none is asked for, and at most.
const PAGE: u8 = 24;
const LARGEST_PAGE: u8 = 100;
/// Characters of a search.
const QUERY: usize = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Asked {
    /// `trending` where none is named; `mine` has those of one's own organisation.
    tab: Option<Tab>,
    category: Option<Category>,
    /// Words, each found by its beginning.
    q: Option<String>,
    cursor: Option<String>,
    limit: Option<u8>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Templates)]
pub(in crate::http) struct Page {
    templates: Vec<Line>,
    /// Give it as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

impl Page {
    pub(super) fn of(page: templates::Page) -> Self {
        let templates::Page { templates, next } = page;
        Self { templates: templates.into_iter().map(Line::from).collect(), next_cursor: next.map(cursor) }
    }
}

/// Where a page begins, as a text.
pub(super) fn cursor(Place { value, id }: Place) -> String {
    format!("{:x}~{id}", value.to_bits())
}

/// Where a page begins, as [`cursor`] says it.
pub(super) fn place(cursor: &str) -> Option<Place> {
    let (bits, id) = cursor.split_once('~')?;
    let value = f64::from_bits(u64::from_str_radix(bits, 16).ok()?);
    value.is_finite().then_some(Place { value, id: id.parse().ok()? })
}

pub(super) fn bad_query(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "invalid_query", detail)
}

/// Published templates: by what is forked of late, by forks, or the newest first.
#[utoipa::path(get, path = "/templates", tag = "templates", params(Asked), security(()),
    responses((status = OK, body = Page), Problem))]
pub(in crate::http) async fn list(
    State(app): Shared,
    MaybeMember(member): MaybeMember,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let Query(asked) = asked.map_err(|rejection| bad_query(rejection.body_text()))?;
    let after = match asked.cursor.as_deref() {
        Some(cursor) => Some(place(cursor).ok_or_else(|| bad_query("the cursor is none that a page has given"))?),
        None => None,
    };
    if asked.q.as_ref().is_some_and(|query| query.chars().count() > QUERY) {
        return Err(bad_query("the search is longer than 200 characters: shorten it"));
    }
    let tab = asked.tab.unwrap_or(Tab::Trending);
    if tab == Tab::Mine && (asked.category.is_some() || asked.q.is_some()) {
        return Err(bad_query("your own are listed whole: leave category and q out, or name another tab"));
    }
    if tab == Tab::Mine && member.is_none() {
        return Err(crate::http::auth::Error::NotSignedIn.into());
    }
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let wanted = Wanted { tab, category: asked.category, query: asked.q, after, limit };
    Ok(Json(Page::of(templates::browse(&app, member.as_ref(), wanted).await?)))
}

/// A template: what it does, what it can reach, what it asks for, its code and its releases.
#[utoipa::path(get, path = "/templates/{slug}", tag = "templates", params(("slug" = Slug, Path)), security(()),
    responses((status = OK, body = Detailed), Problem))]
pub(in crate::http) async fn get(
    State(app): Shared,
    MaybeMember(member): MaybeMember,
    Id(slug): Id<Slug>,
) -> Result<Json<Detailed>, Problem> {
    Ok(Json(Detailed::from(templates::detail(&app, member.as_ref(), &slug).await?)))
}

/// A release, of a path. What is no such place is not found.
#[derive(Clone, Debug)]
pub(in crate::http) struct ReleasePlace {
    slug: Slug,
    n: i64,
}

impl FromRequestParts<Arc<App>> for ReleasePlace {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let not_found = || Problem::from(templates::Error::NoRelease);
        let Path((slug, n)) =
            Path::<(String, String)>::from_request_parts(parts, app).await.map_err(|_| not_found())?;
        let (Ok(slug), Ok(n)) = (Slug::from_str(&slug), n.parse()) else { return Err(not_found()) };
        Ok(Self { slug, n })
    }
}

/// All that a release's component is built from; `cloche rebuild` makes the same bytes of it.
#[utoipa::path(get, path = "/templates/{slug}/releases/{n}/source", tag = "templates", security(()),
    params(("slug" = Slug, Path), ("n" = i64, Path)), responses((status = OK, body = Source), Problem))]
pub(in crate::http) async fn source(
    State(app): Shared,
    MaybeMember(member): MaybeMember,
    ReleasePlace { slug, n }: ReleasePlace,
) -> Result<Json<Source>, Problem> {
    let release = templates::release(&app, member.as_ref(), &slug, n).await?;
    Ok(Json(Source::of_release(release)?))
}

/// A release's component: what forks run. Its `ETag` is its SHA-256.
#[utoipa::path(get, path = "/templates/{slug}/releases/{n}/component", tag = "templates", security(()),
    params(("slug" = Slug, Path), ("n" = i64, Path)),
    responses((status = OK, body = [u8], content_type = "application/wasm"),
        (status = NOT_MODIFIED, description = "It is the one that `If-None-Match` names."), Problem))]
pub(in crate::http) async fn component(
    State(app): Shared,
    MaybeMember(member): MaybeMember,
    ReleasePlace { slug, n }: ReleasePlace,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let sha256 = templates::release(&app, member.as_ref(), &slug, n).await?.component_sha256;
    download(&app, sha256, &headers).await
}

/// How a release was built, stated and signed: an in-toto statement in a DSSE envelope, for `cloche verify`.
#[utoipa::path(get, path = "/templates/{slug}/releases/{n}/attestation", tag = "templates", security(()),
    params(("slug" = Slug, Path), ("n" = i64, Path)), responses((status = OK, body = Value), Problem))]
pub(in crate::http) async fn attestation(
    State(app): Shared,
    MaybeMember(member): MaybeMember,
    ReleasePlace { slug, n }: ReleasePlace,
) -> Result<Json<Value>, Problem> {
    Ok(Json(templates::release(&app, member.as_ref(), &slug, n).await?.attestation))
}

/// The server whose active version is to be public, and what is said of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct PublishTemplate {
    server_id: ServerId,
    /// Of a new template; one is made of the title where none is given.
    slug: Option<Slug>,
    title: String,
    category: Category,
    /// One line for lists.
    short_description: String,
    #[serde(default)]
    long_description: String,
    /// What its secrets are and how to get them, where the spec does not say so well enough.
    #[serde(default)]
    secret_hints: Vec<SecretHint>,
    /// What looks like a secret and is none: the digests that findings of `publish_blocked` have. The audit log keeps that it
    /// was said.
    #[serde(default)]
    not_secrets: Vec<Sha256>,
}

/// Publishes a live server's active version: its code becomes public, its secrets stay where they are. Where it is published
/// already, another version is the next release, which forks are told of. For owners.
///
/// What must not be public is refused as `publish_blocked`, 422, with each finding and its place.
#[utoipa::path(post, path = "/templates", tag = "templates", request_body = PublishTemplate,
    responses((status = CREATED, body = Shown), (status = OK, body = Shown, description = "It was published before."), Problem))]
pub(in crate::http) async fn publish(
    State(app): Shared,
    member: Member,
    Json(new): Json<PublishTemplate>,
) -> Result<(StatusCode, Json<Shown>), Problem> {
    let listing = Listing {
        title: new.title,
        category: new.category,
        short_description: new.short_description,
        long_description: new.long_description,
        secret_hints: new.secret_hints,
    };
    let new = Publish { server: new.server_id, slug: new.slug, listing, not_secrets: new.not_secrets };
    let published = templates::publish(&app, &member, new).await?;
    let status = if published.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(Shown::from(published.template))))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct SetVisibility {
    visibility: Visibility,
}

/// Whether a template is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum Visibility {
    Published,
    Unpublished,
}

/// Shows a template, or does so no longer: forks go on as they are. For owners. What an admin has hidden or taken down stays so.
#[utoipa::path(patch, path = "/templates/{slug}/visibility", tag = "templates", params(("slug" = Slug, Path)),
    request_body = SetVisibility, responses((status = OK, body = Shown), Problem))]
pub(in crate::http) async fn set_visibility(
    State(app): Shared,
    member: Member,
    Id(slug): Id<Slug>,
    Json(SetVisibility { visibility }): Json<SetVisibility>,
) -> Result<Json<Shown>, Problem> {
    let shown = visibility == Visibility::Published;
    Ok(Json(Shown::from(templates::set_visibility(&app, &member, &slug, shown).await?)))
}

/// Shows what a fork will be, and gives the reference that makes it: `POST /v1/servers` with this `previewId` and `templateId`
/// within 5 minutes, once, by the same person.
#[utoipa::path(post, path = "/templates/{slug}/fork", tag = "templates", params(("slug" = Slug, Path)),
    responses((status = OK, body = ForkPreview), Problem))]
pub(in crate::http) async fn fork(
    State(app): Shared,
    member: Member,
    Id(slug): Id<Slug>,
) -> Result<Json<ForkPreview>, Problem> {
    Ok(Json(ForkPreview::from(templates::preview(&app, &member, &slug).await?)))
}
