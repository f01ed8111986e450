//! The end of an organisation or an account ends what it pays for first.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::sync::watch;

use super::stripe::Fault;
use super::{ADA, CHECKOUT, billed, plan_of, subscribed};
use crate::platform::{Platform, Setup, on_both};

on_both!(who_deletes_an_organisation_pays_no_more, async |setup: Setup| {
    let (platform, stripe) = billed(setup, "").await;
    let ada = platform.sign_in(ADA).await;
    let subscription = subscribed(&platform, &stripe, &ada, "pro").await;
    // Who may not delete it ends nothing.
    platform.admin("member", &["--email", "bob@example.com", "--org", "ada", "--role", "admin"]);
    let bob = platform.sign_in("bob@example.com").await;
    assert_eq!(bob.put("/v1/me/org", json!({"org": "ada"})).await.0, 200);
    assert_eq!(bob.delete_with("/v1/me/org", json!({"name": "ada"})).await.0, 403);
    assert_eq!(ada.delete_with("/v1/me/org", json!({"name": "not it"})).await.0, 422);
    assert_eq!(stripe.asked(&Method::DELETE, "/v1/customers/"), 0);
    // Nor is anything deleted while it goes on being paid.
    stripe.always(Some(Fault::Drop));
    let (status, problem) = ada.delete_with("/v1/me/org", json!({"name": "ada"})).await;
    assert_eq!((status, &problem["code"]), (503, &json!("billing_unavailable")));
    assert!(problem["detail"].as_str().unwrap().contains("nothing was deleted"), "{problem}");
    assert_eq!(
        (plan_of(&ada).await.as_str(), &stripe.subscription(&subscription)["status"]),
        ("pro", &json!("active"))
    );
    stripe.always(None);
    assert_eq!(ada.delete_with("/v1/me/org", json!({"name": "ada"})).await.0, 204);
    assert_eq!(stripe.subscription(&subscription)["status"], "canceled");
    // Stripe tells of it when there is nobody any more.
    assert_eq!(stripe.send(&platform, &stripe.told("deleted", &subscription)).await, 200);
    let gone = stripe.customers()[0].clone();
    assert_eq!(stripe.send(&platform, &stripe.event("customer.deleted", &gone)).await, 200);
});

on_both!(who_deletes_an_account_pays_no_more, async |setup: Setup| {
    let (platform, stripe) = billed(setup, "").await;
    let (ada, eve) = (platform.sign_in(ADA).await, platform.sign_in("eve@example.com").await);
    let (hers, eves) =
        (subscribed(&platform, &stripe, &ada, "pro").await, subscribed(&platform, &stripe, &eve, "team").await);
    assert_eq!(ada.delete_with("/v1/me", json!({"email": "eve@example.com"})).await.0, 422);
    stripe.always(Some(Fault::Status(500, vec![])));
    assert_eq!(ada.delete_with("/v1/me", json!({"email": ADA})).await.0, 503);
    assert_eq!((ada.get("/v1/auth/me").await.0, &stripe.subscription(&hers)["status"]), (200, &json!("active")));
    stripe.always(None);
    assert_eq!(ada.delete_with("/v1/me", json!({"email": ADA})).await.0, 204);
    assert_eq!(stripe.subscription(&hers)["status"], "canceled");
    assert_eq!((plan_of(&eve).await.as_str(), &stripe.subscription(&eves)["status"]), ("team", &json!("active")));
});

/// A page that is open when the organisation goes can be paid no more; an organisation with none is asked for nothing.
#[tokio::test]
async fn a_page_that_is_still_open_is_of_no_use() {
    let (platform, stripe) = billed(Platform::setup(), "").await;
    let (ada, eve) = (platform.sign_in(ADA).await, platform.sign_in("eve@example.com").await);
    assert_eq!(ada.post(CHECKOUT, json!({"plan": "pro"})).await.0, 201);
    assert_eq!(ada.delete_with("/v1/me/org", json!({"name": "ada"})).await.0, 204);
    assert_eq!(stripe.customers()[0]["deleted"], true);
    stripe.always(Some(Fault::Drop));
    assert_eq!(eve.delete_with("/v1/me/org", json!({"name": "eve"})).await.0, 204);
}

/// A customer that was deleted at Stripe keeps nobody.
#[tokio::test]
async fn what_is_gone_already_holds_nobody() {
    let (platform, stripe) = billed(Platform::setup(), "").await;
    let ada = platform.sign_in(ADA).await;
    let subscription = subscribed(&platform, &stripe, &ada, "pro").await;
    stripe.delete_customer(&subscription);
    assert_eq!(ada.delete_with("/v1/me/org", json!({"name": "ada"})).await.0, 204);
}

// A checkout of another tab makes a customer while the one that was known is being deleted: nobody would end that.
on_both!(a_customer_that_came_meanwhile_keeps_the_organisation, async |setup: Setup| {
    let (platform, stripe) = billed(setup, "").await;
    let ada = platform.sign_in(ADA).await;
    subscribed(&platform, &stripe, &ada, "pro").await;
    let (open, gate) = watch::channel(false);
    stripe.faults([Fault::Held(gate)]);
    let deleting = tokio::spawn(ada.delete_with("/v1/me/org", json!({"name": "ada"})));
    while stripe.asked(&Method::DELETE, "/v1/customers/") == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(platform.sql("UPDATE billing SET customer_id = 'cus_9Other', customers = 1").await, 1);
    open.send(true).unwrap();
    let (status, problem) = deleting.await.unwrap();
    assert_eq!((status, &problem["code"]), (409, &json!("checkout_meanwhile")), "{problem}");
    assert_eq!(ada.get("/v1/me/org").await.1["slug"], "ada");
});
