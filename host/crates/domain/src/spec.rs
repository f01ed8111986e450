//! A server's specification: what the wizard edits, the compiler builds and a reviewer reads.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::capability::HostPattern;
use crate::words::{SecretKey, ToolName};

/// Bounds of a spec. Over one of them it is refused with the bound's name.
pub mod bounds {
    /// Tools in a spec.
    pub const TOOLS: usize = 20;
    /// Bytes of a server's or tool's description.
    pub const DESCRIPTION: usize = 2_000;
    /// Bytes of one tool's code.
    pub const IMPLEMENTATION: usize = 64 * 1024;
    /// Bytes of the shared items.
    pub const HELPERS: usize = 128 * 1024;
    /// Bytes of one schema as JSON.
    pub const SCHEMA: usize = 32 * 1024;
    /// Entries of `requiredSecrets` and of `allowedHosts`.
    pub const GRANTS: usize = 32;
}

/// A whole server, before it is built. Field names are the contract (`camelCase` JSON).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServerSpec {
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub tools: Vec<ToolSpec>,
    /// Rust items shared by the tools.
    #[serde(default)]
    pub helpers: String,
    #[serde(default)]
    pub required_secrets: Vec<RequiredSecret>,
    #[serde(default)]
    pub allowed_hosts: Vec<HostPattern>,
}

/// One tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ToolSpec {
    pub name: ToolName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub description: String,
    /// JSON Schema of the arguments: an object.
    #[serde(default = "any_object")]
    pub input_schema: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Value>,
    /// MCP tool annotations, like `{"readOnlyHint": true}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Map<String, Value>>,
    /// Rust: the body of the tool; empty where the component is uploaded.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub implementation: String,
}

fn any_object() -> Value {
    serde_json::json!({"type": "object", "properties": {}})
}

/// A secret that the server's owner must give before the tools that name it can work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequiredSecret {
    pub key: SecretKey,
    #[serde(default)]
    pub description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how_to_get_url: Option<String>,
    /// The only hosts that the value is ever sent to. Each must be allowed by `allowedHosts`.
    pub hosts: Vec<String>,
}

/// One thing wrong with a spec, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpecProblem {
    /// JSON pointer into the spec.
    pub pointer: String,
    pub message: String,
}

impl ServerSpec {
    /// Everything that is wrong with this spec; empty when it can be built.
    pub fn problems(&self) -> Vec<SpecProblem> {
        let mut found = self.described();
        for (i, tool) in self.tools.iter().enumerate() {
            if tool.implementation.trim().is_empty() {
                found.add(format!("/tools/{i}/implementation"), "is empty: write the body of the tool");
            }
        }
        found.0
    }

    /// Everything that is wrong with this spec as that of a component that is uploaded: it describes, and has no code.
    pub fn problems_uploaded(&self) -> Vec<SpecProblem> {
        const CODE: &str = "has code, and the component that is uploaded with it is what runs: leave it out";
        let mut found = self.described();
        if !self.helpers.is_empty() {
            found.add("/helpers", CODE);
        }
        for (i, _) in self.tools.iter().enumerate().filter(|(_, tool)| !tool.implementation.is_empty()) {
            found.add(format!("/tools/{i}/implementation"), CODE);
        }
        found.0
    }

    fn described(&self) -> Problems {
        let mut found = Problems::default();
        found.text("/name", &self.name, 1, 100);
        found.text("/description", &self.description, 0, bounds::DESCRIPTION);
        found.within("/helpers", self.helpers.len(), bounds::HELPERS, "bytes of code");
        found.within("/requiredSecrets", self.required_secrets.len(), bounds::GRANTS, "secrets");
        found.within("/allowedHosts", self.allowed_hosts.len(), bounds::GRANTS, "hosts");
        if self.tools.is_empty() {
            found.add("/tools", "has no tool: add at least one");
        }
        found.within("/tools", self.tools.len(), bounds::TOOLS, "tools");
        let mut names = HashSet::new();
        for (i, tool) in self.tools.iter().enumerate() {
            if !names.insert(tool.name.as_str().to_ascii_lowercase()) {
                found.add(format!("/tools/{i}/name"), format!("{} is there twice: rename one", tool.name));
            }
            tool.check(&mut found, &format!("/tools/{i}"));
        }
        self.check_secrets(&mut found);
        found
    }

    fn check_secrets(&self, found: &mut Problems) {
        let mut keys = HashSet::new();
        for (i, secret) in self.required_secrets.iter().enumerate() {
            let at = format!("/requiredSecrets/{i}");
            if !keys.insert(&secret.key) {
                found.add(format!("{at}/key"), format!("{} is there twice: rename one", secret.key));
            }
            found.text(&format!("{at}/description"), &secret.description, 0, bounds::DESCRIPTION);
            if let Some(link) = &secret.how_to_get_url
                && !url::Url::parse(link).is_ok_and(|u| matches!(u.scheme(), "https" | "http"))
            {
                found.add(format!("{at}/howToGetUrl"), "is no web address: write it in full, with https://");
            }
            if secret.hosts.is_empty() {
                found.add(format!("{at}/hosts"), format!("{} goes to no host: name at least one", secret.key));
            }
            for (j, host) in secret.hosts.iter().enumerate() {
                let named = host.parse::<HostPattern>();
                match named {
                    Err(e) => found.add(format!("{at}/hosts/{j}"), e.to_string()),
                    Ok(named) if !self.allowed_hosts.iter().any(|a| a.host == named.host) => found.add(
                        format!("{at}/hosts/{j}"),
                        format!("{host} is not in allowedHosts: add it there, or take it out here"),
                    ),
                    Ok(_) => {}
                }
            }
        }
    }
}

impl ToolSpec {
    fn check(&self, found: &mut Problems, at: &str) {
        found.text(&format!("{at}/description"), &self.description, 1, bounds::DESCRIPTION);
        if let Some(title) = &self.title {
            found.text(&format!("{at}/title"), title, 1, 100);
        }
        let code = self.implementation.len();
        found.within(format!("{at}/implementation"), code, bounds::IMPLEMENTATION, "bytes of code");
        found.schema(&format!("{at}/inputSchema"), &self.input_schema);
        if let Some(schema) = &self.output_schema {
            found.schema(&format!("{at}/outputSchema"), schema);
        }
    }
}

#[derive(Default)]
struct Problems(Vec<SpecProblem>);

impl Problems {
    fn add(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.0.push(SpecProblem { pointer: pointer.into(), message: message.into() });
    }

    fn within(&mut self, pointer: impl Into<String>, count: usize, most: usize, what: &str) {
        if count > most {
            self.add(pointer, format!("has {count} {what}: at most {most} are allowed"));
        }
    }

    fn text(&mut self, pointer: &str, text: &str, least: usize, most: usize) {
        if text.trim().len() < least {
            self.add(pointer, "is empty: say what this is");
        }
        self.within(pointer, text.len(), most, "bytes");
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.add(pointer, "has a control character: remove it");
        }
    }

    fn schema(&mut self, pointer: &str, schema: &Value) {
        if schema.get("type").and_then(Value::as_str) != Some("object") {
            self.add(pointer, "must be a JSON Schema with \"type\": \"object\"");
            return;
        }
        self.within(pointer, schema.to_string().len(), bounds::SCHEMA, "bytes");
        if let Some(foreign) = foreign_ref(schema) {
            self.add(pointer, format!("refers to {foreign}: only references within the schema (#/…) are followed"));
        } else if let Err(e) = checker().build(schema) {
            self.add(pointer, format!("is no valid JSON Schema: {e}"));
        } else if let Err(e) = crate::schema::Cost::of(schema) {
            self.add(pointer, e.to_string());
        }
    }
}

/// How a schema is made into a check, here and before each call: nothing is fetched, and patterns are matched in linear time,
/// which leaves out those that look around or back.
pub fn checker() -> jsonschema::ValidationOptions<'static> {
    jsonschema::options().offline().with_pattern_options(jsonschema::PatternOptions::regex())
}

/// The first `$ref` that leaves the schema.
fn foreign_ref(schema: &Value) -> Option<&str> {
    match schema {
        Value::Object(map) => map.iter().find_map(|(key, value)| match (key.as_str(), value) {
            ("$ref" | "$dynamicRef", Value::String(target)) if !target.starts_with('#') => Some(target.as_str()),
            _ => foreign_ref(value),
        }),
        Value::Array(items) => items.iter().find_map(foreign_ref),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn spec(change: impl FnOnce(&mut Value)) -> Result<Vec<SpecProblem>, serde_json::Error> {
        let mut value = json!({
            "name": "Notes", "description": "Finds notes",
            "tools": [{"name": "find", "description": "Finds", "implementation": "Ok(args.q)",
                       "inputSchema": {"type": "object", "properties": {"q": {"type": "string"}}}}],
            "requiredSecrets": [{"key": "NOTION_TOKEN", "hosts": ["api.notion.com"]}],
            "allowedHosts": ["api.notion.com"],
        });
        change(&mut value);
        serde_json::from_value::<ServerSpec>(value).map(|s| s.problems())
    }

    #[test]
    fn a_right_spec_has_no_problem() {
        assert_eq!(spec(|_| {}).unwrap(), vec![]);
    }

    #[test]
    fn each_problem_says_where_it_is() {
        let at =
            |change: fn(&mut Value)| spec(change).unwrap().into_iter().map(|p| p.pointer).collect::<Vec<_>>().join(" ");
        assert_eq!(at(|v| v["name"] = json!("")), "/name");
        assert_eq!(at(|v| v["tools"] = json!([])), "/tools");
        assert_eq!(at(|v| v["tools"][0]["implementation"] = json!(" ")), "/tools/0/implementation");
        assert_eq!(at(|v| v["tools"][0]["inputSchema"] = json!({"type": "string"})), "/tools/0/inputSchema");
        assert_eq!(at(|v| v["tools"][0]["inputSchema"]["required"] = json!(3)), "/tools/0/inputSchema");
        assert_eq!(
            at(|v| v["tools"][0]["inputSchema"]["$ref"] = json!("http://169.254.169.254/")),
            "/tools/0/inputSchema"
        );
        assert_eq!(
            at(|v| v["tools"][0]["inputSchema"]["properties"]["q"]["pattern"] = json!("^(?!x)")),
            "/tools/0/inputSchema"
        );
        assert_eq!(at(|v| v["allowedHosts"] = json!([])), "/requiredSecrets/0/hosts/0");
        assert_eq!(at(|v| v["requiredSecrets"][0]["hosts"] = json!([])), "/requiredSecrets/0/hosts");
        assert_eq!(
            at(|v| {
                let tool = v["tools"][0].clone();
                v["tools"].as_array_mut().unwrap().push(tool);
            }),
            "/tools/1/name"
        );
    }

    #[test]
    fn unknown_fields_and_bad_names_do_not_parse() {
        assert!(spec(|v| v["extra"] = json!(1)).is_err());
        assert!(spec(|v| v["tools"][0]["name"] = json!("no spaces")).is_err());
        assert!(spec(|v| v["allowedHosts"][0] = json!("*.com")).unwrap_err().to_string().contains("top-level"));
    }
}
