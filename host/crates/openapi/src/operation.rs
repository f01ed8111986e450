//! The operations of a document, where each goes, and how its path is made.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value};
use url::Url;

use crate::document::{Document, Why};

/// Members of a path item that are operations. What a server may not send comes with a reason.
const METHODS: [(&str, &str); 8] = [
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("head", "HEAD"),
    ("patch", "PATCH"),
    ("trace", "TRACE"),
];

/// Bytes of a path.
const PATH: usize = 1_000;
/// What cannot stand in a path as it is (RFC 3986 §3.3).
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// One operation, as the document has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation<'d> {
    pub(crate) method: &'static str,
    pub(crate) path: &'d str,
    /// What all operations of the path share.
    pub(crate) item: &'d Value,
    pub(crate) said: &'d Map<String, Value>,
}

/// A piece of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text, escaped.
    Text(String),
    /// A parameter's name.
    Parameter(String),
}

/// All operations of a document, in its order.
pub(crate) fn all(document: &Document) -> impl Iterator<Item = Operation<'_>> {
    let paths = document.root()["paths"].as_object().into_iter().flatten();
    paths.filter(|(path, _)| !path.starts_with("x-")).flat_map(move |(path, item)| {
        let item = document.resolve(item).unwrap_or(item);
        METHODS.iter().filter_map(move |(member, method)| {
            Some(Operation { method, path, item, said: item.get(member)?.as_object()? })
        })
    })
}

/// Whether an address can be what paths are appended to.
pub(crate) fn is_base(url: &Url) -> bool {
    let plain = url.username().is_empty() && url.password().is_none();
    let is_web = matches!(url.scheme(), "https" | "http") && url.has_host();
    is_web && plain && url.query().is_none() && url.fragment().is_none()
}

impl Operation<'_> {
    /// Method and path: what names it within its document.
    pub(crate) fn id(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// A text of the operation itself.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.said.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The address that its path is appended to, without a slash at the end.
    pub(crate) fn base(&self, document: &Document) -> Result<String, Why> {
        let own = |list: Option<&Value>| list.and_then(|list| list.as_array()?.first().cloned());
        let said = own(self.said.get("servers"))
            .or_else(|| own(self.item.get("servers")))
            .or_else(|| own(document.root().get("servers")));
        let url = match (document.server(), said) {
            (Some(given), _) => given.clone(),
            (None, said) => address(document, &said.unwrap_or_default())?,
        };
        Ok(url.as_str().trim_end_matches('/').to_owned())
    }

    /// The path, in pieces.
    pub(crate) fn pieces(&self) -> Result<Vec<Piece>, Why> {
        if !self.path.starts_with('/') || self.path.len() > PATH {
            return Err(format!("has a path that does not begin with a slash, or is longer than {PATH} bytes"));
        }
        if self.path.contains(['?', '#']) {
            return Err("has a query or a fragment in its path".to_owned());
        }
        let mut pieces = Vec::new();
        let mut rest = self.path;
        while let Some((text, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            pieces.push(Piece::Text(escaped(text)?));
            pieces.push(Piece::Parameter(name.to_owned()));
            rest = after;
        }
        pieces.push(Piece::Text(escaped(rest)?));
        pieces.retain(|piece| *piece != Piece::Text(String::new()));
        Ok(pieces)
    }
}

/// A text of a path as it is sent. It can lead nowhere but where it stands.
fn escaped(text: &str) -> Result<String, Why> {
    let text = utf8_percent_encode(text, ESCAPED).to_string();
    let lower = text.to_ascii_lowercase();
    let is_dots = |segment: &str| matches!(segment.split(';').next(), Some("." | ".."));
    if ["%2e", "%2f", "%5c", "%25", "%00", "%0", "%1"].iter().any(|code| lower.contains(code))
        || lower.split('/').any(is_dots)
    {
        return Err("has dots, encoded slashes or control characters in its path".to_owned());
    }
    Ok(text)
}

/// Where a server of a document is, its variables being what the document says they are by default.
pub(crate) fn address(document: &Document, server: &Value) -> Result<Url, Why> {
    const ADVICE: &str = "give the API's address as `server`";
    let mut text = server["url"].as_str().unwrap_or("/").to_owned();
    for (name, variable) in server["variables"].as_object().into_iter().flatten().take(50) {
        let first = variable["enum"].get(0);
        let value = variable.get("default").or(first).and_then(Value::as_str).unwrap_or_default();
        text = text.replace(&format!("{{{name}}}"), value);
        if text.len() > PATH {
            return Err(format!("has a server whose address is too long: {ADVICE}"));
        }
    }
    if text.contains(['{', '}']) {
        return Err(format!("has a server whose address leaves something open: {ADVICE}"));
    }
    let url = match document.source() {
        Some(source) => source.join(&text),
        None => Url::parse(&text),
    };
    let url = url.ok().filter(is_base);
    url.ok_or_else(|| format!("has no server with a whole address, like https://api.example.com: {ADVICE}"))
}
