//! The forms of Stripe's answers, as far as they are read.

use cloche_domain::billing::{Interval, SubscriptionStatus};
use cloche_domain::plan::Plan;
use cloche_domain::{PriceId, SubscriptionId};
use serde::Deserialize;
use time::OffsetDateTime;
use time::serde::timestamp;
use url::Url;

use crate::billing::{Failure, Price, Subscription};

/// An id, or the object that has it.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Reference {
    Id(String),
    Object { id: String },
}

impl Reference {
    pub(super) fn into_id(self) -> String {
        match self {
            Self::Id(id) | Self::Object { id } => id,
        }
    }
}

/// What was made, or is gone.
#[derive(Deserialize)]
pub(super) struct Created<T> {
    pub(super) id: T,
}

/// A page to send a browser to.
#[derive(Deserialize)]
pub(super) struct Page {
    pub(super) url: Url,
}

#[derive(Deserialize)]
pub(super) struct PriceOf {
    currency: String,
    unit_amount: Option<i64>,
}

impl PriceOf {
    pub(super) fn into_price(self, plan: Plan, every: Interval) -> Price {
        Price { plan, every, currency: self.currency, amount: self.unit_amount }
    }
}

/// A customer, with what they have subscribed to and is not over.
#[derive(Deserialize)]
pub(super) struct Customer {
    #[serde(default)]
    deleted: bool,
    subscriptions: Option<List<Subscribed>>,
}

#[derive(Deserialize)]
struct List<T> {
    data: Vec<T>,
}

#[derive(Deserialize)]
struct Subscribed {
    id: SubscriptionId,
    status: SubscriptionStatus,
    #[serde(with = "timestamp")]
    created: OffsetDateTime,
    cancel_at_period_end: bool,
    #[serde(default, with = "timestamp::option")]
    cancel_at: Option<OffsetDateTime>,
    /// In versions since 2025-03-31 at its items.
    #[serde(default, with = "timestamp::option")]
    current_period_end: Option<OffsetDateTime>,
    items: List<Item>,
}

#[derive(Deserialize)]
struct Item {
    price: PriceOfItem,
    #[serde(default, with = "timestamp::option")]
    current_period_end: Option<OffsetDateTime>,
}

#[derive(Deserialize)]
struct PriceOfItem {
    id: PriceId,
    recurring: Option<Recurring>,
}

#[derive(Deserialize)]
struct Recurring {
    interval: String,
}

impl Customer {
    /// None where the customer is gone. `plan_of` says which plan has a price.
    pub(super) fn into_subscriptions(
        self,
        plan_of: impl Fn(&PriceId) -> Option<Plan>,
    ) -> Result<Option<Vec<Subscription>>, Failure> {
        if self.deleted {
            return Ok(None);
        }
        let expanded =
            self.subscriptions.ok_or_else(|| Failure::Refused("a customer without subscriptions".to_owned()))?;
        Ok(Some(expanded.data.into_iter().filter_map(|of| of.into_subscription(&plan_of)).collect()))
    }
}

impl Subscribed {
    /// None where it has no item, and so no price.
    fn into_subscription(self, plan_of: impl Fn(&PriceId) -> Option<Plan>) -> Option<Subscription> {
        // Something may be sold besides a plan.
        let of_plan = self.items.data.iter().position(|item| plan_of(&item.price.id).is_some()).unwrap_or(0);
        let item = self.items.data.into_iter().nth(of_plan)?;
        let period_ends_at = item.current_period_end.or(self.current_period_end);
        Some(Subscription {
            id: self.id,
            status: self.status,
            every: item.price.recurring.and_then(|recurring| recurring.interval.parse().ok()),
            plan: plan_of(&item.price.id),
            price: item.price.id,
            created_at: self.created,
            period_ends_at,
            ends_at: self.cancel_at.or(period_ends_at.filter(|_| self.cancel_at_period_end)),
        })
    }
}
