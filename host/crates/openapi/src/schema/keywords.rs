//! The keywords of one schema that say something of a value by themselves.

use cloche_domain::hidden_text;
use cloche_domain::spec::checker;
use serde_json::{Map, Value, json};

const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "array", "object", "null"];
/// Values of an `enum`. One of more says nothing to a model.
const VALUES: usize = 100;
/// Bytes of a pattern, a default, or one value of an `enum`.
const TEXT: usize = 200;

/// What a schema says itself, in the words of JSON Schema 2020-12.
pub(super) fn own(said: &Map<String, Value>) -> Map<String, Value> {
    let mut written = Map::new();
    let types = types(said);
    if let Some(values) = values(said) {
        // Where the two cannot be both, the values are what the API means.
        if !types.is_empty() && values.iter().all(|value| types.iter().any(|kind| is(value, kind))) {
            written.insert("type".to_owned(), shortest(&types));
        }
        written.insert("enum".to_owned(), values.into());
    } else if !types.is_empty() {
        written.insert("type".to_owned(), shortest(&types));
    }
    bounds(said, &mut written);
    if let Some(format) = said.get("format").and_then(Value::as_str)
        && format.len() <= 40
        && format.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    {
        written.insert("format".to_owned(), json!(format));
    }
    if let Some(pattern) = said.get("pattern").and_then(Value::as_str)
        && is_plain(pattern)
        && checker().build(&json!({"pattern": pattern})).is_ok()
    {
        written.insert("pattern".to_owned(), json!(pattern));
    }
    if let Some(default) = said.get("default").filter(|default| is_scalar(default)) {
        written.insert("default".to_owned(), default.clone());
    }
    if said.get("nullable") == Some(&Value::Bool(true)) {
        or_null(&mut written);
    }
    written
}

fn bounds(said: &Map<String, Value>, written: &mut Map<String, Value>) {
    for name in ["minLength", "maxLength", "minItems", "maxItems"] {
        if let Some(count) = said.get(name).and_then(Value::as_u64) {
            written.insert(name.to_owned(), count.into());
        }
    }
    for (name, strict) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        let (bound, strictly) = (said.get(name).filter(|bound| bound.is_number()), said.get(strict));
        match (bound, strictly) {
            // Whether the bound is strict (OpenAPI 3.0), or a strict one itself (3.1).
            (Some(bound), Some(Value::Bool(true))) | (None, Some(bound @ Value::Number(_))) => {
                written.insert(strict.to_owned(), bound.clone())
            }
            (Some(bound), _) => written.insert(name.to_owned(), bound.clone()),
            (None, _) => None,
        };
    }
}

/// Takes null besides what it takes.
pub(super) fn or_null(written: &mut Map<String, Value>) {
    match written.get_mut("type") {
        Some(Value::String(one)) if one != "null" => {
            let both = json!([one, "null"]);
            written.insert("type".to_owned(), both);
        }
        Some(Value::Array(all)) if !all.contains(&json!("null")) => all.push(json!("null")),
        _ => {}
    }
    if let Some(Value::Array(values)) = written.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    if let Some(Value::Array(branches)) = written.get_mut("anyOf") {
        let null = json!({"type": "null"});
        if !branches.contains(&null) {
            branches.push(null);
        }
    }
}

/// Adds what another schema says of the same value. Of two that say different things the first stays, and of two types
/// neither.
pub(super) fn merge(written: &mut Map<String, Value>, more: Map<String, Value>) {
    for (name, value) in more {
        match (name.as_str(), written.get_mut(&name), value) {
            (_, None, value) => {
                written.insert(name, value);
            }
            ("properties", Some(Value::Object(ours)), Value::Object(theirs)) => {
                for (property, schema) in theirs {
                    ours.entry(property).or_insert(schema);
                }
            }
            ("required", Some(Value::Array(ours)), Value::Array(theirs)) => {
                for property in theirs {
                    if !ours.contains(&property) {
                        ours.push(property);
                    }
                }
            }
            ("type", Some(ours), theirs) if *ours != theirs => {
                written.remove("type");
            }
            _ => {}
        }
    }
}

fn types(said: &Map<String, Value>) -> Vec<&str> {
    let known = |kind: &str| TYPES.iter().find(|known| **known == kind).copied();
    match said.get("type") {
        Some(Value::String(one)) => known(one).into_iter().collect(),
        Some(Value::Array(all)) => {
            let mut types: Vec<&str> = all.iter().filter_map(|kind| known(kind.as_str()?)).collect();
            types.sort_unstable();
            types.dedup();
            types
        }
        _ => vec![],
    }
}

fn shortest(types: &[&str]) -> Value {
    if let [one] = types { json!(one) } else { json!(types) }
}

fn values(said: &Map<String, Value>) -> Option<Vec<Value>> {
    let only = said.get("const").map(std::slice::from_ref);
    let values = only.or_else(|| said.get("enum")?.as_array().map(Vec::as_slice))?;
    let mut different: Vec<Value> = Vec::new();
    for value in values.iter().take(VALUES + 1) {
        if !is_scalar(value) {
            return None;
        }
        if !different.contains(value) {
            different.push(value.clone());
        }
    }
    (1..=VALUES).contains(&different.len()).then_some(different)
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}

/// Short, and neither a list nor an object.
fn is_scalar(value: &Value) -> bool {
    match value {
        Value::String(text) => is_plain(text),
        Value::Array(_) | Value::Object(_) => false,
        _ => true,
    }
}

fn is_plain(text: &str) -> bool {
    text.len() <= TEXT && !text.chars().any(hidden_text::is_hidden)
}
