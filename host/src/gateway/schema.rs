//! A tool's JSON Schema, compiled once, as a check.

use cloche_domain::schema::Cost;
use cloche_domain::spec::checker;
use jsonschema::Validator;
use serde_json::Value;

/// What is wrong with a value, at most so many times and so long each.
const PROBLEMS: usize = 5;
const PROBLEM: usize = 300;

/// A compiled schema. No reference leaves it, its patterns are matched in linear time, and what it would take too long to
/// check does not pass.
#[derive(Debug)]
pub struct Schema {
    validator: Validator,
    cost: Cost,
}

impl Schema {
    pub fn compile(schema: &Value) -> Result<Self, String> {
        let cost = Cost::of(schema).map_err(|error| error.to_string())?;
        let validator = checker().build(schema).map_err(|error| clipped(&error.to_string()))?;
        Ok(Self { validator, cost })
    }

    /// What is wrong with a value; none if nothing is.
    pub fn problems(&self, value: &Value) -> Option<String> {
        if !self.cost.allows(value) {
            return Some("it is too large or too deep to be checked".to_owned());
        }
        if self.validator.is_valid(value) {
            return None;
        }
        let problems = self.validator.iter_errors(value).take(PROBLEMS).map(|error| {
            let at = match error.instance_path().as_str() {
                "" => "the whole".to_owned(),
                path => clipped(path),
            };
            format!("{at}: {}", clipped(&error.to_string()))
        });
        Some(problems.collect::<Vec<_>>().join("; "))
    }
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(PROBLEM) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_problem_says_where_it_is() {
        let schema = json!({"type": "object", "required": ["city"], "additionalProperties": false,
            "properties": {"city": {"type": "string", "pattern": "^[A-Z]"}, "days": {"type": "integer", "maximum": 7}}});
        let schema = Schema::compile(&schema).unwrap();
        assert_eq!(schema.problems(&json!({"city": "Oslo", "days": 3})), None);
        let said = schema.problems(&json!({"city": "oslo", "days": 9, "x": 1})).unwrap();
        for part in ["/city", "/days", "'x'"] {
            assert!(said.contains(part), "{said}");
        }
        assert!(schema.problems(&json!({})).unwrap().contains("\"city\" is a required property"));
        assert!(schema.problems(&json!({"city": "o".repeat(10_000)})).unwrap().len() < 400);
    }

    #[test]
    fn a_schema_that_reaches_out_does_not_compile() {
        for reference in ["http://169.254.169.254/", "file:///etc/passwd", "other.json"] {
            assert!(Schema::compile(&json!({"$ref": reference})).is_err(), "{reference}");
        }
    }

    #[test]
    fn references_cannot_be_hidden_below_an_inner_id() {
        // Read from the whole, every reference leads to `true`; read as the validator does, each doubles the work.
        let (mut outer, mut inner) = (serde_json::Map::new(), serde_json::Map::new());
        for i in 0..40 {
            let next = json!({"$ref": format!("#/$defs/a{}", i + 1)});
            outer.insert(format!("a{i}"), json!(true));
            inner.insert(format!("a{i}"), json!({"allOf": [next, next]}));
        }
        outer.insert("a40".to_owned(), json!(true));
        inner.insert("a40".to_owned(), json!(true));
        let within = json!({"$id": "https://a.example/", "$ref": "#/$defs/a0", "$defs": inner});
        let schema = Schema::compile(&json!({"allOf": [within], "$defs": outer}));
        assert!(schema.is_err(), "this check would not end: {:?}", schema.map(|s| s.problems(&json!({}))));
    }

    #[test]
    fn a_pattern_cannot_be_made_to_take_forever() {
        let schema = Schema::compile(&json!({"type": "string", "pattern": "^(a+)+$"})).unwrap();
        assert!(schema.problems(&json!("a".repeat(50_000) + "!")).is_some());
        assert!(Schema::compile(&json!({"pattern": "(a)\\1"})).is_err());
    }
}
