//! How an owner begins to pay, and goes on to change or end it: on pages of whoever bills. No card is ever seen here.

use cloche_domain::billing::Interval;
use cloche_domain::plan::Plan;
use cloche_domain::server::Role;
use cloche_domain::{CustomerId, OrgId};
use cloche_storage::billing::{self as store, Account};
use cloche_storage::{Tx, orgs};
use serde_json::json;
use time::Duration;
use url::Url;

use super::follow::{Cause, follow};
use super::{Billing, Checkout, Error, NewCustomer, Result, on};
use crate::app::App;
use crate::audit::{self, Done};
use crate::http::auth::{Member, Person};
use crate::members::standing;

/// After which a checkout is looked at, should no event tell of it.
const FIRST_LOOK: Duration = Duration::minutes(10);

/// What is to be paid for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub plan: Plan,
    pub every: Interval,
}

/// A page where an owner begins to pay for a plan.
pub async fn checkout(app: &App, by: &Person, wanted: Wanted) -> Result<Url> {
    let billing = on(app)?;
    let Wanted { plan, every } = wanted;
    let mut tx = app.db.begin().await?;
    let owner = owner(&mut tx, by).await?;
    if !billing.sells(plan, every) {
        return Err(Error::NotSold { plan, every });
    }
    if let Some((chosen, Some(_))) = orgs::plan(&mut tx, owner.org_id).await? {
        return Err(Error::SetByOperator(chosen));
    }
    store::open(&mut tx, owner.org_id).await?;
    let account = store::get(&mut tx, owner.org_id).await?;
    tx.commit().await?;
    if let Some(customer) = account.as_ref().and_then(|account| account.customer_id.as_ref()) {
        // What was paid a moment ago may not have been told yet.
        follow(app, owner.org_id, customer, Cause::Compared).await?;
    }
    let account = subscribed_to_nothing(app, owner.org_id).await?;
    let customer = customer(app, billing, &owner, account).await?;
    let (done, cancelled) = (&back(app, Some("done")), &back(app, Some("cancelled")));
    let page = Checkout { org: owner.org_id, customer: &customer, plan, every, done, cancelled };
    let page = billing.checkout(&page).await?;
    let mut tx = app.db.begin().await?;
    let owner = self::owner(&mut tx, by).await?;
    let now = app.clock.now();
    store::begin_checkout(&mut tx, owner.org_id, now, now + FIRST_LOOK).await?;
    let done = Done::of("billing.checkout_started", ("org", &owner.org_id));
    audit::note(app, &owner, &mut tx, done.with(json!({"plan": plan, "interval": every}))).await?;
    tx.commit().await?;
    Ok(page)
}

/// A page where an owner changes or ends what is paid for.
pub async fn portal(app: &App, by: &Person) -> Result<Url> {
    let billing = on(app)?;
    let mut tx = app.db.begin().await?;
    let owner = owner(&mut tx, by).await?;
    tx.commit().await?;
    let account = store::get(&mut app.db.read().await?, owner.org_id).await?;
    let customer = account.and_then(|account| account.customer_id).ok_or(Error::NotSubscribed)?;
    Ok(billing.portal(&customer, &back(app, None)).await?)
}

/// The member, if they are an owner now.
async fn owner(tx: &mut Tx, by: &Person) -> Result<Member> {
    let member = standing(tx, by).await?;
    if member.role == Role::Owner { Ok(member) } else { Err(Error::NotOwner(member.role)) }
}

async fn subscribed_to_nothing(app: &App, org: OrgId) -> Result<Account> {
    let account = store::get(&mut app.db.read().await?, org).await?.ok_or(Error::Meanwhile)?;
    let open = account.state.status.is_some_and(cloche_domain::billing::SubscriptionStatus::is_open);
    if open { Err(Error::AlreadySubscribed) } else { Ok(account) }
}

/// The organisation's customer, made if there is none. Whoever asks at the same time asks with the same key, so that one
/// is made; nothing of a person's is in what is sent.
async fn customer(app: &App, billing: &dyn Billing, owner: &Member, account: Account) -> Result<CustomerId> {
    if let Some(customer) = account.customer_id {
        return Ok(customer);
    }
    let (org, before) = (owner.org_id, account.customers);
    let made = billing.make_customer(&NewCustomer { org, slug: &owner.org_slug, before }).await?;
    let mut tx = audit::begin(app, org).await?;
    store::keep_customer(&mut tx, org, before, &made).await?;
    let kept = store::get(&mut tx, org).await?.and_then(|account| account.customer_id);
    tx.commit().await?;
    kept.ok_or(Error::Meanwhile)
}

/// Where the browser comes back to, with what has become of the checkout.
fn back(app: &App, checkout: Option<&str>) -> Url {
    let mut url = app.public_url.clone();
    if let Some(checkout) = checkout {
        url.query_pairs_mut().append_pair("checkout", checkout);
    }
    url
}
