//! Stripe slow, busy, broken and away.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::stripe::Fault;
use super::{ADA, CHECKOUT, PORTAL, billed, changes, paid, plan_of, subscribed};
use crate::platform::{Platform, Setup, on_both};

on_both!(while_stripe_is_away_nothing_is_half_done_and_events_come_again, async |setup: Setup| {
    let (platform, stripe) = billed(setup, "").await;
    let ada = platform.sign_in(ADA).await;
    let subscription = paid(&stripe, &ada, "pro").await;
    let event = stripe.told("created", &subscription);
    for fault in [Fault::Status(500, vec![]), Fault::Status(429, vec![]), Fault::Drop] {
        stripe.always(Some(fault.clone()));
        assert_eq!(stripe.send(&platform, &event).await, 503, "{fault:?}");
        assert_eq!(plan_of(&ada).await, "hobby");
    }
    // A page of Stripe's there is none, and what was known stays.
    let refused = ada.post(CHECKOUT, json!({"plan": "pro"})).await;
    assert_eq!((refused.0, &refused.1["code"]), (503, &json!("billing_unavailable")), "{refused:?}");
    assert_eq!(ada.post(PORTAL, json!({})).await.0, 503);
    assert_eq!(platform.anyone().get("/v1/billing/plans").await.0, 503);
    assert_eq!(ada.get("/v1/billing").await.0, 200);
    stripe.always(None);
    assert_eq!(stripe.send(&platform, &event).await, 200);
    assert_eq!((plan_of(&ada).await.as_str(), changes(&ada).await.len()), ("pro", 1));
});

#[tokio::test]
async fn what_passes_is_waited_for_and_done_once() {
    let (platform, stripe) = billed(Platform::setup(), "").await;
    let ada = platform.sign_in(ADA).await;
    // The customer: a connection that breaks when it is made already, and one that is busy.
    stripe.faults([Fault::DropAfter, Fault::Status(429, vec![("retry-after", "1")])]);
    assert_eq!(ada.post(CHECKOUT, json!({"plan": "pro"})).await.0, 201);
    assert_eq!(stripe.customers().len(), 1);
    let sent: Vec<_> = stripe.seen().into_iter().filter(|seen| seen.path == "/v1/customers").collect();
    assert_eq!(sent.len(), 2);
    assert_eq!((&sent[0].key, &sent[0].answer["id"]), (&sent[1].key, &sent[1].answer["id"]));
    // The page: made before the connection breaks, and not made twice.
    let sessions = || stripe.seen().into_iter().filter(|seen| seen.path == "/v1/checkout/sessions").collect::<Vec<_>>();
    let before = sessions().len();
    stripe.faults([Fault::Slow(Duration::ZERO), Fault::DropAfter]);
    assert_eq!(ada.post(CHECKOUT, json!({"plan": "pro"})).await.0, 201);
    let sent = sessions().split_off(before);
    assert_eq!((sent.len(), &sent[0].answer["id"]), (2, &sent[1].answer["id"]));
    // What is told not to be sent again is not.
    let before = stripe.seen().len();
    stripe.faults([Fault::Status(500, vec![("stripe-should-retry", "false")])]);
    assert_eq!(ada.post(CHECKOUT, json!({"plan": "pro"})).await.0, 503);
    assert_eq!(stripe.seen().len(), before);
}

/// Two seconds may be waited for an answer here, three times.
#[tokio::test]
async fn what_does_not_answer_is_not_waited_for() {
    let (platform, stripe) = billed(Platform::setup(), "").await;
    let ada = platform.sign_in(ADA).await;
    let subscription = subscribed(&platform, &stripe, &ada, "pro").await;
    stripe.always(Some(Fault::Slow(Duration::from_secs(30))));
    let began = std::time::Instant::now();
    assert_eq!(ada.post(PORTAL, json!({})).await.0, 503);
    assert!((5..20).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    // Meanwhile nobody waits for a lock.
    let event = stripe.told("updated", &subscription);
    let (told, renamed) = tokio::join!(stripe.send(&platform, &event), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let began = std::time::Instant::now();
        let (status, _) = ada.patch("/v1/me/org", json!({"name": "Ada's"})).await;
        (status, began.elapsed() < Duration::from_secs(3))
    });
    assert_eq!((told, renamed), (503, (200, true)));
}

/// Refused for good: the operator's settings are wrong, and nobody is told the inside of it.
#[tokio::test]
async fn what_is_refused_is_not_sent_again() {
    let (mut platform, stripe) = billed(Platform::setup(), "").await;
    let ada = platform.sign_in(ADA).await;
    let wrong = stripe.config("hobby").replace(super::KEY, "sk_test_wrong");
    platform.kill();
    platform.configure(&wrong);
    platform.restart().await;
    let (status, problem) = ada.post(CHECKOUT, json!({"plan": "pro"})).await;
    assert_eq!((status, &problem["code"]), (500, &json!("internal")), "{problem}");
    assert_eq!(stripe.asked(&Method::POST, "/v1/customers"), 1);
    assert!(platform.log().contains("Invalid API Key") && !platform.log().contains("sk_test_wrong"));
    // One key with other words is refused by Stripe; such a bug would be seen here.
    let twice = async |name: &str| {
        let request = reqwest::Client::new().post(format!("{}/v1/customers", stripe.url)).bearer_auth(super::KEY);
        let request = request.header("stripe-version", "2022-11-15").header("idempotency-key", "same");
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(format!("name={name}"));
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!((twice("a").await, twice("a").await, twice("b").await), (200, 200, 400));
}
