//! Components built elsewhere, as they are uploaded. The attacks use this file too.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// What `scripts/test-guests.sh` builds, built where it is missing.
pub fn guest(name: &str) -> Vec<u8> {
    static BUILT: OnceLock<()> = OnceLock::new();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().find(|dir| dir.join("scripts/test-guests.sh").is_file()).unwrap();
    BUILT.get_or_init(|| {
        let built = std::process::Command::new(root.join("scripts/test-guests.sh")).status().unwrap();
        assert!(built.success(), "scripts/test-guests.sh");
    });
    fs::read(root.join("target/guests").join(name)).unwrap()
}

/// A spec with these tools, each of which takes some texts.
pub fn spec(tools: &[&str], hosts: &[String]) -> Value {
    let text = json!({"type": "string"});
    let schema = json!({"type": "object", "properties": {"name": text, "url": text, "path": text, "to": text}});
    let tools = tools.iter().map(|name| json!({"name": name, "description": "As it says", "inputSchema": schema}));
    let secrets = match hosts {
        [] => json!([]),
        hosts => json!([{"key": "TOKEN", "hosts": hosts}]),
    };
    let tools = tools.collect::<Vec<_>>();
    json!({"name": "Guest", "description": "Built elsewhere", "tools": tools, "allowedHosts": hosts, "requiredSecrets": secrets})
}

/// The body that makes a server of a component.
pub fn upload(slug: &str, component: &[u8], spec: &Value) -> Value {
    json!({"name": slug, "slug": slug, "component": STANDARD.encode(component), "spec": spec})
}
