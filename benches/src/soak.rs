//! The same load for long: whether memory, descriptors and threads stay as they are.

use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;

use crate::calls::{Cell, Era};
use crate::load;
use crate::platform::Platform;
use crate::report::Section;
use crate::tenant::Tenant;
use crate::tools::Tool;

const ECHO: &str = "Ok(args.text.unwrap_or_default())";

#[derive(Args)]
pub(crate) struct Soak {
    /// How long, in all.
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// How long each load lasts, after which it is looked at what the process has.
    #[arg(long, default_value_t = 30)]
    step: u64,
}

/// What the process had at a moment.
struct Seen {
    at: Duration,
    calls: u64,
    resident: u64,
    descriptors: u64,
    threads: u64,
}

pub(crate) async fn run(soak: &Soak, binary: &Path, toolchain: &Path) -> anyhow::Result<Section> {
    let config = format!("[compiler]\ntoolchain = \"{}\"\n", toolchain.canonicalize()?.display());
    let platform = Platform::start(binary, &config)?;
    let key = platform.admin(&["api-key", "--email", "soak@example.com"])?;
    let tenant = Tenant::new(platform.url(), &key)?;
    let server = tenant.server("echo", [("echo", ECHO), ("again", ECHO)], &[]).await?;
    let request = |era| Cell { tool: Tool::Echo, era, connections: 16 }.request(&server.url, &key);
    let requests = [request(Era::Stateless), request(Era::Modern)];
    let (began, mut calls, mut seen) = (Instant::now(), 0, vec![]);
    for turn in (0..).take(usize::try_from(soak.seconds / soak.step)?) {
        calls += load::send(&requests[turn % 2], 16, Duration::from_secs(soak.step)).await?.requests;
        // Connections end, and what was noted of the last calls is written.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let process = platform.process();
        seen.push(Seen {
            at: began.elapsed(),
            calls,
            resident: process.resident()? >> 20,
            descriptors: process.descriptors()?,
            threads: process.threads()?,
        });
    }
    let mut section = Section::new("Soak");
    section.paragraph("16 connections, turns of both eras, with new connections in each turn.");
    let lines = seen.iter().map(|seen| {
        [seen.at.as_secs(), seen.calls, seen.resident, seen.descriptors, seen.threads].map(|number| number.to_string())
    });
    section.table(["after s", "calls", "memory MiB", "descriptors", "threads"], lines);
    Ok(section)
}
