//! Every operation of published documents, made into tools and compiled: prints how many there are, how many can be tools,
//! and what the compiler says of them. `make documents-all` runs it; paths as arguments are other documents.
#![expect(clippy::print_stdout, reason = "it prints a table")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use cloche_compiler::{Compiler as _, EventSink, Launcher, Limits, Local, Toolchain};
use cloche_domain::spec::bounds;
use cloche_openapi::{Choice, Document};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1).peekable();
    if args.peek().is_some_and(|arg| arg == "jail") {
        args.next();
        return Ok(cloche_compiler::jail_main(args));
    }
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target");
    let names = ["github", "discord", "stripe", "slack", "twilio"];
    let mut documents: Vec<PathBuf> = args.map(PathBuf::from).collect();
    if documents.is_empty() {
        documents.extend(names.map(|name| target.join("documents").join(name).with_extension("json")));
    }
    let launcher = Launcher { program: std::env::current_exe()?, args: vec!["jail".into()] };
    let compiler = Local::new(Toolchain::load(&target.join("toolchain"))?, launcher, Limits::default());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    println!(
        "document                   operations  importable  compiled  servers   read  compile, median and longest"
    );
    let mut refused = 0;
    for path in documents {
        refused += runtime.block_on(one(&path, &compiler))?;
    }
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints a document's line; how many of its servers were refused.
async fn one(path: &Path, local: &Local) -> Result<usize, Box<dyn Error>> {
    let began = Instant::now();
    let mut document = Document::read(&std::fs::read(path)?)?;
    let mut overview = document.overview();
    let read = began.elapsed();
    if overview.importable == 0 {
        document = document.with_server("https://api.example.com")?;
        overview = document.overview();
    }
    let ids: Vec<String> =
        overview.operations.iter().filter(|o| o.not_importable.is_none()).map(|o| o.id.clone()).collect();
    let (mut times, mut compiled, mut refused) = (Vec::new(), 0, 0);
    for operations in ids.chunks(bounds::TOOLS) {
        let choice = Choice { operations: operations.to_vec(), ..Choice::default() };
        let spec = match document.draft(&choice) {
            Ok(spec) => spec,
            Err(error) => {
                println!("{}: {error}", path.display());
                refused += 1;
                continue;
            }
        };
        let began = Instant::now();
        match local.compile(&spec, EventSink::ignore()).await {
            Ok(_) => compiled += operations.len(),
            Err(refusal) => {
                println!("{}: {refusal}\n{operations:?}", path.display());
                refused += 1;
            }
        }
        times.push(began.elapsed());
    }
    times.sort_unstable();
    let seconds = |time: Option<&Duration>| time.map_or(0.0, Duration::as_secs_f64);
    println!(
        "{:26} {:10}  {:10}  {compiled:8}  {:7}  {:4.1} s  {:.1} s, {:.1} s",
        path.file_name().unwrap_or_default().to_string_lossy(),
        overview.operations.len(),
        ids.len(),
        times.len(),
        read.as_secs_f64(),
        seconds(times.get(times.len() / 2)),
        seconds(times.last()),
    );
    Ok(refused)
}
