//! `compiler-service`: the compiler over HTTP, or once on the command line.

use std::ffi::OsString;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use cloche_compiler::{Compiler as _, EventSink, Launcher, Limits, Local, Toolchain, jail_main, service};
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(version, about = "Compiles server specifications into components")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answer POST /v1/compile and GET /ready
    Serve {
        /// Where to listen. There is no authentication: only the platform may reach it
        #[arg(long, default_value = "127.0.0.1:8788", env = "CLOCHE_COMPILER_LISTEN")]
        listen: SocketAddr,
        /// The directory that scripts/toolchain.sh made
        #[arg(long, default_value = "target/toolchain", env = "CLOCHE_TOOLCHAIN")]
        toolchain: PathBuf,
    },
    /// Compile one specification (JSON) and say what it became
    Compile {
        spec: PathBuf,
        /// Where to write the component
        #[arg(short, long)]
        output: PathBuf,
        /// Where to write the rendered source, a directory
        #[arg(long)]
        source: Option<PathBuf>,
        /// The directory that scripts/toolchain.sh made
        #[arg(long, default_value = "target/toolchain", env = "CLOCHE_TOOLCHAIN")]
        toolchain: PathBuf,
    },
    /// Confine this process and run a program; started by the service itself
    #[command(hide = true)]
    Jail {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    match Cli::parse().command {
        // Before anything starts a thread or opens a file.
        Command::Jail { args } => Ok(jail_main(args)),
        Command::Serve { listen, toolchain } => run(serve(listen, toolchain)),
        Command::Compile { spec, output, source, toolchain } => run(compile(spec, output, source, toolchain)),
    }
}

/// Runs a command's work, with a log, on a runtime of its own.
fn run(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

async fn serve(listen: SocketAddr, toolchain: PathBuf) -> anyhow::Result<ExitCode> {
    let listener = tokio::net::TcpListener::bind(listen).await.with_context(|| format!("listening on {listen}"))?;
    let compiler = Arc::new(local(&toolchain)?);
    // Tools that start this with port 0 read the address from here.
    writeln!(std::io::stdout(), "listening on http://{}", listener.local_addr()?)?;
    axum::serve(listener, service::router(compiler)).with_graceful_shutdown(told_to_stop()).await?;
    Ok(ExitCode::SUCCESS)
}

async fn compile(
    spec: PathBuf,
    output: PathBuf,
    source: Option<PathBuf>,
    toolchain: PathBuf,
) -> anyhow::Result<ExitCode> {
    let json = std::fs::read(&spec).with_context(|| format!("reading {}", spec.display()))?;
    let spec = serde_json::from_slice(&json).context("the file is no server specification")?;
    match local(&toolchain)?.compile(&spec, EventSink::ignore()).await {
        Ok(artifact) => {
            std::fs::write(&output, &artifact.component)?;
            if let Some(directory) = source {
                std::fs::create_dir_all(&directory)?;
                for (name, text) in &artifact.source.files {
                    std::fs::write(directory.join(name), text)?;
                }
            }
            let (size, powers) = (artifact.component.len(), artifact.imports.join(" "));
            writeln!(std::io::stdout(), "{} {size} bytes, imports {powers}", artifact.sha256)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(refusal) => {
            writeln!(std::io::stderr(), "{}", serde_json::to_string_pretty(&refusal)?)?;
            Ok(ExitCode::FAILURE)
        }
    }
}

fn local(toolchain: &std::path::Path) -> anyhow::Result<Local> {
    Ok(Local::new(Toolchain::load(toolchain)?, Launcher::this_program()?, Limits::default()))
}

/// Ends on Ctrl-C and on SIGTERM.
async fn told_to_stop() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => return tracing::error!(%error, "no signal can be awaited"),
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
