//! A platform of our own for a bench: the real binary in a directory that goes when it ends.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

use crate::process::Process;
use crate::tenant::Tenant;

const CONFIG: &str = "cloche.toml";
/// For a platform to stop when it is asked to.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Platform {
    process: Child,
    binary: PathBuf,
    dir: TempDir,
    url: String,
}

impl Platform {
    /// Starts `binary` with `config` (TOML), and waits until it is ready.
    pub(crate) fn start(binary: &Path, config: &str) -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        std::fs::write(dir.path().join(CONFIG), config)?;
        let (process, url) = serve(binary, &dir, "127.0.0.1:0")?;
        Ok(Self { process, binary: binary.to_owned(), dir, url })
    }

    /// Has it start with another configuration next time.
    pub(crate) fn configure(&self, config: &str) -> anyhow::Result<()> {
        Ok(std::fs::write(self.dir.path().join(CONFIG), config)?)
    }

    /// Stops it as an operator would.
    pub(crate) fn stop(&mut self) -> anyhow::Result<()> {
        self.process().terminate()?;
        self.process.wait()?;
        Ok(())
    }

    /// Starts it anew, with the same data at the same address: how long that took, until it was ready.
    pub(crate) fn resume(&mut self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        (self.process, self.url) = serve(&self.binary, &self.dir, self.url.trim_start_matches("http://"))?;
        Ok(began.elapsed())
    }

    /// The directory of all that it keeps.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// What it logs.
    pub(crate) fn log(&self) -> PathBuf {
        self.dir.path().join("log")
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn process(&self) -> Process {
        Process(self.process.id())
    }

    /// One with an account of its own.
    pub(crate) fn tenant(&self, name: &str) -> anyhow::Result<Tenant> {
        let email = format!("{name}@example.com");
        Tenant::new(&self.url, &self.admin(&["api-key", "--email", &email])?)
    }

    /// What `cloche admin` prints.
    pub(crate) fn admin(&self, what: &[&str]) -> anyhow::Result<String> {
        let made = Command::new(&self.binary).arg("admin").args(what).args(place(&self.dir)).output()?;
        ensure!(made.status.success(), "cloche admin {what:?}: {}", String::from_utf8_lossy(&made.stderr));
        Ok(String::from_utf8(made.stdout)?.trim().to_owned())
    }
}

/// A platform that is ready, and where.
fn serve(binary: &Path, dir: &TempDir, listen: &str) -> anyhow::Result<(Child, String)> {
    let mut process = Command::new(binary)
        .args(["serve", "--listen", listen])
        .env("CLOCHE_MARKETPLACE__STARTERS", "false")
        .args(place(dir))
        .stdout(Stdio::piped())
        .stderr(File::options().create(true).append(true).open(dir.path().join("log"))?)
        .spawn()
        .with_context(|| format!("cannot start {}: build it with `make bench`", binary.display()))?;
    let out = process.stdout.take().context("no standard output")?;
    let url = BufReader::new(out).lines().map_while(Result::ok).find_map(|line| {
        line.split_whitespace().find(|word| word.starts_with("http://")).map(|url| url.trim_end_matches('/').to_owned())
    });
    Ok((process, url.context("the platform ended without saying where it listens")?))
}

/// Where data and configuration are, as arguments.
fn place(dir: &TempDir) -> [PathBuf; 4] {
    ["--data".into(), dir.path().join("data"), "--config".into(), dir.path().join(CONFIG)]
}

impl Drop for Platform {
    /// Stops it; by force, if it does not.
    fn drop(&mut self) {
        let begun = Instant::now();
        let is_there = |process: &mut Child| matches!(process.try_wait(), Ok(None));
        if is_there(&mut self.process) && self.process().terminate().is_ok() {
            while begun.elapsed() < PATIENCE && is_there(&mut self.process) {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
