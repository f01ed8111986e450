//! Many live servers in one process, each of a component of its own, called at random: how soon, and with how much memory.

use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;

use crate::calls::{Cell, Era};
use crate::crowd::Crowd;
use crate::figures::Figures;
use crate::load;
use crate::platform::Platform;
use crate::report::Section;
use crate::spread::Spread;
use crate::tenant::{Server, Tenant};
use crate::tools::Tool;

const ECHO: &str = "Ok(args.text.unwrap_or_default())";

#[derive(Args)]
pub(crate) struct Many {
    #[arg(long, default_value_t = 10_000)]
    servers: usize,
    /// Loads of all of them, once they are warm.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long each load lasts.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
}

pub(crate) async fn run(many: &Many, binary: &Path, toolchain: &Path) -> anyhow::Result<Section> {
    let Many { servers, rounds, seconds } = *many;
    // All else is as it comes: how many components are held in memory, too.
    let config = format!("[compiler]\ntoolchain = \"{}\"\n", toolchain.canonicalize()?.display());
    let mut platform = Platform::start(binary, &config)?;
    let key = platform.admin(&["api-key", "--email", "crowd@example.com"])?;
    let tenant = Tenant::new(platform.url(), &key)?;
    let first = tenant.server("echo", [("echo", ECHO), ("again", ECHO)], &[]).await?;
    call(&tenant, &first).await?;
    platform.stop()?;
    Crowd::Components(servers).join(&platform.data(), &first).await?;
    let ready = platform.resume()?;
    // The copies are one file under many names: its pages count as often as they are mapped.
    let resident = || {
        let (own, all) = (platform.process().own()? >> 20, platform.process().resident()? >> 20);
        Ok::<_, anyhow::Error>(format!("{own} MiB, with what is mapped {all} MiB"))
    };
    let mut lines = vec![line("from the start to ready", "≤ 1000 ms", ms(ready))];
    lines.push(line("memory then", "", resident()?));
    lines.push(line("first call after the start, to one server", "", ms(call(&tenant, &first).await?)));

    let order = shuffled(servers);
    let mut cold = vec![];
    for i in &order {
        cold.push(call(&tenant, &first.copy(*i)).await?);
    }
    let cold = Spread::of(cold);
    lines.push(line("each server's first call, from its code on the disk: p50", "", ms(cold.within(50))));
    lines.push(line("the same: p99", "≤ 5 ms", ms(cold.within(99))));
    lines.push(line("memory when all have been called", "≤ 300 MB", resident()?));

    let cell = Cell { tool: Tool::Echo, era: Era::Stateless, connections: 1 };
    let mut request = cell.request(&first.url, &key);
    let paths: Vec<_> = order.iter().map(|i| first.copy(*i).path()).collect();
    for (of, count) in [("all", servers), ("two fifths of them, which are in memory by then", servers * 2 / 5)] {
        request.paths = paths[..count].to_vec();
        for connections in [1, 16] {
            load::send(&request, connections, Duration::from_secs(seconds)).await?;
            let mut answered = vec![];
            for _ in 0..rounds {
                answered.push(load::send(&request, connections, Duration::from_secs(seconds)).await?);
            }
            let figures = |of: fn(&load::Answered) -> f64| Figures::of(answered.iter().map(of));
            let [p50, p99] = [figures(|a| a.p50.as_secs_f64() * 1e3), figures(|a| a.p99.as_secs_f64() * 1e3)];
            let many = format!("{of}, called at random over HTTP, connections: {connections}");
            lines.push(line(&format!("{many}: calls/s"), "", format!("{:.0}", figures(load::Answered::per_second))));
            lines.push(line(&format!("{many}: p50"), "", format!("{p50:.3} ms")));
            lines.push(line(&format!("{many}: p99"), "", format!("{p99:.2} ms")));
        }
    }
    lines.push(line("memory at the end", "≤ 300 MB", resident()?));
    let mut section = Section::new("Many servers");
    section.paragraph(&format!(
        "{servers} live servers in one process with the settings that it comes with, each server of a component of its own. \
         Medians, with the least and the most in parentheses."
    ));
    section.table(["what", "wanted", "found"], lines);
    Ok(section)
}

async fn call(tenant: &Tenant, server: &Server) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let (_, answer) = tenant.call(server, "echo", &json!({"text": "hello, world"})).await?;
    let took = began.elapsed();
    anyhow::ensure!(answer["result"]["content"][0]["text"] == "hello, world", "{answer}");
    Ok(took)
}

fn line(what: &str, wanted: &str, found: String) -> [String; 3] {
    [what.to_owned(), wanted.to_owned(), found]
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// The numbers from 1 on, in an order that is the same each time and like none.
fn shuffled(count: usize) -> Vec<usize> {
    let mut numbers: Vec<_> = (1..=count).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for last in (1..count).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        numbers.swap(last, usize::try_from(state >> 33).unwrap_or_default() % (last + 1));
    }
    numbers
}
