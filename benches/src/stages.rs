//! Where a call's time goes, stage by stage, as the platform itself tells it (`log.stages`).

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Args;
use serde_json::Value;

use crate::calls::{Cell, Era};
use crate::figures::Figures;
use crate::load;
use crate::login::Login;
use crate::platform::Platform;
use crate::report::Section;
use crate::tools::Tool;

const ECHO: &str = "Ok(args.text.unwrap_or_default())";
/// In the order in which a call passes them.
const STAGES: [(&str, &str); 5] = [
    ("auth", "the token: its digest, and what is remembered of it"),
    ("route", "from the place to the server"),
    ("instantiate", "a new instance: memory, tables, globals, imports"),
    ("call", "the tool itself, its arguments and result passed in and out"),
    ("encode", "the answer as JSON"),
];
/// The span that a whole request has.
const REQUEST: &str = "request";

#[derive(Args)]
pub(crate) struct Stages {
    /// How long calls are made, over one connection.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
}

pub(crate) async fn run(stages: &Stages, binary: &Path, toolchain: &Path) -> anyhow::Result<Section> {
    let config = format!(
        "[compiler]\ntoolchain = \"{}\"\n[log]\nformat = \"json\"\nstages = true\n",
        toolchain.canonicalize()?.display()
    );
    let platform = Platform::start(binary, &config)?;
    let server = platform.tenant("stages")?.server("echo", [("echo", ECHO), ("again", ECHO)], &[]).await?;
    let token = Login::new(&platform, "stages@example.com", &server.url).await?.token().await?;
    let request = Cell { tool: Tool::Echo, era: Era::Stateless, connections: 1 }.request(&server.url, &token);
    load::send(&request, 1, Duration::from_secs(1)).await?;
    // Lines wait for a moment before they are written.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let before = spans(&platform.log())?.0;
    let answered = load::send(&request, 1, Duration::from_secs(stages.seconds)).await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let (_, mut spans) = spans(&platform.log())?;
    let mut of = |name: &str| {
        let times = spans.remove(name).with_context(|| format!("no span {name}"))?;
        ensure!(times.len() > before, "only {} spans {name}", times.len());
        Ok::<_, anyhow::Error>(Figures::of(times[before..].iter().copied()))
    };
    let whole = of(REQUEST)?.median();
    let (mut lines, mut rest) = (vec![], whole);
    let line = |name: &str, what: &str, median: f64, most: String| {
        [name.to_owned(), what.to_owned(), format!("{median:.1}"), most, format!("{:.0} %", 100.0 * median / whole)]
    };
    for (name, what) in STAGES {
        let times = of(name)?;
        rest -= times.median();
        lines.push(line(name, what, times.median(), format!("{:.1}", times.within(95))));
    }
    lines.push(line("else", "HTTP, JSON, schema, admission, cleaning up, record", rest, String::new()));
    let mut section = Section::new("Stages of a call");
    section.paragraph(&format!(
        "Echo over one connection, with a token of the platform's own: {} calls. Processor time of each stage, as its span \
         tells (`log.stages`); telling it costs as well: six lines a call, most of what stands under «else». `make flamegraph` shows \
         the whole in depth, without.",
        answered.requests
    ));
    section.table(["stage", "what", "median µs", "p95 µs", "of the request"], lines);
    Ok(section)
}

/// How many requests have ended, and for each span its times in microseconds.
fn spans(log: &Path) -> anyhow::Result<(usize, HashMap<String, Vec<f64>>)> {
    let mut spans = HashMap::<_, Vec<f64>>::new();
    for line in BufReader::new(File::open(log)?).lines() {
        // The last line may still be on its way.
        let Ok(line) = serde_json::from_str::<Value>(&line?) else { continue };
        let (busy, name) = (&line["fields"]["time.busy"], &line["span"]["name"]);
        if let (Some(busy), Some(name)) = (busy.as_str(), name.as_str()) {
            spans.entry(name.to_owned()).or_default().push(micros(busy)?);
        }
    }
    Ok((spans.get(REQUEST).map_or(0, Vec::len), spans))
}

/// A time as it is told: `12.3µs`.
fn micros(told: &str) -> anyhow::Result<f64> {
    let unit = told.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let factor = match unit {
        "ns" => 1e-3,
        "µs" => 1.0,
        "ms" => 1e3,
        _ => 1e6,
    };
    Ok(told[..told.len() - unit.len()].parse::<f64>().with_context(|| format!("{told} is no time"))? * factor)
}
