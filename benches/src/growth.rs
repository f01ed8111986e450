//! What calls, lists and a start cost as servers and tenants become more.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;

use crate::calls::{Cell, Era};
use crate::crowd::Crowd;
use crate::figures::Figures;
use crate::load;
use crate::plans::{self, Plans};
use crate::platform::Platform;
use crate::report::Section;
use crate::tenant::Tenant;
use crate::tools::Tool;

const ECHO: &str = "Ok(args.text.unwrap_or_default())";

#[derive(Args)]
pub(crate) struct Growth {
    /// Servers of one tenant, and as many tenants beside.
    #[arg(long, default_values_t = [10, 100, 1_000, 10_000])]
    sizes: Vec<usize>,
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

/// What was found at one size.
struct Found {
    size: usize,
    ready: Figures,
    call: Figures,
    cpu: Figures,
    first_page: Figures,
    middle_page: Figures,
    database: u64,
    plans: Plans,
}

pub(crate) async fn run(growth: &Growth, binary: &Path, toolchain: &Path) -> anyhow::Result<Section> {
    let config = format!("[compiler]\ntoolchain = \"{}\"\n", toolchain.canonicalize()?.display());
    let mut found = vec![];
    for &size in &growth.sizes {
        found.push(measure(size, growth.rounds, binary, &config).await?);
    }
    let mut section = Section::new("Cost growth");
    section.paragraph(
        "A tenant with so many servers, beside as many other tenants. Medians, with the least and the most in parentheses. \
         The call is of one server, over one connection.",
    );
    let head = [
        "servers and tenants",
        "start to ready ms",
        "call p50 ms",
        "CPU µs a call",
        "first page ms",
        "page in the middle ms",
        "database KiB a server and tenant",
    ];
    let lines = found.iter().map(|at| {
        [
            at.size.to_string(),
            format!("{:.0}", at.ready),
            format!("{:.3}", at.call),
            format!("{:.1}", at.cpu),
            format!("{:.2}", at.first_page),
            format!("{:.2}", at.middle_page),
            format!("{:.1}", at.database as f64 / 1024.0 / at.size as f64),
        ]
    });
    section.table(head, lines);
    if let Some(Found { size, plans: Plans { statements, scans }, .. }) = found.last() {
        section.paragraph(&format!(
            "Plans at {size}, of {statements} different statements that calls, every `GET` of the API, a start and what the \
             platform does by itself ask: {} go through the whole of a table with more than a thousand rows.",
            scans.len()
        ));
        if !scans.is_empty() {
            section
                .table(["table", "statement"], scans.iter().map(|(table, text)| [table.clone(), format!("`{text}`")]));
        }
    }
    Ok(section)
}

async fn measure(size: usize, rounds: usize, binary: &Path, config: &str) -> anyhow::Result<Found> {
    let mut platform = Platform::start(binary, config)?;
    let key = platform.admin(&["api-key", "--email", "crowd@example.com"])?;
    let tenant = Tenant::new(platform.url(), &key)?;
    let server = tenant.server("echo", [("echo", ECHO), ("again", ECHO)], &[]).await?;
    platform.stop()?;
    let data = platform.data();
    let before = bytes(&data)?;
    Crowd::Servers(size).join(&data, &server).await?;
    Crowd::Tenants(size).join(&data, &server).await?;
    let database = bytes(&data)?.saturating_sub(before);
    let request = Cell { tool: Tool::Echo, era: Era::Stateless, connections: 1 }.request(&server.url, &key);
    let (mut ready, mut calls, mut cpu, mut first, mut middle) = (vec![], vec![], vec![], vec![], vec![]);
    for round in 0..rounds {
        if round > 0 {
            platform.stop()?;
        }
        ready.push(platform.resume()?.as_secs_f64() * 1e3);
        let used = platform.process().cpu()?;
        let answered = load::send(&request, 1, Duration::from_secs(1)).await?;
        cpu.push(platform.process().cpu()?.saturating_sub(used).as_secs_f64() * 1e6 / answered.requests as f64);
        calls.push(answered.p50.as_secs_f64() * 1e3);
        let mut page = "/v1/servers?limit=50".to_owned();
        first.push(timed(&tenant, &page).await?.0);
        for _ in 0..size / 100 {
            let (_, cursor) = timed(&tenant, &page).await?;
            let Some(cursor) = cursor else { break };
            page = format!("/v1/servers?limit=50&cursor={cursor}");
        }
        middle.push(timed(&tenant, &page).await?.0);
    }
    let [ready, call, cpu, first_page, middle_page] = [ready, calls, cpu, first, middle].map(Figures::of);
    let plans = plans::of(&mut platform, config, &tenant, &server, &request).await?;
    Ok(Found { size, ready, call, cpu, first_page, middle_page, database, plans })
}

/// Milliseconds that a page took, and where the next one begins.
async fn timed(tenant: &Tenant, page: &str) -> anyhow::Result<(f64, Option<String>)> {
    let began = Instant::now();
    let answer = tenant.get(page).await?;
    let took = began.elapsed().as_secs_f64() * 1e3;
    answer["servers"].as_array().with_context(|| format!("no page: {answer}"))?;
    Ok((took, answer["nextCursor"].as_str().map(str::to_owned)))
}

/// Bytes of the database.
fn bytes(data: &Path) -> anyhow::Result<u64> {
    Ok(fs::metadata(data.join("cloche.db"))?.len())
}
