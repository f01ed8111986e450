//! `cloche rebuild`: the same component again, from a version's downloaded source.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow, bail, ensure};
use clap::Args;
use cloche_compiler::{Compiler as _, EventSink, Launcher, Limits, Local, Toolchain};

use super::verify::json;
use crate::versions::Source;

#[derive(Args)]
pub(super) struct Rebuild {
    /// The source, from `GET /v1/servers/{id}/versions/{n}/source`.
    source: PathBuf,
    /// Where to write the component.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The directory that scripts/toolchain.sh made.
    #[arg(long, value_name = "DIR", env = "CLOCHE_COMPILER__TOOLCHAIN", default_value = "target/toolchain")]
    toolchain: PathBuf,
}

impl Rebuild {
    /// The component's digest, where it is the one that the source is said to give.
    pub(super) async fn run(self) -> anyhow::Result<String> {
        let source: Source = json(&self.source)?;
        let toolchain = Toolchain::load(&self.toolchain)?;
        let ours = toolchain.id.clone();
        let compiler = Local::new(toolchain, Launcher::this_program()?, Limits::default());
        let artifact = compiler
            .compile(&source.spec, EventSink::ignore())
            .await
            .map_err(|refusal| anyhow!("the source does not compile: {refusal}"))?;
        ensure!(
            artifact.source.files == source.files,
            "this version of cloche makes other files of the spec than those downloaded: use the version that built it, \
             which the attestation names"
        );
        if let Some(path) = &self.out {
            std::fs::write(path, &artifact.component).with_context(|| format!("writing {}", path.display()))?;
        }
        if artifact.sha256 == source.component_sha256 {
            return Ok(artifact.sha256.to_string());
        }
        let why = if ours == source.toolchain {
            "with the same toolchain: the download does not belong together, or was changed".to_owned()
        } else {
            format!("but the toolchain here is {ours}, and it was built with {}: use that one", source.toolchain)
        };
        bail!("this gives {}, not {}, {why}", artifact.sha256, source.component_sha256)
    }
}
