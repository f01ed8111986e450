//! `cloche verify`: what a version's attestation proves, found out without a network.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Args;
use cloche_compiler::{Source as Files, read_manifest};
use cloche_domain::Sha256;
use cloche_domain::manifest::Manifest;
use serde::de::DeserializeOwned;

use crate::attestation::{self, Statement, spec_sha256};
use crate::versions::Source;

#[derive(Args)]
pub(super) struct Verify {
    /// The attestation, from `GET /v1/servers/{id}/versions/{n}/attestation`.
    attestation: PathBuf,
    /// The platform's public keys, from its `/.well-known/cloche-attestation-keys.json`.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The component that it should be about, from `…/component`.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// The source that it should be about, from `…/source`.
    #[arg(long, value_name = "FILE")]
    source: Option<PathBuf>,
}

impl Verify {
    /// What is proved; an error names the first thing that is not as it should be.
    pub(super) fn run(self) -> anyhow::Result<String> {
        let envelope = json(&self.attestation)?;
        let (statement, key) = attestation::verify(&envelope, &json(&self.key)?)?;
        let (server, version) = statement.version();
        let mut said = format!(
            "signature    good, by key {key}\n\
             builder      {} on {}\n\
             server       {server}, version {version}\n\
             component    sha256 {}\n\
             spec         sha256 {}\n\
             source       sha256 {}\n",
            statement.builder(),
            statement.finished_on(),
            statement.component(),
            statement.spec(),
            statement.source(),
        );
        if let Some(toolchain) = statement.toolchain() {
            let _ = writeln!(said, "toolchain    sha256 {toolchain}");
        }
        if let Some(path) = &self.component {
            let manifest = component(&statement, path)?;
            let tools: Vec<_> = manifest.tools.iter().map(|tool| tool.name.to_string()).collect();
            let _ = writeln!(said, "{}: the component that was built; offers {}", path.display(), tools.join(", "));
        }
        if let Some(path) = &self.source {
            source(&statement, path)?;
            let _ = writeln!(said, "{}: the spec and files that it was built from", path.display());
        }
        Ok(said.trim_end().to_owned())
    }
}

fn component(statement: &Statement, path: &Path) -> anyhow::Result<Manifest> {
    let bytes = read(path)?;
    let actual = Sha256::of(&bytes);
    ensure!(
        actual == statement.component(),
        "{} has SHA-256 {actual}, the attestation is about {}: it is another component",
        path.display(),
        statement.component()
    );
    let manifest = read_manifest(&bytes).with_context(|| path.display().to_string())?;
    ensure!(
        manifest.source_sha256 == statement.source(),
        "the component says that its source has SHA-256 {}, the attestation says {}",
        manifest.source_sha256,
        statement.source()
    );
    Ok(manifest)
}

fn source(statement: &Statement, path: &Path) -> anyhow::Result<()> {
    let source: Source = json(path)?;
    for (what, actual, stated) in [
        ("spec", spec_sha256(&source.spec), statement.spec()),
        ("files", Files { files: source.files }.sha256(), statement.source()),
    ] {
        ensure!(
            actual == stated,
            "the {what} in {} have SHA-256 {actual}, the attestation is about {stated}: they are others",
            path.display()
        );
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}

pub(super) fn json<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    serde_json::from_slice(&read(path)?).with_context(|| format!("{} is not what it should be", path.display()))
}
