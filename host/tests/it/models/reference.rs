//! What models are told about the SDK is true: every example in it compiles.

use std::path::Path;

use cloche::model::{DraftRequest, Models, SDK_REFERENCE, Settings};
use cloche_compiler::{Artifact, Compiler as _, EventSink, Launcher, Limits, Local, Refusal, Toolchain};
use cloche_domain::spec::ServerSpec;
use serde_json::{Value, json};

async fn compile(spec: &ServerSpec) -> Result<Artifact, Refusal> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let toolchain = Toolchain::load(&workspace.join("target/toolchain")).unwrap_or_else(|e| panic!("{e}"));
    let launcher = Launcher { program: env!("CARGO_BIN_EXE_cloche").into(), args: vec!["jail".into()] };
    Local::new(toolchain, launcher, Limits::default()).compile(spec, EventSink::ignore()).await
}

/// The blocks marked ```` ```rust tool SCHEMA ````: the schema of the arguments, and the body.
fn examples() -> Vec<(Value, String)> {
    let blocks = SDK_REFERENCE.split("```rust tool ").skip(1);
    let block = |block: &str| {
        let (schema, rest) = block.split_once('\n').unwrap();
        (serde_json::from_str(schema).unwrap(), rest.split_once("```").unwrap().0.to_owned())
    };
    blocks.map(block).collect()
}

#[tokio::test]
async fn every_example_of_the_reference_compiles() {
    let tool = |(i, (schema, body)): (usize, (Value, String))| {
        let name = format!("example_{i}");
        json!({"name": name, "description": "An example", "inputSchema": schema, "implementation": body})
    };
    let tools: Vec<_> = examples().into_iter().enumerate().map(tool).collect();
    assert!(tools.len() >= 5);
    let secret = json!({"key": "NOTION_TOKEN", "hosts": ["api.notion.com"]});
    let hosts = ["api.notion.com", "api.open-meteo.com", "geocoding-api.open-meteo.com", "hacker-news.firebaseio.com"];
    let spec: ServerSpec = serde_json::from_value(
        json!({"name": "Examples", "tools": tools, "requiredSecrets": [secret], "allowedHosts": hosts}),
    )
    .unwrap();
    assert_eq!(spec.problems(), []);
    if let Err(refusal) = compile(&spec).await {
        panic!("{refusal:#?}");
    }
}

#[tokio::test]
async fn what_the_demo_drafter_drafts_compiles() {
    let (text, _pieces) = tokio::sync::mpsc::channel(100);
    let draft = Models::new(&Settings::default()).unwrap().draft(DraftRequest::default(), text).await.unwrap();
    if let Err(refusal) = compile(&draft.spec).await {
        panic!("{refusal:#?}");
    }
}
