//! WASI 0.2, for components that were built elsewhere: clocks, random and printing as they are; environment, arguments,
//! input and files empty; sockets refused; HTTP through the one gate.

mod http;
mod stdio;
mod turns;

use std::time::Duration;

use cloche_domain::Clock;
use wasmtime::Result;
use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::{HostWallClock, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};
use wasmtime_wasi_io::bindings::wasi::io::poll;
use wasmtime_wasi_io::poll::DynPollable;

use crate::background::Ended;
use crate::bound::Exceeded;
use crate::guest::{Guest, Stream};
use crate::{Axis, Bound};
pub(crate) use turns::Turns;

/// Streams, requests, timers and the like that a call may hold at a time.
pub(crate) const RESOURCES: usize = 1_000;
/// Bytes of the headers of one request or answer, with what holding them takes.
pub(crate) const FIELDS: usize = 96 << 10;
/// Random bytes at once.
pub(crate) const RANDOM: u64 = 64 << 10;

/// What a program built for WASI has of its own.
pub(crate) struct Wasi {
    ctx: WasiCtx,
    table: ResourceTable,
    http_ctx: WasiHttpCtx,
    requests: http::Requests,
    /// There while one of WASI's functions is running: a guest that waits is not computing.
    running: Option<Ended>,
}

/// Links WASI, as far as it is offered.
pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)?;
    linker.allow_shadowing(true);
    poll::add_to_linker::<_, Polls>(linker, |guest| Poll(guest.ctx().table))?;
    linker.allow_shadowing(false);
    Ok(())
}

impl Wasi {
    fn new(guest: &Guest) -> Self {
        let output = |stream| stdio::Output::new(stream, guest.journal.clone(), guest.clock.clone());
        let mut ctx = WasiCtx::builder();
        ctx.stdout(output(Stream::Out))
            .stderr(output(Stream::Err))
            .wall_clock(TimeOfDay(guest.clock.clone()))
            .max_random_size(RANDOM)
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false);
        let mut table = ResourceTable::new();
        table.set_max_capacity(RESOURCES);
        let mut http_ctx = WasiHttpCtx::new();
        http_ctx.set_field_size_limit(FIELDS);
        let requests = http::Requests::new(guest.egress.clone());
        Self { ctx: ctx.build(), table, http_ctx, requests, running: None }
    }
}

impl Guest {
    /// Entered by each of WASI's functions.
    fn wasi(&mut self) -> &mut Wasi {
        let mut wasi = self.wasi.take().unwrap_or_else(|| Box::new(Wasi::new(self)));
        wasi.running.get_or_insert_with(|| self.waiting.begin());
        self.wasi.insert(wasi)
    }

    /// Whether one of WASI's functions has run since this was last asked.
    fn ran_wasi(&mut self) -> bool {
        self.wasi.as_mut().is_some_and(|wasi| wasi.running.take().is_some())
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let Wasi { ctx, table, .. } = self.wasi();
        WasiCtxView { ctx, table }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        let Wasi { table, http_ctx, requests, .. } = self.wasi();
        WasiHttpCtxView { hooks: requests, table, ctx: http_ctx }
    }
}

struct TimeOfDay(Clock);

impl HostWallClock for TimeOfDay {
    fn resolution(&self) -> Duration {
        Duration::from_micros(1)
    }

    fn now(&self) -> Duration {
        let micros = self.0.now().unix_timestamp_nanos() / 1_000;
        Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    }
}

/// WASI's `poll`, with a bound on what is waited for at once: the same thing can be named any number of times.
struct Polls;

impl HasData for Polls {
    type Data<'a> = Poll<'a>;
}

struct Poll<'a>(&'a mut ResourceTable);

impl poll::Host for Poll<'_> {
    async fn poll(&mut self, list: Vec<Resource<DynPollable>>) -> Result<Vec<u32>> {
        if list.len() > RESOURCES {
            return Err(Exceeded(Bound::new(Axis::WasiPolls, RESOURCES as u64, list.len() as u64)).into());
        }
        poll::Host::poll(self.0, list).await
    }
}

impl poll::HostPollable for Poll<'_> {
    async fn ready(&mut self, pollable: Resource<DynPollable>) -> Result<bool> {
        poll::HostPollable::ready(self.0, pollable).await
    }

    async fn block(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        poll::HostPollable::block(self.0, pollable).await
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        poll::HostPollable::drop(self.0, pollable)
    }
}
