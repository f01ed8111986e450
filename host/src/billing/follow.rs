//! Asks what an organisation has subscribed to, writes it down, and gives it the plan that follows.
//!
//! The question is numbered before it is asked, and no answer is written over that of a later question. So answers may
//! come in any order: the last question was asked after whatever changed, and its answer stands. Nothing is locked while
//! we wait for another's server.

use cloche_domain::{Actor, CustomerId, OrgId, Origin, Via};
use cloche_storage::billing::{self as store, Account, State};
use cloche_storage::{Tx, orgs};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{Event, Result, Subscription, on, standing};
use crate::app::App;
use crate::audit;
use crate::plans::{self, By};

/// After which it is asked again, where an answer was not written.
const AGAIN: Duration = Duration::minutes(5);
/// How long the page of a checkout may be paid, and its payment be under way.
pub(super) const CHECKOUT: Duration = Duration::days(3);

/// Why it is asked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cause<'a> {
    /// An event, sent from this address.
    Event(&'a Event, &'a str),
    /// To see whether it is still so.
    Compared,
}

impl<'a> Cause<'a> {
    const fn event(self) -> Option<&'a Event> {
        match self {
            Self::Event(event, _) => Some(event),
            Self::Compared => None,
        }
    }

    fn origin(self) -> Origin {
        match self {
            Self::Event(_, address) => Origin { via: Via::Webhook, address: Some(address.to_owned()) },
            Self::Compared => Origin::PLATFORM,
        }
    }
}

/// Has our copy of what a customer has subscribed to follow what stands there. An event is done once.
pub(super) async fn follow(app: &App, org: OrgId, customer: &CustomerId, cause: Cause<'_>) -> Result<()> {
    let billing = on(app)?;
    // However many events come at once, few questions are asked at once.
    let _place = app.billing_places.acquire().await;
    if let Some(event) = cause.event()
        && store::is_done(&mut app.db.read().await?, &event.id).await?
    {
        return Ok(());
    }
    let mut tx = audit::begin(app, org).await?;
    let question = store::ask(&mut tx, org, app.clock.now() + AGAIN).await?;
    tx.commit().await?;
    let Some(question) = question else { return Ok(()) };
    let subscriptions = billing.subscriptions(customer).await?;
    let mut tx = audit::begin(app, org).await?;
    if let Some(event) = cause.event()
        && !store::done(&mut tx, &event.id, app.clock.now()).await?
    {
        return Ok(());
    }
    let mut another = false;
    if let Some(account) = store::get(&mut tx, org).await?
        && account.customer_id.as_ref() == Some(customer)
        && store::told(&mut tx, org, question).await?
    {
        another = write(app, &mut tx, &account, subscriptions.as_deref(), cause).await?;
    }
    tx.commit().await?;
    if another {
        plans::changed(app, org);
    }
    Ok(())
}

/// Writes what was told, none where the customer is gone: whether the plan is another.
async fn write(
    app: &App,
    tx: &mut Tx,
    account: &Account,
    subscriptions: Option<&[Subscription]>,
    cause: Cause<'_>,
) -> Result<bool> {
    let (now, org, before) = (app.clock.now(), account.org_id, &account.state);
    if subscriptions.is_none() {
        store::forget_customer(tx, org).await?;
    }
    let state = standing::after(before, subscriptions.unwrap_or_default(), app.config.billing.grace(), now);
    warn_of(org, subscriptions.unwrap_or_default());
    let look_at = if subscriptions.is_some() { next_look(app, account, &state, now) } else { None };
    store::write(tx, org, &state, look_at).await?;
    let event = cause.event().map(|event| json!({"event": event.id, "type": event.kind}));
    let mut details = event.unwrap_or_else(|| json!({}));
    details["subscription"] = json!(state.subscription_id.as_ref().or(before.subscription_id.as_ref()));
    details["status"] = json!(state.status);
    let reason = cause.event().is_none().then_some("compared with what is paid for");
    give(app, tx, account, &state, By { actor: Actor::Platform, origin: &cause.origin(), reason, details }).await
}

/// Gives the plan that follows from what is paid for, unless the operator chose one: whether it is another. Who never
/// paid keeps what they have.
pub(super) async fn give(app: &App, tx: &mut Tx, account: &Account, state: &State, by: By<'_>) -> Result<bool> {
    let Some((_, None)) = orgs::plan(tx, account.org_id).await? else { return Ok(false) };
    let plan = match (account.state.gives, state.gives) {
        (_, Some(plan)) => plan,
        (Some(_), None) => app.config.plan,
        (None, None) => return Ok(false),
    };
    Ok(plans::give(app, tx, account.org_id, plan, by).await?)
}

/// When to ask again, should nobody say that something has changed.
fn next_look(app: &App, account: &Account, state: &State, now: OffsetDateTime) -> Option<OffsetDateTime> {
    let settings = &app.config.billing;
    let regular = now + settings.reconcile();
    if let (Some(since), Some(_)) = (state.past_due_since, state.gives) {
        return Some(regular.min(since + settings.grace()));
    }
    let under_way = account.checkout_at.is_some_and(|at| now < at + CHECKOUT);
    (state.subscription_id.is_some() || under_way).then_some(regular)
}

/// What somebody should look into.
fn warn_of(org: OrgId, subscriptions: &[Subscription]) {
    let open: Vec<_> = subscriptions.iter().filter(|of| of.status.is_open()).collect();
    if open.len() > 1 {
        let ids: Value = open.iter().map(|of| of.id.as_str()).collect();
        tracing::warn!(%org, %ids, "an organisation pays for more than one subscription: end all but one");
    }
    for of in open.iter().filter(|of| of.plan.is_none()) {
        let (subscription, price) = (&of.id, &of.price);
        tracing::warn!(%org, %subscription, %price, "no plan has this price: put it into billing.stripe.prices");
    }
}
