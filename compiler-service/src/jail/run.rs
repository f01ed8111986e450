//! The outside of the jail: start the launcher, read the compiler's messages, and end it and all its children in time.

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::AsyncReadExt as _;
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::runtime::Handle;

use crate::jail::{Confinement, EXIT_NOT_CONFINED};
use crate::limits::Limits;

/// How often the size of the output is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// The command that [`crate::jail_main`] answers to.
#[derive(Clone, Debug)]
pub struct Launcher {
    pub program: PathBuf,
    /// Before the jail's own arguments, like `["jail"]`.
    pub args: Vec<OsString>,
}

impl Launcher {
    /// `<this program> jail`.
    pub fn this_program() -> io::Result<Self> {
        Ok(Self { program: std::env::current_exe()?, args: vec!["jail".into()] })
    }
}

/// Why the jail itself failed: no fault of the source.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JailError {
    #[error("the jail's launcher {0:?} does not start: {1}")]
    Start(PathBuf, io::Error),
    #[error("the jail could not be closed: {0}")]
    NotConfined(String),
    #[error("reading from the compiler: {0}")]
    Read(#[from] io::Error),
    #[error("the jail's settings: {0}")]
    Settings(#[from] serde_json::Error),
}

/// One program to run in the jail.
pub(crate) struct Task<'a> {
    pub confinement: Confinement,
    pub command: Vec<OsString>,
    /// Where it runs.
    pub directory: &'a Path,
    /// The directory whose size is bounded.
    pub output: &'a Path,
}

/// How a jailed program ended.
#[derive(Debug, PartialEq)]
pub(crate) enum Ending {
    Exited(i32),
    Signal(i32),
    /// Over the wall clock.
    TimedOut,
    /// Over the bound of the output directory; its size.
    DiskFull(u64),
}

/// The jailed process and all its children. They end, at the latest, when the future that waits for them is dropped.
struct Group(Option<Child>);

impl Group {
    fn kill(&self) {
        let leader = self.0.as_ref().and_then(Child::id).and_then(|id| i32::try_from(id).ok());
        if let Some(leader) = leader {
            // Nobody may be left already.
            let _ = killpg(Pid::from_raw(leader), Signal::SIGKILL);
        }
    }

    /// Ends what is left of the group; the leader's own status, if it came to its end by itself.
    async fn end(mut self) -> io::Result<ExitStatus> {
        // Before the leader is waited for: then its number could be another's.
        self.kill();
        match self.0.take() {
            Some(mut child) => child.wait().await,
            None => Ok(ExitStatus::default()),
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
        if let (Some(mut child), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(async move { child.wait().await });
        }
    }
}

/// Runs a task to its end and gives back what it wrote to stderr, within the bounds.
pub(crate) async fn run(launcher: &Launcher, task: Task<'_>, limits: &Limits) -> Result<(Ending, Vec<u8>), JailError> {
    // A socket, not a pipe: whoever opens /proc/self/fd/2 gets an error instead of a read that hangs.
    let (ours, theirs) = StdUnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let mut messages = UnixStream::from_std(ours)?;
    let mut command = Command::new(&launcher.program);
    command
        .args(&launcher.args)
        .arg(serde_json::to_string(&task.confinement)?)
        .args(&task.command)
        .env_clear()
        .current_dir(task.directory)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(OwnedFd::from(theirs))
        .process_group(0);
    let child = command.spawn().map_err(|e| JailError::Start(launcher.program.clone(), e))?;
    // Our copy of the child's end: the messages end when the last process closes its own.
    drop(command);
    let group = Group(Some(child));

    let mut stderr = Vec::new();
    let stopped = tokio::select! {
        read = read_bounded(&mut messages, &mut stderr, limits.messages) => { read?; None }
        () = tokio::time::sleep(limits.wall_clock) => Some(Ending::TimedOut),
        size = outgrown(task.output, limits.disk) => Some(Ending::DiskFull(size)),
    };
    let status = group.end().await?;
    match (stopped, status.code()) {
        (Some(ending), _) => Ok((ending, stderr)),
        (None, Some(EXIT_NOT_CONFINED)) => Err(JailError::NotConfined(String::from_utf8_lossy(&stderr).trim().into())),
        (None, code) => Ok((code.map_or_else(|| Ending::Signal(signal(status)), Ending::Exited), stderr)),
    }
}

fn signal(status: ExitStatus) -> i32 {
    status.signal().unwrap_or_default()
}

/// Reads to the end, and keeps the first `limit` bytes: a flood must not stop the compiler, nor fill our memory.
async fn read_bounded(from: &mut UnixStream, into: &mut Vec<u8>, limit: usize) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        let kept = count.min(limit.saturating_sub(into.len()));
        into.extend_from_slice(&buffer[..kept]);
    }
}

/// Waits until a directory holds more than `limit` bytes.
async fn outgrown(directory: &Path, limit: u64) -> u64 {
    loop {
        tokio::time::sleep(LOOK).await;
        let size = size_of(directory);
        if size > limit {
            return size;
        }
    }
}

fn size_of(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size_of(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    sizes.sum()
}
