//! The body of a request: which of its forms is sent, and what of it are arguments.

use serde_json::{Map, Value};

use crate::document::{Document, Why};
use crate::operation::Operation;
use crate::place::Style;

/// Schemas within `allOf` within each other.
const DEPTH: usize = 16;
/// Schemas that one body is made of.
const PARTS: usize = 500;
/// Properties of a body.
const PROPERTIES: usize = 500;

/// What is sent.
#[derive(Clone, Debug)]
pub(crate) struct Body<'d> {
    pub(crate) format: Format,
    /// Whether the operation must have one.
    pub(crate) required: bool,
    pub(crate) content: Content<'d>,
}

/// In which form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// With the content type.
    Json(String),
    Form,
    /// With the content type.
    Text(String),
}

impl Format {
    /// Whether an object is sent, whose properties may be arguments.
    fn is_object(&self) -> bool {
        !matches!(self, Self::Text(_))
    }
}

/// What of it is an argument.
#[derive(Clone, Debug)]
pub(crate) enum Content<'d> {
    /// Each property of an object.
    Fields(Vec<Field<'d>>),
    /// The body as it is.
    Whole(&'d Value),
}

/// A property of a body.
#[derive(Clone, Debug)]
pub(crate) struct Field<'d> {
    pub(crate) name: &'d str,
    pub(crate) schema: &'d Value,
    pub(crate) required: bool,
    /// How it is written in a form.
    pub(crate) style: Style,
}

/// The body of an operation; none where it has none.
pub(crate) fn of<'d>(document: &'d Document, operation: &Operation<'d>) -> Result<Option<Body<'d>>, Why> {
    let Some(said) = operation.said.get("requestBody") else { return Ok(None) };
    // RFC 9110 §9.3.1: what a body of these means is not defined.
    if matches!(operation.method, "GET" | "HEAD") {
        return Ok(None);
    }
    let said = document.resolve(said)?;
    let required = said["required"] == Value::Bool(true);
    let kinds = said["content"].as_object();
    let Some((format, media)) = kinds.and_then(best) else {
        let kinds: Vec<&str> = kinds.into_iter().flatten().map(|(kind, _)| kind.as_str()).take(3).collect();
        return match kinds.as_slice() {
            [] => Ok(None),
            // Many leave out that it is required: a file, say, without which there is nothing to do.
            kinds => Err(format!("takes only {:.200}: JSON, forms and texts can be sent", kinds.join(", "))),
        };
    };
    let schema = media.get("schema").unwrap_or(&Value::Null);
    let mut flat = Flat::default();
    let is_flat = format.is_object() && flat.collect(document, schema, 0)? && !flat.fields.is_empty();
    if format.is_object() && !required && says_nothing(document, schema) {
        return Ok(None);
    }
    if format == Format::Form {
        for field in &mut flat.fields {
            field.style = style(document, &media["encoding"][field.name], field.schema);
        }
    }
    let content = if is_flat { Content::Fields(flat.fields) } else { Content::Whole(schema) };
    Ok(Some(Body { format, required, content }))
}

/// The form that is sent, of those that the operation takes.
fn best(kinds: &Map<String, Value>) -> Option<(Format, &Value)> {
    let rank = |kind: &str| match kind {
        "application/json" => 0,
        "*/*" => 1,
        kind if kind.ends_with("+json") || kind.ends_with("/json") => 2,
        "application/x-www-form-urlencoded" => 3,
        kind if kind.starts_with("text/") => 4,
        _ => 9,
    };
    let known = kinds.iter().filter_map(|(kind, media)| Some((plain_kind(kind)?, media)));
    let (kind, media) = known.filter(|(kind, _)| rank(kind) < 9).min_by_key(|(kind, _)| rank(kind))?;
    let format = match rank(&kind) {
        1 => Format::Json("application/json".to_owned()),
        3 => Format::Form,
        4 => Format::Text(kind),
        _ => Format::Json(kind),
    };
    Some((format, media))
}

/// A media type without its parameters, in lower case; none where it is no such thing.
pub(crate) fn plain_kind(kind: &str) -> Option<String> {
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$&^_.+-*/".contains(&b);
    (kind.len() <= 100 && kind.split('/').count() == 2 && kind.bytes().all(token)).then_some(kind)
}

/// The properties of an object and of all that it is made of.
#[derive(Default)]
struct Flat<'d> {
    fields: Vec<Field<'d>>,
    parts: usize,
}

impl<'d> Flat<'d> {
    /// Collects them. Whether it is a plain object: a choice between objects is none, nor is a list.
    fn collect(&mut self, document: &'d Document, schema: &'d Value, depth: usize) -> Result<bool, Why> {
        self.parts += 1;
        if depth > DEPTH || self.parts > PARTS || self.fields.len() > PROPERTIES {
            return Err("has a body that is too large, or made of too many parts".to_owned());
        }
        let schema = document.resolve(schema)?;
        let is_choice = ["oneOf", "anyOf"].iter().any(|choice| {
            let mut branches = schema[*choice].as_array().into_iter().flatten();
            branches.any(|branch| branch.get("properties").is_some() || branch.get("$ref").is_some())
        });
        let is_list = schema["type"] == "array" || schema["items"].is_object();
        if is_choice || is_list {
            return Ok(false);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            if !self.collect(document, part, depth + 1)? {
                return Ok(false);
            }
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let resolved = document.resolve(property).unwrap_or(property);
            let is_answer = [resolved, property].iter().any(|p| p["readOnly"] == Value::Bool(true));
            if !is_answer && !self.fields.iter().any(|field| field.name == name) {
                self.fields.push(Field { name, schema: property, required: false, style: Style::Exploded });
            }
        }
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for name in required.take(PROPERTIES) {
            for field in self.fields.iter_mut().filter(|field| field.name == name) {
                field.required = true;
            }
        }
        Ok(true)
    }
}

/// Whether a body is an object of which nothing is said, as some have it where there is none.
fn says_nothing(document: &Document, schema: &Value) -> bool {
    let Some(said) = document.resolve(schema).ok().and_then(Value::as_object) else { return true };
    let is_empty = |value: &Value| value.as_object().is_some_and(Map::is_empty) || *value == Value::Bool(false);
    said.iter().all(|(name, value)| match name.as_str() {
        "properties" | "additionalProperties" => is_empty(value),
        "type" => value == "object",
        name => ["title", "description"].contains(&name),
    })
}

/// How a property of a form is written: as its encoding says, or by what it is (OpenAPI 3.0.3 §4.7.15).
fn style(document: &Document, encoding: &Value, schema: &Value) -> Style {
    if encoding["contentType"].as_str().is_some_and(|kind| kind.contains("json")) {
        return Style::Json;
    }
    if encoding["style"].is_string() || encoding["explode"].is_boolean() {
        return Style::of(encoding);
    }
    let schema = document.resolve(schema).unwrap_or(schema);
    if schema["type"] == "object" || schema["properties"].is_object() { Style::Json } else { Style::Exploded }
}
