//! What one is shown before one forks a template, and the reference that lets one do it.

use cloche_domain::report::Capabilities;
use cloche_domain::{PreviewId, Slug};
use cloche_storage::servers;
use cloche_storage::templates::{self, ForkRef, Release, Template};
use time::{Duration, OffsetDateTime};

use super::browse::capabilities;
use super::{Error, Result};
use crate::app::App;
use crate::http::auth::Member;
use crate::servers::may_change;

/// How long a reference lasts.
const LIFE: Duration = Duration::minutes(5);

/// What a fork will be.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The reference: for this person, this template and this release, once.
    pub id: PreviewId,
    pub template: Template,
    pub release: Release,
    pub capabilities: Capabilities,
    /// A slug that is free in the organisation.
    pub slug: Slug,
    pub expires_at: OffsetDateTime,
}

/// Shows what a fork of a template will be.
pub async fn preview(app: &App, member: &Member, slug: &Slug) -> Result<Preview> {
    may_change(member)?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let template = templates::by_slug(&mut tx, slug).await?;
    let template = template.filter(|known| known.is_forkable_by(member.org_id)).ok_or(Error::NotFound)?;
    let release = templates::release(&mut tx, template.id, template.releases).await?.ok_or(Error::NoRelease)?;
    let reference = ForkRef {
        id: PreviewId::new(),
        user_id: member.user_id,
        org_id: member.org_id,
        template_id: template.id,
        release_n: release.n,
        expires_at: now + LIFE,
    };
    templates::insert_ref(&mut tx, &reference, now).await?;
    let slug = servers::free_slug(&mut tx, member.org_id, &template.slug).await?;
    tx.commit().await?;
    Ok(Preview {
        id: reference.id,
        capabilities: capabilities(&release),
        slug,
        expires_at: reference.expires_at,
        template,
        release,
    })
}
