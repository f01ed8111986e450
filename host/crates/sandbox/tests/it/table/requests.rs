//! Outbound requests, and their answers.

use std::fmt::Write as _;
use std::time::Duration;

use cloche_domain::plan::CallLimits;
use cloche_sandbox::{Axis, CallReport, Grant};

use super::Pair;
use crate::guests::{self, Sends};
use crate::kit::{Kit, limits, to_hosts};
use crate::upstream::{Upstream, ok};

pub(super) async fn pairs() -> Vec<Pair> {
    let mut pairs = bodies().await;
    pairs.extend(heads().await);
    pairs.push(time().await);
    pairs
}

/// The number in a request's path.
fn number(request: &str) -> usize {
    request.split(['/', ' ']).find_map(|word| word.parse().ok()).unwrap_or(0)
}

async fn ask(upstream: &Upstream, wasm: Vec<u8>, limits: CallLimits, path: &str) -> CallReport {
    let grant = Grant { limits, ..to_hosts(&[upstream.pattern()]) };
    Kit::local().send(wasm, grant, "POST", &upstream.url(path)).await
}

async fn bodies() -> Vec<Pair> {
    let upstream = Upstream::new(|request| ok("", &vec![b'x'; number(request)])).await;
    let body = |length: usize| guests::http(&Sends { body: Some(&"b".repeat(length)), ..Sends::default() });
    let few = CallLimits { requests: 5, ..limits() };
    let small = CallLimits { http_body_bytes: 1_000, http_total_bytes: 1 << 20, ..limits() };
    let little = CallLimits { http_total_bytes: 3_000, ..limits() };
    let ask = async |wasm, limits, length: usize| ask(&upstream, wasm, limits, &format!("/{length}")).await;
    let all = guests::http_all;
    vec![
        Pair::new(Axis::Requests, 5, ask(all(5), few, 1).await, ask(all(6), few, 1).await),
        Pair::new(Axis::RequestBody, 1_000, ask(body(1_000), small, 1).await, ask(body(1_001), small, 1).await),
        Pair::new(Axis::ResponseBody, 1_000, ask(body(1), small, 1_000).await, ask(body(1), small, 1_001).await),
        Pair::new(Axis::ResponseTotal, 3_000, ask(all(3), little, 1_000).await, ask(all(3), little, 1_001).await),
    ]
}

async fn heads() -> Vec<Pair> {
    let plain = Upstream::new(|_| ok("", b"")).await;
    // With the length, one header more.
    let many = Upstream::new(|request| {
        let headers = (1..number(request)).fold(String::new(), |mut headers, i| {
            write!(headers, "x-{i}: 1\r\n").unwrap();
            headers
        });
        ok(&headers, b"")
    })
    .await;
    let long = Upstream::new(|request| ok(&format!("x: {}\r\n", "v".repeat(number(request))), b"")).await;
    let sends = |headers: &[(&str, &str)]| guests::http(&Sends { headers, ..Sends::default() });
    let wasm = || sends(&[]);
    let padded = |length: usize| format!("/{}", "p".repeat(length - plain.url("/").len()));
    let value = "v".repeat((32 << 10) - 2);
    let (just, over) = ([("x", &*value), ("y", "")], [("x", &*value), ("y", "1")]);
    vec![
        Pair::new(
            Axis::Url,
            8 << 10,
            ask(&plain, wasm(), limits(), &padded(8 << 10)).await,
            ask(&plain, wasm(), limits(), &padded((8 << 10) + 1)).await,
        ),
        Pair::new(
            Axis::RequestHeaders,
            64,
            ask(&plain, sends(&[("x", "1"); 64]), limits(), "/").await,
            ask(&plain, sends(&[("x", "1"); 65]), limits(), "/").await,
        ),
        Pair::new(
            Axis::RequestHeaderBytes,
            32 << 10,
            ask(&plain, sends(&just), limits(), "/").await,
            ask(&plain, sends(&over), limits(), "/").await,
        ),
        Pair::new(
            Axis::ResponseHeaders,
            128,
            ask(&many, wasm(), limits(), "/128").await,
            ask(&many, wasm(), limits(), "/129").await,
        ),
        Pair::new(
            Axis::ResponseHeaderBytes,
            64 << 10,
            ask(&long, wasm(), limits(), "/60000").await,
            ask(&long, wasm(), limits(), "/70000").await,
        ),
    ]
}

async fn time() -> Pair {
    let wasm = || guests::http(&Sends { timeout_ms: Some(1_000), ..Sends::default() });
    let [soon, late] = [1, 100].map(Duration::from_millis);
    let soon = Upstream::paced(|_| ok("", b"soon"), soon).await;
    let late = Upstream::paced(|_| ok("", b"too late"), late).await;
    Pair::new(
        Axis::RequestTime,
        1_000,
        ask(&soon, wasm(), limits(), "/").await,
        ask(&late, wasm(), limits(), "/").await,
    )
}
