//! The drafter of a platform without a model: two real tools, whatever the prompt says.

use cloche_domain::spec::{ServerSpec, ToolSpec};
use cloche_domain::words::ToolName;
use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;

use super::Draft;

/// What the drafter calls itself.
const NAME: &str = "demo";

const DESCRIPTION: &str = "Made by the demo drafter, which does not read the description and always gives these two \
tools. To have servers drafted from what you write, set a model's key under [[model.providers]] in the configuration.";

/// Drafts, with pauses for nobody: the pieces come at once.
pub(super) async fn draft(text: &Sender<String>) -> Draft {
    let spec = spec();
    let mut pieces = vec![format!("{DESCRIPTION}\n\n")];
    for tool in &spec.tools {
        pieces.push(format!("{}: {}\n", tool.name, tool.description));
        pieces.push(format!("{}\n\n", tool.implementation));
    }
    for piece in pieces {
        let _ = text.send(piece).await;
    }
    Draft { spec, model: NAME.to_owned(), demo: true }
}

pub(super) fn spec() -> ServerSpec {
    let tools = [
        (
            "echo",
            "Gives back the text that it is given",
            json!({
                "type": "object",
                "properties": {"text": {"type": "string", "description": "What to give back"}},
                "required": ["text"],
            }),
            "Ok(args.text)",
        ),
        (
            "now",
            "Tells the time of day, in UTC",
            json!({"type": "object", "properties": {}}),
            "let now = time::now();\n\
             Ok(json!({\"utc\": now.to_rfc3339(), \"unixMs\": now.timestamp_millis()}))",
        ),
    ];
    ServerSpec {
        name: "Echo and clock".to_owned(),
        description: DESCRIPTION.to_owned(),
        tools: tools.into_iter().filter_map(tool).collect(),
        helpers: String::new(),
        required_secrets: vec![],
        allowed_hosts: vec![],
    }
}

fn tool((name, description, input_schema, code): (&str, &str, Value, &str)) -> Option<ToolSpec> {
    let name: ToolName = name.parse().ok()?;
    Some(ToolSpec {
        name,
        title: None,
        description: description.to_owned(),
        input_schema,
        output_schema: None,
        annotations: json!({"readOnlyHint": true}).as_object().cloned(),
        implementation: code.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_draft_is_two_tools_and_says_whose_it_is() {
        let (text, mut pieces) = tokio::sync::mpsc::channel(16);
        let draft = draft(&text).await;
        drop(text);
        assert!(draft.demo && draft.model == "demo");
        assert_eq!(draft.spec.problems(), []);
        let names: Vec<_> = draft.spec.tools.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(names, ["echo", "now"]);
        assert!(draft.spec.description.contains("demo drafter") && draft.spec.description.contains("model.providers"));
        let mut count = 0;
        while let Some(piece) = pieces.recv().await {
            assert!(!piece.is_empty());
            count += 1;
        }
        assert!(count > 2);
    }
}
