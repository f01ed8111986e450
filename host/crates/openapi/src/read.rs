//! Bytes → a JSON value, whichever of the two forms they have.

use serde_json::Value;

use crate::text::cut;
use crate::{Error, Result};

/// Bytes of a document. GitHub's own has 13 million.
pub const BYTES: usize = 16 << 20;

/// Mappings, sequences and scalars of a YAML document.
const NODES: usize = 2_000_000;
/// Of them within each other: each takes its part of the stack. JSON has a bound of its own, 128, and takes less.
const DEPTH: usize = 60;

/// Reads JSON or YAML.
pub(crate) fn value(bytes: &[u8]) -> Result<Value> {
    if bytes.len() > BYTES {
        return Err(Error::TooLarge(bytes.len()));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let is_json = bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{');
    if is_json { json(bytes) } else { yaml(bytes) }
}

fn json(bytes: &[u8]) -> Result<Value> {
    serde_json::from_slice(bytes).map_err(|e| Error::Unreadable { format: "JSON", reason: e.to_string() })
}

fn yaml(bytes: &[u8]) -> Result<Value> {
    let unreadable = |reason: String| Error::Unreadable { format: "JSON or YAML", reason };
    let text = std::str::from_utf8(bytes).map_err(|e| unreadable(e.to_string()))?;
    let mut budget = serde_saphyr::Budget::default();
    budget.max_depth = DEPTH;
    budget.flow_nesting_limit = DEPTH;
    budget.max_nodes = NODES;
    budget.max_events = 2 * NODES;
    budget.max_documents = 1;
    // Each alias writes its anchor out again: a few lines of them are gigabytes.
    budget.max_aliases = 0;
    let options = serde_saphyr::options! { budget: Some(budget), strict_booleans: true, with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let said = error.to_string();
        if said.contains("alias") {
            return unreadable("it has anchors and aliases (&a, *a): write out what they stand for".to_owned());
        }
        unreadable(cut(said.lines().next().unwrap_or_default(), 300))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn yaml_and_json_read_alike() {
        let yaml = "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      deprecated: true\n      responses:\n        200: {description: 'No'}\n";
        let expected = json!({"openapi": "3.0.3", "paths": {"/a": {"get": {"deprecated": true,
            "responses": {"200": {"description": "No"}}}}}});
        assert_eq!(value(yaml.as_bytes()).unwrap(), expected);
        assert_eq!(value(format!("\u{FEFF} {expected}").as_bytes()).unwrap(), expected);
    }

    #[test]
    fn words_of_yaml_1_1_are_texts() {
        let read = value(b"a: no\nb: 1.0\nc: 2020-01-01\nd: '1'\ne: ~\n").unwrap();
        assert_eq!(read, json!({"a": "no", "b": 1.0, "c": "2020-01-01", "d": "1", "e": null}));
    }

    #[test]
    fn bombs_are_refused_with_a_reason() {
        let laughs = (1..40)
            .fold("a0: &a0 [x, x]\n".to_owned(), |text, i| format!("{text}a{i}: &a{i} [*a{}, *a{}]\n", i - 1, i - 1));
        let reason = value(laughs.as_bytes()).unwrap_err().to_string();
        assert!(reason.contains("anchors and aliases"), "{reason}");
        let flow = format!("a: {}{}", "[".repeat(50_000), "]".repeat(50_000));
        let block = (0..5_000).fold(String::new(), |text, i| text + &" ".repeat(i) + "a:\n");
        let json = format!("{{\"a\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000));
        for deep in [flow, block, json, "\u{0}".to_owned(), "a: &x *x".to_owned(), "--- a\n--- b".to_owned()] {
            assert!(matches!(value(deep.as_bytes()), Err(Error::Unreadable { .. })), "{deep:.40}");
        }
        assert_eq!(value(&vec![b' '; BYTES + 1]), Err(Error::TooLarge(BYTES + 1)));
    }
}
