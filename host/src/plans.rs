//! Which plan an organisation has: given by what it pays for, or chosen by the operator, whose choice stands.

use cloche_domain::plan::Plan;
use cloche_domain::{Actor, OrgId, Origin, Slug};
use cloche_storage::{Tx, billing, orgs};
use serde_json::{Value, json};

use crate::app::App;
use crate::audit::{self, Done};
use crate::events::Event;

/// Why no plan is chosen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no organisation {0}")]
    NoSuchOrg(Slug),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

/// By whom a plan is given, and why.
#[derive(Clone, Debug)]
pub(crate) struct By<'a> {
    pub actor: Actor,
    pub origin: &'a Origin,
    pub reason: Option<&'a str>,
    pub details: Value,
}

/// Gives an organisation a plan: false where it has it. [`changed`] is to follow the transaction's end.
pub(crate) async fn give(app: &App, tx: &mut Tx, org: OrgId, plan: Plan, by: By<'_>) -> cloche_storage::Result<bool> {
    let Some((before, _)) = orgs::plan(tx, org).await? else { return Ok(false) };
    if before == plan {
        return Ok(false);
    }
    orgs::set_plan(tx, org, plan).await?;
    let done = Done::of("plan.changed", ("org", &org)).changed(json!({"plan": before}), json!({"plan": plan}));
    let done = by.reason.into_iter().fold(done.with(by.details), Done::because);
    audit::note_by(app, (by.actor, by.origin), org, tx, done).await?;
    tracing::info!(%org, %before, %plan, by = %by.actor, "another plan");
    Ok(true)
}

/// Tells all that hold an organisation to its limits that these are others now.
pub(crate) fn changed(app: &App, org: OrgId) {
    app.events.tell(Event::Plan(org));
}

/// Gives an organisation the plan of the operator's choice, whatever it pays for; or, with none, what it pays for again,
/// or else the plan of new organisations. The plan that it has then.
pub async fn choose(app: &App, org: &Slug, plan: Option<Plan>) -> Result<Plan, Error> {
    let found = orgs::of_slug(&mut app.db.read().await?, org).await?;
    let id = found.ok_or_else(|| Error::NoSuchOrg(org.clone()))?;
    let mut tx = audit::begin(app, id).await?;
    let paid = billing::get(&mut tx, id).await?.and_then(|account| account.state.gives);
    let given = plan.or(paid).unwrap_or(app.config.plan);
    orgs::choose_plan(&mut tx, id, plan.map(|_| app.clock.now())).await?;
    let reason = Some(if plan.is_some() { "chosen" } else { "no longer chosen" });
    let by = By { actor: Actor::Operator, origin: &Origin::COMMAND_LINE, reason, details: Value::Null };
    give(app, &mut tx, id, given, by).await?;
    tx.commit().await?;
    changed(app, id);
    Ok(given)
}
