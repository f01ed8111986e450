//! `starter`: lists the examples, or prints one as a `ServerSpec` in JSON, ready for `POST /v1/servers/preview` or
//! `compiler-service compile`.

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    let mut args = std::env::args_os().skip(1);
    match args.next().map(|arg| arg.to_string_lossy().into_owned()).as_deref() {
        // The tests compile in-process: this is their compiler's launcher.
        Some("jail") => return Ok(cloche_compiler::jail_main(args)),
        Some(name) => writeln!(out, "{}", serde_json::to_string_pretty(&cloche_starter::spec(name)?)?)?,
        None => writeln!(out, "{}", cloche_starter::names().join("\n"))?,
    }
    Ok(ExitCode::SUCCESS)
}
