//! From a component's bytes to a finished call.

mod fetch;
mod load;
mod outcome;

use std::sync::Arc;
use std::time::{Duration, Instant};

use cloche_domain::{Clock, OrgId, Sha256};
use moka::future::Cache;
use tokio::sync::Semaphore;
use tokio::time::timeout_at;
use tracing::{Instrument as _, debug_span};
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Engine, Store};

use crate::admission::{Admission, Admitted};
use crate::background::{Background, Waiting};
use crate::bindings::{ToolServer, ToolServerPre, tools};
use crate::compiling::Compiling;
use crate::egress::{Egress, Gate, Trace};
use crate::engine::{self, FUEL_BETWEEN_YIELDS, HANDLES, MEMORY};
use crate::guest::{Guest, Journal, Transfer};
use crate::hits::Hits;
use crate::memory::MemoryMeter;
use crate::precompiled::Precompiled;
use crate::wasi::{self, Turns};
use crate::{CallError, CallReport, Error, Grant, Output, Result, STAGE, Settings, ToolCall};

/// Slots of the pool beyond those handed out: what has just ended may still be being cleaned.
const SPARE_SLOTS: u32 = 8;

/// Loads components and runs their tools. Clones share everything.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    engine: Engine,
    linker: Linker<Guest>,
    /// For components that import WASI as well.
    wasi_linker: Linker<Guest>,
    precompiled: Precompiled,
    loaded: moka::sync::Cache<Sha256, Arc<Loaded>>,
    /// Under way. By tenant: none waits where another stands in line.
    loading: Cache<(OrgId, Sha256), Arc<Loaded>>,
    compiling: Compiling,
    admission: Admission,
    background: Background,
    gate: Arc<Gate>,
    clock: Clock,
}

/// A component that is ready to be called.
pub struct Loaded {
    pre: ToolServerPre<Guest>,
    /// Whether it imports WASI.
    wasi: bool,
}

impl Sandbox {
    /// Reserves the pool's address space and opens the cache of compiled code. Must be called within a tokio runtime.
    pub fn new(settings: Settings) -> Result<Self> {
        let Settings { cache_dir, slots, loaded, compiler, egress } = settings;
        let engine = engine::engine(slots.saturating_add(SPARE_SLOTS))?;
        let mut linker = Linker::new(&engine);
        ToolServer::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest: &mut Guest| guest)
            .map_err(|e| Error::Start(format!("{e:#}")))?;
        let mut wasi_linker = linker.clone();
        wasi::add_to_linker(&mut wasi_linker).map_err(|e| Error::Start(format!("{e:#}")))?;
        Ok(Self(Arc::new(Inner {
            precompiled: Precompiled::open(&cache_dir, engine.clone(), compiler)?,
            engine,
            linker,
            wasi_linker,
            loaded: moka::sync::Cache::new(loaded),
            loading: Cache::new(loaded),
            compiling: Compiling::new(),
            admission: Admission::new(slots),
            background: Background::new().map_err(|e| Error::Start(e.to_string()))?,
            gate: Arc::new(Gate::new(egress)?),
            clock: Clock::default(),
        })))
    }

    /// Whether a call that came now would find a place.
    pub fn has_room(&self) -> bool {
        self.0.admission.has_room()
    }

    /// Runs one tool in an instance of its own, which is gone afterwards. Dropping the future stops the guest.
    pub async fn call(&self, loaded: &Arc<Loaded>, mut grant: Grant, call: ToolCall) -> CallReport {
        let began = Instant::now();
        let mut witness = Witness { tell: grant.witness.take(), began };
        let wall = grant.limits.wall();
        let deadline = (began + wall).into();
        let bytes = call.arguments.len() as u64;
        let admitted = self.0.admission.enter(grant.tenant, grant.limits.concurrency, bytes, deadline).await;
        let admitted = match admitted {
            Ok(admitted) => admitted,
            Err(error) => {
                witness.dismiss();
                return CallReport::without_a_run(error, began.elapsed());
            }
        };
        let (waiting, trace) = (Waiting::default(), Trace::default());
        let (tenant, limits) = (grant.tenant, grant.limits);
        let guest = self.0.guest(grant, admitted.store.clone(), waiting.clone(), trace.clone());
        let run = Run {
            wall,
            trace,
            allowed: Allowed {
                fuel: limits.fuel,
                passes: limits.http_body_bytes.max(limits.result_bytes) + (64 << 10),
                result: limits.result_bytes,
                slots: self.0.admission.slots(),
            },
            loaded: loaded.clone(),
            call,
            store: Store::new(&self.0.engine, guest),
            witness,
            _admitted: admitted,
        };
        let report = self.0.background.attend(tenant, Box::pin(run.finish()), &waiting).await;
        report.unwrap_or_else(|| CallReport::without_a_run(CallError::Stopped, began.elapsed()))
    }
}

impl Inner {
    fn guest(&self, grant: Grant, store_turn: Arc<Semaphore>, waiting: Waiting, trace: Trace) -> Guest {
        let (limits, hits) = (grant.limits, Hits::default());
        let (gate, server) = (self.gate.clone(), Some(grant.server));
        let egress = Egress::new(gate, server, &limits, grant.hosts, grant.secrets, hits.clone(), trace);
        Guest {
            memory: MemoryMeter::new(limits.memory_bytes.min(MEMORY)),
            journal: Journal::new(limits.log_bytes, hits.clone()),
            egress: Arc::new(egress),
            kv: grant.kv,
            store_turn,
            progress: grant.progress,
            clock: self.clock.clone(),
            waiting,
            transfer: Transfer::default(),
            reports: 0,
            hits,
            wasi: None,
        }
    }
}

/// One call on its way.
struct Run {
    wall: Duration,
    trace: Trace,
    allowed: Allowed,
    loaded: Arc<Loaded>,
    call: ToolCall,
    store: Store<Guest>,
    witness: Witness,
    // The last to go: the place is free once the instance is gone.
    _admitted: Admitted,
}

/// What a call may use, as its end explains it.
struct Allowed {
    fuel: u64,
    /// Bytes that may pass from guest to host in one step.
    passes: u64,
    /// Bytes of its result.
    result: u64,
    /// Calls that run at a time.
    slots: u32,
}

impl Run {
    async fn finish(mut self) -> CallReport {
        let deadline = (self.witness.began + self.wall).into();
        let ended = timeout_at(deadline, self.execute()).await;
        self.witness.dismiss();
        let (outcome, result_bytes) = match ended {
            Ok(Ok(returned)) => outcome::of_result(returned, self.allowed.result),
            Ok(Err(error)) => (Err(outcome::of_trap(&error, self.store.data(), &self.allowed)), 0),
            Err(_) => (Err(CallError::WallClock { limit: self.wall, passed: self.witness.began.elapsed() }), 0),
        };
        let outcome = match outcome {
            // What the guest makes of it does not matter: another time, it would not have happened.
            Err(_) if self.store.data().egress.is_out_of_files() => Err(CallError::Files),
            outcome => outcome,
        };
        CallReport { result_bytes, ..self.report(outcome) }
    }

    async fn execute(&mut self) -> wasmtime::Result<Result<tools::Output, String>> {
        let store = &mut self.store;
        store.limiter(|guest| &mut guest.memory);
        // Start functions run on this as well.
        store.set_fuel(self.allowed.fuel)?;
        store.fuel_async_yield_interval(Some(FUEL_BETWEEN_YIELDS))?;
        store.set_max_component_handles(HANDLES);
        if self.loaded.wasi {
            store.call_hook_async(Turns);
        }
        store.set_hostcall_fuel(usize::try_from(self.allowed.passes).unwrap_or(usize::MAX));
        let server = self.loaded.pre.instantiate_async(&mut *store);
        let server = server.instrument(debug_span!(target: STAGE, "instantiate")).await?;
        let call = server.cloche_tool_tools().call_call(store, &self.call.name, &self.call.arguments);
        call.instrument(debug_span!(target: STAGE, "call")).await
    }

    /// What the call has come to, with all that it has used so far.
    fn report(&mut self, outcome: Result<Output, CallError>) -> CallReport {
        let fuel_used = self.allowed.fuel.saturating_sub(self.store.get_fuel().unwrap_or_default());
        let guest = self.store.data_mut();
        let mut logs = guest.journal.take_lines(guest.now_ms());
        for line in &mut logs {
            guest.egress.scrub(&mut line.message);
        }
        let outcome = outcome.map_err(|mut error| {
            if let CallError::Tool(text) | CallError::Trap(text) | CallError::BadResult(text) = &mut error {
                guest.egress.scrub(text);
            }
            error
        });
        CallReport {
            outcome,
            fuel_used,
            peak_memory_bytes: guest.memory.peak(),
            wall: self.witness.began.elapsed(),
            result_bytes: 0,
            requests: self.trace.take(),
            logs,
            hits: guest.hits(),
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if let Some(tell) = self.witness.tell.take() {
            tell(self.report(Err(CallError::Cancelled)));
        }
    }
}

/// Tells how a call ended that nobody waits for any more.
struct Witness {
    tell: Option<Box<dyn FnOnce(CallReport) + Send>>,
    began: Instant,
}

impl Witness {
    /// The one who waits is there, and hears it.
    fn dismiss(&mut self) {
        self.tell = None;
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        if let Some(tell) = self.tell.take() {
            tell(CallReport::without_a_run(CallError::Cancelled, self.began.elapsed()));
        }
    }
}

impl CallReport {
    /// The report of a call that never began.
    fn without_a_run(error: CallError, wall: Duration) -> Self {
        Self {
            outcome: Err(error),
            fuel_used: 0,
            peak_memory_bytes: 0,
            wall,
            result_bytes: 0,
            requests: vec![],
            logs: vec![],
            hits: vec![],
        }
    }
}
