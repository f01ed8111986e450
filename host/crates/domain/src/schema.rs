//! How much work a JSON Schema can make.
//!
//! A validator follows references, and a few lines of them can ask for more steps than anyone has time for: each of a
//! chain of definitions that names the next one twice, or a recursive one that applies itself twice to the same value.
//! The first kind is refused, the second bounded by the values that may be held against it.

use std::collections::HashMap;

use serde_json::Value;

/// Parts of a schema with every reference written out, recursive ones once.
const PARTS: u64 = 10_000;
/// References and parts within each other.
const DEPTH: usize = 500;
/// Steps that may be spent on one value.
const STEPS: u64 = 200_000_000;

/// What is wrong with a schema's references.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CostError {
    #[error("refers to {0:?}, which is not in it, or is there twice: refer to #/$defs/…")]
    Unresolved(String),
    #[error("has an `$id` or a `$schema` inside, from which on references mean something else: take it out")]
    Inner,
    #[error("refers to itself without going deeper into the value: no check of it would end")]
    Endless,
    #[error("has over {PARTS} parts once its references are written out: use fewer references, or flatter ones")]
    TooLarge,
}

/// The work that a schema asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    parts: u64,
    /// How often a recursive part is applied to the same value, each level anew.
    branching: u64,
}

impl Cost {
    pub fn of(schema: &Value) -> Result<Self, CostError> {
        // In JSON Schema's draft 4, `$id` was `id`.
        let old = schema.get("$schema").and_then(Value::as_str).is_some_and(|draft| draft.contains("draft-04"));
        if children(schema).any(|inner| is_resource(inner, if old { "id" } else { "$id" })) {
            return Err(CostError::Inner);
        }
        let mut walk = Walk { root: schema, open: vec![(schema, 0)], path: vec![], parts: 0, back: HashMap::new() };
        walk.schema(schema)?;
        Ok(Self { parts: walk.parts, branching: walk.back.into_values().max().unwrap_or(1) })
    }

    /// Whether a value can be held against the schema in reasonable time.
    pub fn allows(&self, value: &Value) -> bool {
        self.steps(value, 1) <= STEPS
    }

    fn steps(&self, value: &Value, times: u64) -> u64 {
        let inside = times.saturating_mul(self.branching);
        let sum = |steps: u64, inner| steps.saturating_add(self.steps(inner, inside));
        let own = self.parts.saturating_mul(times);
        match value {
            _ if own > STEPS => own,
            Value::Array(items) => items.iter().fold(own, sum),
            Value::Object(members) => members.values().fold(own, sum),
            _ => own,
        }
    }
}

struct Walk<'a> {
    root: &'a Value,
    /// The schemas that are being written out, and how deep in the value each is applied.
    open: Vec<(&'a Value, usize)>,
    /// Where in the value the present schema is applied.
    path: Vec<&'a str>,
    parts: u64,
    /// References back to an open schema, by the way in the value from there.
    back: HashMap<(*const Value, Vec<&'a str>), u64>,
}

impl<'a> Walk<'a> {
    fn schema(&mut self, schema: &'a Value) -> Result<(), CostError> {
        self.parts += 1;
        if self.parts > PARTS || self.open.len() + self.path.len() > DEPTH {
            return Err(CostError::TooLarge);
        }
        let Value::Object(keywords) = schema else { return Ok(()) };
        for (keyword, value) in keywords {
            match (keyword.as_str(), value) {
                ("$ref" | "$dynamicRef" | "$recursiveRef", Value::String(to)) => self.reference(to)?,
                ("allOf" | "anyOf" | "oneOf", Value::Array(all)) => {
                    all.iter().try_for_each(|one| self.schema(one))?;
                }
                ("not" | "if" | "then" | "else", one) => self.schema(one)?,
                ("dependentSchemas" | "dependencies", Value::Object(all)) => {
                    all.values().try_for_each(|one| self.schema(one))?;
                }
                ("properties" | "patternProperties", Value::Object(all)) => {
                    all.iter().try_for_each(|(name, one)| self.inside(name, one))?;
                }
                ("prefixItems" | "items", Value::Array(all)) => {
                    all.iter().try_for_each(|one| self.inside("[]", one))?;
                }
                ("items" | "contains" | "additionalItems" | "unevaluatedItems", one) => self.inside("[]", one)?,
                ("additionalProperties" | "unevaluatedProperties" | "propertyNames", one) => self.inside("+", one)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn inside(&mut self, name: &'a str, schema: &'a Value) -> Result<(), CostError> {
        self.path.push(name);
        self.schema(schema)?;
        self.path.pop();
        Ok(())
    }

    fn reference(&mut self, to: &str) -> Result<(), CostError> {
        let target = resolve(self.root, to).ok_or_else(|| CostError::Unresolved(to.chars().take(80).collect()))?;
        if let Some((_, depth)) = self.open.iter().find(|(open, _)| std::ptr::eq(*open, target)) {
            let way = self.path[*depth..].to_vec();
            if way.is_empty() {
                return Err(CostError::Endless);
            }
            *self.back.entry((std::ptr::from_ref(target), way)).or_default() += 1;
            return Ok(());
        }
        self.open.push((target, self.path.len()));
        self.schema(target)?;
        self.open.pop();
        Ok(())
    }
}

/// What a reference within a document names: by JSON pointer, or by anchor.
fn resolve<'a>(root: &'a Value, to: &str) -> Option<&'a Value> {
    let fragment = to.strip_prefix('#')?;
    if fragment.is_empty() || fragment.starts_with('/') {
        return root.pointer(&decoded(fragment)?);
    }
    let mut found = Vec::new();
    anchored(root, fragment, &mut found);
    // Of two, the validator might take the other.
    if let [one] = found[..] { Some(one) } else { None }
}

/// The members of an object, or the items of an array.
fn children(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Object(members) => Box::new(members.values()),
        Value::Array(items) => Box::new(items.iter()),
        _ => Box::new(std::iter::empty()),
    }
}

/// Whether a value is, or holds, a schema resource of its own: its references begin at itself, not at the root.
fn is_resource(value: &Value, id: &str) -> bool {
    ["$schema", id].iter().any(|key| value.get(key).is_some_and(Value::is_string))
        || children(value).any(|inner| is_resource(inner, id))
}

fn decoded(fragment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn anchored<'a>(value: &'a Value, name: &str, found: &mut Vec<&'a Value>) {
    let named = |key| value.get(key).and_then(Value::as_str) == Some(name);
    if named("$anchor") || named("$dynamicAnchor") {
        found.push(value);
    }
    for inner in children(value) {
        anchored(inner, name, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn nested(depth: usize) -> Value {
        (0..depth).fold(json!(1), |inner, _| json!({"a": inner, "left": inner, "not": {}}))
    }

    #[test]
    fn a_chain_of_doublings_is_refused() {
        let mut definitions = serde_json::Map::new();
        for i in 0..40 {
            let next = json!({"$ref": format!("#/$defs/a{}", i + 1)});
            definitions.insert(format!("a{i}"), json!({"allOf": [next, next]}));
        }
        definitions.insert("a40".to_owned(), json!(true));
        let schema = json!({"$ref": "#/$defs/a0", "$defs": definitions});
        assert_eq!(Cost::of(&schema), Err(CostError::TooLarge));
    }

    #[test]
    fn a_schema_that_never_goes_deeper_is_refused() {
        for schema in [
            json!({"$ref": "#"}),
            json!({"allOf": [{"$ref": "#"}]}),
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}}),
            json!({"$anchor": "me", "not": {"$ref": "#me"}}),
        ] {
            assert_eq!(Cost::of(&schema), Err(CostError::Endless), "{schema}");
        }
        assert!(matches!(Cost::of(&json!({"$ref": "#/$defs/none"})), Err(CostError::Unresolved(_))));
    }

    #[test]
    fn a_reference_means_to_the_validator_what_it_means_here() {
        for schema in [
            json!({"$defs": {"a": true}, "not": {"$id": "http://x/", "$ref": "#/$defs/a", "$defs": {"a": {"not": {}}}}}),
            json!({"$ref": "#/$defs/b/not", "$defs": {"b": {"$id": "http://x/", "not": {"$ref": "#"}}}}),
            json!({"$schema": "http://json-schema.org/draft-04/schema#", "allOf": [{"id": "http://x/"}]}),
        ] {
            assert_eq!(Cost::of(&schema), Err(CostError::Inner), "{schema}");
        }
        let two = json!({"$ref": "#a", "default": {"$anchor": "a"}, "not": {"$anchor": "a", "allOf": [{}, {}]}});
        assert!(matches!(Cost::of(&two), Err(CostError::Unresolved(_))));
        let fine = json!({"$id": "http://x/", "properties": {"$id": {}, "id": {"default": {"id": "b"}}}});
        assert!(Cost::of(&fine).is_ok());
    }

    #[test]
    fn one_that_applies_itself_twice_takes_only_shallow_values() {
        let twice = json!({"allOf": [{"properties": {"a": {"$ref": "#"}}}, {"properties": {"a": {"$ref": "#"}}}]});
        let cost = Cost::of(&twice).unwrap();
        assert!(cost.allows(&json!({"a": {"a": {"a": 1}}})));
        let deep = (0..60).fold(json!(1), |inner, _| json!({"a": inner}));
        assert!(!cost.allows(&deep));
    }

    #[test]
    fn what_people_write_is_taken() {
        let tree = json!({"type": "object", "properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"},
            "all": {"type": "array", "items": {"$ref": "#"}}, "n": {"$ref": "#/$defs/n%20"}}, "$defs": {"n ": {"type": "integer"}}});
        let cost = Cost::of(&tree).unwrap();
        assert!(cost.allows(&nested(12)));
        assert!(cost.allows(&json!({"all": vec![json!({"n": 1}); 100_000]})));
    }
}
