//! A plain `tools/call`: of the form in which clients send nearly all of them, asking for nothing but the result.
//!
//! It goes straight to the gateway, where rmcp would read it several times and make it a service, a task and channels of
//! its own. What is recognised here is what rmcp would let pass and answer in the same words; all else is left to rmcp,
//! and so are all errors.

use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use rmcp::model::{CallToolResult, ClientCapabilities, ContentBlock, RequestId, ResultType};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::arguments;
use crate::gateway::{Tool, Tools};

const JSON: &str = "application/json";
const ACCEPTS: [&str; 2] = ["application/json, text/event-stream", "text/event-stream, application/json"];
const METHOD: &str = "tools/call";
const VERSION: &str = "mcp-protocol-version";
const METHOD_NAME: &str = "mcp-method";
const TOOL_NAME: &str = "mcp-name";
const LEGACY: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];
const MODERN: &str = "2026-07-28";

/// A plain call, read.
pub(super) struct Plain<'a> {
    pub(super) tool: &'a Tool,
    pub(super) arguments: Map<String, Value>,
    pub(super) reply: Reply,
}

/// How it is answered.
pub(super) struct Reply {
    id: RequestId,
    modern: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message<'a> {
    jsonrpc: &'a str,
    id: RequestId,
    method: &'a str,
    #[serde(borrow)]
    params: Params<'a>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Params<'a> {
    name: &'a str,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, rename = "_meta")]
    meta: Option<Meta<'a>>,
}

/// What a modern client says of itself. Who wants more, a report of progress for instance, says more.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Meta<'a> {
    #[serde(rename = "io.modelcontextprotocol/protocolVersion")]
    version: &'a str,
    #[serde(borrow, rename = "io.modelcontextprotocol/clientInfo")]
    client: Option<&'a RawValue>,
    #[serde(borrow, rename = "io.modelcontextprotocol/clientCapabilities")]
    capabilities: &'a RawValue,
}

/// Reads a request to a server with these tools; none where it is not a plain call of one of them.
pub(super) fn read<'a>(headers: &HeaderMap, body: &'a [u8], tools: &'a Tools) -> Option<Plain<'a>> {
    let (sent, accepted) = (headers.get(CONTENT_TYPE)?, headers.get(ACCEPT)?);
    if sent != JSON || ACCEPTS.iter().all(|accepts| accepted != accepts) {
        return None;
    }
    let Message { jsonrpc: "2.0", id, method: METHOD, params } = serde_json::from_slice(body).ok()? else {
        return None;
    };
    let tool = tools.get(params.name)?;
    let version = match said(headers, VERSION) {
        Said::Nothing => None,
        Said::Once(version) => Some(version),
        Said::Often => return None,
    };
    let modern = match &params.meta {
        None if version.is_none_or(|version| LEGACY.iter().any(|legacy| version == legacy)) => false,
        Some(meta) if !tool.in_headers && meta.agrees(headers, version, params.name) => true,
        _ => return None,
    };
    let arguments = params.arguments.map_or_else(|| Some(Map::new()), |text| arguments::read(text.get()))?;
    Some(Plain { tool, arguments, reply: Reply { id, modern } })
}

/// How often a header is there, and what it says.
enum Said<'a> {
    Nothing,
    Once(&'a HeaderValue),
    Often,
}

fn said<'a>(headers: &'a HeaderMap, name: &str) -> Said<'a> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Said::Nothing,
        (Some(value), None) => Said::Once(value),
        _ => Said::Often,
    }
}

impl Meta<'_> {
    /// Whether it is as it must be, and as the headers say.
    fn agrees(&self, headers: &HeaderMap, version: Option<&HeaderValue>, tool: &str) -> bool {
        let is = |name: &str, value: &str| matches!(said(headers, name), Said::Once(found) if found == value);
        let versions = self.version == MODERN && version.is_some_and(|version| version == MODERN);
        versions && is(METHOD_NAME, METHOD) && is(TOOL_NAME, tool) && self.is_well_formed()
    }

    fn is_well_formed(&self) -> bool {
        let once = |text: &RawValue| arguments::read(text.get()).is_some();
        let can =
            once(self.capabilities) && serde_json::from_str::<ClientCapabilities>(self.capabilities.get()).is_ok();
        can && self.client.is_none_or(once)
    }
}

/// A result as rmcp writes it, but for what it says of the server, which is text already.
#[derive(Serialize)]
struct Answer<'a> {
    jsonrpc: &'static str,
    id: &'a RequestId,
    result: Result<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Result<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    result_type: Option<&'a ResultType>,
    content: &'a [ContentBlock],
    #[serde(skip_serializing_if = "Option::is_none")]
    structured_content: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_error: Option<bool>,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<&'a RawValue>,
}

impl Reply {
    /// The answer, as rmcp would give it: `meta` is the result's.
    pub(super) fn with(self, result: &CallToolResult, meta: Option<&RawValue>) -> Response {
        let result = Result {
            // Legacy peers do not know it.
            result_type: result.result_type.as_ref().filter(|_| self.modern),
            content: &result.content,
            structured_content: result.structured_content.as_ref(),
            is_error: result.is_error,
            meta,
        };
        axum::Json(Answer { jsonrpc: "2.0", id: &self.id, result }).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;
    use serde_json::json;

    use super::*;

    const BARE: &str =
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"a"}}}"#;

    fn tools() -> Tools {
        let tool = |name: &str, schema: Value| json!({"name": name, "description": "d", "inputSchema": schema});
        let routed = json!({"type": "object", "properties": {"text": {"type": "string", "x-mcp-header": "Text"}}});
        let tools = [tool("echo", json!({"type": "object"})), tool("routed", routed)];
        let spec = json!({"name": "s", "description": "", "tools": tools, "requiredSecrets": [], "allowedHosts": []});
        Tools::of(&serde_json::from_value(spec).unwrap()).unwrap()
    }

    /// A client's usual headers, and these.
    fn headers(more: &[(&str, &str)]) -> HeaderMap {
        let usual = [("content-type", JSON), ("accept", ACCEPTS[0])];
        let pair = |(name, value): &(&str, &str)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        usual.iter().chain(more).map(pair).fold(HeaderMap::new(), |mut all, (name, value)| {
            all.append(name, value);
            all
        })
    }

    /// A modern client's call of a tool, with these beside what it must say of itself.
    fn modern(tool: &str, more: &Value) -> String {
        let mut meta = json!({"io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {}});
        meta.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let params = json!({"name": tool, "arguments": {"text": "a"}, "_meta": meta});
        json!({"jsonrpc": "2.0", "id": "x", "method": METHOD, "params": params}).to_string()
    }

    #[test]
    fn plain_calls_of_both_eras_are_read() {
        let tools = tools();
        for version in [&[][..], &[(VERSION, "2025-06-18")], &[(VERSION, "2025-11-25"), ("mcp-session-id", "old")]] {
            let plain = read(&headers(version), BARE.as_bytes(), &tools).unwrap();
            assert_eq!((plain.tool.name(), plain.arguments["text"].as_str()), ("echo", Some("a")));
            assert!(!plain.reply.modern);
        }
        let told = headers(&[(VERSION, MODERN), (METHOD_NAME, METHOD), (TOOL_NAME, "echo")]);
        assert!(read(&told, modern("echo", &json!({})).as_bytes(), &tools).unwrap().reply.modern);
        let without = BARE.replace(r#","arguments":{"text":"a"}"#, "");
        assert!(read(&headers(&[]), without.as_bytes(), &tools).unwrap().arguments.is_empty());
    }

    #[test]
    fn a_message_that_is_not_plain_is_left_to_rmcp() {
        let tools = tools();
        for body in [
            BARE.replace("2.0", "1.0"),
            BARE.replace("\"id\":1,", ""),
            BARE.replace("\"id\":1", "\"id\":null"),
            BARE.replace("\"id\":1", "\"id\":1,\"id\":2"),
            BARE.replace("\"id\":1", "\"id\":1,\"more\":2"),
            BARE.replace("tools/call", "tools/list"),
            BARE.replace("echo", "nothing"),
            BARE.replace("\"name\"", "\"n\\u0061me\":\"routed\",\"name\""),
            BARE.replace("{\"text\":\"a\"}", "{\"text\":\"a\",\"text\":\"b\"}"),
            BARE.replace("{\"text\":\"a\"}", "[]"),
            BARE.replace("{\"text\":\"a\"}}", "{\"text\":\"a\"},\"task\":{}}"),
            BARE.replace("{\"text\":\"a\"}}", "{\"text\":\"a\"},\"_meta\":{\"progressToken\":1}}"),
            format!("[{BARE}]"),
            format!("{BARE} {{}}"),
            modern("echo", &json!({})),
        ] {
            assert!(read(&headers(&[]), body.as_bytes(), &tools).is_none(), "{body}");
        }
    }

    #[test]
    fn a_modern_message_must_be_as_its_headers_say() {
        let tools = tools();
        let right = [(VERSION, MODERN), (METHOD_NAME, METHOD), (TOOL_NAME, "echo")];
        let body = modern("echo", &json!({}));
        for wrong in 0..right.len() {
            let mut missing = right.to_vec();
            let (name, _) = missing.remove(wrong);
            assert!(read(&headers(&missing), body.as_bytes(), &tools).is_none(), "{name} is missing");
            for value in ["other", "2025-11-25"] {
                let other = [missing.as_slice(), &[(name, value)]].concat();
                assert!(read(&headers(&other), body.as_bytes(), &tools).is_none(), "{name}: {value}");
                let twice = [right.as_slice(), &[(name, value)]].concat();
                assert!(read(&headers(&twice), body.as_bytes(), &tools).is_none(), "{name} twice");
            }
        }
        for more in [
            json!({"progressToken": 1}),
            json!({"io.modelcontextprotocol/logLevel": "debug"}),
            json!({"io.modelcontextprotocol/protocolVersion": "2025-11-25"}),
            json!({"io.modelcontextprotocol/clientCapabilities": []}),
            json!({"io.modelcontextprotocol/clientCapabilities": {"sampling": 1}}),
        ] {
            assert!(read(&headers(&right), modern("echo", &more).as_bytes(), &tools).is_none(), "{more}");
        }
        let routed = headers(&[(VERSION, MODERN), (METHOD_NAME, METHOD), (TOOL_NAME, "routed")]);
        assert!(
            read(&routed, modern("routed", &json!({})).as_bytes(), &tools).is_none(),
            "its argument is in a header"
        );
    }

    #[test]
    fn who_accepts_or_sends_otherwise_is_left_to_rmcp() {
        let tools = tools();
        for (name, value) in [
            ("accept", "application/json"),
            ("accept", "*/*"),
            ("accept", "application/json;q=0, text/event-stream"),
            ("content-type", "text/plain"),
            ("content-type", "application/json; charset=utf-8"),
            (VERSION, "2024-01-01"),
            (VERSION, MODERN),
        ] {
            let mut told = headers(&[]);
            told.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
            assert!(read(&told, BARE.as_bytes(), &tools).is_none(), "{name}: {value}");
        }
    }
}
