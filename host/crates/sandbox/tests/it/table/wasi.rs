//! What a program built for WASI has besides.

use cloche_sandbox::{Axis, CallReport, Grant};

use super::Pair;
use crate::kit::{Kit, call, limits, to_hosts};
use crate::uploaded::guest;

pub(super) async fn pairs() -> Vec<Pair> {
    let kit = Kit::new();
    let loaded = kit.load(guest("rust.wasm")).await;
    let run = async |tool: &str, count: u32| -> CallReport {
        let grant = Grant { limits: limits(), ..to_hosts(&["https://api.example.com".to_owned()]) };
        let arguments = format!(r#"{{"url":"https://api.example.com/","count":"{count}"}}"#);
        kit.sandbox.call(&loaded, grant, call(tool, &arguments)).await
    };
    // A timer is two of them, and some are what the standard library holds; a header counts with its name.
    vec![
        Pair::new(Axis::WasiResources, 1_000, run("resources", 490).await, run("resources", 500).await),
        Pair::new(Axis::WasiPolls, 1_000, run("poll", 1_000).await, run("poll", 1_001).await),
        Pair::new(Axis::WasiFields, 96 << 10, run("fields", 98_000).await, run("fields", 98_304).await),
        Pair::new(Axis::RequestBodies, 32 << 20, run("hoard", 4).await, run("hoard", 5).await),
    ]
}
