use serde::Serialize;
use serde_json::{Map, Value};

pub use crate::bindings::exports::cloche::tool::tools::{Content, Embedded, Image, Link, Output};
use crate::{Error, Result};

/// What a tool may return.
#[diagnostic::on_unimplemented(
    message = "a tool cannot return `{Self}`",
    label = "not a tool result",
    note = "return text, a number, `json!({{…}})`, `Json(value)` for your own `Serialize` type, `Content` or `Output`"
)]
pub trait IntoOutput {
    /// The result as the AI client gets it.
    fn into_output(self) -> Result<Output>;
}

/// Any value that serialises. An object becomes structured content with its JSON as text beside it, anything else text.
///
/// ```
/// use cloche_sdk::prelude::*;
///
/// #[derive(Serialize)]
/// struct Point { x: i32 }
/// assert_eq!(Json(Point { x: 1 }).into_output().unwrap().structured.as_deref(), Some(r#"{"x":1}"#));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl Content {
    /// A piece of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An image: `Content::image(bytes, "image/png")`. Base64 is the host's work.
    pub fn image(data: impl Into<Vec<u8>>, mime_type: impl Into<String>) -> Self {
        Self::Image(Image { data: data.into(), mime_type: mime_type.into() })
    }

    /// A sound: `Content::audio(bytes, "audio/wav")`.
    pub fn audio(data: impl Into<Vec<u8>>, mime_type: impl Into<String>) -> Self {
        Self::Audio(Image { data: data.into(), mime_type: mime_type.into() })
    }

    /// A link to a resource elsewhere.
    pub fn link(uri: impl Into<String>, name: impl Into<String>) -> Self {
        Self::ResourceLink(Link { uri: uri.into(), name: name.into(), description: None, mime_type: None })
    }

    /// A text resource with its content: `Content::resource("note://1", "text/markdown", text)`.
    pub fn resource(uri: impl Into<String>, mime_type: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Resource(Embedded { uri: uri.into(), mime_type: Some(mime_type.into()), text: text.into() })
    }
}

impl Output {
    /// One piece of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { content: vec![Content::text(text)], structured: None }
    }

    /// A value that serialises, as [`Json`] does it.
    pub fn json(value: &impl Serialize) -> Result<Self> {
        serde_json::to_value(value)?.into_output()
    }

    /// With one more piece at the end.
    pub fn with(mut self, content: Content) -> Self {
        self.content.push(content);
        self
    }
}

impl IntoOutput for Output {
    fn into_output(self) -> Result<Output> {
        Ok(self)
    }
}

impl IntoOutput for Value {
    fn into_output(self) -> Result<Output> {
        let text = self.to_string();
        let structured = self.is_object().then(|| text.clone());
        Ok(Output { content: vec![Content::Text(text)], structured })
    }
}

impl IntoOutput for Map<String, Value> {
    fn into_output(self) -> Result<Output> {
        Value::Object(self).into_output()
    }
}

impl<T: Serialize> IntoOutput for Json<T> {
    fn into_output(self) -> Result<Output> {
        Output::json(&self.0)
    }
}

impl IntoOutput for Content {
    fn into_output(self) -> Result<Output> {
        vec![self].into_output()
    }
}

impl IntoOutput for Vec<Content> {
    fn into_output(self) -> Result<Output> {
        Ok(Output { content: self, structured: None })
    }
}

impl IntoOutput for () {
    fn into_output(self) -> Result<Output> {
        Vec::new().into_output()
    }
}

/// For a body that only ever fails.
impl IntoOutput for std::convert::Infallible {
    fn into_output(self) -> Result<Output> {
        Err(Error::msg(self))
    }
}

macro_rules! as_text {
    ($($kind:ty),*) => {$(
        impl IntoOutput for $kind {
            fn into_output(self) -> Result<Output> {
                Ok(Output::text(self.to_string()))
            }
        }
    )*};
}
as_text!(String, &str, &String, bool, i32, i64, u32, u64, usize, f64);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(output: &Output) -> &str {
        match output.content.as_slice() {
            [Content::Text(text)] => text,
            other => panic!("one text expected, not {other:?}"),
        }
    }

    #[test]
    fn only_objects_are_structured() {
        let object = json!({"b": 1, "a": [2]}).into_output().unwrap();
        assert_eq!(object.structured.as_deref(), Some(r#"{"a":[2],"b":1}"#));
        assert_eq!(text(&object), r#"{"a":[2],"b":1}"#);

        let list = json!([1, 2]).into_output().unwrap();
        assert_eq!((list.structured.as_deref(), text(&list)), (None, "[1,2]"));
    }

    #[test]
    fn words_and_numbers_are_text() {
        assert_eq!(text(&"hi".into_output().unwrap()), "hi");
        assert_eq!(text(&2.5.into_output().unwrap()), "2.5");
        assert!(().into_output().unwrap().content.is_empty());
    }
}
