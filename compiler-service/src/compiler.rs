//! What a compiler is to the rest of the platform.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloche_domain::Sha256;
use cloche_domain::manifest::Manifest;
use cloche_domain::spec::ServerSpec;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::sync::mpsc;

use crate::refusal::{Diagnostic, Refusal};

/// Turns specs into components: in this process's jail ([`crate::Local`]) or over HTTP ([`crate::Remote`]).
#[async_trait]
pub trait Compiler: Send + Sync {
    /// Compiles a spec; dropping the future ends the compilation.
    async fn compile(&self, spec: &ServerSpec, events: EventSink) -> Result<Artifact, Refusal>;

    /// The toolchain's id, once a compilation could begin.
    async fn ready(&self) -> Result<String, Refusal>;
}

/// What happens on the way to an artifact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "camelCase")]
pub enum Event {
    /// The source is written: so many lines in all.
    Rendered {
        lines: usize,
    },
    Compiling,
    Inspecting,
    /// A warning; the build goes on.
    Warning {
        diagnostic: Diagnostic,
    },
}

/// Where events go. Nobody has to listen.
#[derive(Clone, Debug)]
pub struct EventSink(Option<mpsc::UnboundedSender<Event>>);

impl EventSink {
    /// A sink and its other end. A compilation sends a few dozen events at most.
    pub fn channel() -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(Some(sender)), receiver)
    }

    /// Events fall to the ground.
    pub fn ignore() -> Self {
        Self(None)
    }

    pub(crate) fn send(&self, event: Event) {
        if let Some(sender) = &self.0 {
            // A listener that went away is no reason to stop.
            let _ = sender.send(event);
        }
    }
}

/// A component and what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Artifact {
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub component: Vec<u8>,
    /// Of `component`.
    pub sha256: Sha256,
    pub manifest: Manifest,
    /// The interfaces that it imports: its powers, like `cloche:tool/http@0.1.0`.
    pub imports: Vec<String>,
    pub source: Source,
    pub source_sha256: Sha256,
    /// The id of the toolchain that built it.
    pub toolchain: String,
}

/// What was given to rustc.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Name and text.
    pub files: Vec<(String, String)>,
}

impl Source {
    /// Of the files as compact JSON: `[["lib.rs","…"],…]`.
    pub fn sha256(&self) -> Sha256 {
        let files = self.files.iter().map(|(name, text)| serde_json::json!([name, text]));
        Sha256::of(files.collect::<serde_json::Value>().to_string())
    }
}

fn to_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}
