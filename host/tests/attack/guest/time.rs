//! Guests that don't end.

use serde_json::json;

use super::GROUP;
use crate::attack::{Attack, attack};
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;

/// The smallest plan: 5 G of fuel, 10 s.
const HOBBY: &str = "plan = \"hobby\"\n";
const TEAM: &str = "plan = \"team\"\n";

pub const ATTACKS: &[Attack] = &[attack!(GROUP, endless_loop_without_a_host_call, "the processor's time")];

/// So many rounds; endless below zero. What it computes has no shorter form.
const SPIN: &str = "let rounds = args.n.unwrap_or(0);
let (mut x, mut i) = (1u64, 0i64);
while i != rounds { x = x.wrapping_mul(3) ^ 7; i += 1; }
Ok(x.to_string())";

async fn endless_loop_without_a_host_call(scene: &Scene) {
    let rounds = json!({"n": 1_500_000_000});
    let team = scene.platform(Platform::setup().config(TEAM)).await;
    let ada = Tenant::new(&team, "ada").await;
    let server = ada.server(SPIN).await;
    let said = ada.attack(&team, &server, rounds.clone()).await;
    scene.control("a plan with ten times the fuel lets 1.5 G rounds run on to their end", !said.error, said);

    let hobby = scene.platform(Platform::setup().config(HOBBY)).await;
    let ada = Tenant::new(&hobby, "ada").await;
    let server = ada.server(SPIN).await;
    for arguments in [rounds, json!({"n": -1})] {
        let said = ada.attack(&hobby, &server, arguments).await;
        scene.guard("the loop ends by its fuel, and the error says so", said.error && said.text.contains("fuel"), said);
    }
    let said = ada.call(&hobby, &server, "now", json!({})).await;
    scene.guard("the next call is answered", !said.error, said);
}
