//! `cloche audit`: the log of who changed what, looked at without a running platform.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::{Args, Subcommand};
use cloche_domain::Slug;

use super::Place;
use super::verify::json;
use crate::attestation_keys::PublicKeys;
use crate::audit::{self, Proof};
use crate::boot;

#[derive(Subcommand)]
pub(super) enum Audit {
    /// Find a row of the log that was changed or is missing, also at its end: in the platform's data, or in an exported
    /// file. With both, what the file has is held against the data.
    Verify(Verify),
}

#[derive(Args)]
pub(super) struct Verify {
    /// An exported log, from `GET /v1/audit/export`.
    file: Option<PathBuf>,
    /// The organisation whose log to look at; without it, those of all.
    #[arg(long, value_name = "SLUG", conflicts_with = "file")]
    org: Option<Slug>,
    /// The platform's public keys, from its `/.well-known/cloche-attestation-keys.json`; without it, those in its data.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

impl Audit {
    /// What is proved; an error names the first thing that is not as it should be.
    pub(super) async fn run(self) -> anyhow::Result<String> {
        let Self::Verify(verify) = self;
        verify.run().await
    }
}

impl Verify {
    async fn run(self) -> anyhow::Result<String> {
        let config = match (&self.file, &self.place.data, &self.place.config) {
            (Some(_), None, None) => None,
            _ => Some(self.place.load()?),
        };
        let keys = match (&self.key, &config) {
            (Some(file), _) => Some(json(file)?),
            (None, Some(config)) => Some(PublicKeys::of(&boot::attestation_keys(config))?),
            (None, None) => None,
        };
        let Some(path) = &self.file else {
            let (Some(config), Some(keys)) = (config, keys) else {
                anyhow::bail!("say whose log to look at: --data DIR")
            };
            let db = boot::database(&config).await?;
            let proofs = audit::verify(&db, &keys, self.org.as_ref()).await?;
            db.close().await;
            let noted = proofs.iter().any(|proof| proof.head.seq > 0);
            ensure!(noted, "nothing was noted in this database: is --data right?");
            return Ok(proofs.iter().map(said).collect::<Vec<_>>().join("\n"));
        };
        let file = File::open(path).with_context(|| format!("reading {}", path.display()))?;
        let (proof, digests) = audit::verify_file(BufReader::new(file), keys.as_ref())?;
        let mut text = said(&proof);
        if let Some(config) = config {
            let db = boot::database(&config).await?;
            audit::compare(&db, &proof, &digests).await?;
            db.close().await;
            text.push_str("\nthe database has the same rows");
        } else if keys.is_none() {
            text.push_str("\nwho sealed it was not looked at: give the platform's keys with --key");
        }
        Ok(text)
    }
}

fn said(proof: &Proof) -> String {
    let Proof { org, after, head, key } = proof;
    let seal = match key {
        Some(key) => format!("sealed by key {key}"),
        None => "without a seal".to_owned(),
    };
    match head.seq - after {
        0 => format!("{org}: nothing was noted"),
        rows => format!(
            "{org}: {rows} rows, none changed, none missing; row {} has SHA-256 {}, {seal}",
            head.seq, head.sha256
        ),
    }
}
