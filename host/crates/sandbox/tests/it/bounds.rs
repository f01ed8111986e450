//! Every axis of a call: over the bound it ends with the bound's name and figure, just under it passes.

use std::time::{Duration, Instant};

use cloche_domain::plan::CallLimits;
use cloche_sandbox::{Axis, Bound, CallError, Error};

use crate::guests::{self, component};
use crate::kit::{Kit, call, grant, grant_of, limits, load, said};

const MIB: u64 = 1 << 20;
const FOREVER: &str = "(loop $l (br $l)) unreachable";
/// Grows by the pages that the arguments have bytes.
const GROW: &str = "(if (i32.eq (i32.const -1) (memory.grow (local.get $args_len))) (then unreachable))
    (call $text (i32.const 0) (i32.const 0))";

#[tokio::test]
async fn an_endless_loop_uses_up_its_fuel() {
    let limits = CallLimits { fuel: 20_000_000, ..limits() };
    let report = Kit::new().run(component("", "", FOREVER), grant_of(limits), "").await;
    assert_eq!(report.outcome, Err(CallError::Fuel { limit: 20_000_000 }));
    assert_eq!(report.fuel_used, 20_000_000);
    assert!(said(&report).contains("20000000 units"));
}

#[tokio::test]
async fn the_fuel_a_call_needs_is_enough_and_less_is_not() {
    let kit = Kit::new();
    let used = kit.run(guests::echo(), grant(), "hello").await.fuel_used;
    assert!(used > 0);
    let just_enough = grant_of(CallLimits { fuel: used, ..limits() });
    assert_eq!(said(&kit.run(guests::echo(), just_enough, "hello").await), "hello");
    // Looked at when a function or a loop begins: the last few units are not told apart.
    let too_little = grant_of(CallLimits { fuel: used / 2, ..limits() });
    assert_eq!(kit.run(guests::echo(), too_little, "hello").await.outcome, Err(CallError::Fuel { limit: used / 2 }));
}

#[tokio::test]
async fn a_start_function_runs_on_the_same_fuel() {
    let limits = CallLimits { fuel: 1_000_000, ..limits() };
    let wasm = component("", "(func $bomb (loop $l (br $l))) (start $bomb)", guests::ECHO);
    let report = Kit::new().run(wasm, grant_of(limits), "").await;
    assert_eq!(report.outcome, Err(CallError::Fuel { limit: 1_000_000 }));
}

#[tokio::test]
async fn the_wall_clock_ends_a_loop() {
    let limits = CallLimits { fuel: u64::MAX / 2, wall_ms: 300, ..limits() };
    let began = Instant::now();
    let report = Kit::new().run(component("", "", FOREVER), grant_of(limits), "").await;
    let said = said(&report);
    let Err(CallError::WallClock { limit, passed }) = report.outcome else { panic!("{:?}", report.outcome) };
    assert_eq!(limit, Duration::from_millis(300));
    assert!(passed >= limit && passed < Duration::from_secs(5), "{passed:?}");
    assert!(said.contains("within 0.3 s"));
    assert!(report.fuel_used > 1_000_000, "what was used is known: {}", report.fuel_used);
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_loop_of_host_calls_ends_as_well() {
    let limits = CallLimits { fuel: u64::MAX / 2, wall_ms: 300, ..limits() };
    let wasm = component(guests::CLOCK, "", "(loop $l (drop (call $now)) (br $l)) unreachable");
    let report = Kit::new().run(wasm, grant_of(limits), "").await;
    assert!(matches!(report.outcome, Err(CallError::WallClock { .. } | CallError::Transfer { .. })));
}

#[tokio::test]
async fn memory_is_bounded_with_its_figures() {
    let kit = Kit::new();
    let limit = limits().memory_bytes;
    // The guest begins with two pages.
    let pages = usize::try_from(limit / 65_536).unwrap();
    let report = kit.run(component("", "", GROW), grant(), &"x".repeat(pages - 2)).await;
    assert!(report.outcome.is_ok(), "{:?}", report.outcome);
    assert_eq!(report.peak_memory_bytes, limit);
    let report = kit.run(component("", "", GROW), grant(), &"x".repeat(pages - 1)).await;
    let wanted = limit + 65_536;
    assert_eq!(report.outcome, Err(CallError::Memory { limit, wanted }));
    assert!(said(&report).contains(&wanted.to_string()) && said(&report).contains(&limit.to_string()));
}

#[tokio::test]
async fn memory_at_birth_counts() {
    let limits = CallLimits { memory_bytes: 65_536, ..limits() };
    let report = Kit::new().run(guests::echo(), grant_of(limits), "").await;
    assert_eq!(report.outcome, Err(CallError::Memory { limit: 65_536, wanted: 131_072 }));
}

#[tokio::test]
async fn no_plan_has_more_memory_than_a_slot() {
    let limits = CallLimits { memory_bytes: 1 << 40, ..limits() };
    let report = Kit::new().run(component("", "", GROW), grant_of(limits), &"x".repeat(4_095)).await;
    assert!(matches!(report.outcome, Err(CallError::Memory { limit, .. }) if limit == 256 * MIB));
}

#[tokio::test]
async fn a_component_has_one_memory() {
    let two =
        "(component (core module $m (memory 1)) (core instance (instantiate $m)) (core instance (instantiate $m)))";
    let error = load(&Kit::new().sandbox, wat::parse_str(two).unwrap()).await.err().unwrap();
    assert!(matches!(&error, Error::Bound(bound) if *bound == Bound::new(Axis::Memories, 1, 2)), "{error}");
}

#[tokio::test]
async fn tables_are_bounded() {
    let table = "(table $t 1 funcref)";
    let grow = "(loop $l (br_if $l (i32.ne (i32.const -1)
        (table.grow $t (ref.null func) (i32.const 1000))))) unreachable";
    let report = Kit::new().run(component("", table, grow), grant(), "").await;
    assert_eq!(report.outcome, Err(CallError::Table { limit: 20_000, wanted: 20_001 }));
    let error = load(&Kit::new().sandbox, component("", "(table 30000 funcref)", guests::ECHO)).await.err().unwrap();
    assert!(matches!(&error, Error::Bound(bound) if *bound == Bound::new(Axis::Table, 20_000, 30_000)), "{error}");
}

#[tokio::test]
async fn deep_recursion_uses_up_the_stack() {
    let recurse = "(func $r (param i32) (result i32) (i32.add (i32.const 1) (call $r (local.get 0))))";
    let report = Kit::new().run(component("", recurse, "(call $r (i32.const 0))"), grant(), "").await;
    assert_eq!(report.outcome, Err(CallError::Stack { limit: 512 << 10 }));
}

#[tokio::test]
async fn results_are_bounded() {
    let kit = Kit::new();
    let wasm = component("", "", "(drop (memory.grow (i32.const 16))) (call $text (i32.const 0) (i32.const 1000))");
    let fits = grant_of(CallLimits { result_bytes: 1_064, ..limits() });
    assert!(kit.run(wasm.clone(), fits, "").await.outcome.is_ok());
    let over = grant_of(CallLimits { result_bytes: 1_063, ..limits() });
    let report = kit.run(wasm, over, "").await;
    assert_eq!(report.outcome, Err(CallError::ResultTooLarge { limit: 1_063, actual: 1_064 }));
}

#[tokio::test]
async fn a_huge_result_is_not_copied() {
    let body = "(drop (memory.grow (i32.const 320))) (call $text (i32.const 0) (i32.const 20000000))";
    let report = Kit::new().run(component("", "", body), grant(), "").await;
    assert!(matches!(report.outcome, Err(CallError::Transfer { .. })), "{:?}", report.outcome);
}

#[tokio::test]
async fn a_crash_is_told_and_the_next_call_is_well() {
    let kit = Kit::new();
    let wasm = component(
        "",
        "",
        "(if (i32.eqz (local.get $args_len)) (then unreachable)) (call $text (local.get $args) (local.get $args_len))",
    );
    let loaded = kit.load(wasm).await;
    for _ in 0..20 {
        let report = kit.sandbox.call(&loaded, grant(), call("t", "")).await;
        assert!(matches!(&report.outcome, Err(CallError::Trap(text)) if text.contains("unreachable")));
        assert_eq!(said(&kit.sandbox.call(&loaded, grant(), call("t", "well")).await), "well");
    }
}

#[tokio::test]
async fn a_crash_says_what_the_panic_said() {
    let items = r#"(data (i32.const 1024) "panicked at lib.rs:1:2: boom")"#;
    let body = "(call $log (i32.const 3) (i32.const 1024) (i32.const 28)) unreachable";
    let report = Kit::new().run(component(guests::LOG, items, body), grant(), "").await;
    assert_eq!(report.outcome, Err(CallError::Trap("panicked at lib.rs:1:2: boom".into())));
}

#[tokio::test]
async fn nothing_is_left_for_the_next_call() {
    let kit = Kit::with(|s| s.slots = 1);
    let items = "(global $seen (mut i32) (i32.const 0))";
    let fresh = "(if (i32.or (global.get $seen) (i32.load (i32.const 70000))) (then unreachable))
        (global.set $seen (i32.const 1)) (memory.fill (i32.const 65536) (i32.const 255) (i32.const 65536))
        (global.set $heap (i32.const 1024)) (call $text (i32.const 70000) (i32.const 0))";
    let loaded = kit.load(component("", items, fresh)).await;
    let other = kit.load(component("", items, &format!("(nop) {fresh}"))).await;
    for i in 0..40 {
        let loaded = if i % 3 == 0 { &other } else { &loaded };
        let report = kit.sandbox.call(loaded, grant(), call("t", "")).await;
        assert!(report.outcome.is_ok(), "call {i}: {:?}", report.outcome);
    }
}

#[tokio::test]
async fn a_tools_own_error_is_its_own() {
    let wasm = component("", "", "(call $fail (local.get $args) (local.get $args_len))");
    let report = Kit::new().run(wasm, grant(), "no such city").await;
    assert_eq!(report.outcome, Err(CallError::Tool("no such city".into())));
}

#[tokio::test]
async fn structured_content_is_an_object() {
    let kit = Kit::new();
    let body = "(local.set $r (call $text (i32.const 0) (i32.const 0)))
        (i32.store8 offset=12 (local.get $r) (i32.const 1))
        (i32.store offset=16 (local.get $r) (local.get $args)) (i32.store offset=20 (local.get $r) (local.get $args_len))
        (local.get $r)";
    let report = kit.run(component("", "", body), grant(), r#"{"a":1}"#).await;
    let json = serde_json::to_value(report.outcome.unwrap()).unwrap();
    assert_eq!(json, serde_json::json!({"content": [{"type": "text", "text": ""}], "structuredContent": {"a": 1}}));
    for bad in ["[1]", "{", "1", ""] {
        let report = kit.run(component("", "", body), grant(), bad).await;
        assert!(matches!(report.outcome, Err(CallError::BadResult(_))), "{bad}");
    }
}
