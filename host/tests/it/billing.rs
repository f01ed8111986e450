//! What organisations pay for, by a local server that speaks Stripe's wire format; and that without one nobody is told of
//! money.

mod ended;
mod events;
mod lifecycle;
mod outages;
mod silent;
pub mod stripe;
mod wire;

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::hosted::{Hosted, call};
use crate::platform::{Caller, Platform, Setup, on_both};
use crate::wizard::{draft, of_draft};
use stripe::{KEY, SECRET, Stripe};

const CHECKOUT: &str = "/v1/billing/checkout";
const PORTAL: &str = "/v1/billing/portal";
/// No compiler answers there: servers are counted, and not built.
const NO_COMPILER: &str = "[compiler]\nurl = \"http://127.0.0.1:1\"\n";
const ADA: &str = "ada@example.com";

/// A platform that bills by a local Stripe, with settings besides.
async fn billed(setup: Setup, more: &str) -> (Platform, Stripe) {
    let stripe = Stripe::start().await;
    let platform = setup.config(&(stripe.config("hobby") + more)).start().await;
    (platform, stripe)
}

/// Pays for a plan: the subscription. Nobody has told the platform yet.
async fn paid(stripe: &Stripe, owner: &Caller, plan: &str) -> String {
    let (status, page) = owner.post(CHECKOUT, json!({"plan": plan})).await;
    assert_eq!(status, 201, "{page}");
    stripe.pay(&page["url"])
}

/// Pays for a plan, and the platform is told.
async fn subscribed(platform: &Platform, stripe: &Stripe, owner: &Caller, plan: &str) -> String {
    let subscription = paid(stripe, owner, plan).await;
    assert_eq!(stripe.send(platform, &stripe.told("created", &subscription)).await, 200);
    assert_eq!(plan_of(owner).await, plan);
    subscription
}

async fn plan_of(member: &Caller) -> String {
    let (status, org) = member.get("/v1/me/org").await;
    assert_eq!(status, 200, "{org}");
    org["plan"].as_str().unwrap().to_owned()
}

/// What the organisation pays for.
async fn shown(member: &Caller) -> Value {
    let (status, shown) = member.get("/v1/billing").await;
    assert_eq!(status, 200, "{shown}");
    shown
}

/// The changes of plan in the log, oldest first, as before, after and why.
async fn changes(owner: &Caller) -> Vec<Value> {
    let (_, log) = owner.get("/v1/audit?action=plan.changed").await;
    let mut entries = log["entries"].as_array().unwrap().clone();
    entries.reverse();
    entries
}

/// Waits until an organisation has a plan.
async fn becomes(member: &Caller, plan: &str) {
    for _ in 0..400 {
        if plan_of(member).await == plan {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{plan} was expected, and it is {}", plan_of(member).await);
}

/// A further organisation of a person, whose browser acts in it.
async fn organisation(owner: &Caller, name: &str) {
    assert_eq!(owner.post("/v1/orgs", json!({"name": name, "slug": name})).await.0, 201);
    assert_eq!(owner.put("/v1/me/org", json!({"org": name})).await.0, 200);
}

on_both!(from_checkout_to_the_plan_and_back, async |setup: Setup| {
    let limits = "[plans.hobby]\nservers = 1\nbuilds_per_day = 9\n[plans.pro]\nservers = 3\n";
    let (platform, stripe) = billed(setup, &format!("{limits}{NO_COMPILER}")).await;
    let ada = platform.sign_in(ADA).await;
    assert_eq!((plan_of(&ada).await.as_str(), &shown(&ada).await["subscription"]), ("hobby", &Value::Null));
    let preview = draft(&ada).await;
    let make = async |slug: &str| ada.post("/v1/servers", of_draft(&preview, slug)).await;
    assert_eq!(make("one").await.0, 201);
    let (status, problem) = make("two").await;
    assert_eq!((status, &problem["code"]), (402, &json!("plan_limit")));
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("upgrade to the plan pro, which has 3") && detail.contains(CHECKOUT), "{detail}");

    let (status, page) = ada.post(CHECKOUT, json!({"plan": "pro"})).await;
    assert_eq!(status, 201, "{page}");
    let begun = stripe.seen().into_iter().find(|seen| seen.path == "/v1/checkout/sessions").unwrap();
    let (_, me) = ada.get("/v1/me/org").await;
    let field = |name: &str| begun.form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!((field("mode"), field("client_reference_id")), (Some("subscription"), me["id"].as_str()));
    assert_eq!(field("metadata[org_id]"), me["id"].as_str());
    assert_eq!(field("subscription_data[metadata][org_id]"), me["id"].as_str());
    assert_eq!(field("line_items[0][price]"), Some("price_pro_month"));
    assert_eq!(field("success_url"), Some(format!("{}/?checkout=done", platform.url).as_str()));
    assert_eq!(field("cancel_url"), Some(format!("{}/?checkout=cancelled", platform.url).as_str()));
    assert_eq!(plan_of(&ada).await, "hobby", "a page is no payment");

    let subscription = stripe.pay(&page["url"]);
    let session = json!({"id": "cs_1", "object": "checkout.session", "customer": begun.answer["customer"]});
    assert_eq!(stripe.send(&platform, &stripe.event("checkout.session.completed", &session)).await, 200);
    assert_eq!(plan_of(&ada).await, "pro");
    let now = shown(&ada).await;
    assert_eq!((&now["subscription"]["status"], &now["subscription"]["interval"]), (&json!("active"), &json!("month")));
    assert_eq!((&now["subscription"]["endsAt"], &now["portal"]), (&Value::Null, &json!(true)));
    assert_eq!((make("two").await.0, make("three").await.0), (201, 201));
    assert_eq!(make("four").await.0, 402);
    let again = ada.post(CHECKOUT, json!({"plan": "team"})).await;
    assert_eq!((again.0, &again.1["code"]), (409, &json!("already_subscribed")), "{again:?}");
    assert!(again.1["detail"].as_str().unwrap().contains(PORTAL), "{again:?}");

    // Cancelled, it stays until what was paid for is over.
    stripe.change(&subscription, |of| of["cancel_at_period_end"] = json!(true));
    assert_eq!(stripe.send(&platform, &stripe.told("updated", &subscription)).await, 200);
    let now = shown(&ada).await;
    assert_eq!((&now["plan"], &now["subscription"]["status"]), (&json!("pro"), &json!("active")));
    assert_eq!(now["subscription"]["endsAt"], now["subscription"]["currentPeriodEndsAt"]);
    assert!(now["subscription"]["endsAt"].is_string(), "{now}");
    stripe.change(&subscription, |of| of["status"] = json!("canceled"));
    assert_eq!(stripe.send(&platform, &stripe.told("deleted", &subscription)).await, 200);
    assert_eq!((plan_of(&ada).await.as_str(), &shown(&ada).await["subscription"]), ("hobby", &Value::Null));
    // What is there stays, and nothing new is made.
    assert_eq!(ada.get("/v1/servers").await.1["servers"].as_array().unwrap().len(), 3);
    let (status, problem) = make("four").await;
    assert_eq!(status, 402);
    assert!(problem["detail"].as_str().unwrap().contains("you have 3: delete 3"), "{problem}");

    let log = changes(&ada).await;
    let plans: Vec<_> = log.iter().map(|entry| (&entry["before"]["plan"], &entry["after"]["plan"])).collect();
    assert_eq!(plans, [(&json!("hobby"), &json!("pro")), (&json!("pro"), &json!("hobby"))]);
    for entry in &log {
        let from = (&entry["actor"], &entry["via"], &entry["address"]);
        assert_eq!(from, (&json!("platform"), &json!("webhook"), &json!("127.0.0.1")));
        assert!(entry["details"]["event"].as_str().unwrap().starts_with("evt_"), "{entry}");
        assert_eq!(entry["details"]["subscription"], json!(subscription));
    }
    let (_, begun) = ada.get("/v1/audit?action=billing.checkout_started").await;
    assert_eq!(begun["entries"][0]["details"], json!({"plan": "pro", "interval": "month"}));
    let (_, file) = ada.get("/v1/me/export").await;
    assert_eq!(file["billing"][0]["customerId"], stripe.customers()[0]["id"]);
    // Neither a person's address nor a key goes where it has no business.
    assert!(!format!("{:?}", stripe.seen()).contains("example.com"));
    assert!(!platform.log().contains(KEY) && !platform.log().contains(SECRET));
    let every_post_has_a_key = stripe.seen().iter().all(|seen| seen.method != Method::POST || seen.key.is_some());
    assert!(every_post_has_a_key);
    // A new beginning: the customer is the same.
    subscribed(&platform, &stripe, &ada, "team").await;
    assert_eq!(stripe.customers().len(), 1);
});

on_both!(twenty_checkouts_at_once_make_one_customer, async |setup: Setup| {
    let (platform, stripe) = billed(setup, "").await;
    let ada = platform.sign_in(ADA).await;
    let pages = join_all((0..20).map(|_| ada.post(CHECKOUT, json!({"plan": "pro", "interval": "year"})))).await;
    for (status, page) in &pages {
        assert_eq!(*status, 201, "{page}");
    }
    assert_eq!(stripe.customers().len(), 1);
    let sessions: Vec<_> =
        stripe.seen().into_iter().filter(|seen| seen.path == "/v1/checkout/sessions" && seen.status == 200).collect();
    assert_eq!(sessions.len(), 20);
    for session in sessions {
        assert_eq!(session.answer["customer"], stripe.customers()[0]["id"]);
        assert!(session.form.iter().any(|(_, value)| value == "price_pro_year"));
    }
});

/// What one knows of a server for calls ends with the plan: the next call has the new limits.
#[tokio::test]
async fn calls_have_the_limits_of_the_new_plan_at_once() {
    let limits = "[plans.hobby.call]\nresult_bytes = 300\n";
    let (platform, stripe) = billed(Platform::setup(), limits).await;
    let ada = platform.sign_in(ADA).await;
    let key = platform.api_key(ADA);
    let server = Hosted::demo(&ada, "echoes").await;
    let echo = async || {
        let text = "long ".repeat(100);
        let answer = server.send(&platform, &key, call("echo", &json!({"text": text}))).await;
        answer.json::<Value>().await.unwrap()["result"]["isError"] == true
    };
    assert!(echo().await, "hobby's results have 300 bytes");
    let subscription = subscribed(&platform, &stripe, &ada, "pro").await;
    assert!(!echo().await, "and pro's more");
    stripe.change(&subscription, |of| of["status"] = json!("canceled"));
    assert_eq!(stripe.send(&platform, &stripe.told("deleted", &subscription)).await, 200);
    assert!(echo().await);
}

#[tokio::test]
async fn what_is_sold_is_shown_with_its_prices() {
    let (platform, stripe) = billed(Platform::setup(), "").await;
    let (status, plans) = platform.anyone().get("/v1/billing/plans").await;
    assert_eq!(status, 200, "{plans}");
    let prices: Vec<_> = plans["plans"].as_array().unwrap().iter().map(|of| (&of["plan"], &of["prices"])).collect();
    let euros = |interval: &str, amount: i64| json!({"interval": interval, "currency": "eur", "amount": amount});
    let (pro, team) = (json!([euros("month", 2900), euros("year", 29000)]), json!([euros("month", 19900)]));
    assert_eq!(prices, [(&json!("hobby"), &json!([])), (&json!("pro"), &pro), (&json!("team"), &team)]);
    assert_eq!(plans["plans"][1]["limits"]["servers"], 10);
    // They are asked for once an hour.
    stripe.always(Some(stripe::Fault::Drop));
    assert_eq!(platform.anyone().get("/v1/billing/plans").await, (200, plans));
    assert_eq!(stripe.asked(&Method::GET, "/v1/prices/"), 3);
}

#[tokio::test]
async fn owners_alone_decide_and_for_their_own_organisation_alone() {
    let (platform, stripe) = billed(Platform::setup(), "").await;
    let (ada, eve) = (platform.sign_in(ADA).await, platform.sign_in("eve@example.com").await);
    for role in ["admin", "developer", "reviewer", "viewer"] {
        let email = format!("{role}@example.com");
        platform.admin("member", &["--email", &email, "--org", "ada", "--role", role]);
        let member = platform.sign_in(&email).await;
        assert_eq!(member.put("/v1/me/org", json!({"org": "ada"})).await.0, 200);
        for (path, body) in [(CHECKOUT, json!({"plan": "pro"})), (PORTAL, json!({}))] {
            let (status, problem) = member.post(path, body).await;
            assert_eq!((status, &problem["code"]), (403, &json!("forbidden")), "{role}: {path}");
        }
        assert_eq!(shown(&member).await["plan"], "hobby");
    }
    let key = platform.with_key(&platform.api_key(ADA));
    assert_eq!(key.post(CHECKOUT, json!({"plan": "pro"})).await.1["code"], "session_needed");
    assert_eq!(stripe.seen().len(), 0);
    for (body, code) in [
        (json!({"plan": "enterprise"}), "plan_not_sold"),
        (json!({"plan": "team", "interval": "year"}), "plan_not_sold"),
        (json!({"plan": "hobby"}), "plan_not_sold"),
        (json!({"plan": "gold"}), "invalid_json"),
        (json!({"plan": "pro", "org": "eve"}), "invalid_json"),
    ] {
        let (status, problem) = ada.post(CHECKOUT, body.clone()).await;
        assert_eq!((status, &problem["code"]), (422, &json!(code)), "{body}");
    }
    assert_eq!(ada.post(PORTAL, json!({})).await.1["code"], "not_subscribed");

    // A subscription that says that it is another's is its customer's nevertheless.
    let (_, evil) = eve.get("/v1/me/org").await;
    let subscription = paid(&stripe, &ada, "pro").await;
    stripe.change(&subscription, |of| of["metadata"] = json!({"org_id": evil["id"]}));
    assert_eq!(stripe.send(&platform, &stripe.told("created", &subscription)).await, 200);
    assert_eq!((plan_of(&ada).await.as_str(), plan_of(&eve).await.as_str()), ("pro", "hobby"));
    let (status, page) = ada.post(PORTAL, json!({})).await;
    assert_eq!(status, 201, "{page}");
    assert!(page["url"].as_str().unwrap().starts_with("https://billing.stripe.com/"), "{page}");
    let opened = stripe.seen().into_iter().find(|seen| seen.path == "/v1/billing_portal/sessions").unwrap();
    assert_eq!(opened.answer["customer"], stripe.customers()[0]["id"]);
    assert_eq!(opened.answer["return_url"], format!("{}/", platform.url));
    // And eve sees nothing of it.
    assert_eq!((&shown(&eve).await["subscription"], eve.post(PORTAL, json!({})).await.0), (&Value::Null, 409));
    let (_, file) = eve.get("/v1/me/export").await;
    assert_eq!(file["billing"], json!([]));
    paid(&stripe, &eve, "team").await;
    assert_eq!(stripe.customers().len(), 2);
    assert_eq!(plan_of(&ada).await, "pro");
}
