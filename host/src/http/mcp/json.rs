//! A message, looked at before it is believed: one object, no name twice, no deeper than anyone needs.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::json;

/// Objects and arrays within each other.
pub(super) const DEPTH: usize = 64;

/// What is wrong with a message, as JSON-RPC 2.0 §5.1 says it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    code: i32,
    message: String,
}

impl IntoResponse for Malformed {
    fn into_response(self) -> Response {
        let body = json!({"jsonrpc": "2.0", "id": null, "error": {"code": self.code, "message": self.message}});
        (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
    }
}

pub(super) fn check(body: &[u8]) -> Result<(), Malformed> {
    if body.trim_ascii_start().first() == Some(&b'[') {
        let message = "a batch is not taken: send one message a request".to_owned();
        return Err(Malformed { code: -32600, message });
    }
    let strict = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = Strict { depth: DEPTH, refused: &strict }.deserialize(&mut reader).and_then(|()| reader.end());
    read.map_err(|error| Malformed { code: if strict.get() { -32600 } else { -32700 }, message: error.to_string() })
}

/// Reads a value and keeps nothing of it.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    /// Set where it is JSON, but not of the kind that is taken.
    refused: &'a Cell<bool>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(self.refuse(format!("the message is nested more than {DEPTH} deep"))),
        }
    }

    fn refuse<E: serde::de::Error>(self, why: String) -> E {
        self.refused.set(true);
        E::custom(why)
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inside = self.deeper()?;
        while items.next_element_seed(inside)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let inside = self.deeper()?;
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<std::borrow::Cow<'de, str>>()? {
            members.next_value_seed(inside)?;
            if let Some(twice) = names.replace(name) {
                let twice: String = twice.chars().take(80).collect();
                return Err(self.refuse(format!("{twice:?} is there twice in one object: send it once")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(body: &str) -> i32 {
        check(body.as_bytes()).map_or_else(|wrong| wrong.code, |()| 0)
    }

    #[test]
    fn one_plain_message_passes() {
        assert_eq!(code(r#"{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":[1,-2,3.5,null,true,"\u00e9"]}}"#), 0);
    }

    #[test]
    fn what_others_might_read_otherwise_does_not() {
        assert_eq!(code(r#"[{"jsonrpc":"2.0"}]"#), -32600);
        assert_eq!(code(r#"{"method":"a","method":"b"}"#), -32600);
        assert_eq!(code(r#"{"params":{"name":"a","n\u0061me":"b"}}"#), -32600);
        assert_eq!(code(&format!("{{\"a\":{}{}}}", "[".repeat(80), "]".repeat(80))), -32600);
        assert_eq!(code(&"[".repeat(100_000)), -32600);
        assert_eq!(code(&format!("{{\"a\":{}", "[".repeat(100_000))), -32600);
        for broken in ["", "{", "{} {}", "{\"a\":01}", "nul"] {
            assert_eq!(code(broken), -32700, "{broken}");
        }
    }
}
