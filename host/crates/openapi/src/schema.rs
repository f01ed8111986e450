//! Schemas of a document → the input schema of a tool: references written out, few keywords, a bounded size.
//!
//! A document's schema may be of any size once its references are written out, and may have no end. So it is written as
//! deep as the bounds allow: deeper parts say their type alone. What is left out is only ever a condition; the API itself
//! holds every value against all of its own.

mod keywords;

use cloche_domain::hidden_text;
use cloche_domain::spec::{bounds, checker};
use serde_json::{Map, Value, json};

use crate::arguments::{Argument, Arguments};
use crate::document::{Document, Why};
use crate::text::plain;

/// How deep parts are written out, and the bytes of their descriptions: the first that fits is taken.
const LEVELS: [(usize, usize); 8] = [(8, 240), (6, 240), (5, 200), (4, 160), (3, 120), (2, 100), (1, 80), (0, 40)];
/// Bytes of an input schema that is fit for a model, where another level is left to try.
const BYTES: usize = 16 << 10;
/// Parts of one input schema.
const PARTS: usize = 3_000;
/// Alternatives of one part.
const BRANCHES: usize = 50;
/// Parts within each other, those that stand for each other counted too.
const NESTING: usize = 100;

/// The input schema of a tool.
pub(crate) fn input(document: &Document, arguments: &Arguments<'_>) -> Result<Value, Why> {
    for (depth, words) in LEVELS {
        let mut writer = Writer { document, words, open: vec![], nesting: 0, parts: 0 };
        let schema = writer.input(arguments, depth);
        let size = schema.to_string().len();
        let last = depth == 0;
        if writer.parts <= PARTS && (size <= BYTES || last && size <= bounds::SCHEMA) {
            return Ok(checked(schema));
        }
    }
    Err(format!("takes arguments whose description is over {} bytes, however short", bounds::SCHEMA))
}

/// Without what the platform's checker refuses.
fn checked(mut schema: Value) -> Value {
    if checker().build(&schema).is_err() {
        // Not met in any document; names and types are left then.
        for argument in schema["properties"].as_object_mut().into_iter().flat_map(Map::values_mut) {
            *argument = json!({"description": argument["description"].as_str().unwrap_or_default()});
        }
    }
    schema
}

struct Writer<'d> {
    document: &'d Document,
    /// Bytes of a description.
    words: usize,
    /// References that are being written out.
    open: Vec<&'d str>,
    nesting: usize,
    parts: usize,
}

impl<'d> Writer<'d> {
    fn input(&mut self, arguments: &Arguments<'d>, depth: usize) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for argument in arguments.all() {
            properties.insert(argument.name.clone(), self.argument(argument, depth));
            if argument.required {
                required.push(argument.name.as_str());
            }
        }
        let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema
    }

    fn argument(&mut self, argument: &Argument<'d>, depth: usize) -> Value {
        let mut schema = self.part(argument.schema, depth);
        let described = plain(argument.description, self.words);
        if !described.is_empty() {
            schema.insert("description".to_owned(), json!(described));
        }
        Value::Object(schema)
    }

    /// One schema, written out; deeper parts of it `depth` times more.
    fn part(&mut self, schema: &'d Value, depth: usize) -> Map<String, Value> {
        self.parts += 1;
        if self.parts > PARTS || self.nesting == NESTING {
            return Map::new();
        }
        self.nesting += 1;
        let written = self.written(schema, depth);
        self.nesting -= 1;
        written
    }

    fn written(&mut self, schema: &'d Value, depth: usize) -> Map<String, Value> {
        let Some(said) = schema.as_object() else { return Map::new() };
        let Some(to) = said.get("$ref").and_then(Value::as_str) else { return self.keywords(said, depth) };
        let Ok(target) = self.document.target(to) else { return Map::new() };
        if self.open.contains(&to) {
            // It goes on like this: its type is what can be said of it.
            return target.as_object().map_or_else(Map::new, |target| self.keywords(target, 0));
        }
        self.open.push(to);
        let mut written = self.part(target, depth);
        self.open.pop();
        // OpenAPI 3.1: a description beside a reference is nearer.
        self.describe(said, &mut written);
        written
    }

    fn keywords(&mut self, said: &'d Map<String, Value>, depth: usize) -> Map<String, Value> {
        let mut written = keywords::own(said);
        self.describe(said, &mut written);
        if depth == 0 {
            return written;
        }
        if let Some(items) = said.get("items").filter(|items| items.is_object()) {
            written.entry("type").or_insert(json!("array"));
            let items = self.part(items, depth - 1);
            written.insert("items".to_owned(), items.into());
        }
        self.properties(said, depth, &mut written);
        for part in said.get("allOf").and_then(Value::as_array).into_iter().flatten().take(BRANCHES) {
            // Its parts stand where it does: no deeper.
            let part = self.part(part, depth);
            keywords::merge(&mut written, part);
        }
        self.choice(said, depth, &mut written);
        if said.get("nullable") == Some(&Value::Bool(true)) {
            keywords::or_null(&mut written);
        }
        written
    }

    fn properties(&mut self, said: &'d Map<String, Value>, depth: usize, written: &mut Map<String, Value>) {
        let mut properties = Map::new();
        for (name, property) in said.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let is_answer = self.document.resolve(property).is_ok_and(|p| p["readOnly"] == Value::Bool(true));
            let is_hidden = name.chars().any(hidden_text::is_hidden) || name.len() > 200;
            if !is_answer && !is_hidden && properties.len() < PARTS {
                let property = self.part(property, depth - 1);
                properties.insert(name.clone(), property.into());
            }
        }
        if !properties.is_empty() {
            let required = said.get("required").and_then(Value::as_array).into_iter().flatten();
            let required: Vec<_> = required.filter_map(Value::as_str).filter(|r| properties.contains_key(*r)).collect();
            if !required.is_empty() {
                written.insert("required".to_owned(), json!(required));
            }
            written.entry("type").or_insert(json!("object"));
            written.insert("properties".to_owned(), properties.into());
        } else if let Some(values) = said.get("additionalProperties").filter(|values| values.is_object()) {
            let values = self.part(values, depth - 1);
            written.entry("type").or_insert(json!("object"));
            if !values.is_empty() {
                written.insert("additionalProperties".to_owned(), values.into());
            }
        }
    }

    /// One of several. Documents say `oneOf` where several fit as well: it is `anyOf` here.
    fn choice(&mut self, said: &'d Map<String, Value>, depth: usize, written: &mut Map<String, Value>) {
        let branches = ["oneOf", "anyOf"].iter().find_map(|choice| said.get(*choice)?.as_array());
        let mut choices: Vec<Value> = Vec::new();
        for branch in branches.into_iter().flatten().take(BRANCHES) {
            let branch = Value::Object(self.part(branch, depth));
            if !choices.contains(&branch) {
                choices.push(branch);
            }
        }
        let says_nothing = |branch: &Value| branch.as_object().is_none_or(|b| b.keys().all(|key| key == "description"));
        // Where anything fits one of them, they say nothing together.
        if choices.iter().any(says_nothing) {
            return;
        }
        match choices.len() {
            0 => {}
            1 => {
                if let Some(Value::Object(only)) = choices.pop() {
                    keywords::merge(written, only);
                }
            }
            _ => {
                written.insert("anyOf".to_owned(), choices.into());
            }
        }
    }

    fn describe(&self, said: &Map<String, Value>, written: &mut Map<String, Value>) {
        let text = |name: &str| plain(said.get(name).and_then(Value::as_str).unwrap_or_default(), self.words);
        let described = text("description");
        if !described.is_empty() {
            written.insert("description".to_owned(), described.into());
        }
    }
}

#[cfg(test)]
mod tests;
