//! Requests to the hosts that the server was granted.
//!
//! A secret is named, never known: write `{KEY}` into a header or query value, and the host puts the value in as the
//! request leaves, if the secret is bound to that host.
//!
//! ```
//! use cloche_sdk::prelude::*;
//!
//! fn page(id: &str) -> Result<Value> {
//!     http::get(format!("https://api.notion.com/v1/pages/{}", http::encode(id)))
//!         .header("Authorization", "Bearer {NOTION_TOKEN}")
//!         .header("Notion-Version", "2022-06-28")
//!         .send()?.ok()?.json()
//! }
//! ```

use std::fmt::Display;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::cloche::tool::http as raw;
use crate::{Error, Result};

/// RFC 3986 §2.3: what never needs escaping.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How much of an answer an error shows, in characters.
const EXCERPT: usize = 300;

/// A request to be sent.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request(raw::Request);

/// An answer, whole.
#[derive(Clone, Debug)]
pub struct Response {
    /// Like 200.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Decoded.
    pub body: Vec<u8>,
}

/// `GET url`.
pub fn get(url: impl Into<String>) -> Request {
    Request::new("GET", url)
}

/// `POST url`.
pub fn post(url: impl Into<String>) -> Request {
    Request::new("POST", url)
}

/// `PUT url`.
pub fn put(url: impl Into<String>) -> Request {
    Request::new("PUT", url)
}

/// `PATCH url`.
pub fn patch(url: impl Into<String>) -> Request {
    Request::new("PATCH", url)
}

/// `DELETE url`.
pub fn delete(url: impl Into<String>) -> Request {
    Request::new("DELETE", url)
}

/// Sends them side by side, ten at a time; the answers come in the same order.
pub fn send_all(requests: Vec<Request>) -> Vec<Result<Response>> {
    let raw: Vec<raw::Request> = requests.into_iter().map(|request| request.0).collect();
    let answers = raw::send_all(&raw);
    raw.iter().zip(answers).map(|(request, answer)| received(request, answer)).collect()
}

/// A text as one segment of a path, or as a query value: `/`, `?`, spaces and the like escaped.
///
/// ```
/// assert_eq!(cloche_sdk::http::encode("a/b ü"), "a%2Fb%20%C3%BC");
/// ```
pub fn encode(text: impl AsRef<str>) -> String {
    utf8_percent_encode(text.as_ref(), UNRESERVED).to_string()
}

impl Request {
    /// Any method, in capitals.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self(raw::Request { method: method.into(), url: url.into(), headers: Vec::new(), body: None, timeout_ms: None })
    }

    /// Adds a header: `.header("Authorization", "Bearer {GITHUB_TOKEN}")`. The host encodes user and password, as in
    /// `"Basic ada:{PASSWORD}"` or `"Basic {API_KEY}:"`.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.headers.push(raw::Header { name: name.into(), value: value.into() });
        self
    }

    /// Adds a query value, escaped: `.query("limit", 10)`. A value that is a secret's name alone, `{KEY}`, stays one.
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        let value = value.to_string();
        let value = if is_secret_name(&value) { value } else { encode(value) };
        let url = &mut self.0.url;
        let fragment = url.find('#').unwrap_or(url.len());
        url.truncate(fragment);
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&encode(name));
        url.push('=');
        url.push_str(&value);
        self
    }

    /// A JSON body, with its content type.
    pub fn json(self, value: &impl Serialize) -> Result<Self> {
        Ok(self.header("content-type", "application/json").body(serde_json::to_vec(value)?))
    }

    /// A form body, with its content type: `.form(&[("grant_type", "refresh_token")])`.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.header("content-type", "application/x-www-form-urlencoded").body(body)
    }

    /// A body as it is; name its type with `.header("content-type", …)`.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.0.body = Some(body.into());
        self
    }

    /// How long to wait for the whole answer: 30 s unless this says otherwise. The call's own time bounds it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.0.timeout_ms = Some(u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX));
        self
    }

    /// Sends it. An answer with an error status is an answer: see [`Response::ok`].
    pub fn send(self) -> Result<Response> {
        let answer = raw::send(&self.0);
        received(&self.0, answer)
    }
}

impl Response {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// This answer if its status is 2xx; otherwise an error with the status and the beginning of the body.
    pub fn ok(self) -> Result<Self> {
        if self.is_success() {
            return Ok(self);
        }
        let body = self.text();
        Err(Error::msg(format_args!("the server answered with status {}: {}", self.status, excerpt(&body))))
    }

    /// The body from JSON: `.json::<Value>()?`, or one of your own types that derive `Deserialize`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        crate::glue::from_json(&self.body).map_err(|e| {
            Error::msg(format_args!("the answer has another form than expected: {e}: {}", excerpt(&self.text())))
        })
    }

    /// The body as text; bytes that are no UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

fn received(request: &raw::Request, answer: Result<raw::Response, raw::Error>) -> Result<Response> {
    let answer = answer.map_err(|error| {
        use raw::Error::{Denied, Invalid, Timeout, TooLarge, Unreachable};
        let (Denied(why) | Invalid(why) | Timeout(why) | TooLarge(why) | Unreachable(why)) = error;
        // Without the query: it may hold what a log should not.
        let url = request.url.split(['?', '#']).next().unwrap_or_default();
        Error::msg(format_args!("{} {url}: {why}", request.method))
    })?;
    let headers = answer.headers.into_iter().map(|h| (h.name.to_ascii_lowercase(), h.value)).collect();
    Ok(Response { status: answer.status, headers, body: answer.body })
}

/// `{KEY}` with nothing around it.
fn is_secret_name(text: &str) -> bool {
    text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).is_some_and(|key| {
        key.starts_with(|c: char| c.is_ascii_uppercase())
            && key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    })
}

fn excerpt(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Response {
        Response { status, headers: vec![("etag".into(), "1".into())], body: body.into() }
    }

    #[test]
    fn query_values_are_escaped_and_come_before_the_fragment() {
        let request = get("https://a.example/?x=1#top").query("q", "a&b={c} ü").query("n", 2);
        assert_eq!(request.0.url, "https://a.example/?x=1&q=a%26b%3D%7Bc%7D%20%C3%BC&n=2");
    }

    #[test]
    fn only_a_whole_value_names_a_secret() {
        assert_eq!(get("https://a.example").query("key", "{API_KEY}").0.url, "https://a.example?key={API_KEY}");
        let url = get("https://a.example").query("q", "see {API_KEY}").0.url;
        assert_eq!(url, "https://a.example?q=see%20%7BAPI_KEY%7D");
    }

    #[test]
    fn bodies_say_what_they_are() {
        let request = post("https://a.example").json(&serde_json::json!({"a": 1})).unwrap();
        assert_eq!(request.0.body.as_deref(), Some(br#"{"a":1}"#.as_slice()));
        assert_eq!(request.0.headers[0].value, "application/json");
        let form = post("https://a.example").form(&[("a b", "c&d")]);
        assert_eq!(form.0.body.as_deref(), Some(b"a+b=c%26d".as_slice()));
    }

    #[test]
    fn an_error_status_shows_the_beginning_of_the_answer() {
        assert!(answer(204, "").ok().is_ok());
        let error = answer(404, &"x".repeat(400)).ok().unwrap_err().to_string();
        assert!(error.starts_with("the server answered with status 404: xxx") && error.ends_with("x…"), "{error}");
        let error = answer(200, "<html>").json::<serde_json::Value>().unwrap_err().to_string();
        assert!(error.ends_with(": <html>"), "{error}");
        assert_eq!(answer(200, "").header("ETag"), Some("1"));
    }
}
