//! What a server has to do with a template: the one that it is published as, or the one that it was made from, and what is
//! new there. A fork follows its template only where its owners say so.

use cloche_domain::ServerId;
use cloche_domain::diff::Diff;
use cloche_domain::manifest::Manifest;
use cloche_domain::report::Capabilities;
use cloche_domain::template::TemplateStatus;
use cloche_storage::templates::{self, Forked, Template};
use cloche_storage::{servers, versions as store};
use tokio::task::spawn_blocking;

use super::Result;
use super::browse::capabilities;
use crate::app::App;
use crate::http::auth::Member;
use crate::versions::{self, Code};

/// What a server has to do with templates.
#[derive(Clone, Debug, Default)]
pub struct OfServer {
    /// What it is published as.
    pub published: Option<Template>,
    /// The number of the version that is published, and whether another answers.
    pub published_version: Option<i64>,
    /// What it was made from.
    pub forked: Option<Forked>,
    /// What a newer release of that would change.
    pub update: Option<Update>,
}

/// A release that a fork does not have yet.
#[derive(Clone, Debug)]
pub struct Update {
    pub release: i64,
    /// From the version that answers.
    pub capabilities: Diff,
    pub code: Code,
}

/// What a server has to do with templates.
pub async fn of_server(app: &App, member: &Member, server: ServerId) -> Result<OfServer> {
    let mut tx = app.db.read().await?;
    servers::get(&mut tx, member.org_id, server).await?.ok_or(crate::servers::Error::NotFound)?;
    let published = templates::of_server(&mut tx, server).await?;
    let release = match &published {
        Some(template) => templates::release(&mut tx, template.id, template.releases).await?,
        None => None,
    };
    let forked = templates::forked(&mut tx, server).await?;
    let newer = forked.as_ref().filter(|forked| {
        forked.status == TemplateStatus::Published && forked.taken_release.unwrap_or(0) < forked.newest_release
    });
    let (release_to_take, active) = match newer {
        Some(newer) => (
            templates::release(&mut tx, newer.template_id, newer.newest_release).await?,
            store::active(&mut tx, server).await?,
        ),
        None => (None, None),
    };
    drop(tx);
    let update = match release_to_take.zip(active) {
        Some((release, active)) => {
            let before = Capabilities::of(&active.imports, &Manifest::of(&active.spec, active.source_sha256));
            let diff = Diff::between(&before, &capabilities(&release));
            let n = release.n;
            let code = spawn_blocking(move || Code::between(&active.spec, &release.spec)).await;
            Some(Update { release: n, capabilities: diff, code: code.map_err(|_| versions::Error::NotCompared)? })
        }
        None => None,
    };
    Ok(OfServer { published, published_version: release.map(|release| release.version_n), forked, update })
}
