//! Stripe (<https://docs.stripe.com/api>): a few requests of its API, and its signed events.

mod events;
mod exchange;
mod shapes;
mod signature;

use async_trait::async_trait;
use cloche_domain::billing::Interval;
use cloche_domain::plan::Plan;
use cloche_domain::{CustomerId, PriceId};
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;
use url::Url;

use super::settings::{Account, Error, Settings};
use super::{Billing, Checkout, Event, Failure, NewCustomer, Price, Refusal, Subscription};
use crate::token;
use exchange::{Ask, Exchange, Unanswered};
use shapes::{Created, Customer, Page, PriceOf};

/// How long prices count without being asked for again.
const PRICES: Duration = Duration::HOUR;
/// How long it is not asked again, where there was no answer: anyone may ask us.
const NO_PRICES: Duration = Duration::seconds(10);

/// An account at Stripe.
#[derive(Debug)]
pub struct Stripe {
    account: Account,
    live: bool,
    exchange: Exchange,
    /// Locked while they are asked for.
    prices: Mutex<Known>,
}

/// What is known of prices.
#[derive(Debug, Default)]
struct Known {
    prices: Option<Vec<Price>>,
    /// Until when they are not asked for again.
    until: Option<OffsetDateTime>,
}

impl Stripe {
    /// The account that is set, if one is. Fails on settings by which nobody could be billed; `default` is the plan of
    /// those who do not pay.
    pub fn new(settings: &Settings, default: Plan) -> Result<Option<Self>, Error> {
        let Some(account) = settings.account(default)? else { return Ok(None) };
        let live = account.is_live().ok_or(Error::Key)?;
        Ok(Some(Self { exchange: Exchange::new(account)?, account: account.clone(), live, prices: Mutex::default() }))
    }

    fn sold(&self) -> impl Iterator<Item = (Plan, Interval, &PriceId)> {
        self.account.prices.iter().flat_map(|(&plan, prices)| {
            let of = move |&every| Some((plan, every, prices.of(every)?));
            Interval::ALL.iter().filter_map(of)
        })
    }

    async fn ask_prices(&self) -> Result<Vec<Price>, Failure> {
        let mut all = Vec::new();
        for (plan, every, id) in self.sold() {
            let price: PriceOf = self.exchange.ask(&Ask::get(format!("v1/prices/{id}"))).await?;
            all.push(price.into_price(plan, every));
        }
        Ok(all)
    }
}

#[async_trait]
impl Billing for Stripe {
    fn sells(&self, plan: Plan, every: Interval) -> bool {
        self.account.prices.get(&plan).is_some_and(|prices| prices.of(every).is_some())
    }

    async fn prices(&self, now: OffsetDateTime) -> Result<Vec<Price>, Failure> {
        let mut known = self.prices.lock().await;
        let mut failed = Failure::Unavailable("a moment ago".to_owned());
        if known.until.is_none_or(|until| until <= now) {
            match self.ask_prices().await {
                Ok(prices) => *known = Known { prices: Some(prices), until: Some(now + PRICES) },
                Err(failure) => {
                    known.until = Some(now + NO_PRICES);
                    failed = failure;
                }
            }
        }
        // Yesterday's are better than none.
        known.prices.clone().ok_or(failed)
    }

    async fn make_customer(&self, new: &NewCustomer<'_>) -> Result<CustomerId, Failure> {
        let NewCustomer { org, slug, before } = new;
        // The same key has to come with the same words: nothing is in them that may change.
        let ask = Ask::post("v1/customers", format!("cloche-customer-{org}-{before}"));
        let ask = ask.with("name", slug).with("metadata[org_id]", org);
        let made: Created<CustomerId> = self.exchange.ask(&ask).await?;
        Ok(made.id)
    }

    async fn subscriptions(&self, customer: &CustomerId) -> Result<Option<Vec<Subscription>>, Failure> {
        let ask = Ask::get(format!("v1/customers/{customer}")).with("expand[]", "subscriptions");
        let found: Customer = match self.exchange.ask(&ask).await {
            Err(Unanswered::Missing) => return Ok(None),
            found => found?,
        };
        found.into_subscriptions(|price| self.account.plan_of(price))
    }

    async fn delete_customer(&self, customer: &CustomerId) -> Result<(), Failure> {
        match self.exchange.ask::<Created<CustomerId>>(&Ask::delete(format!("v1/customers/{customer}"))).await {
            Ok(_) | Err(Unanswered::Missing) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn checkout(&self, of: &Checkout<'_>) -> Result<Url, Failure> {
        let price = self.account.prices.get(&of.plan).and_then(|prices| prices.of(of.every));
        let price = price.ok_or_else(|| Failure::Refused(format!("{} is not sold by the {}", of.plan, of.every)))?;
        let ask = Ask::post("v1/checkout/sessions", one_time_key()?)
            .with("mode", "subscription")
            .with("customer", of.customer)
            .with("client_reference_id", of.org)
            .with("metadata[org_id]", of.org)
            .with("subscription_data[metadata][org_id]", of.org)
            .with("line_items[0][price]", price)
            .with("line_items[0][quantity]", 1)
            .with("success_url", of.done)
            .with("cancel_url", of.cancelled);
        Ok(self.exchange.ask::<Page>(&ask).await?.url)
    }

    async fn portal(&self, customer: &CustomerId, back: &Url) -> Result<Url, Failure> {
        let ask = Ask::post("v1/billing_portal/sessions", one_time_key()?);
        let ask = ask.with("customer", customer).with("return_url", back);
        Ok(self.exchange.ask::<Page>(&ask).await?.url)
    }

    fn event(&self, body: &[u8], signature: Option<&str>, now: OffsetDateTime) -> Result<Event, Refusal> {
        signature::check(&self.account.webhook_secret, signature, body, now)?;
        events::read(body, self.live)
    }
}

/// What a request is known by when it is sent again.
fn one_time_key() -> Result<String, Failure> {
    let bytes = token::random_bytes::<16>().map_err(|error| Failure::Unavailable(error.to_string()))?;
    Ok(hex::encode(bytes))
}
