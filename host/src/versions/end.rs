//! The end of versions: by a person, and by the rule of how many are kept.

use cloche_domain::OrgId;
use cloche_domain::ServerId;
use cloche_storage::{servers, versions};
use serde_json::{Value, json};
use time::Duration;

use super::{Error, Result};
use crate::app::App;
use crate::audit::{self, Done};
use crate::http::auth::Member;
use crate::servers as use_case;

/// Deletes a version with its builds. Not the one that answers, not one that is being built, and not the last.
pub async fn delete(app: &App, member: &Member, server: ServerId, n: i64) -> Result<()> {
    use_case::may_change(member)?;
    let mut tx = audit::begin(app, member.org_id).await?;
    servers::get(&mut tx, member.org_id, server).await?.ok_or(Error::NoVersion)?;
    let version = versions::standing(&mut tx, server, n).await?.ok_or(Error::NoVersion)?;
    if version.active {
        return Err(Error::Active(n));
    }
    if !version.state.is_final() {
        return Err(Error::Building(n));
    }
    if version.of == 1 {
        return Err(Error::Only(n));
    }
    versions::delete(&mut tx, version.id, app.clock.now()).await?;
    let before = json!({"state": version.state, "review": version.review, "sha256": version.component_sha256});
    let done = Done::of("version.deleted", ("server", &server)).with(json!({"version": n}));
    audit::note(app, member, &mut tx, done.changed(before, Value::Null)).await?;
    tx.commit().await?;
    app.artifacts.release();
    Ok(())
}

/// Deletes what a server has beyond the versions that are kept.
pub async fn retire(app: &App, org: OrgId, server: ServerId) -> cloche_storage::Result<()> {
    let rule = &app.config.versions;
    let now = app.clock.now();
    let (keep, since) = (i64::from(rule.keep), now - Duration::days(rule.days.into()));
    // Looked at first, for there is mostly nothing to do: others need not wait for that.
    if versions::superfluous(&mut app.db.read().await?, server, keep, since).await?.is_empty() {
        return Ok(());
    }
    let mut tx = audit::begin(app, org).await?;
    let old = versions::superfluous(&mut tx, server, keep, since).await?;
    for (id, n) in &old {
        versions::delete(&mut tx, *id, now).await?;
        let done = Done::of("version.deleted", ("server", &server)).with(json!({"version": n}));
        audit::note_platform(app, org, &mut tx, done.because("more versions than are kept")).await?;
    }
    tx.commit().await?;
    tracing::info!(%server, versions = old.len(), "old versions deleted");
    app.artifacts.release();
    Ok(())
}
