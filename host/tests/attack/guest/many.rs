//! Ten thousand hostile calls, and what the platform holds after them.

use std::time::Duration;

use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::GROUP;
use crate::attack::{Attack, attack};
use crate::hosted::{Hosted, call};
use crate::platform::{Platform, Usage};
use crate::scene::Scene;
use crate::tenant::Tenant;
use crate::upstream::{Upstream, ok};

pub const ATTACKS: &[Attack] = &[
    attack!(slow GROUP, ten_thousand_calls, "memory, descriptors and threads of the process, for good"),
    attack!(GROUP, five_hundred_calls, "memory, descriptors and threads of the process"),
];

/// Ways to misbehave, by number.
const WAYS: u64 = 16;
const HOSTILE: &str = r#"let url = args.text.unwrap_or_default();
match args.n.unwrap_or(0) {
    0 => loop { std::hint::black_box(0); },
    1 => panic!("{}", "why ".repeat(1000)),
    2 => { let mut all = vec![]; loop { all.push(vec![1u8; 1 << 20]); } }
    3 => { fn deep(n: u64) -> u64 { if std::hint::black_box(n) == 0 { 0 } else { 1 + deep(n - 1) } } return Ok(deep(u64::MAX).to_string()); }
    4 => for _ in 0..5_000 { log::error!("{}", "x".repeat(100)); },
    5 => return Ok("x".repeat(6 << 20)),
    6 => for i in 0..20 { let _ = http::get(format!("https://host-{i}.example/")).send(); },
    7 => { http::get(format!("{url}/hangs")).timeout(std::time::Duration::from_millis(300)).send()?; }
    8 => { http::get(format!("{url}/huge")).send()?; }
    9 => { http::send_all((0..100).map(|_| http::get(format!("{url}/small"))).collect::<Vec<_>>()); }
    10 => for i in 0..2_000 { kv::set(&format!("{i}"), vec![0u8; 10_000])?; },
    11 => for i in 0..5_000 { progress::report(i as f64, 1.0, "x"); },
    12 => { http::post(format!("{url}/small")).body("x".repeat(9 << 20)).send()?; }
    13 => { http::get(format!("{url}/breaks")).send()?; }
    14 => bail!("{}", "no ".repeat(10_000)),
    _ => loop { log::info!("on and on"); },
}
Ok("done".to_owned())"#;

/// Small enough that each way ends soon.
const CONFIG: &str = r#"plan = "hobby"
[egress]
allow_private = ["127.0.0.0/8"]
[calls]
per_server = 100
[plans.hobby.call]
fuel = 30_000_000
wall_ms = 2_000
concurrency = 16
memory_bytes = 16_777_216
"#;

struct Stage {
    platform: std::rc::Rc<Platform>,
    tenants: Vec<(Tenant, Hosted)>,
    upstream: Upstream,
}

impl Stage {
    async fn new(scene: &Scene) -> Self {
        let upstream = Upstream::new(|request| match request.split(' ').nth(1) {
            Some("/hangs") => b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx".to_vec(),
            Some("/huge") => ok("", &vec![b'x'; 9 << 20]),
            Some("/breaks") => b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n".to_vec(),
            _ => ok("", b"ok"),
        })
        .await;
        let platform = scene.platform(Platform::setup().config(CONFIG)).await;
        let mut tenants = vec![];
        for name in ["ada", "eve"] {
            let tenant = Tenant::new(&platform, name).await;
            let server = tenant.server_with(HOSTILE, |spec| spec["allowedHosts"] = json!([upstream.pattern()])).await;
            tenants.push((tenant, server));
        }
        Self { platform, tenants, upstream }
    }

    /// One call, of the way that is its number's; some clients don't wait for the answer, some talk nonsense.
    async fn call(&self, number: u64) -> Option<Value> {
        let (tenant, server) = &self.tenants[usize::from(number.is_multiple_of(3))];
        let message = match number % 40 {
            38 => {
                json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "attack", "arguments": [1]}})
            }
            39 => call("attack", &json!({"text": "x".repeat(1 << 20)})),
            _ => call("attack", &json!({"n": number % WAYS, "text": self.upstream.url("")})),
        };
        let key = if number % 50 == 49 { "clo_wrong" } else { &tenant.key };
        let answer = async { server.send(&self.platform, key, message).await.json().await.ok() };
        let patience = if number % 10 == 7 { Duration::from_millis(number % 30) } else { Duration::from_secs(30) };
        timeout(patience, answer).await.ok().flatten()
    }

    /// Makes so many calls, some at a time: how many were answered with a tool error.
    async fn calls(&self, numbers: std::ops::Range<u64>) -> usize {
        let answers = futures::stream::iter(numbers).map(|number| self.call(number)).buffer_unordered(24);
        let failed = |answer: &Option<Value>| answer.as_ref().is_some_and(|a| a["result"]["isError"] == true);
        answers.filter(|answer| std::future::ready(failed(answer))).count().await
    }

    /// What the process holds once it has come to rest: connections closed, records written, idle threads ended.
    async fn at_rest(&self) -> Usage {
        sleep(Duration::from_secs(12)).await;
        self.platform.usage()
    }
}

async fn holds_nothing_after(scene: &Scene, warm_up: u64, calls: u64) {
    let stage = Stage::new(scene).await;
    let failed = stage.calls(0..warm_up).await;
    scene.control("most of the calls end in an error", failed > usize::try_from(warm_up).unwrap() / 2, failed);
    let before = stage.at_rest().await;
    stage.calls(warm_up..warm_up + calls).await;
    let after = stage.at_rest().await;
    eprintln!("after {warm_up} calls: {before:?}; after {calls} more: {after:?}");
    // Records and statistics live in the process as well: a few MiB, whatever the number of calls.
    let grown = after.resident_kib.saturating_sub(before.resident_kib);
    scene.guard("memory is back where it was, to 32 MiB", grown < 32 << 10, (before, after));
    // The pool of connections to the database grows to its full size: 8 of 3 files each.
    scene.guard("descriptors are back, to 24", after.descriptors <= before.descriptors + 24, (before, after));
    // Each of those 8 has a thread, too.
    scene.guard("threads are back, to 8", after.threads <= before.threads + 8, (before, after));
    let (tenant, server) = &stage.tenants[0];
    let said = tenant.call(&stage.platform, server, "now", json!({})).await;
    scene.guard("the server still answers", !said.error && said.text.contains("20"), said);
}

async fn ten_thousand_calls(scene: &Scene) {
    holds_nothing_after(scene, 1_000, 10_000).await;
}

async fn five_hundred_calls(scene: &Scene) {
    holds_nothing_after(scene, 200, 300).await;
}
