//! Compiling apart from the process that serves: a component can be made so that compiling it takes hours and gigabytes,
//! and nothing stops a compilation but the end of its process.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::thread;

use rustix::process::{Resource, Rlimit, setpriority_process, setrlimit};

use crate::engine::engine;
use crate::{Error, Result};

/// Seconds of processor time, all threads together.
pub(crate) const CPU_SECONDS: u64 = 60;
/// Bytes of address space.
const MEMORY: u64 = 4 << 30;
/// Calls come first.
const NICE: i32 = 10;
/// Bytes of the reason that are read.
const REASON: u64 = 4 << 10;

/// A program that runs [`compile_main`].
#[derive(Clone, Debug)]
pub struct CompilerProgram {
    pub program: PathBuf,
    pub args: Vec<OsString>,
}

impl CompilerProgram {
    /// The machine code of a component, if making it takes no more than so many seconds of processor time.
    pub(crate) fn compile(&self, wasm: &[u8], seconds: u64) -> Result<Vec<u8>> {
        let failed = |e: io::Error| Error::Process(Arc::new(e));
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .arg(seconds.to_string())
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let mut code = Vec::new();
        let reason = thread::scope(|scope| {
            // What breaks off here, the program's end explains.
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(wasm)));
            let reason = scope.spawn(move || {
                let mut reason = Vec::new();
                let _ = stderr.map(|stderr| stderr.take(REASON).read_to_end(&mut reason));
                String::from_utf8_lossy(&reason).trim().to_owned()
            });
            let _ = stdout.map(|mut stdout| stdout.read_to_end(&mut code));
            reason.join().unwrap_or_default()
        });
        match child.wait().map_err(failed)?.code() {
            Some(0) => Ok(code),
            Some(1) => Err(Error::invalid(reason)),
            _ => Err(Error::TakesTooLong { seconds, gib: MEMORY >> 30 }),
        }
    }
}

/// Reads a component from standard input and writes its machine code to standard output, within bounds. The main function
/// of a process that does nothing else, and has so many seconds of processor time.
pub fn compile_main(seconds: u64) -> ExitCode {
    match compile_within_bounds(seconds) {
        Ok(()) => ExitCode::SUCCESS,
        #[expect(clippy::print_stderr, reason = "this is the program's own main, and stderr its only voice")]
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compile_within_bounds(seconds: u64) -> Result<(), String> {
    let failed = |e: io::Error| e.to_string();
    for (resource, limit) in [(Resource::Cpu, seconds), (Resource::As, MEMORY), (Resource::Core, 0)] {
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) }).map_err(|e| e.to_string())?;
    }
    // Where it cannot be lowered, fairness is the scheduler's.
    let _ = setpriority_process(None, NICE);
    let mut wasm = Vec::new();
    io::stdin().read_to_end(&mut wasm).map_err(failed)?;
    let engine = engine(1).map_err(|e| e.to_string())?;
    let code = engine.precompile_component(&wasm).map_err(|e| format!("{e:#}"))?;
    io::stdout().write_all(&code).map_err(failed)
}
