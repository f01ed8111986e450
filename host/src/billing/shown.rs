//! What is sold, and what an organisation pays for, as its members see it.

use cloche_domain::plan::{Limits, Plan};
use cloche_storage::billing::{self as store, State};
use cloche_storage::orgs;
use time::OffsetDateTime;

use super::{Price, Result, on};
use crate::app::App;
use crate::http::auth::Member;

/// A plan that one may have.
#[derive(Clone, Debug)]
pub struct Offer {
    pub plan: Plan,
    pub limits: Limits,
    /// None: it costs nothing.
    pub prices: Vec<Price>,
}

/// The plan of those who do not pay, and those that are sold.
pub async fn offers(app: &App) -> Result<Vec<Offer>> {
    let prices = on(app)?.prices(app.clock.now()).await?;
    let sold = |plan| prices.iter().any(|price| price.plan == plan);
    let plans = Plan::ALL.iter().copied().filter(|&plan| plan == app.config.plan || sold(plan));
    let offer = |plan| Offer {
        plan,
        limits: *app.config.plans.of(plan),
        prices: prices.iter().filter(|price| price.plan == plan).cloned().collect(),
    };
    Ok(plans.map(offer).collect())
}

/// What an organisation pays for.
#[derive(Clone, Debug)]
pub struct Billed {
    pub plan: Plan,
    /// Whether the operator chose the plan, whatever is paid for.
    pub set_by_operator: bool,
    /// Whether there is a portal to go to.
    pub customer: bool,
    /// What was told last; none where there is no subscription.
    pub state: Option<State>,
    /// When the plan ends, unless an overdue payment comes in.
    pub grace_ends_at: Option<OffsetDateTime>,
}

/// What the member's organisation pays for.
pub async fn billed(app: &App, member: &Member) -> Result<Billed> {
    on(app)?;
    let mut tx = app.db.read().await?;
    let set_by_operator = orgs::plan(&mut tx, member.org_id).await?.is_some_and(|(_, set_at)| set_at.is_some());
    let account = store::get(&mut tx, member.org_id).await?;
    let customer = account.as_ref().is_some_and(|account| account.customer_id.is_some());
    let state = account.map(|account| account.state).filter(|state| state.subscription_id.is_some());
    let grace_ends_at = state.as_ref().and_then(|state| state.past_due_since).map(|at| at + app.config.billing.grace());
    Ok(Billed { plan: member.plan, set_by_operator, customer, state, grace_ends_at })
}
