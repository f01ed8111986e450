//! What organisations pay for: behind one trait, whoever bills them. Without one the platform is its operator's own, and
//! tells nobody of money.
//!
//! What stands in our database is a copy. An event only says that something may have changed: then is asked what stands
//! there, so that neither the order in which events come nor what they carry decides anything.

mod checkout;
mod end;
mod follow;
mod reconcile;
mod settings;
mod shown;
mod standing;
mod stripe;
mod webhook;

use std::fmt;

use async_trait::async_trait;
use cloche_domain::billing::{Interval, SubscriptionStatus};
use cloche_domain::plan::Plan;
use cloche_domain::server::Role;
use cloche_domain::{CustomerId, EventId, OrgId, PriceId, Slug, SubscriptionId};
use time::OffsetDateTime;
use url::Url;

pub use checkout::{Wanted, checkout, portal};
pub(crate) use end::{end, has_ended};
pub use reconcile::reconcile;
pub use settings::{Error as SettingsError, Settings};
pub use shown::{Billed, Offer, billed, offers};
pub use stripe::Stripe;
pub use webhook::receive;

use crate::app::App;
use crate::members;

/// Whoever bills organisations.
#[async_trait]
pub trait Billing: fmt::Debug + Send + Sync {
    /// Whether a plan is sold, by the month or the year.
    fn sells(&self, plan: Plan, every: Interval) -> bool;

    /// Whether a plan is sold.
    fn sells_at_all(&self, plan: Plan) -> bool {
        Interval::ALL.iter().any(|&every| self.sells(plan, every))
    }

    /// What is sold, and for how much.
    async fn prices(&self, now: OffsetDateTime) -> Result<Vec<Price>, Failure>;

    /// Makes the customer that stands for an organisation; asked twice for the same, there is one.
    async fn make_customer(&self, new: &NewCustomer<'_>) -> Result<CustomerId, Failure>;

    /// What a customer has subscribed to and is not over; none where the customer was deleted.
    async fn subscriptions(&self, customer: &CustomerId) -> Result<Option<Vec<Subscription>>, Failure>;

    /// Deletes a customer: what they have subscribed to ends at once, and no page of theirs can be paid any more.
    async fn delete_customer(&self, customer: &CustomerId) -> Result<(), Failure>;

    /// A page where a customer subscribes.
    async fn checkout(&self, of: &Checkout<'_>) -> Result<Url, Failure>;

    /// A page where a customer changes or ends what they have subscribed to.
    async fn portal(&self, customer: &CustomerId, back: &Url) -> Result<Url, Failure>;

    /// Reads what was sent as an event, if it is signed.
    fn event(&self, body: &[u8], signature: Option<&str>, now: OffsetDateTime) -> Result<Event, Refusal>;
}

/// Why whoever bills has not done what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It may work later.
    #[error("whoever bills cannot be reached: {0}")]
    Unavailable(String),
    /// It will not work: a setting is wrong, or we are.
    #[error("whoever bills refuses: {0}")]
    Refused(String),
}

/// Why what was sent is no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the signature is missing or not of the form t=…,v1=…")]
    Unreadable,
    #[error("the signature is of another body or secret: check `webhook_secret`")]
    Wrong,
    #[error("the signature is more than 5 minutes old, or ahead: check the clock")]
    Old,
    #[error("this is an event of {} mode, and the secret key is of the other", if *.live { "live" } else { "test" })]
    Mode { live: bool },
    #[error("the signed body is no event: {0}")]
    NoEvent(String),
}

/// A price at which a plan is sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    pub plan: Plan,
    pub every: Interval,
    /// Like `eur`.
    pub currency: String,
    /// In the currency's smallest unit; none where it depends on how much is taken.
    pub amount: Option<i64>,
}

/// An organisation that becomes a customer.
#[derive(Clone, Copy, Debug)]
pub struct NewCustomer<'a> {
    pub org: OrgId,
    pub slug: &'a Slug,
    /// How many customers it has had before.
    pub before: i64,
}

/// A subscription to be begun.
#[derive(Clone, Copy, Debug)]
pub struct Checkout<'a> {
    pub org: OrgId,
    pub customer: &'a CustomerId,
    pub plan: Plan,
    pub every: Interval,
    /// Where the browser goes when it is paid, and when it is not.
    pub done: &'a Url,
    pub cancelled: &'a Url,
}

/// A subscription that is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub status: SubscriptionStatus,
    pub price: PriceId,
    pub every: Option<Interval>,
    /// The plan that is sold at its price; none where none is.
    pub plan: Option<Plan>,
    pub created_at: OffsetDateTime,
    pub period_ends_at: Option<OffsetDateTime>,
    /// When it ends, if it is to end.
    pub ends_at: Option<OffsetDateTime>,
}

/// Something has happened: no more is taken from what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: EventId,
    /// Like `customer.subscription.updated`.
    pub kind: String,
    /// Whose subscription may have changed; none where none can have.
    pub customer: Option<CustomerId>,
}

/// Why nothing is begun, shown or done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("this platform has no such thing: its operator gives out plans")]
    Off,
    #[error("your role {0} does not decide what the organisation pays for: ask an owner of it")]
    NotOwner(Role),
    #[error("the plan {plan} is not sold by the {every}: `GET /v1/billing/plans` lists what is")]
    NotSold { plan: Plan, every: Interval },
    #[error("the organisation has a subscription already: change or end it in the portal (`POST /v1/billing/portal`)")]
    AlreadySubscribed,
    #[error("the organisation has not subscribed to anything yet: begin with `POST /v1/billing/checkout`")]
    NotSubscribed,
    #[error("the plan {0} was given to the organisation by the platform's operator: ask them for another")]
    SetByOperator(Plan),
    #[error("Stripe cannot be reached, and nothing was changed: try again in a moment")]
    Unavailable,
    #[error(
        "the organisation's subscription cannot be ended, since Stripe cannot be reached: nothing was deleted, try again \
         in a moment"
    )]
    NotEnded,
    #[error("a checkout was begun in this very moment, and nothing was deleted: try again")]
    Meanwhile,
    #[error(transparent)]
    NoEvent(#[from] Refusal),
    #[error(transparent)]
    Refused(Failure),
    #[error(transparent)]
    Members(#[from] members::Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unavailable(why) => {
                tracing::warn!(why, "whoever bills cannot be reached");
                Self::Unavailable
            }
            Failure::Refused(_) => Self::Refused(failure),
        }
    }
}

/// Whoever bills, if anybody does.
pub fn on(app: &App) -> Result<&dyn Billing> {
    app.billing.as_deref().ok_or(Error::Off)
}
