//! What becomes of a plan: overdue, unpaid, compared, chosen by the operator.

use serde_json::{Value, json};

use super::{ADA, CHECKOUT, becomes, billed, changes, paid, plan_of, shown, subscribed};
use crate::platform::{Platform, Setup, on_both};

on_both!(what_is_overdue_stays_for_a_while, async |setup: Setup| {
    let (platform, stripe) = billed(setup, "[billing]\ngrace_days = 3\n").await;
    let ada = platform.sign_in(ADA).await;
    let subscription = subscribed(&platform, &stripe, &ada, "pro").await;
    stripe.change(&subscription, |of| of["status"] = json!("past_due"));
    let invoice = json!({"id": "in_1", "object": "invoice", "customer": stripe.customers()[0]["id"]});
    assert_eq!(stripe.send(&platform, &stripe.event("invoice.payment_failed", &invoice)).await, 200);
    let now = shown(&ada).await;
    let of = &now["subscription"];
    assert_eq!((&now["plan"], &of["status"], &of["gives"]), (&json!("pro"), &json!("past_due"), &json!("pro")));
    let days = |since: &str, until: &str| {
        let at = |name: &str| {
            let format = &time::format_description::well_known::Rfc3339;
            time::OffsetDateTime::parse(of[name].as_str().unwrap(), format).unwrap()
        };
        (at(until) - at(since)).whole_days()
    };
    assert_eq!(days("pastDueSince", "graceEndsAt"), 3);
    // Told again, it does not begin anew.
    assert_eq!(stripe.send(&platform, &stripe.told("updated", &subscription)).await, 200);
    assert_eq!(shown(&ada).await["subscription"]["pastDueSince"], of["pastDueSince"]);
    // Three days later it ends by itself.
    let time = if platform.database_is_postgres() {
        "past_due_since - interval '3 days'"
    } else {
        "strftime('%Y-%m-%dT%H:%M:%f000Z', past_due_since, '-3 days')"
    };
    platform.sql(&format!("UPDATE billing SET past_due_since = {time}, look_at = {time}")).await;
    becomes(&ada, "hobby").await;
    let now = shown(&ada).await;
    assert_eq!((&now["subscription"]["status"], &now["subscription"]["gives"]), (&json!("past_due"), &Value::Null));
    let by_itself = changes(&ada).await.pop().unwrap();
    assert_eq!((&by_itself["via"], &by_itself["actor"]), (&json!("platform"), &json!("platform")));
    assert_eq!(by_itself["reason"], "compared with what is paid for");
    // There is something to pay, in the portal; not another checkout.
    assert_eq!(ada.post(CHECKOUT, json!({"plan": "pro"})).await.1["code"], "already_subscribed");
    stripe.change(&subscription, |of| of["status"] = json!("active"));
    assert_eq!(stripe.send(&platform, &stripe.event("invoice.paid", &invoice)).await, 200);
    let now = shown(&ada).await;
    assert_eq!((&now["plan"], &now["subscription"]["pastDueSince"]), (&json!("pro"), &Value::Null));
});

#[tokio::test]
async fn each_state_gives_the_plan_or_the_default_one() {
    let (platform, stripe) = billed(Platform::setup(), "").await;
    let ada = platform.sign_in(ADA).await;
    let subscription = subscribed(&platform, &stripe, &ada, "pro").await;
    for (status, price, plan) in [
        ("trialing", "price_pro_month", "pro"),
        ("unpaid", "price_pro_month", "hobby"),
        ("active", "price_team_month", "team"),
        ("incomplete_expired", "price_team_month", "hobby"),
        ("active", "price_former", "pro"),
        ("paused", "price_former", "hobby"),
        ("past_due", "price_pro_year", "pro"),
        ("incomplete", "price_pro_year", "hobby"),
        ("active", "price_pro_year", "pro"),
    ] {
        stripe.reprice(&subscription, price);
        stripe.change(&subscription, |of| of["status"] = json!(status));
        assert_eq!(stripe.send(&platform, &stripe.told("updated", &subscription)).await, 200);
        assert_eq!(plan_of(&ada).await, plan, "{status} at {price}");
    }
    // A price that the settings do not have takes nothing away that is paid for; the operator reads of it.
    stripe.change(&subscription, |of| of["items"]["data"][0]["price"]["id"] = json!("price_9Unknown"));
    assert_eq!(stripe.send(&platform, &stripe.told("updated", &subscription)).await, 200);
    assert_eq!(plan_of(&ada).await, "pro");
    assert!(platform.log().contains("no plan has this price"));
    // A state that we do not know changes nothing, and is asked for again.
    stripe.change(&subscription, |of| of["status"] = json!("pondering"));
    assert_eq!(stripe.send(&platform, &stripe.told("updated", &subscription)).await, 500);
    assert_eq!(plan_of(&ada).await, "pro");
}

// What was told while the platform was down was told to nobody.
on_both!(what_nobody_was_told_of_is_found_at_the_next_start, async |setup: Setup| {
    let (mut platform, stripe) = billed(setup, "").await;
    let (ada, eve) = (platform.sign_in(ADA).await, platform.sign_in("eve@example.com").await);
    let ends = subscribed(&platform, &stripe, &ada, "pro").await;
    paid(&stripe, &eve, "team").await;
    assert_eq!(plan_of(&eve).await, "hobby");
    platform.kill();
    stripe.change(&ends, |of| of["status"] = json!("canceled"));
    platform.restart().await;
    becomes(&ada, "hobby").await;
    becomes(&eve, "team").await;
});

/// While it runs, too, when an account is due; and who asks for another checkout has paid already.
#[tokio::test]
async fn what_nobody_was_told_of_is_found_when_it_is_due() {
    let (platform, stripe) = billed(Platform::setup(), "").await;
    let ada = platform.sign_in(ADA).await;
    let subscription = paid(&stripe, &ada, "pro").await;
    let again = ada.post(CHECKOUT, json!({"plan": "pro"})).await;
    assert_eq!((again.0, plan_of(&ada).await.as_str()), (409, "pro"), "{again:?}");
    stripe.reprice(&subscription, "price_team_month");
    // Not before it is due.
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    assert_eq!(plan_of(&ada).await, "pro");
    assert_eq!(platform.sql("UPDATE billing SET look_at = '2020-01-01T00:00:00.000001Z'").await, 1);
    becomes(&ada, "team").await;
}

on_both!(the_operators_choice_stands, async |setup: Setup| {
    let (platform, stripe) = billed(setup, "").await;
    let ada = platform.sign_in(ADA).await;
    assert_eq!(platform.admin("plan", &["--org", "ada", "--plan", "enterprise"]), "enterprise");
    let now = shown(&ada).await;
    assert_eq!((&now["plan"], &now["setByOperator"]), (&json!("enterprise"), &json!(true)));
    let refused = ada.post(CHECKOUT, json!({"plan": "pro"})).await;
    assert_eq!((refused.0, &refused.1["code"]), (409, &json!("plan_set_by_operator")), "nobody pays for nothing");
    assert_eq!(platform.admin("plan", &["--org", "ada"]), "hobby");

    let subscription = subscribed(&platform, &stripe, &ada, "pro").await;
    assert_eq!(platform.admin("plan", &["--org", "ada", "--plan", "team"]), "team");
    stripe.change(&subscription, |of| of["cancel_at_period_end"] = json!(true));
    assert_eq!(stripe.send(&platform, &stripe.told("updated", &subscription)).await, 200);
    let now = shown(&ada).await;
    assert_eq!((&now["plan"], &now["subscription"]["gives"]), (&json!("team"), &json!("pro")));
    assert!(now["subscription"]["endsAt"].is_string(), "what is paid for is told all the same");
    // Then what is paid for counts again.
    assert_eq!(platform.admin("plan", &["--org", "ada"]), "pro");
    assert_eq!(shown(&ada).await["setByOperator"], false);
    let by: Vec<_> = changes(&ada).await.iter().map(|entry| entry["via"].as_str().unwrap().to_owned()).collect();
    assert_eq!(by, ["command_line", "command_line", "webhook", "command_line", "command_line"]);
    let (well, said) = platform.beside(&["admin", "plan"], &["--org", "nobody", "--plan", "pro"]);
    assert!(!well && said.contains("there is no organisation nobody"), "{said}");
});

/// An abandoned checkout changes nothing of a plan that was never paid for.
#[tokio::test]
async fn who_never_paid_keeps_what_they_have() {
    let (mut platform, stripe) = billed(Platform::setup(), "").await;
    let ada = platform.sign_in(ADA).await;
    assert_eq!(platform.sql("UPDATE orgs SET plan = 'self-hosted' WHERE slug = 'ada'").await, 1);
    assert_eq!(ada.post(CHECKOUT, json!({"plan": "pro"})).await.0, 201);
    let customer = json!({"id": "cs_1", "object": "checkout.session", "customer": stripe.customers()[0]["id"]});
    assert_eq!(stripe.send(&platform, &stripe.event("checkout.session.completed", &customer)).await, 200);
    platform.kill();
    platform.restart().await;
    assert_eq!(ada.post(CHECKOUT, json!({"plan": "pro"})).await.0, 201);
    assert_eq!((plan_of(&ada).await.as_str(), changes(&ada).await.len()), ("self-hosted", 0));
}
