//! `cloche-benches build`: how long it takes from `POST /v1/servers` to `live`. `cloche-benches noisy`: what one tenant's calls
//! take beside another who burns all he may. `cloche-benches fork`: from a template to a server that answers.

mod build;
mod fork;
mod model;
mod noisy;
mod platform;
mod spread;
mod tenant;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Measures the platform through its own binary.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    bench: Bench,
    /// The binary to measure.
    #[arg(long, global = true, default_value = "target/release/cloche")]
    binary: PathBuf,
    /// What tool code is compiled with.
    #[arg(long, global = true, default_value = "target/toolchain")]
    toolchain: PathBuf,
    /// The components that `make guests` makes.
    #[arg(long, global = true, default_value = "target/guests")]
    guests: PathBuf,
}

#[derive(Subcommand)]
enum Bench {
    /// From `POST /v1/servers` to `live`, for the demo spec and for one of six tools.
    Build {
        /// Builds of each spec, after one that is not counted.
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
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match cli.bench {
        Bench::Build { builds } => build::run(&cli.binary, &cli.toolchain, builds).await,
        Bench::Fork { forks } => fork::run(&cli.binary, &cli.toolchain, forks).await,
        Bench::Noisy { only, rounds, seconds } => {
            let stage = noisy::Stage::set(&cli.binary, &cli.toolchain, &cli.guests).await?;
            stage.run(only, rounds, std::time::Duration::from_secs_f64(seconds)).await
        }
    }
}
