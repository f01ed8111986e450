//! A tenant that burns all it may, and one who lives beside it.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::time::timeout;

use super::GROUP;
use crate::attack::{Attack, attack};
use crate::hosted::call;
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, noisy_neighbour, "everybody else's calls"),
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
