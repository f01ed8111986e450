//! Two binaries of the platform in turns, with the same calls: what a change has gained. A machine's noise meets both, so
//! only what is compared within a round counts.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use crate::calls::{Cell, Era};
use crate::figures::Figures;
use crate::load::{self, Measured, Request};
use crate::login::Login;
use crate::platform::Platform;
use crate::report::Section;
use crate::tools::Tool;

const ECHO: &str = "Ok(args.text.unwrap_or_default())";

#[derive(Args)]
pub(crate) struct Pair {
    /// The binary to compare with: built before the change.
    #[arg(long)]
    with: PathBuf,
    /// Loads of each.
    #[arg(long, default_value_t = 8)]
    rounds: usize,
    /// How long each load lasts.
    #[arg(long, default_value_t = 2)]
    seconds: u64,
    #[arg(long, default_value_t = 16)]
    connections: usize,
}

/// One of the two, called with a token of its own.
struct Side {
    platform: Platform,
    request: Request,
}

pub(crate) async fn run(pair: &Pair, binary: &Path, toolchain: &Path) -> anyhow::Result<Section> {
    let sides = [Side::set(binary, toolchain, pair).await?, Side::set(&pair.with, toolchain, pair).await?];
    let mut rounds = vec![];
    for round in 0..pair.rounds {
        let mut measured = [None, None];
        for turn in 0..sides.len() {
            // Each is the first in every other round.
            let side = (turn + round) % sides.len();
            measured[side] = Some(sides[side].measure(pair).await?);
        }
        if let [Some(this), Some(other)] = measured {
            rounds.push((this, other));
        }
    }
    let mut section = Section::new("Two binaries");
    section.paragraph(&format!(
        "Echo over {} connections, with tokens of the platforms' own: {} rounds of {} s each, in turns. Medians, with the least \
         and the most in parentheses; times as many are of the same round.",
        pair.connections, pair.rounds, pair.seconds
    ));
    let line = |what: &str, of: fn(&Measured) -> f64| {
        let figures = |of: &dyn Fn(&(Measured, Measured)) -> f64| Figures::of(rounds.iter().map(of)).to_string();
        let times = figures(&|(this, other)| of(this) / of(other));
        [what.to_owned(), figures(&|(this, _)| of(this)), figures(&|(_, other)| of(other)), times]
    };
    let lines = [
        line("calls/s", |measured| measured.answered.per_second()),
        line("p50 ms", |measured| measured.answered.p50.as_secs_f64() * 1e3),
        line("CPU µs a call", |measured| measured.cpu.as_secs_f64() * 1e6),
    ];
    section.table(["what", "this", "the other", "times as many"], lines);
    Ok(section)
}

impl Side {
    async fn set(binary: &Path, toolchain: &Path, pair: &Pair) -> anyhow::Result<Self> {
        let config = format!("[compiler]\ntoolchain = \"{}\"\n", toolchain.canonicalize()?.display());
        let platform = Platform::start(binary, &config)?;
        let server = platform.tenant("pair")?.server("echo", [("echo", ECHO), ("again", ECHO)], &[]).await?;
        let token = Login::new(&platform, "pair@example.com", &server.url).await?.token().await?;
        let cell = Cell { tool: Tool::Echo, era: Era::Stateless, connections: pair.connections };
        let request = cell.request(&server.url, &token);
        load::send(&request, pair.connections, Duration::from_secs(1)).await?;
        Ok(Self { platform, request })
    }

    async fn measure(&self, pair: &Pair) -> anyhow::Result<Measured> {
        let time = Duration::from_secs(pair.seconds);
        load::measure(self.platform.process(), &self.request, pair.connections, time).await
    }
}
