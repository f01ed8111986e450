//! How many links may be asked for.

use reqwest::{Client, Method};
use serde_json::json;

use super::{ADA, LINK};
use crate::platform::{Platform, Setup, on_both};

/// Asks for a link twenty times at once, for the addresses that `email` gives: how many were sent.
async fn ask_twenty(platform: &Platform, email: impl Fn(usize) -> String) -> usize {
    let mut askers = tokio::task::JoinSet::new();
    for n in 0..20 {
        let (asker, body) = (platform.anyone(), json!({"email": email(n)}));
        // Nobody vouches for this header: it must not count.
        let request = asker.request(Method::POST, LINK).header("X-Forwarded-For", format!("192.0.2.{n}")).json(&body);
        askers.spawn(async move { request.send().await.unwrap() });
    }
    let mut sent = 0;
    for answer in askers.join_all().await {
        if answer.status() == 202 {
            sent += 1;
            continue;
        }
        assert_eq!(answer.status(), 429);
        let wait: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((86_000..=86_401).contains(&wait), "{wait}");
        assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["code"], "rate_limited");
    }
    sent
}

on_both!(five_links_a_day_go_to_one_mail_address, async |setup: Setup| {
    let platform = setup.start().await;
    assert_eq!(ask_twenty(&platform, |_| ADA.to_owned()).await, 5);
    assert_eq!(platform.mails_to(ADA).len(), 5);
    assert_eq!(platform.anyone().post(LINK, json!({"email": "bob@example.com"})).await.0, 202);
    platform.sign_in(ADA).await; // by the operator's link, which no limit counts
});

on_both!(ten_links_a_day_are_asked_for_from_one_network_address, async |setup: Setup| {
    let platform = setup.start().await;
    assert_eq!(ask_twenty(&platform, |n| format!("ada{n}@example.com")).await, 10);
});

#[tokio::test]
async fn a_trusted_proxy_says_who_asks() {
    let config = "[http]\ntrusted_proxies = [\"127.0.0.0/8\"]\n[sign_in]\nlinks_per_address = 1";
    let platform = Platform::setup().config(config).start().await;
    let ask = async |n: u8, from: &str| {
        let request = Client::new().post(format!("{}{LINK}", platform.url)).header("X-Forwarded-For", from);
        let email = json!({"email": format!("ada{n}@example.com")});
        request.json(&email).send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask(1, "192.0.2.1").await, 202);
    assert_eq!(ask(2, "192.0.2.2").await, 202);
    assert_eq!(ask(3, "198.51.100.1, 192.0.2.2").await, 429);
}
