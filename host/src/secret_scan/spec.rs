//! Secrets in a spec: in code, descriptions or schemas, all of which others read.

use serde_json::Value;

use super::{Finding, scan};

/// A secret that was pasted into a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pasted {
    /// JSON pointer (RFC 6901) of the text.
    pub pointer: String,
    /// In that text.
    pub finding: Finding,
}

/// The first secret in a JSON document's texts.
pub fn find(value: &Value) -> Option<Pasted> {
    match value {
        Value::String(text) => scan(text).into_iter().next().map(|finding| Pasted { pointer: String::new(), finding }),
        Value::Array(items) => items.iter().enumerate().find_map(|(i, item)| below(&i.to_string(), item)),
        Value::Object(map) => map.iter().find_map(|(name, item)| below(name, item)),
        _ => None,
    }
}

fn below(name: &str, value: &Value) -> Option<Pasted> {
    let Pasted { pointer, finding } = find(value)?;
    Some(Pasted { pointer: format!("/{}{pointer}", name.replace('~', "~0").replace('/', "~1")), finding })
}
