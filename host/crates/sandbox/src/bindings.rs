//! Generated from `wit/`: the audited surface, as Rust types and traits.

wasmtime::component::bindgen!({
    path: "../../../wit",
    world: "tool-server",
    imports: { default: async | trappable },
    exports: { default: async },
});

pub(crate) use cloche::tool::{clock, http, kv, log, progress, random};
pub(crate) use exports::cloche::tool::tools;
