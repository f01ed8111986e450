//! `/v1/billing`: what the organisation pays for. On a platform that bills nobody there is no such thing.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use cloche_domain::billing::{Interval, SubscriptionStatus};
use cloche_domain::plan::{Limits, Plan};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;
use url::Url;
use utoipa::ToSchema;

use crate::billing::{self, Billed, Offer, Price, Wanted};
use crate::http::Shared;
use crate::http::address::FullAddress;
use crate::http::auth::{BillingIsOn, Member, Person};
use crate::http::json::Json;
use crate::http::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BillingPlans)]
pub(in crate::http) struct Plans {
    plans: Vec<OfferedPlan>,
}

/// A plan, what it allows, and what it costs.
#[derive(Debug, Serialize, ToSchema)]
struct OfferedPlan {
    plan: Plan,
    limits: Limits,
    /// Empty: it costs nothing.
    prices: Vec<OfferedPrice>,
}

#[derive(Debug, Serialize, ToSchema)]
struct OfferedPrice {
    interval: Interval,
    /// ISO 4217, in small letters.
    currency: String,
    /// In the currency's smallest unit: cents of a euro. Null where it depends on how much is used.
    amount: Option<i64>,
}

impl From<Offer> for OfferedPlan {
    fn from(offer: Offer) -> Self {
        let price = |Price { every, currency, amount, .. }| OfferedPrice { interval: every, currency, amount };
        Self { plan: offer.plan, limits: offer.limits, prices: offer.prices.into_iter().map(price).collect() }
    }
}

/// The plans that one may have, and their prices: as Stripe has them, an hour ago at most.
#[utoipa::path(get, path = "/billing/plans", tag = "billing", security(()),
    responses((status = OK, body = Plans), Problem))]
pub(in crate::http) async fn plans(State(app): Shared, _: BillingIsOn) -> Result<Json<Plans>, Problem> {
    let plans = billing::offers(&app).await?.into_iter().map(Into::into).collect();
    Ok(Json(Plans { plans }))
}

/// What the organisation pays for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Billing)]
pub(in crate::http) struct Shown {
    plan: Plan,
    /// Whether the platform's operator chose the plan: what is paid for does not change it then.
    set_by_operator: bool,
    /// Whether there is a portal to go to.
    portal: bool,
    /// Null: there is none.
    subscription: Option<ShownSubscription>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Subscription)]
struct ShownSubscription {
    /// As Stripe has it; of `past_due`, `graceEndsAt` says how long the plan stays.
    status: Option<SubscriptionStatus>,
    /// The plan that it gives now; null where it gives none.
    gives: Option<Plan>,
    interval: Option<Interval>,
    #[serde(with = "rfc3339::option")]
    current_period_ends_at: Option<OffsetDateTime>,
    /// When it ends: it was cancelled, and is not paid again. Null: it goes on.
    #[serde(with = "rfc3339::option")]
    ends_at: Option<OffsetDateTime>,
    /// Since when a payment is overdue.
    #[serde(with = "rfc3339::option")]
    past_due_since: Option<OffsetDateTime>,
    #[serde(with = "rfc3339::option")]
    grace_ends_at: Option<OffsetDateTime>,
}

impl From<Billed> for Shown {
    fn from(billed: Billed) -> Self {
        let Billed { plan, set_by_operator, customer, state, grace_ends_at } = billed;
        let subscription = state.map(|state| ShownSubscription {
            status: state.status,
            gives: state.gives,
            interval: state.paid_every,
            current_period_ends_at: state.period_ends_at,
            ends_at: state.ends_at,
            past_due_since: state.past_due_since,
            grace_ends_at,
        });
        Self { plan, set_by_operator, portal: customer, subscription }
    }
}

/// What the organisation pays for, until when, and whether a payment is overdue.
#[utoipa::path(get, path = "/billing", tag = "billing", responses((status = OK, body = Shown), Problem))]
pub(in crate::http) async fn show(State(app): Shared, _: BillingIsOn, member: Member) -> Result<Json<Shown>, Problem> {
    Ok(Json(billing::billed(&app, &member).await?.into()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BeginCheckout)]
pub(in crate::http) struct Begin {
    plan: Plan,
    /// Left out: by the month.
    #[serde(default = "monthly")]
    interval: Interval,
}

const fn monthly() -> Interval {
    Interval::Month
}

/// A page of Stripe's to go to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BillingPage)]
pub(in crate::http) struct Page {
    #[schema(value_type = String)]
    url: Url,
}

/// Begins to pay for a plan: a page of Stripe's, to send the browser to. The plan counts when Stripe says that it is paid,
/// mostly a second later. For an owner at a browser; 409 `already_subscribed` where there is a subscription to change.
#[utoipa::path(post, path = "/billing/checkout", tag = "billing", security(("session" = [])), request_body = Begin,
    responses((status = CREATED, body = Page), Problem))]
pub(in crate::http) async fn checkout(
    State(app): Shared,
    _: BillingIsOn,
    person: Person,
    Json(Begin { plan, interval }): Json<Begin>,
) -> Result<(StatusCode, Json<Page>), Problem> {
    let url = billing::checkout(&app, &person, Wanted { plan, every: interval }).await?;
    Ok((StatusCode::CREATED, Json(Page { url })))
}

/// A page of Stripe's where the subscription is changed or cancelled, and invoices are. For an owner at a browser; 409
/// `not_subscribed` before the first checkout.
#[utoipa::path(post, path = "/billing/portal", tag = "billing", security(("session" = [])),
    responses((status = CREATED, body = Page), Problem))]
pub(in crate::http) async fn portal(
    State(app): Shared,
    _: BillingIsOn,
    person: Person,
) -> Result<(StatusCode, Json<Page>), Problem> {
    Ok((StatusCode::CREATED, Json(Page { url: billing::portal(&app, &person).await? })))
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventReceived)]
pub(in crate::http) struct Received {
    received: bool,
}

/// Takes in an event of Stripe's, by its signature (`Stripe-Signature`). What it tells is done when this is answered; 5xx:
/// nothing of it is, send it again.
#[utoipa::path(post, path = "/billing/webhook", tag = "billing", security(()),
    request_body(content = String, content_type = "application/json"),
    responses((status = OK, body = Received), Problem))]
pub(in crate::http) async fn webhook(
    State(app): Shared,
    _: BillingIsOn,
    FullAddress(address): FullAddress,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Received>, Problem> {
    let signature = headers.get("stripe-signature").map(|it| it.to_str().unwrap_or_default());
    billing::receive(&app, &body, signature, &address).await?;
    Ok(Json(Received { received: true }))
}
