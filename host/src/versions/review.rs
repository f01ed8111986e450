//! Whether a version may answer: one that asks for more than the active one waits until a person has looked at it.

use cloche_domain::diff::Diff;
use cloche_domain::manifest::Manifest;
use cloche_domain::report::Capabilities;
use cloche_domain::server::{Review, Role};
use cloche_domain::{ServerId, VersionId};
use cloche_storage::versions::{self, Active, Decision};
use cloche_storage::{Tx, servers};
use serde_json::json;
use time::OffsetDateTime;
use tokio::task::spawn_blocking;

use super::code::Code;
use super::{Error, Result, built, report_of};
use crate::app::App;
use crate::audit::{self, Done};
use crate::builds::Outcome;
use crate::events::Event;
use crate::http::auth::Member;
use crate::servers as use_case;

/// Characters of a reason, at most.
const REASON: usize = 1_000;

/// What changed from one version to another.
#[derive(Clone, Debug)]
pub struct Compared {
    pub from: i64,
    pub capabilities: Diff,
    pub code: Code,
}

/// What changed from one version to another; from the active one where none is named.
pub async fn diff(app: &App, member: &Member, server: ServerId, n: i64, from: Option<i64>) -> Result<Compared> {
    let from = match from {
        Some(from) => from,
        None => versions::active(&mut app.db.read().await?, server).await?.map_or(n, |active| active.n),
    };
    let (after, before) = (built(app, member, server, n).await?, built(app, member, server, from).await?);
    let code = spawn_blocking({
        let (before, after) = (before.spec.clone(), after.spec.clone());
        move || Code::between(&before, &after)
    });
    let (before, after) = (report_of(app, before).await?.capabilities, report_of(app, after).await?.capabilities);
    let code = code.await.map_err(|_| Error::NotCompared)?;
    Ok(Compared { from, capabilities: Diff::between(&before, &after), code })
}

/// How far a version that has just been built has to be looked at before it answers: not at all where it is a server's
/// first, whose powers its author has just gone through, or asks for no more than the one that answers.
async fn needed(tx: &mut Tx, server: ServerId, built: &Capabilities) -> cloche_storage::Result<Review> {
    let Some(active) = versions::active(tx, server).await? else { return Ok(Review::NotNeeded) };
    let more = Diff::between(&capabilities(&active), built).asks_for_more;
    Ok(if more { Review::Waiting } else { Review::NotNeeded })
}

/// Has a version answer that has just been completed, unless it has to be approved first, or another is newer or was chosen
/// since: what became of it, and which one answered before.
pub(crate) async fn settle(
    tx: &mut Tx,
    (server, version): (ServerId, VersionId),
    built: &Capabilities,
    now: OffsetDateTime,
) -> cloche_storage::Result<(Outcome, Option<i64>)> {
    let review = needed(tx, server, built).await?;
    versions::set_review(tx, version, review).await?;
    let before = versions::active(tx, server).await?.map(|active| active.n);
    let outcome = match review {
        Review::Waiting => Outcome::Waits,
        _ if servers::activate_built(tx, server, version, now).await? => Outcome::Answers,
        _ => Outcome::StandsBy { active: before.unwrap_or_default() },
    };
    Ok((outcome, before))
}

fn capabilities(of: &Active) -> Capabilities {
    Capabilities::of(&of.imports, &Manifest::of(&of.spec, of.source_sha256))
}

/// Lets a version answer that waits for it.
pub async fn approve(app: &App, member: &Member, server: ServerId, n: i64, reason: &str) -> Result<()> {
    let mut tx = audit::begin(app, member.org_id).await?;
    let version = decide(app, member, &mut tx, (server, n), (Review::Approved, reason)).await?;
    let active = versions::active(&mut tx, server).await?.map(|active| active.n);
    if let Some(active) = active
        && active > n
    {
        return Err(Error::Superseded { n, active });
    }
    servers::activate(&mut tx, server, version, app.clock.now()).await?;
    let done = Done::of("version.approved", ("server", &server)).with(json!({"version": n})).because(reason);
    let done = done.changed(
        json!({"review": Review::Waiting, "activeVersion": active}),
        json!({"review": Review::Approved, "activeVersion": n}),
    );
    audit::note(app, member, &mut tx, done).await?;
    tx.commit().await?;
    app.events.tell(Event::Server(server));
    Ok(())
}

/// Decides that a version which waits shall never answer.
pub async fn refuse(app: &App, member: &Member, server: ServerId, n: i64, reason: &str) -> Result<()> {
    let mut tx = audit::begin(app, member.org_id).await?;
    decide(app, member, &mut tx, (server, n), (Review::Refused, reason)).await?;
    let done = Done::of("version.refused", ("server", &server)).with(json!({"version": n})).because(reason);
    let done = done.changed(json!({"review": Review::Waiting}), json!({"review": Review::Refused}));
    audit::note(app, member, &mut tx, done).await?;
    tx.commit().await?;
    Ok(())
}

async fn decide(
    app: &App,
    member: &Member,
    tx: &mut Tx,
    (server, n): (ServerId, i64),
    (review, reason): (Review, &str),
) -> Result<VersionId> {
    if !matches!(member.role, Role::Owner | Role::Reviewer) {
        return Err(Error::MayNotReview(member.role));
    }
    if reason.trim().is_empty() || reason.chars().count() > REASON || reason.contains('\0') {
        return Err(Error::Reason);
    }
    servers::get(tx, member.org_id, server).await?.ok_or(Error::NotFound)?;
    let version = versions::standing(tx, server, n).await?.ok_or(Error::NotFound)?;
    if version.component_sha256.is_none() {
        return Err(Error::NotFound);
    }
    let decision = Decision { review, by: member.user_id, reason };
    if versions::decide(tx, server, n, decision, app.clock.now()).await? {
        Ok(version.id)
    } else {
        Err(Error::Decided(n))
    }
}

/// Makes a version answer that has done so before, or may: the way back, and forward again. Nothing is built. A paused
/// server stays paused.
pub async fn activate(app: &App, member: &Member, server: ServerId, n: i64) -> Result<()> {
    use_case::may_change(member)?;
    let mut tx = audit::begin(app, member.org_id).await?;
    servers::get(&mut tx, member.org_id, server).await?.ok_or(Error::NotFound)?;
    let version = versions::standing(&mut tx, server, n).await?.ok_or(Error::NotFound)?;
    if version.component_sha256.is_none() {
        return Err(Error::NotFound);
    }
    match version.review {
        None | Some(Review::NotNeeded | Review::Approved) => {}
        Some(Review::Waiting) => return Err(Error::Waiting(n)),
        Some(Review::Refused) => return Err(Error::Refused(n)),
    }
    let before = versions::active(&mut tx, server).await?.map(|active| active.n);
    servers::activate(&mut tx, server, version.id, app.clock.now()).await?;
    let done = Done::of("version.activated", ("server", &server)).with(json!({"version": n}));
    let done = done.changed(json!({"activeVersion": before}), json!({"activeVersion": n}));
    audit::note(app, member, &mut tx, done).await?;
    tx.commit().await?;
    app.events.tell(Event::Server(server));
    Ok(())
}
