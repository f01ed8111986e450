//! Templates as they are shown.

use cloche_domain::manifest::Tool;
use cloche_domain::report::Capabilities;
use cloche_domain::spec::{RequiredSecret, ServerSpec};
use cloche_domain::template::{Category, Summary, TemplateStatus};
use cloche_domain::{PreviewId, ServerId, Sha256, Slug, TemplateId};
use cloche_storage::templates::{Listed, ReleaseLine, Template};
use serde::Serialize;
use time::OffsetDateTime;
use time::serde::rfc3339;
use utoipa::ToSchema;

use crate::templates::{Detail, Preview};
use crate::text_scan::{self, Finding};

/// What a list shows.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TemplateLine)]
pub(in crate::http) struct Line {
    id: TemplateId,
    slug: Slug,
    title: String,
    category: Category,
    short_description: String,
    #[serde(flatten)]
    summary: Summary,
    status: TemplateStatus,
    /// Whether this platform's admins vouch for its newest release, described as it is.
    verified: bool,
    /// A verified template that its title is close to: it is not that one.
    resembles: Option<Slug>,
    /// Whose it is; null where that organisation is gone.
    publisher: Option<String>,
    /// The same by what nobody else is called: part of its servers' URLs.
    publisher_slug: Option<Slug>,
    /// Organisations that have forked it, its publisher's not among them.
    fork_count: i64,
    /// Organisations, other than its publisher's, where a fork answers.
    live_count: i64,
    /// The number of the newest release.
    release: i64,
    #[serde(with = "rfc3339")]
    published_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    updated_at: OffsetDateTime,
}

impl From<Listed> for Line {
    fn from(listed: Listed) -> Self {
        Self {
            id: listed.id,
            slug: listed.slug,
            title: listed.title,
            category: listed.category,
            short_description: listed.short_description,
            summary: listed.summary,
            status: listed.status,
            verified: listed.verified,
            resembles: listed.resembles,
            publisher: listed.publisher,
            publisher_slug: listed.publisher_slug,
            fork_count: listed.forks,
            live_count: listed.live,
            release: listed.release_n,
            published_at: listed.published_at,
            updated_at: listed.updated_at,
        }
    }
}

/// A template as its owner has just published or hidden it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Template)]
pub(in crate::http) struct Shown {
    id: TemplateId,
    slug: Slug,
    title: String,
    category: Category,
    short_description: String,
    long_description: String,
    status: TemplateStatus,
    /// Why an admin has hidden it or taken it down.
    status_reason: Option<String>,
    verified: bool,
    resembles: Option<Slug>,
    publisher: Option<String>,
    /// The same by what nobody else is called: part of its servers' URLs.
    publisher_slug: Option<Slug>,
    /// Organisations that have forked it, its publisher's not among them.
    fork_count: i64,
    /// The number of the newest release.
    release: i64,
    #[serde(with = "rfc3339")]
    published_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    updated_at: OffsetDateTime,
}

impl From<Template> for Shown {
    fn from(template: Template) -> Self {
        Self {
            verified: template.is_verified(),
            id: template.id,
            slug: template.slug,
            title: template.title,
            category: template.category,
            short_description: template.short_description,
            long_description: template.long_description,
            status: template.status,
            status_reason: template.status_reason,
            resembles: template.resembles,
            publisher: template.publisher,
            publisher_slug: template.publisher_slug,
            fork_count: template.forks,
            release: template.releases,
            published_at: template.published_at,
            updated_at: template.updated_at,
        }
    }
}

/// A template with all that whoever forks it should know.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TemplateDetail)]
pub(in crate::http) struct Detailed {
    #[serde(flatten)]
    shown: Shown,
    /// Organisations, other than its publisher's, where a fork answers.
    live_count: i64,
    /// Whether one's own organisation has published it.
    own: bool,
    /// What it is published from, for those who have published it.
    server_id: Option<ServerId>,
    /// As AI clients see them.
    tools: Vec<Tool>,
    /// As its publisher explains them.
    required_secrets: Vec<RequiredSecret>,
    capabilities: Capabilities,
    /// What should be looked at in the texts that AI clients are given.
    findings: Vec<Finding>,
    /// The newest release's, with all its code.
    spec: ServerSpec,
    /// Of the newest release's component: what a fork runs.
    component_sha256: Sha256,
    source_sha256: Sha256,
    toolchain: String,
    /// Whether its component was built elsewhere: of that there is no source here.
    uploaded: bool,
    /// Newest first.
    releases: Vec<ReleaseShown>,
}

/// One immutable release.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TemplateRelease)]
struct ReleaseShown {
    n: i64,
    component_sha256: Sha256,
    #[serde(with = "rfc3339")]
    published_at: OffsetDateTime,
}

impl From<ReleaseLine> for ReleaseShown {
    fn from(ReleaseLine { n, component_sha256, published_at }: ReleaseLine) -> Self {
        Self { n, component_sha256, published_at }
    }
}

impl From<Detail> for Detailed {
    fn from(detail: Detail) -> Self {
        let Detail { template, release, releases, capabilities, live, own } = detail;
        Self {
            live_count: live,
            own,
            server_id: template.server_id.filter(|_| own),
            tools: capabilities.tools.clone(),
            required_secrets: template.secrets(&release),
            shown: Shown::from(template),
            findings: text_scan::findings(&capabilities),
            capabilities,
            component_sha256: release.component_sha256,
            source_sha256: release.source_sha256,
            uploaded: release.uploaded_sha256.is_some(),
            toolchain: release.toolchain,
            spec: release.spec,
            releases: releases.into_iter().map(ReleaseShown::from).collect(),
        }
    }
}

/// What a fork will be, and what makes it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct ForkPreview {
    /// The reference: for `POST /v1/servers`, with `templateId`.
    preview_id: PreviewId,
    template_id: TemplateId,
    #[serde(with = "rfc3339")]
    expires_at: OffsetDateTime,
    /// The release that the fork will run.
    release: i64,
    /// What it may be called.
    name: String,
    /// A slug that is free in the organisation; another may be chosen.
    slug: Slug,
    required_secrets: Vec<RequiredSecret>,
    capabilities: Capabilities,
    component_sha256: Sha256,
    /// Whether its component was built elsewhere: of that there is no source here.
    uploaded: bool,
    spec: ServerSpec,
}

impl From<Preview> for ForkPreview {
    fn from(preview: Preview) -> Self {
        let Preview { id, template, release, capabilities, slug, expires_at } = preview;
        Self {
            preview_id: id,
            template_id: template.id,
            expires_at,
            release: release.n,
            required_secrets: template.secrets(&release),
            name: template.title,
            slug,
            capabilities,
            component_sha256: release.component_sha256,
            uploaded: release.uploaded_sha256.is_some(),
            spec: release.spec,
        }
    }
}
