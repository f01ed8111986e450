//! The store of a server.

use std::sync::Arc;

use async_trait::async_trait;
use cloche_sandbox::{Axis, Bound, CallReport, Grant, Kv, KvError};

use super::Pair;
use crate::guests;
use crate::imports::Memory;
use crate::kit::{Kit, call, grant};

/// A store that is as full as this; the host's own tests have the real one.
struct Full(Bound);

#[async_trait]
impl Kv for Full {
    async fn get(&self, _: &str) -> Result<Option<Vec<u8>>, KvError> {
        Ok(Some(Vec::new()))
    }

    async fn set(&self, _: &str, _: Vec<u8>) -> Result<(), KvError> {
        if self.0.used > self.0.limit { Err(KvError::Full(self.0)) } else { Ok(()) }
    }

    async fn delete(&self, _: &str) -> Result<(), KvError> {
        Ok(())
    }

    async fn list(&self, _: &str, _: u32) -> Result<Vec<String>, KvError> {
        Ok(Vec::new())
    }
}

pub(super) async fn pairs() -> Vec<Pair> {
    let kit = Kit::new();
    let loaded = kit.load(guests::kv()).await;
    let keep = async |kv: Arc<dyn Kv>, key: usize, value: usize| -> CallReport {
        let grant = Grant { kv: Some(kv), ..grant() };
        kit.sandbox.call(&loaded, grant, call(&"k".repeat(key), &"v".repeat(value))).await
    };
    let fresh = || Arc::new(Memory::default());
    let held = |axis, used| Arc::new(Full(Bound::new(axis, 1_000, used)));
    vec![
        Pair::new(Axis::KvKey, 256, keep(fresh(), 256, 1).await, keep(fresh(), 257, 1).await),
        Pair::new(Axis::KvValue, 65_536, keep(fresh(), 1, 65_536).await, keep(fresh(), 1, 65_537).await),
        Pair::new(
            Axis::KvKeys,
            1_000,
            keep(held(Axis::KvKeys, 1_000), 1, 1).await,
            keep(held(Axis::KvKeys, 1_001), 1, 1).await,
        ),
        Pair::new(
            Axis::KvBytes,
            1_000,
            keep(held(Axis::KvBytes, 1_000), 1, 1).await,
            keep(held(Axis::KvBytes, 1_001), 1, 1).await,
        ),
    ]
}
