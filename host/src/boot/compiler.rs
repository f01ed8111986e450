//! Which compiler builds the servers.

use anyhow::Context as _;
use async_trait::async_trait;
use cloche_compiler::{Artifact, Compiler, EventSink, Launcher, Limits, Local, Refusal, Remote, Toolchain};
use cloche_domain::spec::ServerSpec;

use crate::config;

/// The service at `url`; without one, this machine's toolchain.
pub(super) fn compiler(settings: &config::Compiler) -> anyhow::Result<Box<dyn Compiler>> {
    if !settings.url.is_empty() {
        return Ok(Box::new(Remote::new(&settings.url).context("compiler.url")?));
    }
    let toolchain = match Toolchain::load(&settings.toolchain) {
        Ok(toolchain) => toolchain,
        Err(error) => return Ok(Box::new(NoToolchain { reason: error.to_string() })),
    };
    let launcher = Launcher::this_program().context("finding this program, which also starts the jailed compiler")?;
    let limits = Limits { parallel: parallel(settings), ..Limits::default() };
    Ok(Box::new(Local::new(toolchain, launcher, limits)))
}

/// How many builds go on at a time.
pub(super) fn parallel(settings: &config::Compiler) -> usize {
    match settings.parallel {
        0 => Limits::default().parallel,
        count => count,
    }
}

/// What stands in while there is no toolchain: servers that are built go on answering, and builds say what is missing.
struct NoToolchain {
    reason: String,
}

#[async_trait]
impl Compiler for NoToolchain {
    async fn compile(&self, _: &ServerSpec, _: EventSink) -> Result<Artifact, Refusal> {
        Err(Refusal::Unavailable { reason: self.reason.clone() })
    }

    async fn ready(&self) -> Result<String, Refusal> {
        Err(Refusal::Unavailable { reason: self.reason.clone() })
    }
}
