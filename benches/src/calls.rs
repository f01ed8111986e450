//! `tools/call` through the platform, beside the same tools behind its peers: how many calls, how soon, at what cost.
//!
//! Each round loads one server after another with the same calls, so that what else happens on the machine meets all of
//! them; what is compared is compared within a round. All checks are on: the platform's calls carry tokens that it issued.

mod cell;
mod stage;
mod tables;

use std::path::Path;
use std::time::Duration;

use clap::Args;

use crate::figures::Figures;
use crate::load::Measured;
use crate::report::Section;
use crate::tools::Tool;
pub(crate) use cell::{Cell, Era};
use stage::{Stage, Subject};

/// Rounds of the loops that show what computing costs: some milliseconds of each.
const LONG: [Tool; 2] = [Tool::Arithmetic(5_000_000), Tool::Branchy(20_000)];
const TOOLS: [Tool; 3] = [Tool::Echo, Tool::Transform, Tool::Arithmetic(100_000)];

/// What is measured.
#[derive(Args)]
pub(crate) struct Calls {
    /// Loads of each server with each kind of call.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long each load lasts.
    #[arg(long, default_value_t = 1)]
    seconds: u64,
    /// Only these tools.
    #[arg(long, default_values = ["echo", "transform", "arithmetic"])]
    tool: Vec<String>,
    /// Only these eras.
    #[arg(long, default_values = ["session", "stateless", "modern"])]
    era: Vec<Era>,
    /// Only so many connections.
    #[arg(long, default_values_t = [1, 16, 128])]
    connections: Vec<usize>,
    /// Leave out the long computations.
    #[arg(long)]
    no_long: bool,
}

/// One kind of call, and each round's loads: those of the platform, then those of its peers.
struct Row {
    cell: Cell,
    rounds: Vec<[Measured; 4]>,
}

impl Row {
    fn figures(&self, subject: Subject, of: impl Fn(&Measured) -> f64) -> Figures {
        Figures::of(self.rounds.iter().map(|round| of(&round[subject as usize])))
    }

    /// How many times as many calls a second as a peer's the platform's are, round by round.
    fn times(&self, peer: Subject) -> Figures {
        let calls = |round: &[Measured; 4], subject: Subject| round[subject as usize].answered.per_second();
        Figures::of(self.rounds.iter().map(|round| calls(round, Subject::Cloche) / calls(round, peer)))
    }

    /// How many times as long a call takes here as in a peer.
    fn as_long(&self, peer: Subject) -> Figures {
        let p50 = |round: &[Measured; 4], subject: Subject| round[subject as usize].answered.p50.as_secs_f64();
        Figures::of(self.rounds.iter().map(|round| p50(round, Subject::Cloche) / p50(round, peer)))
    }
}

pub(crate) async fn run(calls: Calls, binary: &Path, toolchain: &Path, peers: &Path) -> anyhow::Result<Section> {
    let mut stage = Stage::set(binary, toolchain, &peers.join("node")).await?;
    let mut rows: Vec<Row> = cells(&calls).into_iter().map(|cell| Row { cell, rounds: vec![] }).collect();
    let time = Duration::from_secs(calls.seconds);
    for round in 0..calls.rounds {
        stage.begin_round().await?;
        for row in &mut rows {
            let mut measured = [None; 4];
            for turn in 0..Subject::ALL.len() {
                // Each is the first in some round.
                let subject = Subject::ALL[(turn + round) % Subject::ALL.len()];
                measured[subject as usize] = Some(stage.measure(subject, row.cell, time).await?);
            }
            row.rounds.extend(all(&measured));
        }
    }
    let mut section = Section::new("Calls");
    section.paragraph(&format!(
        "`tools/call` over kept connections, by wrk: {} rounds of {} s for each server and kind of call, in turns. Medians, \
         with the least and the most in parentheses; ratios are of the same round. The platform is `{}`, rmcp's server as \
         Cargo builds one for release.",
        calls.rounds,
        calls.seconds,
        binary.display()
    ));
    tables::write(&mut section, &rows);
    Ok(section)
}

fn all(measured: &[Option<Measured>; 4]) -> Option<[Measured; 4]> {
    let [one, two, three, four] = *measured;
    Some([one?, two?, three?, four?])
}

fn cells(calls: &Calls) -> Vec<Cell> {
    let mut kinds = vec![];
    for tool in TOOLS.into_iter().filter(|tool| calls.tool.iter().any(|name| name == tool.name())) {
        for era in Era::ALL.into_iter().filter(|era| calls.era.contains(era)) {
            kinds.extend(calls.connections.iter().map(|&connections| Cell { tool, era, connections }));
        }
    }
    let long = LONG.into_iter().filter(|_| !calls.no_long);
    kinds.extend(long.map(|tool| Cell { tool, era: Era::Stateless, connections: 1 }));
    kinds
}
