//! JSON Schema → the Rust types of a tool's arguments: plain serde structs, and `Value` for what no plain type says.
//!
//! Types only: bounds, patterns and formats are checked by the host before the call. Every name begins with `Args`, so
//! that none meets one of the author's. Whatever the schema is, the text parses as Rust.

mod names;

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use names::{Names, pascal, text_literal};

/// Deeper parts of a schema are `Value`.
const DEPTH: usize = 12;
/// Further types are `Value`.
const TYPES: usize = 200;
/// An enum of more values is a `String`.
const VARIANTS: usize = 100;

const UNIONS: [&str; 3] = ["oneOf", "anyOf", "allOf"];
const VALUE: &str = "serde_json::Value";
const MAP: &str = "serde_json::Map<String, serde_json::Value>";

/// The items that define `Args` for this input schema.
pub(crate) fn render(schema: &Value) -> String {
    let none = Map::new();
    let mut types =
        Types { root: schema, items: String::new(), names: Names::default(), references: HashMap::new(), count: 0 };
    types.names.unique("Args");
    types.references.insert("#".to_owned(), Reference::Open("Args".to_owned()));
    let properties = schema.get("properties").and_then(Value::as_object);
    let open = schema.get("additionalProperties").is_some_and(|a| *a != Value::Bool(false));
    match properties {
        Some(properties) if !properties.is_empty() => types.structure("Args", schema, properties, 0),
        _ if open => types.items = format!("pub type Args = {MAP};\n"),
        _ => types.structure("Args", schema, &none, 0),
    }
    types.items
}

/// A `$ref` that was met.
enum Reference {
    /// Being written, under this name: meeting it again is a cycle.
    Open(String),
    Done(Type),
}

/// A type's text, and what is known of it.
#[derive(Clone)]
struct Type {
    text: String,
    optional: bool,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
    Enum,
    Other,
}

impl Type {
    fn new(text: impl Into<String>, kind: Kind) -> Self {
        Self { text: text.into(), optional: false, kind }
    }

    fn value() -> Self {
        Self::new(VALUE, Kind::Other)
    }

    fn or_null(mut self) -> Self {
        if !self.optional {
            self.text = format!("Option<{}>", self.text);
            self.optional = true;
        }
        self
    }
}

fn is_union(schema: &Value) -> bool {
    UNIONS.iter().any(|union| schema.get(union).is_some())
}

struct Types<'a> {
    root: &'a Value,
    items: String,
    names: Names,
    references: HashMap<String, Reference>,
    count: usize,
}

impl<'a> Types<'a> {
    /// The type of a schema; `name` is what a new type would be called.
    fn of(&mut self, schema: &'a Value, name: &str, depth: usize) -> Type {
        let Some(object) = schema.as_object() else {
            return Type::value();
        };
        if depth > DEPTH {
            return Type::value();
        }
        if let Some(target) = object.get("$ref") {
            return self.referenced(target.as_str().unwrap_or_default(), depth);
        }
        if let Some(values) = object.get("enum").and_then(Value::as_array) {
            return self.enumeration(values, name);
        }
        if let Some(constant) = object.get("const") {
            return if constant.is_string() { Type::new("String", Kind::Text) } else { Type::value() };
        }
        for union in UNIONS {
            if let Some(branches) = object.get(union).and_then(Value::as_array) {
                return self.union(branches, name, depth);
            }
        }
        match object.get("type") {
            Some(Value::String(kind)) => self.simple(kind, schema, object, name, depth),
            Some(Value::Array(kinds)) => {
                let others: Vec<&str> = kinds.iter().filter_map(Value::as_str).filter(|k| *k != "null").collect();
                match others[..] {
                    [kind] if kinds.len() > 1 => self.simple(kind, schema, object, name, depth).or_null(),
                    [kind] => self.simple(kind, schema, object, name, depth),
                    _ => Type::value(),
                }
            }
            None if object.contains_key("properties") => self.simple("object", schema, object, name, depth),
            _ => Type::value(),
        }
    }

    fn simple(
        &mut self,
        kind: &str,
        schema: &'a Value,
        object: &'a Map<String, Value>,
        name: &str,
        depth: usize,
    ) -> Type {
        match kind {
            "string" => Type::new("String", Kind::Text),
            "boolean" => Type::new("bool", Kind::Boolean),
            "integer" => Type::new("i64", Kind::Integer),
            "number" => Type::new("f64", Kind::Number),
            "array" => {
                let item = match object.get("items") {
                    Some(items) if !object.contains_key("prefixItems") => {
                        self.of(items, &format!("{name}Item"), depth + 1)
                    }
                    _ => Type::value(),
                };
                Type::new(format!("Vec<{}>", item.text), Kind::Other)
            }
            "object" => match object.get("properties").and_then(Value::as_object) {
                Some(properties) if !properties.is_empty() && self.count < TYPES => {
                    let name = self.names.unique(name);
                    self.structure(&name, schema, properties, depth);
                    Type::new(name, Kind::Other)
                }
                _ => match object.get("additionalProperties") {
                    Some(values @ Value::Object(_)) => {
                        let value = self.of(values, &format!("{name}Value"), depth + 1);
                        Type::new(format!("std::collections::BTreeMap<String, {}>", value.text), Kind::Other)
                    }
                    _ => Type::new(MAP, Kind::Other),
                },
            },
            _ => Type::value(),
        }
    }

    /// Null or one other: an `Option`. A real choice has no plain type.
    fn union(&mut self, branches: &'a [Value], name: &str, depth: usize) -> Type {
        let is_null = |b: &&Value| b.get("type").and_then(Value::as_str) == Some("null");
        let mut others = branches.iter().filter(|b| !is_null(b));
        match (others.next(), others.next()) {
            (Some(only), None) if branches.len() > 1 => self.of(only, name, depth + 1).or_null(),
            (Some(only), None) => self.of(only, name, depth + 1),
            _ => Type::value(),
        }
    }

    fn referenced(&mut self, target: &str, depth: usize) -> Type {
        let Some(schema) = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)) else {
            return Type::value();
        };
        match self.references.get(target) {
            Some(Reference::Done(done)) => return done.clone(),
            Some(Reference::Open(name)) if self.names.has(name) => {
                let cycle = Type::new(format!("Box<{name}>"), Kind::Other);
                // A union may allow null, and the struct is only its other half.
                let plain = schema.get("type").is_none_or(Value::is_string) && !is_union(schema);
                return if plain { cycle } else { cycle.or_null() };
            }
            Some(Reference::Open(_)) => return Type::value(),
            None => {}
        }
        let last = target.rsplit('/').next().unwrap_or_default();
        let name = self.names.free(&format!("Args{}", pascal(last)));
        self.references.insert(target.to_owned(), Reference::Open(name.clone()));
        let done = self.of(schema, &name, depth + 1);
        self.references.insert(target.to_owned(), Reference::Done(done.clone()));
        done
    }

    fn structure(&mut self, name: &str, schema: &'a Value, properties: &'a Map<String, Value>, depth: usize) {
        self.count += 1;
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map_or_else(Vec::new, |list| list.iter().filter_map(Value::as_str).collect());
        let mut fields = String::new();
        let mut taken = Names::default();
        for (key, property) in properties {
            let field = taken.field(key);
            let mut kind = self.of(property, &format!("{name}{}", pascal(key)), depth + 1);
            if field.trim_start_matches("r#") != key {
                let _ = writeln!(fields, "    #[serde(rename = {})]", text_literal(key));
            }
            if !required.contains(&key.as_str()) {
                match self.default_of(property, &kind, name, &field) {
                    Some(function) => {
                        let _ = writeln!(fields, "    #[serde(default = \"{function}\")]");
                    }
                    None => kind = kind.or_null(),
                }
            }
            let _ = writeln!(fields, "    pub {field}: {},", kind.text);
        }
        if let Some(rest @ Value::Object(_)) = schema.get("additionalProperties") {
            let value = self.of(rest, &format!("{name}Rest"), depth + 1);
            let field = taken.field("rest");
            let _ = writeln!(
                fields,
                "    #[serde(flatten)]\n    pub {field}: std::collections::BTreeMap<String, {}>,",
                value.text
            );
        }
        let _ = write!(self.items, "#[derive(serde::Deserialize, Clone, Debug)]\npub struct {name} {{\n{fields}}}\n");
    }

    /// A function that gives a property's default, where the default is a plain value of the property's type.
    fn default_of(&mut self, property: &Value, kind: &Type, owner: &str, field: &str) -> Option<String> {
        let default = property.get("default")?;
        let value = match (kind.kind, default) {
            (Kind::Text, Value::String(text)) => format!("String::from({})", text_literal(text)),
            (Kind::Boolean, Value::Bool(value)) => value.to_string(),
            (Kind::Integer, Value::Number(number)) => format!("{}_i64", number.as_i64()?),
            (Kind::Number, Value::Number(number)) => format!("{:?}_f64", number.as_f64()?),
            (Kind::Enum, Value::String(text)) => {
                let name = kind.text.trim_start_matches("Option<").trim_end_matches('>');
                format!("{name}::{}", self.names.variant(name, text)?)
            }
            _ => return None,
        };
        let value = if kind.optional { format!("Some({value})") } else { value };
        let field = field.trim_start_matches("r#");
        let function = self.names.unique(&format!("default_{}_{field}", owner.to_ascii_lowercase()));
        let _ = writeln!(self.items, "fn {function}() -> {} {{ {value} }}", kind.text);
        Some(function)
    }

    fn enumeration(&mut self, values: &[Value], name: &str) -> Type {
        let texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        let nulls = values.iter().filter(|v| v.is_null()).count();
        if texts.is_empty() || texts.len() + nulls != values.len() {
            return Type::value();
        }
        let kind = if texts.len() > VARIANTS || self.count >= TYPES {
            Type::new("String", Kind::Text)
        } else {
            self.count += 1;
            Type::new(self.string_enum(&texts, name), Kind::Enum)
        };
        if nulls > 0 { kind.or_null() } else { kind }
    }

    fn string_enum(&mut self, texts: &[&str], name: &str) -> String {
        let name = self.names.unique(name);
        let (mut variants, mut arms) = (String::new(), String::new());
        for text in texts {
            let Some(variant) = self.names.new_variant(&name, text) else {
                continue;
            };
            let literal = text_literal(text);
            let _ = writeln!(variants, "    #[serde(rename = {literal})]\n    {variant},");
            let _ = writeln!(arms, "            Self::{variant} => {literal},");
        }
        let _ = write!(
            self.items,
            "#[derive(serde::Deserialize, serde::Serialize, Clone, Copy, Debug, PartialEq, Eq)]\n\
             pub enum {name} {{\n{variants}}}\n\
             impl {name} {{\n    pub fn as_str(self) -> &'static str {{\n        match self {{\n{arms}        }}\n    }}\n}}\n\
             impl core::fmt::Display for {name} {{\n    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {{\n        \
             f.write_str(self.as_str())\n    }}\n}}\n"
        );
        name
    }
}

#[cfg(test)]
mod tests;
