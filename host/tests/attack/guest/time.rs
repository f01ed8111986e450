//! Guests that don't end.

use serde_json::json;

use super::{GROUP, patient, team};
use crate::attack::{Attack, attack};
use crate::guests::ECHO;
use crate::handmade::{Lying, component};
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, endless_loop_without_a_host_call, "the processor's time"),
    attack!(GROUP, slow_loop_between_host_calls, "the processor's time, where each call gives the host its turn"),
    attack!(GROUP, start_function_bomb, "the builder, and every call's start"),
];

/// So many rounds; endless below zero. What it computes has no shorter form.
const SPIN: &str = "let rounds = args.n.unwrap_or(0);
let (mut x, mut i) = (1u64, 0i64);
while i != rounds { x = x.wrapping_mul(3) ^ 7; i += 1; }
Ok(x.to_string())";

/// The same, with a host call after every thousand.
const SLOW: &str = "let rounds = args.n.unwrap_or(0);
let (mut x, mut i) = (1u64, 0i64);
while i != rounds {
    for _ in 0..1000 { x = x.wrapping_mul(3) ^ 7; }
    x ^= time::now_ms() as u64;
    i += 1;
}
Ok(x.to_string())";

async fn endless_loop_without_a_host_call(scene: &Scene) {
    loops(scene, SPIN, 1_500_000_000, "1.5 G rounds").await;
}

async fn slow_loop_between_host_calls(scene: &Scene) {
    loops(scene, SLOW, 2_000_000, "2 M rounds").await;
}

async fn loops(scene: &Scene, body: &str, rounds: u64, words: &str) {
    let long = json!({"n": rounds});
    let large = scene.platform(team()).await;
    let ada = Tenant::new(&large, "ada").await;
    let server = ada.server(body).await;
    let said = ada.attack(&large, &server, long.clone()).await;
    scene.control(format!("a plan with ten times the fuel lets {words} run on to their end"), !said.error, said);

    let small = scene.platform(patient("")).await;
    let ada = Tenant::new(&small, "ada").await;
    let server = ada.server(body).await;
    for arguments in [long, json!({"n": -1})] {
        let said = ada.attack(&small, &server, arguments).await;
        scene.guard("the loop ends by its fuel, and the error says so", said.error && said.text.contains("fuel"), said);
    }
    let said = ada.call(&small, &server, "now", json!({})).await;
    scene.guard("the next call is answered", !said.error, said);
}

async fn start_function_bomb(scene: &Scene) {
    let lying = Lying::start().await;
    let platform = scene.platform(Platform::setup().config(&lying.config)).await;
    let ada = Tenant::new(&platform, "ada").await;
    let start = |rounds: &str| {
        let items = format!(
            "(func $bomb (local $n i32) (loop $l (local.set $n (i32.add (local.get $n) (i32.const 1))) {rounds})) (start $bomb)"
        );
        component("", &items, ECHO)
    };
    let ends = lying.build(&ada, "ends", start("(br_if $l (i32.lt_u (local.get $n) (i32.const 1000000)))")).await;
    scene.control("a start function that ends goes live, and runs before each call", ends.is_ok(), &ends);
    let bomb = lying.build(&ada, "bomb", start("(br $l)")).await;
    let refused = bomb.as_ref().is_err_and(|why| why.contains("smoke_failed") && why.contains("fuel"));
    scene.guard("one that does not end is not built", refused, bomb);
    let said = ada.attack(&platform, &ends.unwrap(), json!({"text": "on"})).await;
    scene.guard("the server beside it answers", !said.error, said);
}
