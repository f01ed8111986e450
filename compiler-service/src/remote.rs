//! The compiler elsewhere: a client of [`crate::service`].

use std::time::Duration;

use async_trait::async_trait;
use cloche_domain::Sha256;
use cloche_domain::spec::ServerSpec;

use crate::compiler::{Artifact, Compiler, EventSink};
use crate::component::read_manifest;
use crate::refusal::Refusal;
use crate::service::Line;

/// Bytes of one line of the answer: a component at its bound in Base64, and its source.
const LINE: usize = 32 << 20;
const CONNECT: Duration = Duration::from_secs(5);
/// For the whole answer, waiting for a turn included.
const TOTAL: Duration = Duration::from_mins(5);

/// Compiles by a `compiler-service` at a base URL.
#[derive(Clone, Debug)]
pub struct Remote {
    client: reqwest::Client,
    /// Without a trailing slash.
    base: String,
}

impl Remote {
    /// `base` is like `http://compiler.internal:8788`.
    pub fn new(base: &str) -> Result<Self, Refusal> {
        // The platform's own network: no proxy stands between its parts.
        let client = reqwest::Client::builder().connect_timeout(CONNECT).timeout(TOTAL).no_proxy().build();
        Ok(Self { client: client.map_err(Refusal::unavailable)?, base: base.trim_end_matches('/').to_owned() })
    }
}

#[async_trait]
impl Compiler for Remote {
    async fn compile(&self, spec: &ServerSpec, events: EventSink) -> Result<Artifact, Refusal> {
        let request = self.client.post(format!("{}/v1/compile", self.base)).json(spec);
        let mut response = request.send().await.map_err(Refusal::unavailable)?;
        if !response.status().is_success() {
            let status = response.status();
            let text = response.text().await.unwrap_or_default();
            return Err(Refusal::unavailable(format!("the compiler service answered {status}: {}", text.trim())));
        }
        let mut buffer = Vec::new();
        while let Some(bytes) = response.chunk().await.map_err(Refusal::unavailable)? {
            // Only the new bytes can hold an end of line.
            let mut searched = buffer.len();
            buffer.extend_from_slice(&bytes);
            while let Some(end) = buffer[searched..].iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = buffer.drain(..=searched + end).collect();
                searched = 0;
                match serde_json::from_slice(&line).map_err(Refusal::unavailable)? {
                    Line::Event(event) => events.send(event),
                    Line::Artifact(artifact) => return whole(*artifact),
                    Line::Refusal(refusal) => return Err(refusal),
                }
            }
            if buffer.len() > LINE {
                return Err(Refusal::unavailable("the compiler service sends an endless line"));
            }
        }
        Err(Refusal::unavailable("the compiler service broke off"))
    }

    async fn ready(&self) -> Result<String, Refusal> {
        #[derive(serde::Deserialize)]
        struct Ready {
            toolchain: String,
        }
        let response = self.client.get(format!("{}/ready", self.base)).send().await;
        let response = response.and_then(reqwest::Response::error_for_status).map_err(Refusal::unavailable)?;
        let ready: Ready = response.json().await.map_err(Refusal::unavailable)?;
        Ok(ready.toolchain)
    }
}

/// What arrived is what was built: bytes, digests, manifest and source agree.
fn whole(artifact: Artifact) -> Result<Artifact, Refusal> {
    let manifest = read_manifest(&artifact.component).map_err(Refusal::unavailable)?;
    let source = artifact.source.sha256();
    if Sha256::of(&artifact.component) == artifact.sha256
        && manifest == artifact.manifest
        && manifest.source_sha256 == source
        && artifact.source_sha256 == source
    {
        Ok(artifact)
    } else {
        Err(Refusal::unavailable("the compiler service's answer does not match its own digest"))
    }
}
