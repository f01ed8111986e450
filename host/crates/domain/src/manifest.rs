//! What a component says of itself: the JSON in its last custom section, covered by the component's SHA-256.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Sha256;
use crate::capability::HostPattern;
use crate::spec::{RequiredSecret, ServerSpec};
use crate::words::ToolName;

/// The custom section's name.
pub const SECTION: &str = "cloche:manifest";

/// What an AI client sees of a server, and what the server asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// 1.
    pub version: u32,
    pub name: String,
    pub description: String,
    pub tools: Vec<Tool>,
    pub required_secrets: Vec<RequiredSecret>,
    pub allowed_hosts: Vec<HostPattern>,
    /// Of the rendered source.
    pub source_sha256: Sha256,
}

/// A tool as a client sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Tool {
    pub name: ToolName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub description: String,
    pub input_schema: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Map<String, Value>>,
}

impl Manifest {
    /// The manifest of a spec whose rendered source has this digest.
    pub fn of(spec: &ServerSpec, source_sha256: Sha256) -> Self {
        let tools = spec.tools.iter().map(|tool| Tool {
            name: tool.name.clone(),
            title: tool.title.clone(),
            description: tool.description.clone(),
            input_schema: tool.input_schema.clone(),
            output_schema: tool.output_schema.clone(),
            annotations: tool.annotations.clone(),
        });
        Self {
            version: 1,
            name: spec.name.clone(),
            description: spec.description.clone(),
            tools: tools.collect(),
            required_secrets: spec.required_secrets.clone(),
            allowed_hosts: spec.allowed_hosts.clone(),
            source_sha256,
        }
    }
}
