//! Templates: what is published from servers, and forked into others.

/// In how many organisations, other than its publisher's, a fork of this template of a query answers.
macro_rules! live {
    ($template:literal) => {
        concat!(
            "(SELECT count(DISTINCT s.org_id) FROM servers s WHERE s.template_id = ",
            $template,
            ".id AND s.status = 'live' AND s.paused_at IS NULL AND (",
            $template,
            ".org_id IS NULL OR s.org_id <> ",
            $template,
            ".org_id))"
        )
    };
}

mod cases;
mod forks;
mod list;
mod rank;
mod releases;
mod titles;

use cloche_domain::spec::RequiredSecret;
use cloche_domain::template::{Category, Listing, SecretHint, Summary, TemplateStatus};
use cloche_domain::{OrgId, ServerId, Slug, TemplateId, UserId};
use sqlx::FromRow;
use sqlx::types::Json;
use time::OffsetDateTime;

pub use cases::{Case, CaseDecision, NewCase, case, cases, close_appeals, decide, open_case, reported_since};
pub use forks::{
    ForkRef, Forked, count_fork, forked, forks_of, forks_to_tell, has_release, insert_ref, live_forks, set_told,
    take_ref, to_tell,
};
pub use list::{Listed, Place, Sought, list, list_sql, of_org, with_status};
pub use rank::{rank_all, rank_one};
pub use releases::{NewRelease, Release, ReleaseLine, insert_release, release, releases, taken_down_with};
pub use titles::{Titled, clear_resembles, resembling, set_resembles, titles};

use crate::{Error, Result, Tx};

/// A template, with what only its own page shows.
#[derive(Clone, Debug, FromRow)]
pub struct Template {
    pub id: TemplateId,
    pub slug: Slug,
    /// None where its organisation is gone.
    pub org_id: Option<OrgId>,
    /// What it is published from; none where that is gone.
    pub server_id: Option<ServerId>,
    pub title: String,
    pub category: Category,
    pub short_description: String,
    pub long_description: String,
    #[sqlx(json)]
    pub hints: Vec<SecretHint>,
    pub status: TemplateStatus,
    /// Why an admin has hidden or stopped it.
    pub status_reason: Option<String>,
    pub status_at: OffsetDateTime,
    /// The first of the two admins who take down a verified one.
    pub takedown_asked_by: Option<UserId>,
    pub takedown_asked_at: Option<OffsetDateTime>,
    pub takedown_reason: Option<String>,
    /// The number of the newest.
    pub releases: i64,
    /// Whether its owner does not want it shown.
    pub withdrawn: bool,
    pub verified_at: Option<OffsetDateTime>,
    /// The release that the platform vouches for, described as it is.
    pub verified_release: Option<i64>,
    /// What it was called when the platform last vouched for it; others may not pass for that.
    pub verified_title: Option<String>,
    /// Which [`Self::status_at`] its owners know of.
    pub told_at: Option<OffsetDateTime>,
    /// The slug of a verified one that its title is close to.
    pub resembles: Option<Slug>,
    pub forks: i64,
    pub published_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
    /// The public name of whose it is, and its slug.
    pub publisher: Option<String>,
    pub publisher_slug: Option<Slug>,
}

impl Template {
    /// Whether the platform vouches for what a fork would be.
    pub fn is_verified(&self) -> bool {
        self.verified_release == Some(self.releases)
    }

    /// Whether an organisation may fork it: its own also where it shows it to nobody else.
    pub fn is_forkable_by(&self, org: OrgId) -> bool {
        match self.status {
            TemplateStatus::Published => true,
            TemplateStatus::Unpublished => self.org_id == Some(org),
            TemplateStatus::Hidden | TemplateStatus::TakenDown => false,
        }
    }

    /// What its owner says of it.
    pub fn listing(&self) -> Listing {
        Listing {
            title: self.title.clone(),
            category: self.category,
            short_description: self.short_description.clone(),
            long_description: self.long_description.clone(),
            secret_hints: self.hints.clone(),
        }
    }

    /// The secrets that a release asks for, as its owner explains them.
    pub fn secrets(&self, release: &Release) -> Vec<RequiredSecret> {
        self.listing().hinted(&release.spec)
    }
}

/// The query of a [`Template`], up to its conditions.
macro_rules! template {
    () => {
        "SELECT t.id, t.slug, t.org_id, t.server_id, t.title, t.category, t.short_description, t.long_description,
        t.hints, t.status, t.status_reason, t.status_at, t.takedown_asked_by, t.takedown_asked_at, t.takedown_reason,
        t.releases, t.withdrawn, t.verified_at, t.verified_release, t.verified_title, t.told_at, t.resembles, t.forks, t.published_at, t.updated_at,
        o.name AS publisher, o.slug AS publisher_slug
    FROM templates t LEFT JOIN orgs o ON o.id = t.org_id"
    };
}

const BY_SLUG: &str = concat!(template!(), " WHERE t.slug = $1");
const BY_ID: &str = concat!(template!(), " WHERE t.id = $1");
const OF_SERVER: &str = concat!(template!(), " WHERE t.server_id = $1");

/// The template of a slug, whatever its status.
pub async fn by_slug(tx: &mut Tx, slug: &Slug) -> Result<Option<Template>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(BY_SLUG).bind(slug).fetch_optional(c).await)?)
}

/// A template, whatever its status.
pub async fn get(tx: &mut Tx, id: TemplateId) -> Result<Option<Template>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(BY_ID).bind(id).fetch_optional(c).await)?)
}

/// What is published from a server.
pub async fn of_server(tx: &mut Tx, server: ServerId) -> Result<Option<Template>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(OF_SERVER).bind(server).fetch_optional(c).await)?)
}

/// Whether a template was taken down, and its forks with it; also where there is none.
pub async fn is_taken_down(tx: &mut Tx, id: TemplateId) -> Result<bool> {
    const SQL: &str = "SELECT status FROM templates WHERE id = $1";
    let status: Option<TemplateStatus> = on_conn!(*tx, c => sqlx::query_scalar(SQL).bind(id).fetch_optional(c).await)?;
    Ok(status.is_none_or(|status| status == TemplateStatus::TakenDown))
}

const LOCK: &str = "UPDATE templates SET forks = forks WHERE id = $1";

/// Whoever else changes this template, or forks it, waits until the transaction ends. It comes after all locks of
/// organisations.
pub async fn lock(tx: &mut Tx, id: TemplateId) -> Result<Option<Template>> {
    on_conn!(*tx, c => sqlx::query(LOCK).bind(id).execute(c).await.map(|_| ()))?;
    get(tx, id).await
}

/// A template to be shown.
#[derive(Clone, Debug)]
pub struct NewTemplate<'a> {
    pub id: TemplateId,
    pub slug: &'a Slug,
    pub org_id: OrgId,
    pub server_id: ServerId,
}

/// What its owner says, and what follows from it.
#[derive(Clone, Debug)]
pub struct Said<'a> {
    pub listing: &'a Listing,
    pub summary: &'a Summary,
    pub resembles: Option<&'a Slug>,
    /// What a search looks through.
    pub text: &'a str,
}

const INSERT: &str = "INSERT INTO templates (id, slug, org_id, server_id, title, category, short_description,
        long_description, hints, summary, status, status_at, releases, resembles, published_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, $12, $12) ON CONFLICT (slug) DO NOTHING";
const INSERT_TEXT: &str = "INSERT INTO template_texts (rowid, text) SELECT number, $2 FROM templates WHERE id = $1";
const UPDATE_TEXT: &str = "UPDATE template_texts SET text = $2
    WHERE rowid = (SELECT number FROM templates WHERE id = $1)";

/// Writes a template that has no release yet. [`Error::Taken`] when there is one of this slug.
pub async fn insert(tx: &mut Tx, new: &NewTemplate<'_>, said: &Said<'_>, now: OffsetDateTime) -> Result<()> {
    let Listing { title, category, short_description, long_description, secret_hints } = said.listing;
    let rows = on_conn!(*tx, c => sqlx::query(INSERT)
        .bind(new.id).bind(new.slug).bind(new.org_id).bind(new.server_id).bind(title).bind(category)
        .bind(short_description).bind(long_description).bind(Json(secret_hints)).bind(Json(said.summary))
        .bind(TemplateStatus::Published).bind(now).bind(said.resembles)
        .execute(c).await.map(|done| done.rows_affected()))?;
    if rows == 0 {
        return Err(Error::Taken("slug"));
    }
    Ok(on_conn!(*tx, c => sqlx::query(INSERT_TEXT).bind(new.id).bind(said.text).execute(c).await.map(|_| ()))?)
}

const SAY: &str = "UPDATE templates SET title = $2, category = $3, short_description = $4, long_description = $5,
    hints = $6, summary = $7, resembles = $8, updated_at = $9, verified_release = NULL WHERE id = $1";

/// Writes what its owner says of a template now, which nobody has vouched for.
pub async fn say(tx: &mut Tx, id: TemplateId, said: &Said<'_>, now: OffsetDateTime) -> Result<()> {
    let Listing { title, category, short_description, long_description, secret_hints } = said.listing;
    on_conn!(*tx, c => sqlx::query(SAY)
        .bind(id).bind(title).bind(category).bind(short_description).bind(long_description).bind(Json(secret_hints))
        .bind(Json(said.summary)).bind(said.resembles).bind(now)
        .execute(c).await.map(|_| ()))?;
    Ok(on_conn!(*tx, c => sqlx::query(UPDATE_TEXT).bind(id).bind(said.text).execute(c).await.map(|_| ()))?)
}

const SET_STATUS: &str = "UPDATE templates SET status = $2, status_reason = $3, status_at = $4,
    takedown_asked_by = NULL, takedown_asked_at = NULL, takedown_reason = NULL WHERE id = $1";

/// Shows a template, or does so no longer. All its forks follow in this very moment.
pub async fn set_status(
    tx: &mut Tx,
    id: TemplateId,
    (status, reason): (TemplateStatus, Option<&str>),
    now: OffsetDateTime,
) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(SET_STATUS).bind(id).bind(status).bind(reason).bind(now)
        .execute(c).await.map(|_| ()))?)
}

/// Notes whether its owner wants a template to be shown.
pub async fn set_withdrawn(tx: &mut Tx, id: TemplateId, withdrawn: bool) -> Result<()> {
    const SQL: &str = "UPDATE templates SET withdrawn = $2 WHERE id = $1";
    Ok(on_conn!(*tx, c => sqlx::query(SQL).bind(id).bind(withdrawn).execute(c).await.map(|_| ()))?)
}

const ASK_TAKEDOWN: &str = "UPDATE templates SET takedown_asked_by = $2, takedown_asked_at = $3, takedown_reason = $4
    WHERE id = $1";

/// Notes the first of the two admins who take down a verified template.
pub async fn ask_takedown(tx: &mut Tx, id: TemplateId, by: UserId, reason: &str, now: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(ASK_TAKEDOWN).bind(id).bind(by).bind(now).bind(reason)
        .execute(c).await.map(|_| ()))?)
}

const VERIFY: &str = "UPDATE templates SET verified_at = coalesce(verified_at, $2), resembles = NULL,
    verified_title = title, verified_release = releases WHERE id = $1";

/// Vouches for a template as it is.
pub async fn verify(tx: &mut Tx, id: TemplateId, at: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(VERIFY).bind(id).bind(at).execute(c).await.map(|_| ()))?)
}

const UNVERIFY: &str = "UPDATE templates SET verified_title = NULL, verified_release = NULL WHERE id = $1";

/// Vouches for a template no longer. It still takes two admins to take it down.
pub async fn unverify(tx: &mut Tx, id: TemplateId) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(UNVERIFY).bind(id).execute(c).await.map(|_| ()))?)
}

/// Notes which status a template's owners know of.
pub async fn set_told_at(tx: &mut Tx, id: TemplateId, status_at: OffsetDateTime) -> Result<()> {
    const SQL: &str = "UPDATE templates SET told_at = $2 WHERE id = $1";
    Ok(on_conn!(*tx, c => sqlx::query(SQL).bind(id).bind(status_at).execute(c).await.map(|_| ()))?)
}

/// Forgets that an admin has asked for a takedown.
pub async fn forget_takedown(tx: &mut Tx, id: TemplateId) -> Result<()> {
    const SQL: &str = "UPDATE templates SET takedown_asked_by = NULL, takedown_asked_at = NULL, takedown_reason = NULL
        WHERE id = $1";
    Ok(on_conn!(*tx, c => sqlx::query(SQL).bind(id).execute(c).await.map(|_| ()))?)
}
