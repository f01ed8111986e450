//! `cloche-benches build`: how long it takes from `POST /v1/servers` to `live`.

mod build;
mod model;
mod platform;
mod spread;

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
}

#[derive(Subcommand)]
enum Bench {
    /// From `POST /v1/servers` to `live`, for the demo spec and for one of six tools.
    Build {
        /// Builds of each spec, after one that is not counted.
        #[arg(long, default_value_t = 20)]
        builds: usize,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match cli.bench {
        Bench::Build { builds } => build::run(&cli.binary, &cli.toolchain, builds).await,
    }
}
