//! Published documents, from the API to an answer: imported, chosen from, built by the real compiler, and called against a
//! local server that answers in the form that the document describes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::bring;
use crate::case::Exchange;
use crate::hosted::{Hosted, call};
use crate::platform::Platform;
use crate::upstream::Upstream;

/// Tools of each server: as many as one may have.
const TOOLS: usize = 20;

/// Calls of one document's tools.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    auth: Option<String>,
    host: String,
    /// Headers that each request must have.
    headers: BTreeMap<String, String>,
    calls: Vec<Call>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    operation: String,
    tool: String,
    arguments: Value,
    /// Path and query of the request.
    sent: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    /// Of the answer, which has the form that the document gives it.
    status: u16,
}

fn document(name: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let path = root.join("target/documents").join(name).with_extension("json");
    let bytes = fs::read(&path);
    serde_json::from_slice(
        &bytes.unwrap_or_else(|_| panic!("{} is not there: run scripts/test-documents.sh", path.display())),
    )
    .unwrap()
}

/// What the document says that an operation answers with a status: a value of that form, null where it says nothing.
fn answer(document: &Value, operation: &str, status: u16) -> Value {
    let (method, path) = operation.split_once(' ').unwrap();
    let responses = &document["paths"][path][method.to_lowercase()]["responses"];
    let range = format!("{}XX", status / 100);
    let said = [status.to_string().as_str(), &range, "default"].iter().find_map(|key| responses.get(*key));
    let content =
        &resolved(document, said.unwrap_or_else(|| panic!("{operation} does not answer {status}")))["content"];
    match content.as_object().and_then(|kinds| kinds.iter().find(|(kind, _)| kind.ends_with("json"))) {
        Some((_, media)) => made(document, &media["schema"], 0),
        None => Value::Null,
    }
}

fn resolved<'d>(document: &'d Value, part: &'d Value) -> &'d Value {
    match part["$ref"].as_str() {
        Some(to) => resolved(document, document.pointer(&to[1..]).unwrap()),
        None => part,
    }
}

/// A value of a schema.
fn made(document: &Value, schema: &Value, depth: usize) -> Value {
    let schema = resolved(document, schema);
    for own in ["example", "const", "default"] {
        if let Some(value) = schema.get(own) {
            return value.clone();
        }
    }
    if let Some(value) = schema["enum"].get(0) {
        return value.clone();
    }
    let kind = schema["type"].as_str().or(schema["type"][0].as_str());
    match kind {
        _ if depth > 4 => Value::Null,
        Some("string") => json!("text"),
        Some("integer") => json!(7),
        Some("number") => json!(1.5),
        Some("boolean") => json!(true),
        Some("array") => json!([made(document, &schema["items"], depth + 1)]),
        _ => {
            let mut object = Map::new();
            for part in schema["allOf"].as_array().into_iter().flatten() {
                object.extend(made(document, part, depth).as_object().cloned().unwrap_or_default());
            }
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                object.insert(name.clone(), made(document, property, depth + 1));
            }
            let choice = ["oneOf", "anyOf"].iter().find_map(|choice| schema[*choice].get(0));
            match choice.filter(|_| object.is_empty()) {
                Some(first) => made(document, first, depth + 1),
                None => object.into(),
            }
        }
    }
}

/// Imports a document, builds a server of twenty of its operations, and makes the plan's calls.
async fn walk(name: &str, importable: usize) {
    let document = document(name);
    let plan = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/imports/plans").join(name).with_extension("json");
    let plan: Plan = serde_json::from_slice(&fs::read(plan).unwrap()).unwrap();
    let upstream = Upstream::new([plan.host.clone()].into()).await;
    let platform = Platform::setup().config(&format!(
        "[egress]\nallow_private = [\"127.0.0.0/8\"]\nca_file = \"{}\"\n[egress.connect_to]\n{:?} = \"{}\"",
        upstream.certificate().display(),
        plan.host,
        upstream.at
    ));
    let platform = platform.start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);

    let (status, brought) = bring(&ada, json!({"document": document})).await;
    assert_eq!((status, &brought["importable"]), (201, &json!(importable)), "{}", brought["detail"]);
    assert!(brought["tooLarge"] == true && brought["advice"].as_str().unwrap().contains("choose up to 20"), "{name}");

    let mut operations: Vec<&str> = Vec::new();
    for operation in plan.calls.iter().map(|call| call.operation.as_str()) {
        if !operations.contains(&operation) {
            operations.push(operation);
        }
    }
    let others = brought["operations"].as_array().unwrap().iter().filter(|one| one["notImportable"].is_null());
    for other in others.step_by(importable / TOOLS).filter_map(|one| one["id"].as_str()) {
        if operations.len() < TOOLS && !operations.contains(&other) {
            operations.push(other);
        }
    }
    let choose = format!("/v1/imports/{}/preview", brought["importId"].as_str().unwrap());
    let (status, draft) = ada.post(&choose, json!({"operations": operations, "auth": plan.auth})).await;
    assert_eq!((status, &draft["model"], &draft["demo"]), (200, &json!("openapi"), &json!(false)), "{name}: {draft:#}");
    let keys = draft["spec"]["requiredSecrets"].as_array().unwrap().iter().map(|secret| &secret["key"]);
    let keys = keys.map(|key| key.as_str().unwrap().to_owned());
    let secrets: Map<_, _> = keys.map(|key| (key.clone(), json!(format!("value-of-{key}")))).collect();
    let new = json!({"name": name, "slug": name, "previewId": draft["previewId"], "secrets": secrets});
    let server = Hosted::create(&ada, new).await.live(&ada).await;

    for Call { operation, tool, arguments, sent, headers, body, status } in plan.calls {
        let (method, _) = operation.split_once(' ').unwrap();
        let answer = answer(&document, &operation, status);
        upstream.await_requests(&[Exchange {
            request: format!("{method} https://{}{sent}", plan.host),
            headers: plan.headers.clone().into_iter().chain(headers).collect(),
            body,
            status,
            answer_headers: BTreeMap::new(),
            answer: if answer.is_null() { json!("") } else { answer.clone() },
        }]);
        let (_, said) = read(server.send(&platform, &key, call(&tool, &arguments)).await).await;
        let (result, what) = (&said["result"], format!("{name}: {tool} {arguments}: {said:#}"));
        upstream.check(&what);
        let text = result["content"][0]["text"].as_str().unwrap_or_default();
        match (status, &answer) {
            (400.., _) => {
                assert_eq!(result["isError"], true, "{what}");
                assert!(text.starts_with(&format!("the API answered with status {status}: ")), "{what}");
            }
            (_, Value::Null) => assert_eq!(text, format!("done, with status {status}"), "{what}"),
            (_, Value::Object(_)) => assert_eq!(result["structuredContent"], answer, "{what}"),
            _ => assert_eq!(serde_json::from_str::<Value>(text).unwrap(), answer, "{what}"),
        }
    }
}

async fn read(answer: reqwest::Response) -> (u16, Value) {
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn github() {
    walk("github", 1222).await;
}

#[tokio::test]
async fn discord() {
    walk("discord", 246).await;
}

#[tokio::test]
async fn stripe() {
    walk("stripe", 451).await;
}

#[tokio::test]
async fn slack() {
    walk("slack", 174).await;
}

#[tokio::test]
async fn twilio() {
    walk("twilio", 195).await;
}
