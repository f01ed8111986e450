//! The customers' side of the local Stripe: paying, and what Stripe does by itself and tells of.

use aws_lc_rs::hmac;
use axum::http::Method;
use serde_json::{Value, json};

use super::{SECRET, Stripe, VERSION, WEBHOOK, list, now, price};
use crate::platform::Platform;

impl Stripe {
    /// Pays a page of checkout: the subscription. Nobody is told.
    pub fn pay(&self, page: &Value) -> String {
        let session = page.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let mut state = self.state();
        let (subscription, item) = (state.id("sub"), state.id("si"));
        let session = state.sessions.get_mut(&session).unwrap();
        session["status"] = json!("complete");
        session["payment_status"] = json!("paid");
        session["subscription"] = json!(subscription);
        let (customer, price_id) = (session["customer"].clone(), session["price"].as_str().unwrap().to_owned());
        let made = json!({"id": subscription, "object": "subscription", "customer": customer, "status": "active",
            "created": now(), "start_date": now(), "current_period_start": now(), "current_period_end": now() + 2_592_000,
            "billing_cycle_anchor": now(), "cancel_at_period_end": false, "cancel_at": null, "canceled_at": null,
            "collection_method": "charge_automatically", "currency": "eur", "livemode": false,
            "metadata": session["metadata"], "automatic_tax": {"enabled": false},
            "items": list(&json!([{"id": item, "object": "subscription_item", "created": now(), "metadata": {},
                "price": price(&price_id), "quantity": 1, "subscription": subscription}]),
                &format!("/v1/subscription_items?subscription={subscription}"))});
        state.subscriptions.insert(subscription.clone(), made);
        subscription
    }

    /// Changes a subscription: the whole of it, as it is then. Nobody is told.
    pub fn change(&self, subscription: &str, change: impl FnOnce(&mut Value)) -> Value {
        let mut state = self.state();
        let subscription = state.subscriptions.get_mut(subscription).unwrap();
        change(subscription);
        subscription.clone()
    }

    /// Gives a subscription another price.
    pub fn reprice(&self, subscription: &str, id: &str) -> Value {
        self.change(subscription, |of| of["items"]["data"][0]["price"] = price(id))
    }

    /// Deletes the customer of a subscription, as its operator may in Stripe's own pages: the customer.
    pub fn delete_customer(&self, subscription: &str) -> Value {
        let mut state = self.state();
        let customer = state.subscriptions[subscription]["customer"].as_str().unwrap().to_owned();
        state.done(&Method::DELETE, &format!("/v1/customers/{customer}"), &[]).1
    }

    pub fn subscription(&self, id: &str) -> Value {
        self.state().subscriptions[id].clone()
    }

    pub fn customers(&self) -> Vec<Value> {
        self.state().customers.values().cloned().collect()
    }

    /// A new event about an object as it is.
    pub fn event(&self, kind: &str, object: &Value) -> Value {
        let id = self.state().id("evt");
        json!({"id": id, "object": "event", "api_version": VERSION, "created": now(), "livemode": false,
            "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type": kind,
            "data": {"object": object}})
    }

    /// A new event about a subscription as it is.
    pub fn told(&self, kind: &str, subscription: &str) -> Value {
        self.event(&format!("customer.subscription.{kind}"), &self.subscription(subscription))
    }

    /// Sends an event, signed: the status.
    pub async fn send(&self, platform: &Platform, event: &Value) -> u16 {
        let body = event.to_string();
        deliver(platform, &body, Some(&signed(&body, now(), &[SECRET]))).await.0
    }
}

/// A `Stripe-Signature` of a body, by each secret.
pub fn signed(body: &str, at: i64, secrets: &[&str]) -> String {
    let by = |secret: &&str| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        format!(",v1={}", hex::encode(hmac::sign(&key, format!("{at}.{body}").as_bytes())))
    };
    format!("t={at}{}", secrets.iter().map(by).collect::<String>())
}

/// Sends a body with a signature: the status, and what was answered.
pub async fn deliver(platform: &Platform, body: &str, signature: Option<&str>) -> (u16, Value) {
    let mut request = platform.anyone().request(Method::POST, WEBHOOK).header("content-type", "application/json");
    if let Some(signature) = signature {
        request = request.header("stripe-signature", signature);
    }
    let answer = request.body(body.to_owned()).send().await.unwrap();
    (answer.status().as_u16(), serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
}
