//! A version's tools, ready to be listed and called.

use std::sync::Arc;

use cloche_domain::ToolName;
use cloche_domain::capability::HostPattern;
use cloche_domain::spec::{ServerSpec, ToolSpec};
use serde_json::json;

use super::schema::Schema;

/// Why a version's tools cannot be offered.
#[derive(Debug, thiserror::Error)]
#[error("the tool {tool} cannot be offered: {reason}")]
pub struct Error {
    tool: ToolName,
    reason: String,
}

/// The tools of one version, in the order of its spec.
#[derive(Debug)]
pub struct Tools {
    list: Vec<Tool>,
    pub hosts: Arc<[HostPattern]>,
}

/// One tool.
#[derive(Debug)]
pub struct Tool {
    /// As clients see it.
    pub described: rmcp::model::Tool,
    pub(super) input: Schema,
    pub(super) output: Option<Schema>,
    /// Whether clients of the modern era must repeat arguments in headers (`x-mcp-header`).
    pub in_headers: bool,
}

impl Tools {
    pub fn of(spec: &ServerSpec) -> Result<Self, Error> {
        let list =
            spec.tools.iter().map(|tool| Tool::of(tool).map_err(|reason| Error { tool: tool.name.clone(), reason }));
        Ok(Self { list: list.collect::<Result<_, _>>()?, hosts: spec.allowed_hosts.clone().into() })
    }

    pub fn get(&self, name: &str) -> Option<&Tool> {
        self.list.iter().find(|tool| tool.described.name == name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Tool> {
        self.list.iter()
    }
}

impl Tool {
    fn of(spec: &ToolSpec) -> Result<Self, String> {
        let described = json!({"name": spec.name, "description": spec.description, "inputSchema": spec.input_schema});
        let mut described: rmcp::model::Tool = serde_json::from_value(described).map_err(|e| e.to_string())?;
        described.title.clone_from(&spec.title);
        described.output_schema = match &spec.output_schema {
            Some(schema) => Some(serde_json::from_value(schema.clone()).map_err(|e| e.to_string())?),
            None => None,
        };
        // Hints only: those of another form than MCP's are left out.
        described.annotations =
            spec.annotations.as_ref().and_then(|hints| serde_json::from_value(hints.clone().into()).ok());
        Ok(Self {
            described,
            in_headers: spec.input_schema.to_string().contains("x-mcp-header"),
            input: Schema::compile(&spec.input_schema)?,
            output: spec.output_schema.as_ref().map(Schema::compile).transpose()?,
        })
    }

    pub fn name(&self) -> &str {
        &self.described.name
    }
}
