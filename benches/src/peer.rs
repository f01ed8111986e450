//! A server that is measured beside the platform, in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

use crate::process::Process;

pub(crate) struct Peer {
    process: Child,
    url: String,
}

/// Whose tokens a peer takes.
pub(crate) struct Issuer<'a> {
    pub(crate) url: &'a str,
    /// The server that they are for.
    pub(crate) audience: &'a str,
    /// As the issuer publishes them.
    pub(crate) keys: &'a str,
}

impl Peer {
    /// The server of the Node SDK, below a directory where its packages are installed.
    pub(crate) fn node(dir: &Path, issuer: &Issuer<'_>) -> anyhow::Result<Self> {
        Self::start(Command::new("node").arg(dir.join("server.mjs")).env("NODE_ENV", "production"), issuer)
            .with_context(|| format!("{}: install it with scripts/bench-peers.sh", dir.display()))
    }

    /// The same tools natively behind rmcp: the program built beside this one.
    pub(crate) fn rmcp(issuer: &Issuer<'_>) -> anyhow::Result<Self> {
        let program = std::env::current_exe()?.with_file_name("rmcp-peer");
        Self::start(&mut Command::new(&program), issuer)
            .with_context(|| format!("{}: build it with `make bench`", program.display()))
    }

    fn start(command: &mut Command, issuer: &Issuer<'_>) -> anyhow::Result<Self> {
        command.env("ISSUER", issuer.url).env("AUDIENCE", issuer.audience).env("JWKS", issuer.keys);
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let out = process.stdout.take().context("no standard output")?;
        let url = BufReader::new(out).lines().next().context("it ended without saying where it listens")??;
        Ok(Self { process, url })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn process(&self) -> Process {
        Process(self.process.id())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
