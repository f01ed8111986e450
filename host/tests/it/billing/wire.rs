//! The local Stripe against the published description of its API: every request that the platform makes, and every answer
//! that the tests give it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::stripe::Seen;
use super::{ADA, PORTAL, billed, plan_of, subscribed};
use crate::platform::Platform;

fn document() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("target/documents/stripe.json");
    let bytes = fs::read(&path);
    let bytes = bytes.unwrap_or_else(|_| panic!("{} is not there: run scripts/test-documents.sh", path.display()));
    serde_json::from_slice(&bytes).unwrap()
}

/// OpenAPI 3.0's own words as JSON Schema has them: what is nullable may be null.
fn as_json_schema(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(as_json_schema);
            if members.remove("nullable") == Some(json!(true)) {
                let rest = Value::Object(std::mem::take(members));
                members.insert("anyOf".to_owned(), json!([{"type": "null"}, rest]));
            }
            // Formats and patterns of others' dialects.
            members.remove("pattern");
        }
        Value::Array(elements) => elements.iter_mut().for_each(as_json_schema),
        _ => {}
    }
}

/// The template of a path, as the description has it.
fn template(path: &str) -> String {
    let segments: Vec<_> = path.split('/').collect();
    match segments[..] {
        ["", "v1", "customers", _] => "/v1/customers/{customer}".to_owned(),
        ["", "v1", "prices", _] => "/v1/prices/{price}".to_owned(),
        _ => path.to_owned(),
    }
}

/// A form's fields as the object that they write: `a[b][0]` is an element of a list of `a`'s `b`. Values are read as the
/// schema wants them.
fn object(form: &[(String, String)], schema: &Value) -> Value {
    let mut root = json!({});
    for (name, value) in form {
        let (mut at, mut wanted) = (&mut root, schema);
        for key in name.split(['[', ']']).filter(|key| !key.is_empty()) {
            if let Ok(index) = key.parse::<usize>() {
                if !at.is_array() {
                    *at = json!([]);
                }
                let elements = at.as_array_mut().unwrap();
                elements.resize(elements.len().max(index + 1), json!({}));
                (at, wanted) = (&mut elements[index], &wanted["items"]);
            } else {
                if !at.is_object() {
                    *at = Value::Object(Map::new());
                }
                let of = if wanted["properties"][key].is_object() {
                    &wanted["properties"][key]
                } else {
                    &wanted["anyOf"][0]
                };
                at = at.as_object_mut().unwrap().entry(key).or_insert(json!({}));
                wanted = of;
            }
        }
        let number = wanted["type"] == "integer";
        let written = if number { json!(value.parse::<i64>().unwrap()) } else { json!(value) };
        // `expand[]`: one more of a list.
        *at = if name.ends_with("[]") { json!([written]) } else { written };
    }
    root
}

/// What of an exchange is not as the description says.
fn wrong(document: &Value, schemas: &Value, seen: &Seen) -> Vec<String> {
    let operation = &document["paths"][template(&seen.path)][seen.method.as_str().to_lowercase()];
    assert!(operation.is_object(), "Stripe has no {} {}", seen.method, seen.path);
    let form = &operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"];
    let responses = &operation["responses"];
    let status = seen.status.to_string();
    let response = if responses[&status].is_object() { &responses[&status] } else { &responses["default"] };
    let answer = &response["content"]["application/json"]["schema"];
    assert!(answer.is_object(), "{status} of {} {}", seen.method, seen.path);
    let mut checks = vec![("answer", answer.clone(), seen.answer.clone())];
    if seen.method == Method::POST {
        checks.push(("form", form.clone(), object(&seen.form, form)));
    }
    let mut wrong = Vec::new();
    for (what, mut schema, value) in checks {
        as_json_schema(&mut schema);
        schema["components"] = json!({"schemas": schemas});
        let validator = jsonschema::options().build(&schema).unwrap();
        let path = (&seen.method, &seen.path);
        wrong.extend(
            validator.iter_errors(&value).map(|error| format!("{path:?} {what}: {}: {error}", error.instance_path())),
        );
    }
    wrong
}

#[tokio::test]
async fn the_local_stripe_is_as_the_published_one() {
    let (platform, stripe) = billed(Platform::setup(), "").await;
    let ada = platform.sign_in(ADA).await;
    assert_eq!(platform.anyone().get("/v1/billing/plans").await.0, 200);
    subscribed(&platform, &stripe, &ada, "pro").await;
    assert_eq!(ada.post(PORTAL, json!({})).await.0, 201);
    let (_, org) = ada.get("/v1/me/org").await;
    assert_eq!(ada.delete_with("/v1/me/org", json!({"name": org["name"]})).await.0, 204);
    assert_eq!(plan_of(&ada).await, "hobby");

    let document = document();
    let mut schemas = document["components"]["schemas"].clone();
    as_json_schema(&mut schemas);
    let mut seen: Vec<_> = stripe.seen();
    // One of each kind: to compile the whole description takes a second.
    let mut kinds = BTreeSet::new();
    seen.retain(|seen| kinds.insert((seen.method.to_string(), template(&seen.path), seen.status)));
    assert_eq!(kinds.len(), 6, "{kinds:?}");
    for seen in &seen {
        assert_eq!(wrong(&document, &schemas, seen), [""; 0]);
    }
    // The check finds what is wrong.
    let of = |path: &str| seen.iter().find(|seen| seen.path == path).unwrap().clone();
    let mut session = of("/v1/checkout/sessions");
    session.form.push(("client_reference".to_owned(), "misspelled".to_owned()));
    session.answer["mode"] = json!("subscribe");
    session.answer.as_object_mut().unwrap().remove("expires_at");
    let found = wrong(&document, &schemas, &session).join("\n");
    for what in ["client_reference", "subscribe", "expires_at"] {
        assert!(found.contains(what), "{what}: {found}");
    }
}
