//! Components whose harm is not in what a tool does.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{GROUP, patient};
use crate::attack::{Attack, attack};
use crate::guests::{ECHO, LOG, encode};
use crate::handmade::{Lying, component};
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, endless_clean_up_after_the_result, "the call's slot, once its result is there"),
    attack!(slow GROUP, code_that_takes_forever_to_compile, "the platform's time and memory, and everybody's calls"),
    attack!(GROUP, allocator_that_lies, "the host's memory, which copies to where the guest says"),
];

async fn endless_clean_up_after_the_result(scene: &Scene) {
    let lying = Lying::start().await;
    let platform = scene.platform(patient(&lying.config)).await;
    let ada = Tenant::new(&platform, "ada").await;
    let cleans = |what: &str| {
        let items = format!(r#"(func (export "cabi_post_cloche:tool/tools@0.1.0#call") (param i32) {what})"#);
        component("", &items, &format!("(if (i32.eqz (local.get $args_len)) (then unreachable)) {ECHO}"))
    };
    let traps = lying.build(&ada, "traps", cleans("unreachable")).await;
    scene.control("a clean-up that crashes is run, and found", traps.is_err(), &traps);
    let began = Instant::now();
    let endless = lying.build(&ada, "endless", cleans("(loop $l (br $l))")).await;
    let ended = endless.as_ref().is_err_and(|why| why.contains("fuel")) && began.elapsed() < Duration::from_mins(1);
    scene.guard("one that does not end runs on the call's own fuel", ended, endless);
}

async fn allocator_that_lies(scene: &Scene) {
    let lying = Lying::start().await;
    // More servers than the smallest plan has; on a busy machine too, what ends a call is what it used.
    let plan = "plan = \"team\"\n[plans.team.call]\nfuel = 1_000_000_000\nwall_ms = 120_000\n";
    let platform = scene.platform(Platform::setup().config(&format!("{plan}{}", lying.config))).await;
    let ada = Tenant::new(&platform, "ada").await;
    let with = |realloc: &str| {
        encode(&format!(
            r#"(module {LOG} (memory (export "memory") 2) (global $calls (mut i32) (i32.const 0))
              (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (global.set $calls (i32.add (global.get $calls) (i32.const 1))) {realloc})
              (func (export "cloche:tool/tools@0.1.0#call") (param $name i32) (param $len i32) (param i32 i32) (result i32)
                ;; The error «» for the name without letters, an empty result for any other.
                (i32.store8 (i32.const 64) (i32.eqz (local.get $len)))
                (i32.store (i32.const 68) (i32.const 1024)) (i32.store (i32.const 72) (i32.const 0))
                (i32.const 64)))"#
        ))
    };
    // The name and the arguments are two allocations; the smoke run has an empty name.
    let honest = lying.build(&ada, "honest", with("(i32.mul (global.get $calls) (i32.const 8192))")).await;
    let said = match &honest {
        Ok(server) => ada.attack(&platform, server, json!({})).await.error,
        Err(_) => true,
    };
    scene.control("an allocator that tells the truth serves", !said, &honest);
    for (slug, realloc) in [
        ("beyond", "(i32.const -8)"),
        ("at-the-end", "(i32.const 131071)"),
        ("odd", "(i32.const -1)"),
        ("endless", "(loop $l (br $l)) unreachable"),
        ("calls-out", "(call $log (i32.const 1) (i32.const 0) (i32.const 10)) (i32.const 8192)"),
        ("recursive", "(drop (memory.grow (i32.const 60000))) (i32.const 0x7ffffff8)"),
    ] {
        let began = Instant::now();
        let built = lying.build(&ada, slug, with(realloc)).await;
        let refused = match &built {
            Err(why) => why.contains("smoke_failed"),
            Ok(server) => ada.attack(&platform, server, json!({"text": "x".repeat(100_000)})).await.error,
        };
        let soon = began.elapsed() < Duration::from_mins(1);
        scene.guard("a lie ends the call, with an error", refused && soon, (slug, built, began.elapsed()));
    }
}

async fn code_that_takes_forever_to_compile(scene: &Scene) {
    let lying = Lying::start().await;
    let platform = scene.platform(Platform::setup().config(&lying.config)).await;
    let (eve, bob) = (Tenant::new(&platform, "eve").await, Tenant::new(&platform, "bob").await);
    let quiet = lying.build(&bob, "quiet", component("", "", ECHO)).await.unwrap();
    let began = Instant::now();
    lying.build(&eve, "small", component("", &tangle(40_000), ECHO)).await.unwrap();
    let took = began.elapsed();
    let what = format!("half a megabyte of one function takes {:.1} s to compile", took.as_secs_f64());
    scene.control(what, took > Duration::from_secs(1), took);

    let began = Instant::now();
    let (ended, (first, at_first)) = tokio::join!(
        async { (lying.build(&eve, "bomb", component("", &tangle(600_000), ECHO)).await, Instant::now()) },
        async {
            for _ in 0..40 {
                tokio::time::sleep(Duration::from_millis(200)).await;
                let began = Instant::now();
                let said = bob.attack(&platform, &quiet, json!({})).await;
                let soon = !said.error && began.elapsed() < Duration::from_secs(2);
                scene.guard("the neighbour is answered meanwhile", soon, (began.elapsed(), said));
            }
            (lying.build(&bob, "first", component("", "(global i32 (i32.const 8))", ECHO)).await, Instant::now())
        }
    );
    let (tangled, at) = ended;
    assert!(at - began > Duration::from_secs(9), "the compilation was over too soon to show anything");
    let named =
        tangled.as_ref().is_err_and(|why| why.contains("smoke_failed") && why.contains("60 s of processor time"));
    let meanwhile = first.is_ok() && at_first < at;
    scene.guard("a component that is new here is compiled meanwhile", meanwhile, (first, at_first - began, at - began));
    scene.guard("the compilation ends at its bound, and the build says so", named, (tangled, at - began));
    let next = lying.build(&bob, "next", component("", "(global i32 (i32.const 7))", ECHO)).await;
    scene.guard("the next component is compiled", next.is_ok(), next);
}

/// A loop of so many additions among 3,000 variables, each of which lives all through it.
fn tangle(operations: usize) -> String {
    const VARIABLES: usize = 3_000;
    let mut body = String::new();
    for i in 0..operations {
        let [to, one, other] = [i * 7, i * 13, i * 31].map(|n| n % VARIABLES);
        write!(body, "(local.set {to} (i32.add (local.get {one}) (local.get {other})))").unwrap();
    }
    format!("(func $tangle {} (loop $l {body} (br_if $l (local.get 0))))", "(local i32)".repeat(VARIABLES))
}
