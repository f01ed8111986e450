//! Lists: their order, their pages, and what is found.

use std::time::Duration;

use serde_json::{Value, json};

use crate::hosted::Hosted;
use crate::market::{fork, listing, publish};
use crate::platform::{Caller, Platform, Setup, on_both};

async fn slugs(caller: &Caller, query: &str) -> Vec<String> {
    let (status, page) = caller.get(&format!("/v1/templates{query}")).await;
    assert_eq!(status, 200, "{query}: {page:#}");
    page["templates"].as_array().unwrap().iter().map(|one| one["slug"].as_str().unwrap().to_owned()).collect()
}

on_both!(lists_have_their_order_and_come_in_pages, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let anyone = platform.anyone();
    for (title, category) in [("First", "data"), ("Second", "utilities"), ("Third", "data"), ("Fourth", "data")] {
        let server = Hosted::demo(&ada, &title.to_lowercase()).await;
        let mut told = listing(&server, title);
        told["category"] = json!(category);
        told["longDescription"] = json!(format!("Résumé of {title}"));
        assert_eq!(ada.post("/v1/templates", told).await.0, 201);
    }
    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    let others = ["eve@example.com", "dan@example.com"].map(|email| platform.with_key(&platform.api_key(email)));
    for (template, by) in [("second", 3), ("first", 1), ("third", 2)] {
        for (i, caller) in [&bob, &others[0], &others[1]].into_iter().take(by).enumerate() {
            fork(caller, template, &format!("{template}-{i}")).await;
        }
    }
    assert_eq!(slugs(&anyone, "?tab=newest").await, ["fourth", "third", "second", "first"]);
    assert_eq!(slugs(&anyone, "?tab=top").await, ["second", "third", "first", "fourth"]);
    assert_eq!(slugs(&anyone, "").await, ["second", "third", "first", "fourth"]);
    assert_eq!(slugs(&anyone, "?tab=top&category=data").await, ["third", "first", "fourth"]);
    for (tab, all) in [
        ("trending", ["second", "third", "first", "fourth"]),
        ("top", ["second", "third", "first", "fourth"]),
        ("newest", ["fourth", "third", "second", "first"]),
    ] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let (_, page) = anyone.get(&format!("/v1/templates?tab={tab}&limit=3{cursor}")).await;
            seen.extend(
                page["templates"].as_array().unwrap().iter().map(|one| one["slug"].as_str().unwrap().to_owned()),
            );
            let Some(next) = page["nextCursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, all, "{tab}");
    }
    let (_, page) = anyone.get("/v1/templates?tab=top&limit=1").await;
    let one = &page["templates"][0];
    assert_eq!((&one["forkCount"], &one["liveCount"], &one["publisher"]), (&json!(3), &json!(3), &json!("ada")));
    assert_eq!((&one["tools"], &one["secrets"]), (&json!(["echo", "now"]), &json!([])));

    // Found by the beginnings of words, however they are written, in titles, descriptions and tools.
    assert_eq!(slugs(&anyone, "?q=THIRD").await, ["third"]);
    assert_eq!(slugs(&anyone, "?q=resume%20fou").await, ["fourth"]);
    assert_eq!(slugs(&anyone, "?q=ec&tab=newest").await.len(), 4);
    assert_eq!(slugs(&anyone, "?q=ec&category=utilities").await, ["second"]);
    assert_eq!(slugs(&anyone, "?q=nothing").await, [""; 0]);
    for odd in ["%22", "a%22%20OR%20b", "*", "a%26%21%7C%28", "NEAR(", "%00", "-", "col:x", "'"] {
        slugs(&anyone, &format!("?q={odd}")).await;
    }
    for bad in [
        "tab=best",
        "cursor=nonsense",
        "cursor=7ff0000000000000~tpl_01m8c9r4fae2d9d5860ny4kcfp",
        "category=games",
        "page=2",
    ] {
        let (status, problem) = anyone.get(&format!("/v1/templates?{bad}")).await;
        assert_eq!((status, &problem["code"]), (400, &json!("invalid_query")), "{bad}");
    }
    assert_eq!(anyone.get("/v1/templates?tab=mine").await.0, 401);
    assert_eq!(slugs(&bob, "?tab=mine").await, [""; 0]);
    assert_eq!(anyone.get("/v1/templates/nothing").await.1["code"], "not_found");
});

on_both!(the_starter_library_is_there_and_verified, async |setup: Setup| {
    let platform = setup.with_starters().start().await;
    let names = cloche_starter::names();
    for _ in 0..1200 {
        if slugs(&platform.anyone(), "?tab=newest&limit=100").await.len() == names.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (_, page) = platform.anyone().get("/v1/templates?tab=newest&limit=100").await;
    let templates = page["templates"].as_array().unwrap();
    assert_eq!(templates.len(), names.len(), "{page:#}\n{}", platform.log());
    for template in templates {
        assert_eq!((&template["verified"], &template["publisher"]), (&json!(true), &json!("Cloche")), "{template:#}");
    }
    let key = platform.api_key("bob@example.com");
    let his = fork(&platform.with_key(&key), "echo-and-now", "his").await;
    let answer: Value = his.echo(&platform, &key).await.1;
    assert_eq!(answer["result"]["content"][0]["text"], "hello", "{answer:#}");
    // Once: nothing is published again at the next start.
    let mut platform = platform;
    assert!(platform.stop());
    platform.restart().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (_, again) = platform.anyone().get("/v1/templates/echo-and-now").await;
    assert_eq!(again["release"], 1);
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let copy = Hosted::demo(&ada, "copy").await;
    assert_eq!(publish(&ada, &copy, "Text-tools").await["resembles"], "text-tools");
});

#[tokio::test]
async fn starters_that_could_not_be_built_come_with_the_next_start() {
    let unbuildable = "[compiler]\nurl = \"http://127.0.0.1:1\"\n";
    let mut platform = Platform::setup().with_starters().config(unbuildable).start().await;
    let names = cloche_starter::names();
    // It is tried twice, with a compiler asked five times each.
    for _ in 0..900 {
        if platform.log().contains("a starter was not built") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(platform.log().contains("a starter was not built"), "{}", platform.log());
    assert_eq!(slugs(&platform.anyone(), "").await, [""; 0]);
    assert!(platform.stop());
    platform.configure("");
    platform.restart().await;
    // They come one after another: this one is the first.
    for _ in 0..1200 {
        if slugs(&platform.anyone(), "").await.contains(&names[0]) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{} is no template: {}", names[0], platform.log());
}
