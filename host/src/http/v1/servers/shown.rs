//! A server as its owner sees it.

use cloche_domain::capability::HostPattern;
use cloche_domain::manifest::{Manifest, Tool};
use cloche_domain::server::{BuildState, ServerStatus};
use cloche_domain::spec::RequiredSecret;
use cloche_domain::{BuildId, SecretKey, ServerId, Sha256, Slug, TemplateId};
use cloche_storage::builds::Failure;
use cloche_storage::servers::Server;
use serde::Serialize;
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::auth::Member;
use crate::mount::Mount;
use crate::servers::Detail;

/// What a list shows.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Server)]
pub(in crate::http) struct Shown {
    id: ServerId,
    name: String,
    slug: Slug,
    status: ServerStatus,
    /// The template that it was made from.
    template_id: Option<TemplateId>,
    /// Whether it is stopped because that was taken down: its `status` is then `paused`, and it cannot be resumed.
    taken_down: bool,
    mcp_url: String,
    active_version: Option<i64>,
    /// What its owners say of it, or else its spec.
    description: String,
    tools: Vec<Tool>,
    allowed_hosts: Vec<HostPattern>,
    required_secrets: Vec<RequiredSecret>,
    /// The interfaces that the active version's component imports: its powers. None before there is one.
    imports: Option<Vec<String>>,
    #[serde(with = "rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    updated_at: OffsetDateTime,
}

impl Shown {
    pub(super) fn new(app: &App, member: &Member, server: Server) -> Self {
        // The tools as AI clients see them: the manifest's form, of whatever source.
        let Manifest { tools, required_secrets, allowed_hosts, description, .. } =
            Manifest::of(&server.spec, Sha256::of([]));
        Self {
            mcp_url: Mount { org: member.org_slug.clone(), slug: server.slug.clone() }.url(&app.public_url),
            id: server.id,
            name: server.name,
            slug: server.slug,
            status: server.status,
            template_id: server.template_id,
            taken_down: server.taken_down,
            active_version: server.active_version,
            description: server.description.unwrap_or(description),
            tools,
            allowed_hosts,
            required_secrets,
            imports: server.imports,
            created_at: server.created_at,
            updated_at: server.updated_at,
        }
    }
}

/// What a server's own page shows.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ServerDetail)]
pub(in crate::http) struct Detailed {
    #[serde(flatten)]
    shown: Shown,
    secrets: Vec<SecretShown>,
    /// The build that is under way.
    active_build: Option<BuildShown>,
    /// Why the newest build failed, if it did.
    last_failure: Option<Failure>,
}

/// A secret that the server asks for. Its value is not to be had.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Secret)]
#[serde(rename_all = "camelCase")]
struct SecretShown {
    set: bool,
    key: SecretKey,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    how_to_get_url: Option<String>,
    /// The only hosts that the value is ever sent to.
    hosts: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BuildUnderWay)]
struct BuildShown {
    id: BuildId,
    state: BuildState,
}

impl Detailed {
    pub(super) fn new(app: &App, member: &Member, detail: Detail) -> Self {
        let Detail { server, secrets_set, newest_build } = detail;
        let is_set = |key: &SecretKey| secrets_set.contains(key);
        let secrets = server.spec.required_secrets.iter();
        let secrets = secrets.cloned().map(|RequiredSecret { key, description, how_to_get_url, hosts }| SecretShown {
            set: is_set(&key),
            key,
            description,
            how_to_get_url,
            hosts,
        });
        let under_way = newest_build.as_ref().filter(|build| !build.state.is_final());
        Self {
            secrets: secrets.collect(),
            active_build: under_way.map(|build| BuildShown { id: build.id, state: build.state }),
            last_failure: newest_build.and_then(|build| build.failure).map(|failure| failure.0),
            shown: Shown::new(app, member, server),
        }
    }
}
