//! One call of a tool, and what must come of it.

use std::collections::BTreeMap;
use std::path::Path;

use cloche_domain::spec::ToolSpec;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Case {
    /// What the case shows.
    pub name: String,
    pub tool: String,
    pub arguments: Value,
    /// The requests that the tool must send, and their answers.
    #[serde(default)]
    pub upstream: Vec<Exchange>,
    /// What the structured result must hold; more may be in it. `"*"` stands for any text.
    pub result: Option<Value>,
    /// The text of the result.
    pub text: Option<String>,
    /// A part of the error.
    pub error: Option<String>,
}

/// The cases of the example in a directory.
pub fn of(example: &Path) -> Vec<Case> {
    serde_json::from_slice(&std::fs::read(example.join("cases.json")).unwrap()).unwrap()
}

/// A request and its answer.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exchange {
    /// Like `GET https://api.example.com/v1?a=1`; `*` stands for any text.
    pub request: String,
    /// Headers that the request must have.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The JSON of its body; or its text, where that is no JSON.
    pub body: Option<Value>,
    #[serde(default = "ok")]
    pub status: u16,
    #[serde(default)]
    pub answer_headers: BTreeMap<String, String>,
    /// JSON; or text, as it is.
    #[serde(default)]
    pub answer: Value,
}

fn ok() -> u16 {
    200
}

impl Case {
    /// The hosts that its requests go to.
    pub fn hosts(&self) -> impl Iterator<Item = String> {
        self.upstream.iter().filter_map(|exchange| Some(exchange.request.split(['/', '?']).nth(2)?.to_owned()))
    }

    /// Holds a call's result, in MCP's form, against what was expected and against the tool's schemas.
    pub fn check(&self, tool: &ToolSpec, result: &Value) {
        let name = &self.name;
        assert!(jsonschema::is_valid(&tool.input_schema, &self.arguments), "{name}: arguments that the host refuses");
        assert_eq!(result["isError"] == true, self.error.is_some(), "{name}: {result:#}");
        let text = result["content"][0]["text"].as_str().unwrap_or_default();
        if let Some(part) = &self.error {
            assert!(text.contains(part.as_str()), "{name}: another error: {text}");
            return;
        }
        if let Some(expected) = &self.text {
            assert_eq!(result["content"], json!([{"type": "text", "text": expected}]), "{name}");
        }
        let structured = &result["structuredContent"];
        if let Some(expected) = &self.result {
            assert!(holds(structured, expected), "{name}: got {structured:#}\nexpected {expected:#}");
        }
        if let Some(schema) = &tool.output_schema {
            let fits = jsonschema::validate(schema, structured);
            assert!(fits.is_ok(), "{name}: {fits:?}");
        }
    }
}

/// Whether everything expected is there: objects may have more fields, lists not more items.
pub fn holds(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => {
            expected.iter().all(|(key, value)| actual.get(key).is_some_and(|found| holds(found, value)))
        }
        (Value::Array(actual), Value::Array(expected)) => {
            actual.len() == expected.len() && actual.iter().zip(expected).all(|(a, e)| holds(a, e))
        }
        (Value::String(_), Value::String(any)) if any == "*" => true,
        // JavaScript writes 2.0 as 2.
        (Value::Number(actual), Value::Number(expected)) => actual.as_f64() == expected.as_f64(),
        _ => actual == expected,
    }
}

/// Whether a text is a pattern in which `*` stands for anything.
pub fn matches(text: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return text == pattern };
    let Some(text) = text.strip_prefix(start) else { return false };
    (0..=text.len()).any(|i| text.get(i..).is_some_and(|tail| matches(tail, rest)))
}
