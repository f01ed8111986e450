//! What an organisation's plan gives, and whether there is room for one more: the one place where limits are held.
//!
//! Previews, builds and tokens are counted by the day of the calendar, in UTC, and free again when it ends; servers are
//! counted as they stand. Whoever counts holds the organisation's row until the count is written, so that of many at once
//! no more get through than there is room for.

mod reserved;

use cloche_domain::plan::{Counted, Plan};
use cloche_domain::{BuildId, Day, OrgId, ServerId};
use cloche_storage::accounts::Membership;
use cloche_storage::quotas::{self, Use};
use cloche_storage::usage::{self, Used};
use cloche_storage::{Tx, audit, orgs, servers};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

pub use reserved::{Reserved, Wanted};

use crate::app::App;

/// In which a draft is there, mostly.
const DRAFTED: Duration = Duration::MINUTE;

/// Why there is no room.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Over(Box<Over>),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A limit that is reached.
#[derive(Clone, Debug)]
pub struct Over {
    pub what: Counted,
    pub limit: u32,
    /// With what is set aside for what goes on just now.
    pub used: u64,
    /// How much was asked for.
    pub asked: u64,
    /// When it is free again; none for what is not counted by the day.
    pub resets_at: Option<OffsetDateTime>,
    /// When to try again: then, or when what is being drafted is there.
    pub retry_after: Option<Duration>,
    /// The next larger plan that one can have, and what it gives; none where there is none, or it gives no more.
    pub larger: Option<(Plan, Option<u32>)>,
    /// Whether plans are sold here. Otherwise the operator gives them out.
    pub sold: bool,
}

/// How much is used of what a plan gives.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub what: Counted,
    /// None: as much as one likes.
    pub limit: Option<u32>,
    pub used: u64,
    pub resets_at: Option<OffsetDateTime>,
}

/// Makes sure that there is room for one more server. It holds until the transaction ends.
pub async fn room_for_server(app: &App, member: &Membership, tx: &mut Tx) -> Result<()> {
    audit::lock(tx, member.org_id).await?;
    within(app, member.org_id, tx, Counted::Servers, 1).await
}

/// Whether there is room for one more build just now: for what would be in vain without it.
pub async fn room_for_build(app: &App, member: &Membership) -> Result<()> {
    within(app, member.org_id, &mut app.db.read().await?, Counted::Builds, 1).await
}

/// Counts a build, with the transaction that begins it.
pub async fn count_build(
    app: &App,
    member: &Membership,
    tx: &mut Tx,
    (server, build): (ServerId, BuildId),
) -> Result<()> {
    let (org, day) = (member.org_id, Day::of(app.clock.now()));
    audit::lock(tx, org).await?;
    quotas::forget_before(tx, org, day).await?;
    within(app, org, tx, Counted::Builds, 1).await?;
    quotas::take(tx, &Use { org_id: org, day, what: Counted::Builds, subject: &build.to_string() }, 1, None).await?;
    usage::add(tx, org, Some(server), day, &Used { builds: 1, ..Used::default() }).await?;
    Ok(())
}

/// Gives back a build that came to nothing by no fault of its author's.
pub async fn give_back_build(
    tx: &mut Tx,
    org: OrgId,
    build: BuildId,
    asked_at: OffsetDateTime,
) -> cloche_storage::Result<()> {
    let subject = build.to_string();
    quotas::give_back(tx, &Use { org_id: org, day: Day::of(asked_at), what: Counted::Builds, subject: &subject }).await
}

/// How an organisation stands with each of its limits.
pub async fn standings(app: &App, member: &Membership, tx: &mut Tx) -> cloche_storage::Result<Vec<Standing>> {
    let mut standings = Vec::new();
    for &what in Counted::ALL {
        standings.push(standing(app, (member.org_id, member.plan), tx, what).await?);
    }
    Ok(standings)
}

async fn standing(
    app: &App,
    (org, plan): (OrgId, Plan),
    tx: &mut Tx,
    what: Counted,
) -> cloche_storage::Result<Standing> {
    let now = app.clock.now();
    let day = Day::of(now);
    let (used, resets_at) = match what {
        Counted::Servers => (servers::count(tx, org).await?, None),
        _ => (quotas::used(tx, org, day, what, now).await?, Some(day.end())),
    };
    let limit = app.config.plans.of(plan).of(what);
    Ok(Standing { what, limit, used: u64::try_from(used).unwrap_or_default(), resets_at })
}

/// Whether so many more are within the plan: for as long as the organisation's row is locked.
async fn within(app: &App, org: OrgId, tx: &mut Tx, what: Counted, asked: u64) -> Result<()> {
    // As it is now: since the request began, there may be another.
    let Some((plan, _)) = orgs::plan(tx, org).await? else { return Ok(()) };
    let Standing { limit: Some(limit), used, resets_at, .. } = standing(app, (org, plan), tx, what).await? else {
        return Ok(());
    };
    if used.saturating_add(asked) <= limit.into() {
        return Ok(());
    }
    let larger = std::iter::successors(plan.larger(), |plan| plan.larger());
    let mut larger = larger.map(|plan| (plan, app.config.plans.of(plan).of(what)));
    let more = |gives: Option<u32>| gives.is_none_or(|gives| gives > limit);
    let larger = match app.billing.as_deref() {
        Some(billing) => larger.find(|&(plan, gives)| more(gives) && billing.sells_at_all(plan)),
        None => larger.next().filter(|&(_, gives)| more(gives)),
    };
    let now = app.clock.now();
    let mut retry_after = resets_at.map(|at| at - now);
    if let (Counted::Tokens, Some(at)) = (what, resets_at) {
        // Most of what is set aside is free again when a draft is there. At the day's end nothing is set aside any more.
        let settled = quotas::used(tx, org, Day::of(now), what, at + Duration::DAY).await?;
        if u64::try_from(settled).unwrap_or_default().saturating_add(asked) <= limit.into() {
            retry_after = retry_after.min(Some(DRAFTED));
        }
    }
    let sold = app.billing.is_some();
    Err(Error::Over(Box::new(Over { what, limit, used, asked, resets_at, retry_after, larger, sold })))
}

impl std::fmt::Display for Over {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { what, limit, used, asked, .. } = self;
        match what {
            Counted::Servers => {
                write!(f, "your plan has {limit} servers, and you have {used}: delete ")?;
                // After a change to a smaller plan, one is not enough.
                match used.saturating_add(*asked).saturating_sub(u64::from(*limit)) {
                    0 | 1 => f.write_str("one")?,
                    several => several.fmt(f)?,
                }
            }
            Counted::Tokens => write!(
                f,
                "your plan has {limit} tokens of models a day, {used} of them are used or set aside, and this may take \
                 {asked}: wait for what is being drafted, or"
            )?,
            _ => write!(f, "your plan has {limit} {what} a day, and {used} are used: wait")?,
        }
        if let Some(at) = self.resets_at {
            write!(f, " until {}", at.format(&Rfc3339).unwrap_or_default())?;
        }
        let Some((plan, gives)) = self.larger else { return Ok(()) };
        let how = if self.sold { "upgrade to the plan" } else { "ask the operator of this platform for the plan" };
        write!(f, ", or {how} {plan}, which has ")?;
        match gives {
            Some(gives) => gives.fmt(f)?,
            None => f.write_str("as many as you like")?,
        }
        if self.sold {
            f.write_str(": an owner of the organisation does so by `POST /v1/billing/checkout`")
        } else {
            Ok(())
        }
    }
}
