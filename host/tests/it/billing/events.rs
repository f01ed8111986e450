//! Events: signed, once, and in any order.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::stripe::{Fault, SECRET, Stripe, deliver, now, signed};
use super::{ADA, CHECKOUT, billed, changes, organisation, paid, plan_of, shown, subscribed};
use crate::platform::{Caller, Platform, Setup, on_both};

#[tokio::test]
async fn what_is_not_signed_lately_by_stripe_is_refused() {
    let (platform, stripe) = billed(Platform::setup(), "").await;
    let ada = platform.sign_in(ADA).await;
    let subscription = paid(&stripe, &ada, "pro").await;
    let body = stripe.told("created", &subscription).to_string();
    let at = now();
    let good = signed(&body, at, &[SECRET]);
    let mac = good.split("v1=").nth(1).unwrap().to_owned();
    let tampered = body.replace("active", "past_due");
    for (why, body, header) in [
        ("no header", &body, None),
        ("an empty one", &body, Some(String::new())),
        ("no time", &body, Some(format!("v1={mac}"))),
        ("no signature", &body, Some(format!("t={at}"))),
        ("a scheme that is not known", &body, Some(format!("t={at},v0={mac}"))),
        ("half a signature", &body, Some(format!("t={at},v1={}", &mac[..32]))),
        ("a time that is none", &body, Some(format!("t=now,v1={mac}"))),
        ("two times", &body, Some(format!("t={at},{good}"))),
        ("another's secret", &body, Some(signed(&body, at, &["whsec_other"]))),
        ("no secret", &body, Some(signed(&body, at, &[""]))),
        ("another body", &tampered, Some(good.clone())),
        ("another time", &body, Some(good.replace(&format!("t={at}"), &format!("t={}", at + 1)))),
        ("an old one", &body, Some(signed(&body, at - 310, &[SECRET]))),
        ("one to come", &body, Some(signed(&body, at + 310, &[SECRET]))),
    ] {
        let (status, problem) = deliver(&platform, body, header.as_deref()).await;
        assert_eq!((status, &problem["code"]), (400, &json!("bad_signature")), "{why}: {header:?}");
    }
    // What is signed, and yet is none of ours.
    let live = body.replace("\"livemode\":false", "\"livemode\":true");
    for (body, code) in [(live.as_str(), "livemode_mismatch"), ("{}", "invalid_event"), ("", "invalid_event")] {
        let (status, problem) = deliver(&platform, body, Some(&signed(body, at, &[SECRET]))).await;
        assert_eq!((status, &problem["code"]), (400, &json!(code)), "{body}");
    }
    assert_eq!((plan_of(&ada).await.as_str(), stripe.asked(&Method::GET, "/v1/customers/")), ("hobby", 0));
    // While a secret is replaced, there is a signature by each.
    let two = signed(&body, now() - 200, &["whsec_old", SECRET]);
    assert_eq!(deliver(&platform, &body, Some(&two)).await.0, 200);
    assert_eq!(plan_of(&ada).await, "pro");
}

on_both!(an_event_is_done_once_however_often_it_comes, async |setup: Setup| {
    let (platform, stripe) = billed(setup, "").await;
    let ada = platform.sign_in(ADA).await;
    let subscription = paid(&stripe, &ada, "pro").await;
    let event = stripe.told("created", &subscription);
    let before = stripe.asked(&Method::GET, "/v1/customers/");
    let statuses = join_all((0..50).map(|_| stripe.send(&platform, &event))).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!(plan_of(&ada).await, "pro");
    assert_eq!(changes(&ada).await.len(), 1);
    // As many ask as may ask at once, until one has done it.
    assert!(stripe.asked(&Method::GET, "/v1/customers/") - before <= 8);
    // Later it is known, whatever has changed since.
    stripe.change(&subscription, |of| of["status"] = json!("canceled"));
    let before = stripe.asked(&Method::GET, "/v1/customers/");
    assert_eq!(stripe.send(&platform, &event).await, 200);
    assert_eq!((plan_of(&ada).await.as_str(), stripe.asked(&Method::GET, "/v1/customers/")), ("pro", before));
    assert_eq!(platform.sql("DELETE FROM billing_events").await, 1);
    assert_eq!(stripe.send(&platform, &event).await, 200);
    assert_eq!(plan_of(&ada).await, "hobby");
});

// Every order of four events, the first of which are long untrue when they come.
on_both!(events_in_any_order_end_in_the_same_state, async |setup: Setup| {
    let (platform, stripe) = billed(setup, "[organisations]\nmade_per_day = 100\n").await;
    let ada = platform.sign_in(ADA).await;
    let orders = orders(4);
    assert_eq!(orders.len(), 24);
    for (n, order) in orders.iter().enumerate() {
        organisation(&ada, &format!("order-{n}")).await;
        let subscription = paid(&stripe, &ada, "pro").await;
        let created = stripe.told("created", &subscription);
        stripe.change(&subscription, |of| of["status"] = json!("past_due"));
        let failed = stripe.told("updated", &subscription);
        stripe.change(&subscription, |of| of["status"] = json!("active"));
        stripe.reprice(&subscription, "price_team_month");
        let upgraded = stripe.told("updated", &subscription);
        stripe.change(&subscription, |of| of["cancel_at_period_end"] = json!(true));
        let cancelled = stripe.told("updated", &subscription);
        let events = [created, failed, upgraded, cancelled];
        // Half of them after one another, half of them together.
        if n.is_multiple_of(2) {
            for i in order {
                assert_eq!(stripe.send(&platform, &events[*i]).await, 200);
            }
        } else {
            let all = join_all(order.iter().map(|i| stripe.send(&platform, &events[*i]))).await;
            assert_eq!(all, [200; 4]);
        }
        let shown = shown(&ada).await;
        let of = &shown["subscription"];
        let state = (&shown["plan"], &of["status"], &of["gives"], &of["pastDueSince"], of["endsAt"].is_string());
        assert_eq!(state, (&json!("team"), &json!("active"), &json!("team"), &Value::Null, true), "{order:?}");
        assert_eq!(changes(&ada).await.len(), 1, "{order:?}");
    }
});

/// Every order of so many.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![vec![]];
    }
    let place = |order: &Vec<usize>, at: usize| {
        let mut order = order.clone();
        order.insert(at, count - 1);
        order
    };
    orders(count - 1).iter().flat_map(|order| (0..count).map(|at| place(order, at)).collect::<Vec<_>>()).collect()
}

on_both!(an_answer_that_comes_late_is_not_written_over_a_later_one, async |setup: Setup| {
    let (platform, stripe) = billed(setup, "").await;
    let ada = platform.sign_in(ADA).await;
    let subscription = subscribed(&platform, &stripe, &ada, "pro").await;
    let (open, gate) = watch::channel(false);
    stripe.faults([Fault::Held(gate)]);
    let first = stripe.told("updated", &subscription);
    let asked = stripe.asked(&Method::GET, "/v1/customers/");
    let (sender, place, old) = (stripe.clone(), platform.url.clone(), first.to_string());
    let late = tokio::spawn(async move {
        let request = reqwest::Client::new().post(format!("{place}{}", crate::billing::stripe::WEBHOOK));
        let answer = request.header("stripe-signature", signed(&old, now(), &[SECRET])).body(old).send().await;
        answer.unwrap().status().as_u16()
    });
    while sender.asked(&Method::GET, "/v1/customers/") == asked {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    // It was read when it was still pro; now it is not.
    stripe.reprice(&subscription, "price_team_month");
    assert_eq!(stripe.send(&platform, &stripe.told("updated", &subscription)).await, 200);
    assert_eq!(plan_of(&ada).await, "team");
    open.send(true).unwrap();
    assert_eq!(late.await.unwrap(), 200);
    assert_eq!(plan_of(&ada).await, "team");
    assert_eq!(changes(&ada).await.len(), 2);
});

#[tokio::test]
async fn what_is_nobodys_or_of_no_use_is_taken_in_and_ignored() {
    let (platform, stripe) = billed(Platform::setup(), "").await;
    let ada = platform.sign_in(ADA).await;
    let subscription = paid(&stripe, &ada, "pro").await;
    let asked = stripe.asked(&Method::GET, "/v1/customers/");
    let theirs =
        |customer: Value| json!({"id": "sub_9", "object": "subscription", "customer": customer, "status": "active"});
    let mut connected = stripe.told("created", &subscription);
    connected["account"] = json!("acct_1Other");
    for event in [
        stripe.event("customer.subscription.created", &theirs(json!("cus_9Nobody"))),
        stripe.event("customer.subscription.created", &theirs(json!("../prices/price_1"))),
        stripe.event("customer.subscription.created", &theirs(Value::Null)),
        stripe.event("invoice.payment_failed", &json!({"id": "in_1", "object": "invoice", "customer": "cus_9Nobody"})),
        stripe.told("trial_will_end", &subscription),
        stripe.event("something.new", &json!({"id": "new_1", "object": "something", "customer": "cus_1"})),
        stripe.event("balance.available", &json!({"object": "balance"})),
        connected,
    ] {
        assert_eq!(stripe.send(&platform, &event).await, 200, "{event}");
    }
    assert_eq!((plan_of(&ada).await.as_str(), stripe.asked(&Method::GET, "/v1/customers/")), ("hobby", asked));
    assert!(platform.log().contains("an event of nobody's customer"));
    // An invoice is no subscription, and yet says that one may have changed.
    let invoice = json!({"id": "in_1", "object": "invoice", "customer": stripe.customers()[0]["id"]});
    assert_eq!(stripe.send(&platform, &stripe.event("invoice.paid", &invoice)).await, 200);
    assert_eq!(plan_of(&ada).await, "pro");
}

/// A refund gives money back, and leaves the subscription what it is, unless that was ended too.
#[tokio::test]
async fn refunds_and_deleted_customers() {
    let (platform, stripe) = billed(Platform::setup(), "").await;
    let ada = platform.sign_in(ADA).await;
    let subscription = subscribed(&platform, &stripe, &ada, "pro").await;
    let charge = json!({"id": "ch_1", "object": "charge", "customer": stripe.customers()[0]["id"], "refunded": true});
    assert_eq!(stripe.send(&platform, &stripe.event("charge.refunded", &charge)).await, 200);
    assert_eq!(plan_of(&ada).await, "pro");
    let gone = stripe.delete_customer(&subscription);
    assert_eq!(stripe.send(&platform, &stripe.event("customer.deleted", &gone)).await, 200);
    let now = shown(&ada).await;
    assert_eq!((&now["plan"], &now["subscription"], &now["portal"]), (&json!("hobby"), &Value::Null, &json!(false)));
    begin_anew(&platform, &stripe, &ada).await;
    // Nobody has told of the end of this one: who begins anew finds out.
    let second = stripe.customers().into_iter().find(|customer| customer["deleted"] != true).unwrap();
    let theirs = format!("/v1/customers/{}", second["id"].as_str().unwrap());
    let http = reqwest::Client::new().delete(format!("{}{theirs}", stripe.url));
    let http = http.bearer_auth(super::stripe::KEY).header("stripe-version", "2022-11-15");
    assert_eq!(http.send().await.unwrap().status(), 200);
    begin_anew(&platform, &stripe, &ada).await;
    assert_eq!(stripe.customers().len(), 3);
}

async fn begin_anew(platform: &Platform, stripe: &Stripe, owner: &Caller) {
    let (status, page) = owner.post(CHECKOUT, json!({"plan": "team"})).await;
    assert_eq!(status, 201, "{page}");
    let subscription = stripe.pay(&page["url"]);
    assert_eq!(stripe.send(platform, &stripe.told("created", &subscription)).await, 200);
    assert_eq!(plan_of(owner).await, "team");
}
