//! The table of bounds: for each, a guest that stays just within it passes, and one that goes just beyond is told which
//! bound it was, its limit, and what it used.

mod components;
mod places;
mod requests;
mod store;
mod wasi;

use std::fmt::Write as _;
use std::sync::Arc;

use cloche_domain::plan::CallLimits;
use cloche_sandbox::{Axis, Bound, CallError, CallReport, Error, Loaded};

use crate::guests::{self, component};
use crate::kit::{Kit, call, grant, grant_of, limits, said};

/// What came of it: whether it went well, the bounds that were named, and the words.
#[derive(Debug)]
struct Seen {
    passes: bool,
    bounds: Vec<Bound>,
    said: String,
}

impl From<CallReport> for Seen {
    fn from(report: CallReport) -> Self {
        let ended = report.outcome.as_ref().err().and_then(CallError::bound);
        let bounds = ended.into_iter().chain(report.hits.iter().copied()).collect();
        Self { passes: report.outcome.is_ok(), bounds, said: said(&report) }
    }
}

impl From<cloche_sandbox::Result<Arc<Loaded>>> for Seen {
    fn from(loaded: cloche_sandbox::Result<Arc<Loaded>>) -> Self {
        let error = loaded.err();
        let bounds = match &error {
            Some(Error::Bound(bound)) => vec![*bound],
            _ => vec![],
        };
        let passes = error.is_none();
        Self { passes, bounds, said: error.map_or_else(String::new, |error| error.to_string()) }
    }
}

/// What came of a call, or a component, just within a bound, and of one just beyond it.
struct Pair {
    axis: Axis,
    limit: u64,
    within: Seen,
    beyond: Seen,
}

impl Pair {
    fn new(axis: Axis, limit: u64, within: impl Into<Seen>, beyond: impl Into<Seen>) -> Self {
        Self { axis, limit, within: within.into(), beyond: beyond.into() }
    }

    /// The line of the table, and what is wrong with it.
    fn shown(&self) -> (String, Option<String>) {
        let hit = self.beyond.bounds.first();
        let line = format!(
            "{:<21} {:>12} {:<9} within: {:<6} beyond: {}",
            self.axis.name(),
            self.limit,
            hit.map_or("", |hit| hit.unit),
            if self.within.passes { "passes" } else { "fails" },
            hit.map_or_else(|| self.beyond.said.clone(), |hit| format!("{} ({} used)", hit.name, hit.used)),
        );
        let told =
            hit.is_some_and(|hit| hit.name == self.axis.name() && hit.limit == self.limit && hit.used >= hit.limit);
        let passed = self.within.passes && self.within.bounds.is_empty();
        // Where the tool ends with it, its caller reads the limit too.
        let in_words = self.beyond.passes || figures(&self.beyond.said, self.limit);
        let wrong = (!told || !passed || !in_words).then(|| format!("{:?}\n{:?}", self.within, self.beyond));
        (line, wrong)
    }
}

/// Whether a text has the limit in it, as it is or, where it is time, in seconds.
fn figures(text: &str, limit: u64) -> bool {
    text.contains(&limit.to_string()) || text.contains(&format!("{}.{} s", limit / 1000, limit % 1000 / 100))
}

/// Does `$body` as many times as the arguments are long; `$n` counts.
fn times(imports: &str, items: &str, body: &str) -> Vec<u8> {
    let code = format!(
        "(block $done (loop $l
          (br_if $done (i32.ge_u (local.get $n) (local.get $args_len)))
          {body}
          (local.set $n (i32.add (local.get $n) (i32.const 1))) (br $l)))
        (call $text (i32.const 0) (i32.const 0))"
    );
    component(imports, items, &code)
}

async fn run(kit: &Kit, wasm: &[u8], limits: CallLimits, length: usize) -> CallReport {
    kit.run(wasm.to_vec(), grant_of(limits), &"x".repeat(length)).await
}

async fn both(axis: Axis, limit: u64, wasm: &[u8], limits: CallLimits, lengths: [usize; 2]) -> Pair {
    let kit = Kit::new();
    let [within, beyond] = lengths;
    let (within, beyond) = (run(&kit, wasm, limits, within).await, run(&kit, wasm, limits, beyond).await);
    Pair::new(axis, limit, within, beyond)
}

async fn computing() -> Vec<Pair> {
    let kit = Kit::new();
    let spins = times("", "", "(drop (i32.const 1))");
    let fuel = run(&kit, &spins, limits(), 10_000).await.fuel_used;
    let exact = CallLimits { fuel, ..limits() };
    // Runs for as many tenths of a second as the arguments are long.
    let waits = component(
        guests::CLOCK,
        "(global $end (mut i64) (i64.const 0))",
        "(global.set $end (i64.add (call $now) (i64.extend_i32_u (i32.mul (i32.const 100) (local.get $args_len)))))
        (loop $l (br_if $l (i64.lt_u (call $now) (global.get $end))))
        (call $text (i32.const 0) (i32.const 0))",
    );
    let clock = CallLimits { wall_ms: 2_500, fuel: u64::MAX / 2, ..limits() };
    let recurses = component(
        "",
        "(func $r (param i32) (result i32)
          (if (result i32) (local.get 0)
            (then (i32.add (i32.const 1) (call $r (i32.sub (local.get 0) (i32.const 1))))) (else (i32.const 0))))",
        "(drop (call $r (i32.mul (i32.const 64) (local.get $args_len)))) (call $text (i32.const 0) (i32.const 0))",
    );
    let loaded = kit.load(recurses.clone()).await;
    let (mut fits, mut too_deep) = (1, 10_000);
    while too_deep - fits > 1 {
        let half = usize::midpoint(fits, too_deep);
        let report = kit.sandbox.call(&loaded, grant(), call("t", &"x".repeat(half))).await;
        if report.outcome.is_ok() { fits = half } else { too_deep = half }
    }
    vec![
        // Fuel is looked at when a loop begins anew, and what is over at a yield is forgiven.
        both(Axis::Fuel, fuel, &spins, exact, [10_000, 10_100]).await,
        both(Axis::WallClock, 2_500, &waits, clock, [18, 30]).await,
        both(Axis::Stack, 512 << 10, &recurses, limits(), [fits, too_deep]).await,
    ]
}

async fn space() -> Vec<Pair> {
    let pages = usize::try_from(limits().memory_bytes >> 16).unwrap();
    // The guest begins with two pages.
    let grows = component(
        "",
        "",
        "(if (i32.eq (i32.const -1) (memory.grow (local.get $args_len))) (then unreachable))
        (call $text (i32.const 0) (i32.const 0))",
    );
    let elements = component(
        "",
        "(table $t 1 funcref)",
        "(if (i32.eq (i32.const -1) (table.grow $t (ref.null func) (local.get $args_len))) (then unreachable))
        (call $text (i32.const 0) (i32.const 0))",
    );
    let returns =
        component("", "", "(drop (memory.grow (i32.const 16))) (call $text (i32.const 0) (local.get $args_len))");
    // A step of exactly 8 MiB with the 64 bytes that each counts for: 32 of them are all that may pass.
    let passes = times(
        guests::LOG,
        "",
        "(if (i32.eqz (local.get $n)) (then (drop (memory.grow (i32.const 200)))
          (memory.fill (i32.const 131072) (i32.const 120) (i32.const 8388544))))
        (call $log (i32.const 0) (i32.const 131072) (i32.const 8388544))",
    );
    let result = CallLimits { result_bytes: 1_064, ..limits() };
    vec![
        both(Axis::Memory, limits().memory_bytes, &grows, limits(), [pages - 2, pages - 1]).await,
        both(Axis::Table, 20_000, &elements, limits(), [19_999, 20_000]).await,
        both(Axis::Result, 1_064, &returns, result, [1_000, 1_001]).await,
        both(Axis::Transfer, 256 << 20, &passes, CallLimits { log_bytes: 1 << 20, ..limits() }, [32, 33]).await,
    ]
}

async fn imports() -> Vec<Pair> {
    let logs = times(guests::LOG, "", "(call $log (i32.const 1) (local.get $args) (i32.const 100))");
    let reports = times(
        guests::PROGRESS,
        "",
        "(call $report (f64.const 1) (i32.const 0) (f64.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
    );
    let draws = component(
        guests::RANDOM,
        "",
        "(local.set $r (call $alloc (i32.const 8))) (call $random (local.get $args_len) (local.get $r))
        (call $text (i32.const 0) (i32.const 0))",
    );
    vec![
        both(Axis::Log, 10_000, &logs, CallLimits { log_bytes: 10_000, ..limits() }, [100, 101]).await,
        both(Axis::Progress, 100, &reports, limits(), [100, 101]).await,
        both(Axis::Random, 64 << 10, &draws, limits(), [64 << 10, (64 << 10) + 1]).await,
    ]
}

#[tokio::test]
async fn every_bound_is_met_just_within_and_named_just_beyond() {
    let mut pairs = computing().await;
    pairs.extend(space().await);
    pairs.extend(imports().await);
    pairs.extend(requests::pairs().await);
    pairs.extend(components::pairs().await);
    pairs.extend(places::pairs().await);
    pairs.extend(store::pairs().await);
    pairs.extend(wasi::pairs().await);
    let missing: Vec<_> = Axis::ALL.iter().filter(|axis| pairs.iter().all(|pair| pair.axis != **axis)).collect();
    assert!(missing.is_empty(), "not in the table: {missing:?}");
    let (mut table, mut wrong) = (String::new(), String::new());
    for pair in &pairs {
        let (line, bad) = pair.shown();
        writeln!(table, "{line}").unwrap();
        if let Some(bad) = bad {
            writeln!(wrong, "{line}\n{bad}\n").unwrap();
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{wrong}");
}
