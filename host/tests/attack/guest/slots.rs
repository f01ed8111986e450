//! Calls that hold what others need.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::time::timeout;

use super::GROUP;
use crate::attack::{Attack, attack};
use crate::hosted::call;
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;
use crate::upstream::{Upstream, ok};

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, abandoned_calls_that_keep_their_slots, "a server's own slots, after its clients have gone"),
    attack!(GROUP, progress_flood, "the client's connection"),
];

/// Waits for an upstream that takes its time.
const WAIT: &str = "Ok(http::get(args.text.unwrap_or_default()).send()?.text())";

async fn abandoned_calls_that_keep_their_slots(scene: &Scene) {
    let slow = Upstream::paced(|_| ok("", &[b'x'; 200]), Duration::from_millis(200)).await;
    let config = "plan = \"hobby\"\n[egress]\nallow_private = [\"127.0.0.0/8\"]\n";
    let platform = scene.platform(Platform::setup().config(config)).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = ada.server_with(WAIT, |spec| spec["allowedHosts"] = json!([slow.pattern()])).await;
    let url = json!({"text": slow.url("/")});
    let waits = || server.send(&platform, &ada.key, call("attack", &url));
    let now = || ada.call(&platform, &server, "now", json!({}));
    let all_four = async {
        tokio::join!(waits(), waits(), waits(), waits());
    };
    let fifth = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        timeout(Duration::from_secs(2), now()).await
    };
    tokio::select! {
        () = all_four => panic!("the calls were over too soon to show anything"),
        fifth = fifth => scene.control("while four clients wait, the plan's four slots are taken", fifth.is_err(), &fifth),
    }
    // The four clients have gone with their futures.
    let began = Instant::now();
    let said = now().await;
    let soon = !said.error && began.elapsed() < Duration::from_secs(2);
    scene.guard("once the clients have gone, the slots are free", soon, (said, began.elapsed()));
}

async fn progress_flood(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = "for i in 0..args.n.unwrap_or(0) { progress::report(i as f64, f64::NAN, \"on\"); }\nOk(())";
    let server = ada.server(body).await;
    let reports = async |count: u32| {
        let mut message = call("attack", &json!({"n": count}));
        message["params"]["_meta"] = json!({"progressToken": "p"});
        let answer = server.send(&platform, &ada.key, message).await.text().await.unwrap();
        let ended = answer.contains("\"content\"");
        (answer.matches("notifications/progress").count(), ended)
    };
    let few = reports(50).await;
    scene.control("each of 50 reports is a message to the client", few == (50, true), few);
    let flood = reports(20_000).await;
    scene.guard("of 20,000, the client gets 100 and the result", flood == (100, true), flood);
}
