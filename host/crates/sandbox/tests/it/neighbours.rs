//! Calls beside each other: counted, kept apart, and stopped when nobody waits for them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cloche_domain::OrgId;
use cloche_domain::plan::CallLimits;
use cloche_sandbox::{CallError, Grant, Output};
use futures::StreamExt as _;

use crate::guests::{self, Sends, component};
use crate::kit::{Kit, call, grant, grant_of, limits, said, to_hosts};
use crate::upstream::{Upstream, ok};

const FOREVER: &str = "(loop $l (br $l)) unreachable";

fn endless(wall_ms: u64) -> CallLimits {
    CallLimits { fuel: u64::MAX / 2, wall_ms, ..limits() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_calls_keep_to_their_tenants_number() {
    let kit = Kit::local();
    let (now, most) = (Arc::<AtomicU32>::default(), Arc::<AtomicU32>::default());
    let (n, m) = (now.clone(), most.clone());
    let upstream = Upstream::paced(
        move |_| {
            m.fetch_max(n.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let n = n.clone();
            // The answer takes a while, byte by byte; by then others have come, if they may.
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(8)).await;
                n.fetch_sub(1, Ordering::SeqCst);
            });
            ok("", b"")
        },
        Duration::from_micros(200),
    )
    .await;
    let loaded = kit.load(guests::http(&Sends::default())).await;
    let tenant = OrgId::new();
    let calls = (0..200).map(|_| {
        let grant = Grant {
            tenant,
            limits: CallLimits { concurrency: 3, wall_ms: 60_000, ..limits() },
            ..to_hosts(&[upstream.pattern()])
        };
        let (sandbox, loaded, url) = (kit.sandbox.clone(), loaded.clone(), upstream.url("/"));
        tokio::spawn(async move { sandbox.call(&loaded, grant, call("GET", &url)).await })
    });
    // No more than may run and wait.
    let mut reports = futures::stream::iter(calls).buffer_unordered(12);
    while let Some(report) = reports.next().await {
        let report = report.unwrap();
        assert!(report.outcome.is_ok(), "{:?}", report.outcome);
    }
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_at_its_number_is_told_and_others_are_not_held_up() {
    let kit = Kit::new();
    let looping = kit.load(component("", "", FOREVER)).await;
    let echo = kit.load(guests::echo()).await;
    let tenant = OrgId::new();
    let one = |wall_ms| Grant { tenant, ..grant_of(CallLimits { concurrency: 1, ..endless(wall_ms) }) };
    let (sandbox, busy) = (kit.sandbox.clone(), one(5_000));
    let busy = tokio::spawn(async move { sandbox.call(&looping, busy, call("t", "")).await });
    let refused = once_it_runs(async || kit.sandbox.call(&echo, one(200), call("t", "")).await.outcome).await;
    assert_eq!(refused, CallError::Concurrency { limit: 1, running: 1 });
    assert_eq!(said(&kit.sandbox.call(&echo, grant(), call("t", "hi")).await), "hi");
    busy.abort();
    let _ = busy.await;
    assert_eq!(said(&kit.sandbox.call(&echo, one(2_000), call("t", "free")).await), "free");
}

/// What a call comes to once the one that was spawned before it has begun: until then there is a place.
async fn once_it_runs(call: impl AsyncFn() -> Result<Output, CallError>) -> CallError {
    for _ in 0..1_000 {
        match call().await {
            Ok(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            Err(refused) => return refused,
        }
    }
    panic!("the call that was spawned has not begun");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_call_frees_its_slot() {
    let kit = Kit::with(|s| s.slots = 1);
    let looping = kit.load(component("", "", FOREVER)).await;
    let echo = kit.load(guests::echo()).await;
    for _ in 0..20 {
        let call_future = kit.sandbox.call(&looping, grant_of(endless(60_000)), call("t", ""));
        assert!(tokio::time::timeout(Duration::from_millis(20), call_future).await.is_err());
        let report = kit.sandbox.call(&echo, grant_of(endless(5_000)), call("t", "free")).await;
        assert_eq!(said(&report), "free");
    }
    let (sandbox, busy) = (kit.sandbox.clone(), grant_of(endless(5_000)));
    let busy = tokio::spawn(async move { sandbox.call(&looping, busy, call("t", "")).await });
    let refused =
        once_it_runs(async || kit.sandbox.call(&echo, grant_of(endless(100)), call("t", "")).await.outcome).await;
    assert_eq!(refused, CallError::Slots { limit: 1, running: 1 });
    busy.abort();
}

#[tokio::test]
async fn a_dropped_call_drops_its_connection() {
    let kit = Kit::local();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let loaded = kit.load(guests::http(&Sends::default())).await;
    let call_future = kit.sandbox.call(&loaded, to_hosts(std::slice::from_ref(&url)), call("GET", &url));
    let accept = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 16];
        tokio::io::AsyncReadExt::read(&mut stream, &mut request).await.unwrap();
        stream
    };
    let mut stream = tokio::select! { _ = call_future => panic!("nobody has answered"), stream = accept => stream };
    let mut rest = Vec::new();
    let closed = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest);
    tokio::time::timeout(Duration::from_secs(5), closed).await.unwrap().unwrap();
}

/// Without the move to another thread, fifty loops on one thread would take turns with every request.
#[tokio::test]
async fn loops_do_not_hold_up_the_thread_that_serves() {
    let kit = Kit::with(|s| s.slots = 60);
    let looping = kit.load(component("", "", FOREVER)).await;
    let echo = kit.load(guests::echo()).await;
    let loops: Vec<_> = (0..50)
        .map(|_| {
            let (sandbox, looping) = (kit.sandbox.clone(), looping.clone());
            tokio::spawn(async move { sandbox.call(&looping, grant_of(endless(60_000)), call("t", "")).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut times = Vec::new();
    for _ in 0..50 {
        let began = Instant::now();
        assert!(kit.sandbox.call(&echo, grant(), call("t", "hi")).await.outcome.is_ok());
        times.push(began.elapsed());
    }
    times.sort_unstable();
    assert!(times[25] < Duration::from_millis(5), "{:?}", times[25]);
    for task in loops {
        task.abort();
        let _ = task.await;
    }
}

/// With turns for each guest alike, it would wait for every one of the 64 loops, again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_computes_for_some_milliseconds_is_not_held_up_by_the_loops_of_another_tenant() {
    let kit = Kit::with(|s| s.slots = 80);
    let looping = kit.load(component("", "", FOREVER)).await;
    let computes = "(loop $l (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $l (i32.lt_u (local.get $n) (i32.const 10000000)))) (call $text (i32.const 0) (i32.const 0))";
    let computing = kit.load(component("", "", computes)).await;
    let tenant = OrgId::new();
    let median = async || {
        let mut times = Vec::new();
        for _ in 0..15 {
            let grant = Grant { tenant, ..grant_of(endless(60_000)) };
            let report = kit.sandbox.call(&computing, grant, call("t", "")).await;
            assert!(report.outcome.is_ok(), "{:?}", report.outcome);
            times.push(report.wall);
            // It wants less than half of a thread.
            tokio::time::sleep(report.wall * 2).await;
        }
        times.sort_unstable();
        times[7]
    };
    let alone = median().await;
    let noisy = OrgId::new();
    let loops: Vec<_> = (0..64)
        .map(|_| {
            let grant = Grant { tenant: noisy, ..grant_of(CallLimits { concurrency: 64, ..endless(60_000) }) };
            let (sandbox, looping) = (kit.sandbox.clone(), looping.clone());
            tokio::spawn(async move { sandbox.call(&looping, grant, call("t", "")).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let beside = median().await;
    println!("alone {alone:?}, beside 64 loops {beside:?}");
    assert!(beside < alone * 4 + Duration::from_millis(20), "alone {alone:?}, beside 64 loops {beside:?}");
    for task in loops {
        task.abort();
        let _ = task.await;
    }
}

/// The name of the thread on which the guest reports progress.
async fn thread_of(kit: &Kit, wasm: Vec<u8>, grant: Grant, url: &str) -> Option<String> {
    let thread = Arc::<Mutex<Option<String>>>::default();
    let seen = thread.clone();
    let tell = move |_| *seen.lock().unwrap() = std::thread::current().name().map(str::to_owned);
    let report = kit.send(wasm, Grant { progress: Some(Box::new(tell)), ..grant }, "GET", url).await;
    assert!(report.outcome.is_ok(), "{:?}", report.outcome);
    thread.lock().unwrap().take()
}

const REPORT: &str =
    "(call $report (f64.const 1) (i32.const 0) (f64.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
    (call $text (i32.const 0) (i32.const 0))";

#[tokio::test]
async fn who_computes_is_moved_and_who_waits_is_not() {
    let kit = Kit::local();
    let computes = format!(
        "(loop $l (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br_if $l (i32.lt_u (local.get $n) (i32.const 1000000)))) {REPORT}"
    );
    let wasm = component(guests::PROGRESS, "", &computes);
    assert_eq!(thread_of(&kit, wasm, grant(), "").await.as_deref(), Some("cloche-guest"));

    // Each byte of the body wakes the guest's side of the connection.
    let upstream = Upstream::paced(|_| ok("", &[b'x'; 40]), Duration::from_millis(5)).await;
    let waits = format!(
        "(call $send (local.get $name) (local.get $name_len) (local.get $args) (local.get $args_len) (i32.const 0)
          (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (call $alloc (i32.const 24)))
        {REPORT}"
    );
    let wasm = component(&format!("{}{}", guests::HTTP, guests::PROGRESS), "", &waits);
    let thread = thread_of(&kit, wasm, to_hosts(&[upstream.pattern()]), &upstream.url("/")).await;
    assert_ne!(thread.as_deref(), Some("cloche-guest"));
    assert_eq!(upstream.requests().len(), 1);
}
