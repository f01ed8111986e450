//! A document, and what its references name.

use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use crate::error::OPERATIONS;
use crate::operation::{self, Operation};
use crate::read;
use crate::text::cut;
use crate::{Error, Result};

/// References that lead on to references.
const HOPS: usize = 32;

/// Why a part of a document is of no use, as the rest of a sentence: `refers to …`.
pub(crate) type Why = String;

/// An OpenAPI 3 document.
#[derive(Clone, Debug)]
pub struct Document {
    root: Value,
    /// Where all its operations go, whatever it says.
    server: Option<Url>,
    /// Where it was found, which its relative addresses are relative to.
    source: Option<Url>,
}

impl Document {
    /// Reads a document in JSON or YAML.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let root = read::value(bytes)?;
        if let Some(swagger) = root.get("swagger") {
            return Err(Error::Swagger(version(swagger)));
        }
        let Some(openapi) = root.get("openapi") else { return Err(Error::NotOpenApi) };
        let openapi = version(openapi);
        if !["3.0", "3.1"].iter().any(|known| openapi == *known || openapi.starts_with(&format!("{known}."))) {
            return Err(Error::Version(openapi));
        }
        if !root.get("info").is_some_and(Value::is_object) || !root.get("paths").is_some_and(Value::is_object) {
            return Err(Error::NotOpenApi);
        }
        let document = Self { root, server: None, source: None };
        match operation::all(&document).count() {
            0 => Err(Error::Empty),
            many if many > OPERATIONS => Err(Error::TooMany(many)),
            _ => Ok(document),
        }
    }

    /// With a server that all operations go to, in place of the document's own.
    pub fn with_server(self, server: &str) -> Result<Self> {
        let url = Url::parse(server).ok().filter(operation::is_base);
        let url = url.ok_or_else(|| Error::Server(cut(server, 200)))?;
        Ok(Self { server: Some(url), ..self })
    }

    /// With the address that it was found at.
    pub fn found_at(self, source: Url) -> Self {
        Self { source: Some(source), ..self }
    }

    pub(crate) fn root(&self) -> &Value {
        &self.root
    }

    pub(crate) fn server(&self) -> Option<&Url> {
        self.server.as_ref()
    }

    pub(crate) fn source(&self) -> Option<&Url> {
        self.source.as_ref()
    }

    /// The API's name.
    pub(crate) fn title(&self) -> &str {
        self.root["info"]["title"].as_str().unwrap_or_default()
    }

    /// A part of the document, or what it refers to.
    pub(crate) fn resolve<'d>(&'d self, part: &'d Value) -> Result<&'d Value, Why> {
        let mut part = part;
        for _ in 0..HOPS {
            match part.get("$ref") {
                Some(Value::String(to)) => part = self.target(to)?,
                _ => return Ok(part),
            }
        }
        Err("refers to a reference to a reference, without an end".to_owned())
    }

    /// What a reference within this document names.
    pub(crate) fn target(&self, to: &str) -> Result<&Value, Why> {
        let Some(pointer) = to.strip_prefix('#') else {
            return Err(format!(
                "refers to another document, {}: give one document with everything in it",
                cut(to, 100)
            ));
        };
        let decoded = percent_decode_str(pointer).decode_utf8().unwrap_or_default();
        // Some write the braces of a path escaped, as a URL wants it; some don't.
        let found = self.root.pointer(&decoded).or_else(|| self.root.pointer(pointer));
        found.ok_or_else(|| format!("refers to {}, which is not in the document", cut(to, 100)))
    }

    /// The operation of an id, like `GET /users`.
    pub(crate) fn operation(&self, id: &str) -> Option<Operation<'_>> {
        operation::all(self).find(|operation| operation.id() == id)
    }
}

fn version(said: &Value) -> String {
    cut(&said.as_str().map_or_else(|| said.to_string(), str::to_owned), 20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(document: &Value) -> Result<Document> {
        Document::read(document.to_string().as_bytes())
    }

    #[test]
    fn what_is_no_openapi_3_is_refused_with_what_to_do() {
        let paths = json!({"/a": {"get": {}}});
        for (document, part) in [
            (json!({"swagger": "2.0", "paths": paths}), "Swagger 2.0 document"),
            (json!({"openapi": "2.9.9", "info": {}, "paths": paths}), "OpenAPI 2.9.9"),
            (json!({"openapi": 3.2, "info": {}, "paths": paths}), "OpenAPI 3.2"),
            (json!({"openapi": "3.10.0", "info": {}, "paths": paths}), "OpenAPI 3.10.0"),
            (json!({"openapi": "3.0.0", "paths": paths}), "no OpenAPI document"),
            (json!({"openapi": "3.0.0", "info": {}, "paths": []}), "no OpenAPI document"),
            (json!({"openapi": "3.0.0", "info": {}, "paths": {"/a": {"summary": ""}}}), "no operation"),
            (json!({"info": {}}), "no OpenAPI document"),
        ] {
            let said = read(&document).unwrap_err().to_string();
            assert!(said.contains(part), "{document}: {said}");
        }
        assert!(read(&json!({"openapi": 3.1, "info": {}, "paths": paths})).is_ok());
        let many: serde_json::Map<_, _> = (0..5_001).map(|i| (format!("/{i}"), json!({"get": {}}))).collect();
        assert_eq!(read(&json!({"openapi": "3.0.0", "info": {}, "paths": many})).unwrap_err(), Error::TooMany(5_001));
    }

    #[test]
    fn references_lead_to_parts_and_come_to_an_end() {
        let document = read(&json!({"openapi": "3.0.0", "info": {}, "paths": {"/a/{b}": {"get": {"x": 1}}},
            "a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}, "c": {"$ref": "#/paths/~1a~1%7Bb%7D/get/x"}}))
        .unwrap();
        assert_eq!(document.resolve(&document.root["c"]).unwrap(), &json!(1));
        assert!(document.resolve(&document.root["a"]).unwrap_err().contains("without an end"));
        for to in ["https://evil.example/x.json#/a", "other.yaml", "#/none", "#a"] {
            assert!(document.resolve(&json!({"$ref": to})).is_err(), "{to}");
        }
    }

    #[test]
    fn a_server_is_a_whole_address() {
        let document = read(&json!({"openapi": "3.0.0", "info": {}, "paths": {"/a": {"get": {}}}})).unwrap();
        for bad in ["", "api.example.com", "/v1", "ftp://a.b", "https://u:p@a.b", "https://a.b?x=1", "https://a.b#x"] {
            assert!(document.clone().with_server(bad).is_err(), "{bad}");
        }
        assert!(document.with_server("http://10.0.0.5:8080/v1/").is_ok());
    }
}
