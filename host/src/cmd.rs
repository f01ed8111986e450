//! The command line.

mod admin;
mod audit;
mod rebuild;
mod serve;
mod verify;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, DEFAULTS, Flags};

/// Hosts MCP servers as sealed WebAssembly components.
#[derive(Parser)]
#[command(
    name = "cloche",
    version,
    after_help = "\
Examples:
  cloche serve --data ./data                               serve at http://127.0.0.1:8787
  cloche admin api-key --email you@example.com --data ./data   print a key for the API
  cloche config                                            every setting, with its default"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API, OAuth, the MCP endpoints and the web app, and work on builds.
    Serve(serve::Serve),
    /// Work on builds beside nodes that serve, over the same Postgres and data directory.
    Worker(Place),
    /// Bring the database to this version's tables, and end.
    Migrate(Place),
    /// Make accounts, sign-in links and API keys, also beside a running platform.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Look at the log of who changed what.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Check a version's attestation, offline, and say what it proves.
    Verify(verify::Verify),
    /// Build a version's downloaded source again, on this machine, and compare.
    Rebuild(rebuild::Rebuild),
    /// Print the API's OpenAPI document.
    Openapi,
    /// Print every setting with its meaning and default.
    Config,
    /// Compile a component from standard input to machine code, within bounds; started by the platform itself.
    #[command(hide = true)]
    Precompile {
        /// Of processor time.
        seconds: u64,
    },
    /// Confine this process and run the compiler in it; started by the platform itself.
    #[command(hide = true)]
    Jail {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
}

/// Where the configuration and the data are.
#[derive(Args, Clone, Debug)]
struct Place {
    /// The directory of everything that the platform keeps.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A configuration file; `cloche config` prints one to begin with.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Place {
    fn load(&self) -> anyhow::Result<Config> {
        Ok(Config::load(&Flags { config: self.config.clone(), data: self.data.clone(), listen: None })?)
    }
}

/// Runs the command that the arguments name. Errors go to standard error, in one line.
#[expect(clippy::print_stderr, clippy::print_stdout, reason = "a command's output")]
pub fn run() -> ExitCode {
    let outcome = match Cli::parse().command {
        // Before anything starts a thread or opens a file.
        Command::Jail { args } => return cloche_compiler::jail_main(args),
        Command::Precompile { seconds } => return cloche_sandbox::compile_main(seconds),
        Command::Serve(serve) => serve.run(),
        Command::Worker(place) => place.load().and_then(|config| {
            let _log = crate::log::begin(&config.log)?;
            block_on(crate::boot::work(config))
        }),
        Command::Migrate(place) => block_on(async move { crate::boot::app(place.load()?).await.map(|_| ()) }),
        Command::Admin(admin) => block_on(async move {
            println!("{}", admin.run().await?);
            Ok(())
        }),
        Command::Audit(audit) => block_on(async move {
            println!("{}", audit.run().await?);
            Ok(())
        }),
        Command::Verify(verify) => verify.run().map(|said| println!("{said}")),
        Command::Rebuild(rebuild) => block_on(async move {
            println!("{}", rebuild.run().await?);
            Ok(())
        }),
        Command::Openapi => {
            println!("{}", crate::http::openapi::pretty());
            Ok(())
        }
        Command::Config => {
            print!("{DEFAULTS}");
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cloche: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a command's work on a runtime of its own.
fn block_on(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
