//! Templates as everyone sees them.

use cloche_domain::Slug;
use cloche_domain::manifest::Manifest;
use cloche_domain::report::Capabilities;
use cloche_domain::template::{Category, Tab, TemplateStatus};
use cloche_storage::Tx;
use cloche_storage::templates::{self, Listed, Place, Release, ReleaseLine, Sought, Template};

use super::{Error, Result, words};
use crate::app::App;
use crate::http::auth::Member;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub tab: Tab,
    pub category: Option<Category>,
    pub query: Option<String>,
    pub after: Option<Place>,
    pub limit: u8,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    pub templates: Vec<Listed>,
    /// Where the next page begins, if there is one.
    pub next: Option<Place>,
}

/// Templates, for whoever asks; one's own organisation's for a member who asks for these.
pub async fn browse(app: &App, member: Option<&Member>, wanted: Wanted) -> Result<Page> {
    let Wanted { tab, category, query, after, limit } = wanted;
    let mut tx = app.db.read().await?;
    let more = i64::from(limit) + 1;
    let templates = match (tab, member) {
        (Tab::Mine, Some(member)) => {
            templates::of_org(&mut tx, member.org_id, after.map(|place| place.id), more).await?
        }
        (Tab::Mine, None) => Vec::new(),
        _ => {
            let words = query.as_deref().map(words::sought).unwrap_or_default();
            if words.is_empty() && query.is_some_and(|query| !query.trim().is_empty()) {
                Vec::new()
            } else {
                templates::list(&mut tx, Sought { tab, category, words: &words, after, limit: more }).await?
            }
        }
    };
    Ok(page(templates, tab, limit))
}

/// The first `limit` of what was read, one more than asked for.
pub(super) fn page(mut templates: Vec<Listed>, tab: Tab, limit: u8) -> Page {
    let more = templates.len() > usize::from(limit);
    templates.truncate(limit.into());
    #[expect(clippy::cast_precision_loss, reason = "nobody has forked anything 2^53 times")]
    let value = |last: &Listed| match tab {
        Tab::Trending => last.score,
        Tab::Top => last.forks as f64,
        Tab::Newest | Tab::Mine => 0.0,
    };
    let next = templates.last().filter(|_| more).map(|last| Place { value: value(last), id: last.id });
    Page { templates, next }
}

/// A template with what its own page shows.
#[derive(Clone, Debug)]
pub struct Detail {
    pub template: Template,
    pub release: Release,
    pub releases: Vec<ReleaseLine>,
    pub capabilities: Capabilities,
    /// Forks that answer.
    pub live: i64,
    /// Whether the asker's organisation has published it.
    pub own: bool,
}

/// A template, if it is shown to whoever asks: those that are not, to their owners and to admins.
pub async fn detail(app: &App, member: Option<&Member>, slug: &Slug) -> Result<Detail> {
    let mut tx = app.db.read().await?;
    let (template, own) = visible(&mut tx, member, slug).await?;
    let release = templates::release(&mut tx, template.id, template.releases).await?.ok_or(Error::NoRelease)?;
    Ok(Detail {
        releases: templates::releases(&mut tx, template.id).await?,
        live: match template.status {
            TemplateStatus::TakenDown => 0,
            _ => templates::live_forks(&mut tx, template.id).await?,
        },
        capabilities: capabilities(&release),
        template,
        release,
        own,
    })
}

/// What a release can do: of what its component imports, and the manifest inside it, as they were read as it was published.
pub(super) fn capabilities(release: &Release) -> Capabilities {
    Capabilities::of(&release.imports, &Manifest::of(&release.spec, release.source_sha256))
}

pub(super) async fn visible(tx: &mut Tx, member: Option<&Member>, slug: &Slug) -> Result<(Template, bool)> {
    let template = templates::by_slug(tx, slug).await?.ok_or(Error::NotFound)?;
    let own = member.is_some_and(|member| template.org_id == Some(member.org_id));
    let shown =
        template.status == TemplateStatus::Published || own || member.is_some_and(|member| member.platform_admin);
    if shown { Ok((template, own)) } else { Err(Error::NotFound) }
}

/// One release of a template.
pub async fn release(app: &App, member: Option<&Member>, slug: &Slug, n: i64) -> Result<Release> {
    let mut tx = app.db.read().await?;
    let (template, _) = visible(&mut tx, member, slug).await?;
    templates::release(&mut tx, template.id, n).await?.ok_or(Error::NoRelease)
}
