//! Places to run, and to wait for one.

use std::time::Duration;

use cloche_domain::OrgId;
use cloche_domain::plan::CallLimits;
use cloche_sandbox::{Axis, CallReport, Grant};
use futures::future::join_all;

use super::Pair;
use crate::guests::component;
use crate::kit::{Kit, call, grant_of, limits};

/// Loops where its name is long.
const WAITS: &str = "(if (i32.gt_u (local.get $name_len) (i32.const 1)) (then (loop $l (br $l))))
    (call $text (i32.const 0) (i32.const 0))";

pub(super) async fn pairs() -> Vec<Pair> {
    let two = CallLimits { concurrency: 2, wall_ms: 500, fuel: u64::MAX / 2, ..limits() };
    let one = CallLimits { concurrency: 1, wall_ms: 20_000, ..limits() };
    let calls = |count: usize, bytes: usize| vec!["x".repeat(bytes); count];
    let mut over = calls(2, 16 << 20);
    over.push("x".to_owned());
    vec![
        Pair::new(Axis::Concurrency, 2, beside(1, two, calls(1, 0)).await, beside(2, two, calls(1, 0)).await),
        Pair::new(Axis::Waiting, 4, beside(1, one, calls(4, 0)).await, beside(1, one, calls(5, 0)).await),
        Pair::new(Axis::WaitingBytes, 32 << 20, beside(1, one, calls(2, 16 << 20)).await, beside(1, one, over).await),
        Pair::new(Axis::Slots, 1, slots(false).await, slots(true).await),
    ]
}

/// Calls with these arguments beside so many loops of the same tenant: the first that was refused, else any.
async fn beside(loops: usize, limits: CallLimits, arguments: Vec<String>) -> CallReport {
    let kit = Kit::new();
    let waits = kit.load(component("", "", WAITS)).await;
    let tenant = OrgId::new();
    let grant = |limits| Grant { tenant, ..grant_of(limits) };
    let long = CallLimits { wall_ms: 2_000, fuel: u64::MAX / 2, ..limits };
    let long = (0..loops).map(|_| kit.sandbox.call(&waits, grant(long), call("for long", "")));
    let short = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        join_all(arguments.iter().map(|text| kit.sandbox.call(&waits, grant(limits), call("t", text)))).await
    };
    let (_, mut reports) = tokio::join!(join_all(long), short);
    let refused = reports.iter().position(|report| report.outcome.is_err());
    reports.swap_remove(refused.unwrap_or(0))
}

/// A call on a platform with one slot, where another tenant has it, or not.
async fn slots(taken: bool) -> CallReport {
    let kit = Kit::with(|s| s.slots = 1);
    let waits = kit.load(component("", "", WAITS)).await;
    let long = CallLimits { wall_ms: 2_000, fuel: u64::MAX / 2, ..limits() };
    let other = async {
        if taken {
            kit.sandbox.call(&waits, grant_of(long), call("for long", "")).await;
        }
    };
    let own = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        kit.sandbox.call(&waits, grant_of(limits()), call("t", "")).await
    };
    tokio::join!(other, own).1
}
