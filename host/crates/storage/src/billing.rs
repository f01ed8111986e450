//! Organisations' accounts with whoever bills them: a copy of what was told last, and of which events it was done for.

use cloche_domain::billing::{Interval, SubscriptionStatus};
use cloche_domain::plan::Plan;
use cloche_domain::{CustomerId, EventId, OrgId, PriceId, SubscriptionId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// An organisation's account.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Account {
    pub org_id: OrgId,
    /// None: there is none yet, or it was deleted there.
    pub customer_id: Option<CustomerId>,
    /// How many customers it has had before.
    pub customers: i64,
    #[sqlx(flatten)]
    pub state: State,
    /// When a checkout was last begun.
    pub checkout_at: Option<OffsetDateTime>,
}

/// What was told last.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct State {
    /// None: there is none that is not over.
    pub subscription_id: Option<SubscriptionId>,
    pub status: Option<SubscriptionStatus>,
    pub price_id: Option<PriceId>,
    pub paid_every: Option<Interval>,
    /// The plan that it gives now.
    pub gives: Option<Plan>,
    pub period_ends_at: Option<OffsetDateTime>,
    /// When it ends, if it is to end.
    pub ends_at: Option<OffsetDateTime>,
    pub past_due_since: Option<OffsetDateTime>,
}

const OPEN: &str = "INSERT INTO billing (org_id) VALUES ($1) ON CONFLICT (org_id) DO NOTHING";

/// Makes sure that an organisation has an account, if only an empty one.
pub async fn open(tx: &mut Tx, org: OrgId) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(OPEN).bind(org).execute(c).await.map(|_| ()))?)
}

const GET: &str = "SELECT org_id, customer_id, customers, subscription_id, status, price_id, paid_every, gives,
    period_ends_at, ends_at, past_due_since, checkout_at FROM billing WHERE org_id = $1";

pub async fn get(tx: &mut Tx, org: OrgId) -> Result<Option<Account>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(GET).bind(org).fetch_optional(c).await)?)
}

const OF: &str = "SELECT org_id FROM billing WHERE customer_id = $1";

/// Whose customer it is.
pub async fn of_customer(tx: &mut Tx, customer: &CustomerId) -> Result<Option<OrgId>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(OF).bind(customer).fetch_optional(c).await)?)
}

const KEEP_CUSTOMER: &str = "UPDATE billing SET customer_id = $3 WHERE org_id = $1 AND customers = $2
    AND customer_id IS NULL";

/// Keeps the customer that was made after so many others, unless it is kept already.
pub async fn keep_customer(tx: &mut Tx, org: OrgId, customers: i64, customer: &CustomerId) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(KEEP_CUSTOMER).bind(org).bind(customers).bind(customer)
        .execute(c).await.map(|_| ()))?)
}

const FORGET_CUSTOMER: &str = "UPDATE billing SET customer_id = NULL, customers = customers + 1, look_at = NULL
    WHERE org_id = $1";

/// The customer was deleted there. What was told of it is to be written over.
pub async fn forget_customer(tx: &mut Tx, org: OrgId) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(FORGET_CUSTOMER).bind(org).execute(c).await.map(|_| ()))?)
}

const BEGIN_CHECKOUT: &str = "UPDATE billing SET checkout_at = $2, look_at = $3 WHERE org_id = $1";

/// A checkout is begun: `look_at` is when to see what has become of it.
pub async fn begin_checkout(tx: &mut Tx, org: OrgId, now: OffsetDateTime, look_at: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(BEGIN_CHECKOUT).bind(org).bind(now).bind(look_at).execute(c).await.map(|_| ()))?)
}

const ASK: &str = "UPDATE billing SET asked = asked + 1, look_at = $2 WHERE org_id = $1 RETURNING asked";

/// Is about to ask what stands there: the number of the question, which a later one is above. It is asked again at
/// `look_at`, should no answer be written. None where the organisation is gone.
pub async fn ask(tx: &mut Tx, org: OrgId, look_at: OffsetDateTime) -> Result<Option<i64>> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(ASK).bind(org).bind(look_at).fetch_optional(c).await)?)
}

const TOLD: &str = "UPDATE billing SET told = $2 WHERE org_id = $1 AND told < $2";

/// Has the answer to a question, which is to be written; false where that of a later question stands there already.
pub async fn told(tx: &mut Tx, org: OrgId, question: i64) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(TOLD).bind(org).bind(question).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const WRITE: &str = "UPDATE billing SET subscription_id = $2, status = $3, price_id = $4, paid_every = $5, gives = $6,
    period_ends_at = $7, ends_at = $8, past_due_since = $9, look_at = $10 WHERE org_id = $1";

/// Writes what was told, and when to ask again without being told to.
pub async fn write(tx: &mut Tx, org: OrgId, state: &State, look_at: Option<OffsetDateTime>) -> Result<()> {
    let s = state;
    Ok(on_conn!(*tx, c => sqlx::query(WRITE).bind(org).bind(&s.subscription_id).bind(s.status).bind(&s.price_id)
        .bind(s.paid_every).bind(s.gives).bind(s.period_ends_at).bind(s.ends_at).bind(s.past_due_since).bind(look_at)
        .execute(c).await.map(|_| ()))?)
}

const LOOK_AT_ALL: &str = "UPDATE billing SET look_at = $1
    WHERE customer_id IS NOT NULL AND (subscription_id IS NOT NULL OR checkout_at > $2)";

/// Has every account looked at: those with a subscription, or with a checkout begun since `since`.
pub async fn look_at_all(tx: &mut Tx, now: OffsetDateTime, since: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(LOOK_AT_ALL).bind(now).bind(since).execute(c).await.map(|_| ()))?)
}

const DUE: &str = "SELECT org_id, customer_id FROM billing WHERE look_at <= $1 AND customer_id IS NOT NULL
    ORDER BY look_at LIMIT 100";

/// Those to look at, longest due first.
pub async fn due(tx: &mut Tx, now: OffsetDateTime) -> Result<Vec<(OrgId, CustomerId)>> {
    Ok(on_conn!(*tx, c => sqlx::query_as(DUE).bind(now).fetch_all(c).await)?)
}

const IS_DONE: &str = "SELECT EXISTS (SELECT 1 FROM billing_events WHERE id = $1)";

/// Whether what an event tells was done.
pub async fn is_done(tx: &mut Tx, event: &EventId) -> Result<bool> {
    Ok(on_conn!(*tx, c => sqlx::query_scalar(IS_DONE).bind(event).fetch_one(c).await)?)
}

const DONE: &str = "INSERT INTO billing_events (id, received_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";

/// Notes that what an event tells is done, in the transaction that does it; false where it was done before.
pub async fn done(tx: &mut Tx, event: &EventId, now: OffsetDateTime) -> Result<bool> {
    let rows = on_conn!(*tx, c => sqlx::query(DONE).bind(event).bind(now).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

const FORGET: &str = "DELETE FROM billing_events WHERE received_at < $1";

/// Forgets events that came before `before`.
pub async fn forget_events(tx: &mut Tx, before: OffsetDateTime) -> Result<()> {
    Ok(on_conn!(*tx, c => sqlx::query(FORGET).bind(before).execute(c).await.map(|_| ()))?)
}
