//! What the platform does, measured through its own binary: one subcommand a bench, each with a section of the results.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is measured is no exact number"
)]

mod build;
mod calls;
mod crowd;
mod figures;
mod fork;
mod growth;
mod load;
mod login;
mod many;
mod micro;
mod model;
mod noisy;
mod pair;
mod peer;
mod plans;
mod platform;
mod process;
mod report;
mod soak;
mod spread;
mod stages;
mod tenant;
mod tools;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

/// Measures the platform through its own binary.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    bench: Bench,
    /// The binary to measure.
    #[arg(long, global = true, default_value = "target/optimized/cloche")]
    binary: PathBuf,
    /// What tool code is compiled with.
    #[arg(long, global = true, default_value = "target/toolchain")]
    toolchain: PathBuf,
    /// The components that `make guests` makes.
    #[arg(long, global = true, default_value = "target/guests")]
    guests: PathBuf,
    /// Where `scripts/bench-peers.sh` has installed the peers.
    #[arg(long, global = true, default_value = "target/peers")]
    peers: PathBuf,
    /// The Markdown file in which to put what was found.
    #[arg(long, global = true)]
    results: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Bench {
    /// `tools/call`, beside the Node SDK's server and beside the same tools natively behind rmcp.
    Calls(calls::Calls),
    /// From `POST /v1/servers` to `live`, for the demo spec and for one of six tools.
    Build {
        /// Builds of each spec, alone and four at once.
        #[arg(long, default_value_t = 20)]
        builds: usize,
    },
    /// From `POST /v1/servers` with a template to the fork's first answer.
    Fork {
        #[arg(long, default_value_t = 200)]
        forks: usize,
    },
    /// One tenant's calls, quiet and beside another tenant that burns all it may, in turns.
    Noisy {
        /// Only beside this noise.
        #[arg(long)]
        only: Option<noisy::Noise>,
        /// Quiet and noisy phases of each noise.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// How long each neighbour is measured in a phase.
        #[arg(long, default_value_t = 2.0)]
        seconds: f64,
    },
    /// Where a call's time goes, stage by stage.
    Stages(stages::Stages),
    /// The parts of a call by themselves.
    Micro(micro::Micro),
    /// Ten thousand live servers in one process: memory, first calls, calls at random.
    Many(many::Many),
    /// What calls, lists and a start cost as servers and tenants become more.
    Growth(growth::Growth),
    /// Two binaries of the platform in turns: what a change has gained.
    Pair(pair::Pair),
    /// The same load for ten minutes: memory, descriptors and threads.
    Soak(soak::Soak),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let section = match cli.bench {
        Bench::Calls(calls) => calls::run(calls, &cli.binary, &cli.toolchain, &cli.peers).await?,
        Bench::Build { builds } => build::run(&cli.binary, &cli.toolchain, builds).await?,
        Bench::Fork { forks } => fork::run(&cli.binary, &cli.toolchain, forks).await?,
        Bench::Noisy { only, rounds, seconds } => {
            let stage = noisy::Stage::set(&cli.binary, &cli.toolchain, &cli.guests).await?;
            stage.run(only, rounds, Duration::from_secs_f64(seconds)).await?
        }
        Bench::Stages(stages) => stages::run(&stages, &cli.binary, &cli.toolchain).await?,
        Bench::Micro(micro) => micro::run(&micro, &cli.binary, &cli.toolchain).await?,
        Bench::Many(many) => many::run(&many, &cli.binary, &cli.toolchain).await?,
        Bench::Growth(growth) => growth::run(&growth, &cli.binary, &cli.toolchain).await?,
        Bench::Pair(pair) => pair::run(&pair, &cli.binary, &cli.toolchain).await?,
        Bench::Soak(soak) => soak::run(&soak, &cli.binary, &cli.toolchain).await?,
    };
    section.publish(cli.results.as_deref())
}
