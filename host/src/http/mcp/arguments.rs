//! The arguments of a call, read as strictly as the whole message is: no name twice, and not too deep.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::json::DEPTH;

/// Reads an object that lies within a message's `params`; none where it is none, or not of the kind that is taken.
pub(super) fn read(text: &str) -> Option<Map<String, Value>> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Strict { depth: DEPTH - 2 }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    match read {
        Value::Object(arguments) => Some(arguments),
        _ => None,
    }
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        self.depth.checked_sub(1).map(|depth| Self { depth }).ok_or_else(|| E::custom("too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inside = self.deeper()?;
        let mut read = vec![];
        while let Some(item) = items.next_element_seed(inside)? {
            read.push(item);
        }
        Ok(read.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inside = self.deeper()?;
        let mut read = Map::new();
        while let Some(name) = members.next_key::<Cow<'de, str>>()? {
            let value = members.next_value_seed(inside)?;
            if read.insert(name.into_owned(), value).is_some() {
                return Err(A::Error::custom("a name is there twice"));
            }
        }
        Ok(read.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_read_is_what_serde_reads() {
        let text = r#"{"a":[1,-2,3.5,18446744073709551615,1e300,null,true,"\u00e9\n",{"b":{}}],"":""}"#;
        assert_eq!(read(text).map(Value::Object), serde_json::from_str(text).ok());
        assert_eq!(read("{}"), Some(Map::new()));
    }

    #[test]
    fn what_others_might_read_otherwise_is_not_read() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":{"b":1,"\u0062":2}}"#, "[]", "null", "{} {}", "{", "{\"a\":1e999}"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_message_may_be_as_deep_as_it_may_otherwise() {
        for deep in [DEPTH - 3, DEPTH - 2] {
            let arguments = format!("{{\"a\":{}{}}}", "[".repeat(deep), "]".repeat(deep));
            let whole = json!({"params": {"arguments": "?"}}).to_string().replace("\"?\"", &arguments);
            assert_eq!(read(&arguments).is_some(), super::super::json::check(whole.as_bytes()).is_ok(), "{deep}");
        }
    }
}
