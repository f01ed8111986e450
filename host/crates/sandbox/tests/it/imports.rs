//! What is always there, and the store.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cloche_domain::OrgId;
use cloche_domain::plan::CallLimits;
use cloche_sandbox::{Axis, Bound, CallError, Grant, Kv, KvError, Level, Progress};

use crate::guests::{self, component};
use crate::kit::{Kit, call, grant, grant_of, limits, said};

const LOG_ARGS: &str = "(call $log (i32.const 2) (local.get $args) (local.get $args_len))
    (call $text (local.get $args) (i32.const 0))";

#[tokio::test]
async fn log_lines_are_kept_with_control_characters_escaped() {
    let report = Kit::new().run(component(guests::LOG, "", LOG_ARGS), grant(), "one\nline\u{1b}[2J").await;
    assert_eq!(report.logs.len(), 1);
    assert_eq!(report.logs[0].level, Level::Warn);
    assert_eq!(report.logs[0].message, "one\\nline\\u{1b}[2J");
    assert!(report.logs[0].at_ms > 1_700_000_000_000);
}

#[tokio::test]
async fn a_flood_of_log_lines_is_bounded() {
    let limits = CallLimits { log_bytes: 10_000, ..limits() };
    let flood = "(local.set $n (i32.const 2000))
        (loop $l (call $log (i32.const 1) (local.get $args) (local.get $args_len))
          (local.set $n (i32.sub (local.get $n) (i32.const 1))) (br_if $l (local.get $n)))
        (call $text (i32.const 0) (i32.const 0))";
    let report = Kit::new().run(component(guests::LOG, "", flood), grant_of(limits), &"x".repeat(100)).await;
    assert!(report.outcome.is_ok(), "{:?}", report.outcome);
    assert_eq!(report.logs.len(), 101);
    assert!(report.logs[100].message.contains("full"));
}

#[tokio::test]
async fn huge_texts_to_an_import_are_not_copied_without_end() {
    // 20 MB at once is over what may pass in one step; 8 MB again and again is over what may pass in all.
    let passes = (8 << 20) + (64 << 10);
    for (len, repeat, limit, actual) in
        [(20_000_000, 1, passes, passes + 1), (8_000_000, 1000, 256 << 20, 34 * 8_000_064)]
    {
        let body = format!(
            "(drop (memory.grow (i32.const 320))) (local.set $n (i32.const {repeat}))
            (loop $l (call $log (i32.const 1) (i32.const 0) (i32.const {len}))
              (local.set $n (i32.sub (local.get $n) (i32.const 1))) (br_if $l (local.get $n)))
            (call $text (i32.const 0) (i32.const 0))"
        );
        let report = Kit::new().run(component(guests::LOG, "", &body), grant(), "").await;
        assert_eq!(report.outcome, Err(CallError::Transfer { limit, actual }));
    }
}

#[tokio::test]
async fn random_bytes_are_random_and_bounded() {
    let body = |n: u32| {
        format!(
            "(local.set $r (call $alloc (i32.const 8))) (call $random (i32.const {n}) (local.get $r))
            (i32.store (i32.load (local.get $r)) (i32.or (i32.const 0x40404040)
              (i32.and (i32.const 0x0f0f0f0f) (i32.load (i32.load (local.get $r))))))
            (call $text (i32.load (local.get $r)) (i32.const 4))"
        )
    };
    let kit = Kit::new();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..8 {
        seen.insert(said(&kit.run(component(guests::RANDOM, "", &body(65_536)), grant(), "").await));
    }
    assert!(seen.len() > 1, "{seen:?}");
    let report = kit.run(component(guests::RANDOM, "", &body(65_537)), grant(), "").await;
    assert_eq!(report.outcome, Err(CallError::Bound(Bound::new(Axis::Random, 65_536, 65_537))));
}

#[tokio::test]
async fn progress_is_passed_on_a_hundred_times() {
    let told = Arc::<Mutex<Vec<Progress>>>::default();
    let listener = told.clone();
    let grant = Grant { progress: Some(Box::new(move |progress| listener.lock().unwrap().push(progress))), ..grant() };
    let body = "(call $report (f64.const nan) (i32.const 0) (f64.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
        (loop $l (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (call $report (f64.convert_i32_u (local.get $n)) (i32.const 1) (f64.const inf) (i32.const 1)
            (local.get $args) (local.get $args_len))
          (br_if $l (i32.lt_u (local.get $n) (i32.const 500))))
        (call $text (i32.const 0) (i32.const 0))";
    let report = Kit::new().run(component(guests::PROGRESS, "", body), grant, "half way").await;
    assert!(report.outcome.is_ok(), "{:?}", report.outcome);
    let told = told.lock().unwrap();
    assert_eq!(told.len(), 99, "100 less the one that is no number");
    let expected = Progress { done: 1.0, total: None, message: Some("half way".into()) };
    assert_eq!(told[0], expected);
}

#[derive(Default)]
pub struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

#[async_trait]
impl Kv for Memory {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, KvError> {
        Ok(self.0.lock().unwrap().get(key).cloned())
    }

    async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), KvError> {
        if self.0.lock().unwrap().len() == 1 {
            return Err(KvError::Full(Bound::new(Axis::KvKeys, 1, 2)));
        }
        self.0.lock().unwrap().insert(key.into(), value);
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), KvError> {
        self.0.lock().unwrap().remove(key);
        Ok(())
    }

    async fn list(&self, prefix: &str, limit: u32) -> Result<Vec<String>, KvError> {
        let keys = self.0.lock().unwrap();
        Ok(keys.keys().filter(|k| k.starts_with(prefix)).take(limit as usize).cloned().collect())
    }
}

#[tokio::test]
async fn the_store_of_the_grant_is_used_and_bounded() {
    let kit = Kit::new();
    let loaded = kit.load(guests::kv()).await;
    let store: Arc<dyn Kv> = Arc::new(Memory::default());
    let with_store = || Grant { kv: Some(store.clone()), ..grant() };
    let long_key = "k".repeat(257);
    let report = kit.sandbox.call(&loaded, with_store(), call(&long_key, "v")).await;
    assert_eq!(said(&report), "a key of 257 bytes is over the limit of 256");
    let report = kit.sandbox.call(&loaded, with_store(), call("key", &"v".repeat(65_537))).await;
    assert_eq!(said(&report), "a value of 65537 bytes is over the limit of 65536");
    let longest = "v".repeat(65_536);
    let report = kit.sandbox.call(&loaded, with_store(), call("key", &longest)).await;
    assert_eq!(said(&report), longest);
    assert_eq!(store.get("key").await.unwrap().unwrap(), longest.as_bytes());
    let report = kit.sandbox.call(&loaded, with_store(), call("other", "v")).await;
    assert_eq!(said(&report), "the store would hold 2 keys, over its limit of 1: delete some first");
    let report = kit.sandbox.call(&loaded, grant(), call("key", "v")).await;
    assert!(said(&report).contains("has no store"));
}

/// A store that takes its time, and counts how many ask it at once.
#[derive(Default)]
struct Counting {
    now: AtomicU32,
    most: AtomicU32,
}

impl Counting {
    async fn asked(&self) {
        let now = self.now.fetch_add(1, Relaxed) + 1;
        self.most.fetch_max(now, Relaxed);
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.now.fetch_sub(1, Relaxed);
    }
}

#[async_trait]
impl Kv for Counting {
    async fn get(&self, _: &str) -> Result<Option<Vec<u8>>, KvError> {
        self.asked().await;
        Ok(Some(b"v".to_vec()))
    }

    async fn set(&self, _: &str, _: Vec<u8>) -> Result<(), KvError> {
        self.asked().await;
        Ok(())
    }

    async fn delete(&self, _: &str) -> Result<(), KvError> {
        Ok(())
    }

    async fn list(&self, _: &str, _: u32) -> Result<Vec<String>, KvError> {
        Ok(vec![])
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_asks_the_store_one_thing_at_a_time() {
    let kit = Kit::new();
    let loaded = kit.load(guests::kv()).await;
    let store = Arc::new(Counting::default());
    let ask = |tenant| {
        let (sandbox, loaded) = (kit.sandbox.clone(), loaded.clone());
        let limits = CallLimits { concurrency: 8, ..grant().limits };
        let grant = Grant { kv: Some(store.clone()), tenant, limits, ..grant() };
        async move { sandbox.call(&loaded, grant, call("key", "v")).await.outcome.is_ok() }
    };
    let tenant = OrgId::new();
    assert!(futures::future::join_all((0..6).map(|_| ask(tenant))).await.into_iter().all(|done| done));
    assert_eq!(store.most.load(Relaxed), 1);
    assert!(futures::future::join_all((0..6).map(|_| ask(OrgId::new()))).await.into_iter().all(|done| done));
    assert!(store.most.load(Relaxed) > 1, "others do not wait for it");
}
