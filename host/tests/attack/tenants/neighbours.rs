//! A tenant that burns all it may, and one who lives beside it.

use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::GROUP;
use crate::attack::{Attack, attack};
use crate::hosted::call;
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, noisy_neighbour, "everybody else's calls"),
    attack!(GROUP, hundreds_of_large_calls_at_once, "the platform's memory, and everybody else's calls"),
    attack!(GROUP, error_text_with_another_tenants_words, "what a failing call says"),
];

const SPIN: &str = "let (mut x, mut i) = (1u64, 0i64);
loop { x = x.wrapping_mul(3) ^ 7; i += 1; if i < 0 { break; } }
Ok(x.to_string())";

async fn noisy_neighbour(scene: &Scene) {
    let platform = scene.platform(Platform::setup().config("plan = \"hobby\"\n")).await;
    let (eve, bob) = (Tenant::new(&platform, "eve").await, Tenant::new(&platform, "bob").await);
    let (noisy, quiet) = (eve.server(SPIN).await, bob.server("Ok(\"here\")").await);
    let empty = json!({});
    let burn = async {
        loop {
            let burning = (0..12).map(|_| noisy.send(&platform, &eve.key, call("attack", &empty)));
            futures::future::join_all(burning).await;
        }
    };
    let live = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let own = timeout(Duration::from_secs(1), eve.call(&platform, &noisy, "now", json!({}))).await;
        scene.control("the burning tenant's own next call gets no turn within a second", own.is_err(), &own);
        for _ in 0..30 {
            let began = Instant::now();
            let said = bob.attack(&platform, &quiet, json!({})).await;
            let soon = said.text == "here" && began.elapsed() < Duration::from_secs(1);
            scene.guard("the neighbour is answered within a second", soon, (began.elapsed(), said));
        }
    };
    tokio::select! { () = burn => {}, () = live => {} }
}

async fn hundreds_of_large_calls_at_once(scene: &Scene) {
    let platform = scene.platform(Platform::setup().config("plan = \"hobby\"\n")).await;
    let (eve, bob) = (Tenant::new(&platform, "eve").await, Tenant::new(&platform, "bob").await);
    let (noisy, quiet) = (eve.server(SPIN).await, bob.server("Ok(\"here\")").await);
    let large = axum::body::Bytes::from(call("attack", &json!({"text": "x".repeat(3 << 20)})).to_string());
    let caller = platform.with_key(&eve.key);
    let send = || {
        let request = caller.request(Method::POST, &noisy.path()).header(CONTENT_TYPE, "application/json");
        request.header(ACCEPT, "application/json, text/event-stream").body(large.clone()).send()
    };
    let before = platform.usage().resident_kib;
    let mut calls = JoinSet::new();
    for _ in 0..4 {
        calls.spawn(send());
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let four = platform.usage().resident_kib.saturating_sub(before);
    let what = "four of them, which the plan lets run, hold their arguments in memory";
    scene.control(what, four > 4 * (3 << 10) && calls.len() == 4, (four, calls.len()));
    for _ in 0..300 {
        calls.spawn(send());
    }
    let (mut most, mut refused) = (0, vec![]);
    for _ in 0..30 {
        let began = Instant::now();
        let said = bob.attack(&platform, &quiet, json!({})).await;
        // Reading what may be read takes a while, above all where nothing is optimised.
        let soon = said.text == "here" && began.elapsed() < Duration::from_secs(15);
        scene.guard("the neighbour is answered meanwhile", soon, (began.elapsed(), said));
        most = most.max(platform.usage().resident_kib.saturating_sub(before));
        while let Some(answer) = calls.try_join_next() {
            // Who is refused while it sends may find its connection closed.
            let Ok(answer) = answer.unwrap() else { continue };
            refused.push((answer.status().as_u16(), answer.text().await.unwrap_or_default()));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Without a bound, 300 of them hold 900 MiB at least.
    scene.guard("they hold less than 512 MiB together", most < 512 << 10, most);
    let named = |(status, text): &&(u16, String)| *status == 429 && text.contains("over the limit of 67108864");
    let waiting = |(_, text): &&(u16, String)| text.contains("that wait for others to finish would hold");
    let told = (refused.iter().filter(named).count(), refused.iter().filter(waiting).count());
    scene.guard(
        "those beyond are refused at once, by name",
        told.0 + told.1 >= 250 && told.1 > 0,
        (told, refused.len()),
    );
}

async fn error_text_with_another_tenants_words(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let (ada, eve) = (Tenant::new(&platform, "ada").await, Tenant::new(&platform, "eve").await);
    let body = "let text = args.text.unwrap_or_default();
        log::error(&text);
        match args.n { Some(0) => panic!(\"{text}\"), Some(1) => Err(err!(\"{text}\")), _ => Ok(text) }";
    let (hers, mine) = (ada.server(body).await, eve.server(body).await);
    for n in [0, 1] {
        let said = ada.attack(&platform, &hers, json!({"n": n, "text": "pomegranate"})).await;
        let own = said.error && said.text.contains("pomegranate");
        if n == 0 {
            scene.control("a failing call's own words are in its error", own, said);
        }
    }
    for round in 0..20 {
        let n = round % 2;
        let (of_ada, of_eve) = tokio::join!(
            ada.attack(&platform, &hers, json!({"n": n, "text": "pomegranate"})),
            eve.attack(&platform, &mine, json!({"n": n, "text": "quince"})),
        );
        let apart = of_ada.text.contains("pomegranate") && of_eve.text.contains("quince");
        let mixed = of_ada.answer.to_string().contains("quince") || of_eve.answer.to_string().contains("pomegranate");
        scene.guard("calls at the same time have each their own", apart && !mixed, (of_ada, of_eve));
    }
    // All that can go wrong for one who guesses at another's things.
    let wrong = [
        eve.browser.get(&format!("/v1/servers/{}", hers.id)).await,
        eve.browser.put(&format!("/v1/servers/{}/secrets/API_KEY", hers.id), json!({"value": "x"})).await,
        eve.browser.post("/v1/servers", json!({"name": "x", "slug": "ada-server", "previewId": hers.id})).await,
    ];
    let text = format!("{wrong:?}").to_lowercase();
    let silent = !text.contains("pomegranate") && !text.contains("ada@") && !text.contains("does harm");
    scene.guard("a refusal tells nothing of the owner or the server", silent, text);
}
