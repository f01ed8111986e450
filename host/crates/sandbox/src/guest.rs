//! What a guest can ask of us while it runs, and what it has used of that.

mod journal;

use std::fmt;
use std::sync::Arc;

use cloche_domain::Clock;
use tokio::sync::Semaphore;
use wasmtime::Result;

use crate::background::Waiting;
use crate::bindings::{clock, http, kv, log, progress, random};
use crate::bound::Exceeded;
use crate::egress::Egress;
use crate::engine::TABLE_ELEMENTS;
use crate::hits::Hits;
use crate::memory::MemoryMeter;
use crate::wasi::Wasi;
use crate::{Axis, Bound, Kv, KvError, Level, Progress};
pub(crate) use journal::{Journal, Stream};

/// Bytes that a call may pass through its imports, all together.
pub(crate) const TRANSFER: u64 = 256 << 20;
/// Bytes after which others have their turn: copying them costs the guest no fuel.
const TURN: u64 = 64 << 10;
const RANDOM: u32 = 64 << 10;
const REPORTS: u32 = 100;
const REPORT_MESSAGE: usize = 1 << 10;
const KEY: usize = 256;
const VALUE: usize = 64 << 10;
const KEYS: u32 = 1_000;

/// The host's side of one call.
pub(crate) struct Guest {
    pub(crate) memory: MemoryMeter,
    pub(crate) journal: Journal,
    pub(crate) egress: Arc<Egress>,
    pub(crate) kv: Option<Arc<dyn Kv>>,
    /// One operation of the store at a time, of all the tenant's calls.
    pub(crate) store_turn: Arc<Semaphore>,
    pub(crate) progress: Option<Box<dyn Fn(Progress) + Send + Sync>>,
    pub(crate) clock: Clock,
    pub(crate) waiting: Waiting,
    pub(crate) transfer: Transfer,
    pub(crate) reports: u32,
    pub(crate) hits: Hits,
    /// What only programs built for WASI have: made as they first ask for it.
    pub(crate) wasi: Option<Box<Wasi>>,
}

/// Bytes passed through imports so far.
#[derive(Default)]
pub(crate) struct Transfer {
    total: u64,
    since_turn: u64,
}

/// The guest passed more through its imports than a call may.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TransferExceeded {
    /// Bytes that it would have been.
    pub(crate) actual: u64,
}

impl fmt::Display for TransferExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes passed through imports", self.actual)
    }
}

impl std::error::Error for TransferExceeded {}

impl Guest {
    /// Counts what an import moves; with a small sum for the import itself, so that a loop of empty ones counts as well.
    async fn moves(&mut self, bytes: usize) -> Result<()> {
        let bytes = bytes as u64 + 64;
        self.charge(bytes, bytes).await
    }

    /// Counts a call of which is known only that it came from a program built for WASI, not what it moves: the bounds
    /// of WASI's own resources hold each of them to some KiB.
    pub(crate) async fn calls_wasi(&mut self) -> Result<()> {
        self.charge(64, TURN / 64 + 1).await
    }

    async fn charge(&mut self, bytes: u64, turn: u64) -> Result<()> {
        self.transfer.total += bytes;
        self.transfer.since_turn += turn;
        if self.transfer.total > TRANSFER {
            return Err(wasmtime::Error::new(TransferExceeded { actual: self.transfer.total }));
        }
        if self.transfer.since_turn > TURN {
            self.transfer.since_turn = 0;
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// The bounds that it has run into so far. Memory that it was refused it may do without.
    pub(crate) fn hits(&self) -> Vec<Bound> {
        if let Some(wanted) = self.memory.refused() {
            self.hits.note(Bound::new(Axis::Memory, self.memory.limit(), wanted));
        }
        if let Some(wanted) = self.memory.elements_refused() {
            let (limit, used) = (TABLE_ELEMENTS as u64, wanted as u64);
            self.hits.note(Bound::new(Axis::Table, limit, used));
        }
        self.hits.take()
    }

    pub(crate) fn now_ms(&self) -> u64 {
        now_ms(&self.clock)
    }
}

/// Milliseconds since 1970.
pub(crate) fn now_ms(clock: &Clock) -> u64 {
    u64::try_from(clock.now().unix_timestamp_nanos() / 1_000_000).unwrap_or_default()
}

impl log::Host for Guest {
    async fn write(&mut self, level: log::Level, message: String) -> Result<()> {
        self.moves(message.len()).await?;
        let level = match level {
            log::Level::Debug => Level::Debug,
            log::Level::Info => Level::Info,
            log::Level::Warn => Level::Warn,
            log::Level::Error => Level::Error,
        };
        let at_ms = self.now_ms();
        self.journal.write(at_ms, level, &message);
        Ok(())
    }
}

impl clock::Host for Guest {
    async fn now_ms(&mut self) -> Result<u64> {
        self.moves(0).await?;
        Ok(Self::now_ms(self))
    }
}

impl random::Host for Guest {
    async fn bytes(&mut self, length: u32) -> Result<Vec<u8>> {
        if length > RANDOM {
            return Err(Exceeded(Bound::new(Axis::Random, RANDOM.into(), length.into())).into());
        }
        self.moves(length as usize).await?;
        let mut bytes = vec![0; length as usize];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| wasmtime::format_err!("the host has no random bytes"))?;
        Ok(bytes)
    }
}

impl progress::Host for Guest {
    async fn report(&mut self, done: f64, total: Option<f64>, message: Option<String>) -> Result<()> {
        self.moves(message.as_ref().map_or(0, String::len)).await?;
        self.reports = self.reports.saturating_add(1);
        if self.reports > REPORTS {
            let (limit, used) = (REPORTS.into(), self.reports.into());
            self.hits.note(Bound::new(Axis::Progress, limit, used));
        }
        if let Some(tell) = &self.progress
            && self.reports <= REPORTS
            && done.is_finite()
        {
            tell(Progress {
                done,
                total: total.filter(|total| total.is_finite()),
                message: message.map(|mut message| {
                    message.truncate(message.floor_char_boundary(REPORT_MESSAGE));
                    message
                }),
            });
        }
        Ok(())
    }
}

impl http::Host for Guest {
    async fn send(&mut self, request: http::Request) -> Result<Result<http::Response, http::Error>> {
        self.moves(size(&request)).await?;
        let _waiting = self.waiting.begin();
        Ok(self.egress.send(request).await)
    }

    async fn send_all(&mut self, requests: Vec<http::Request>) -> Result<Vec<Result<http::Response, http::Error>>> {
        self.moves(requests.iter().map(size).sum()).await?;
        let _waiting = self.waiting.begin();
        Ok(self.egress.send_all(requests).await)
    }
}

fn size(request: &http::Request) -> usize {
    let headers: usize = request.headers.iter().map(|h| h.name.len() + h.value.len() + 32).sum();
    64 + request.method.len() + request.url.len() + headers + request.body.as_ref().map_or(0, Vec::len)
}

impl kv::Host for Guest {
    async fn get(&mut self, key: String) -> Result<Result<Option<Vec<u8>>, kv::Error>> {
        self.moves(key.len() + VALUE).await?;
        let store = match self.store(&key, 0) {
            Ok(store) => store,
            Err(error) => return Ok(Err(error)),
        };
        let _waiting = self.waiting.begin();
        let _turn = self.store_turn.acquire().await;
        Ok(store.get(&key).await.map_err(Into::into))
    }

    async fn set(&mut self, key: String, value: Vec<u8>) -> Result<Result<(), kv::Error>> {
        self.moves(key.len() + value.len()).await?;
        let store = match self.store(&key, value.len()) {
            Ok(store) => store,
            Err(error) => return Ok(Err(error)),
        };
        let _waiting = self.waiting.begin();
        let _turn = self.store_turn.acquire().await;
        let set = store.set(&key, value).await;
        if let Err(KvError::Full(bound)) = set {
            self.hits.note(bound);
        }
        Ok(set.map_err(Into::into))
    }

    async fn delete(&mut self, key: String) -> Result<Result<(), kv::Error>> {
        self.moves(key.len()).await?;
        let store = match self.store(&key, 0) {
            Ok(store) => store,
            Err(error) => return Ok(Err(error)),
        };
        let _waiting = self.waiting.begin();
        let _turn = self.store_turn.acquire().await;
        Ok(store.delete(&key).await.map_err(Into::into))
    }

    async fn list(&mut self, prefix: String, limit: u32) -> Result<Result<Vec<String>, kv::Error>> {
        let limit = limit.min(KEYS);
        self.moves(prefix.len() + limit as usize * KEY).await?;
        let store = match self.store(&prefix, 0) {
            Ok(store) => store,
            Err(error) => return Ok(Err(error)),
        };
        let _waiting = self.waiting.begin();
        let _turn = self.store_turn.acquire().await;
        Ok(store.list(&prefix, limit).await.map_err(Into::into))
    }
}

impl Guest {
    /// The store, for a key and a value of this length.
    fn store(&self, key: &str, value: usize) -> Result<Arc<dyn Kv>, kv::Error> {
        if key.len() > KEY {
            self.hits.note(Bound::new(Axis::KvKey, KEY as u64, key.len() as u64));
            return Err(kv::Error::Quota(format!("a key of {} bytes is over the limit of {KEY}", key.len())));
        }
        if value > VALUE {
            self.hits.note(Bound::new(Axis::KvValue, VALUE as u64, value as u64));
            return Err(kv::Error::Quota(format!("a value of {value} bytes is over the limit of {VALUE}")));
        }
        let missing = || kv::Error::Unavailable("this call has no store: it runs outside of a server".to_owned());
        self.kv.clone().ok_or_else(missing)
    }
}

impl From<KvError> for kv::Error {
    fn from(error: KvError) -> Self {
        match error {
            KvError::Full(_) | KvError::Invalid(_) => Self::Quota(error.to_string()),
            KvError::Unavailable(text) => Self::Unavailable(text),
        }
    }
}
