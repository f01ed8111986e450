//! A platform of our own for a bench: the real binary in a directory that goes when it ends.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use tempfile::TempDir;

use crate::tenant::Tenant;

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
        std::fs::write(dir.path().join("cloche.toml"), config)?;
        let mut process = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("CLOCHE_MARKETPLACE__STARTERS", "false")
            .args(place(&dir))
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(dir.path().join("log"))?)
            .spawn()
            .with_context(|| format!("cannot start {}: build it with `make bench`", binary.display()))?;
        let out = process.stdout.take().context("no standard output")?;
        let url = BufReader::new(out).lines().map_while(Result::ok).find_map(|line| {
            line.split_whitespace()
                .find(|word| word.starts_with("http://"))
                .map(|url| url.trim_end_matches('/').to_owned())
        });
        let url = url.context("the platform ended without saying where it listens")?;
        Ok(Self { process, binary: binary.to_owned(), dir, url })
    }

    /// One with an account of its own.
    pub(crate) fn tenant(&self, name: &str) -> anyhow::Result<Tenant> {
        let email = format!("{name}@example.com");
        let made =
            Command::new(&self.binary).args(["admin", "api-key", "--email", &email]).args(place(&self.dir)).output()?;
        Tenant::new(&self.url, String::from_utf8(made.stdout)?.trim())
    }
}

/// Where data and configuration are, as arguments.
fn place(dir: &TempDir) -> [PathBuf; 4] {
    ["--data".into(), dir.path().join("data"), "--config".into(), dir.path().join("cloche.toml")]
}

impl Drop for Platform {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
