//! What is asked of a server: a tool, in which era's words, over how many connections.

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::load::Request;
use crate::tools::Tool;

const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";

/// How a client speaks.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Era {
    /// Legacy, after an `initialize`; in a session, where the server gives one.
    Session,
    /// Legacy, with nothing before.
    Stateless,
    Modern,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) tool: Tool,
    pub(crate) era: Era,
    pub(crate) connections: usize,
}

impl Era {
    pub(crate) const ALL: [Self; 3] = [Self::Session, Self::Stateless, Self::Modern];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Session => "legacy, initialized",
            Self::Stateless => "legacy, stateless",
            Self::Modern => "modern",
        }
    }
}

impl Cell {
    pub(crate) fn name(self) -> [String; 3] {
        [self.tool.name().to_owned(), self.era.name().to_owned(), self.connections.to_string()]
    }

    /// The call itself.
    pub(crate) fn request(self, url: &str, token: &str) -> Request {
        let mut params = json!({"name": self.tool.name(), "arguments": self.tool.arguments()});
        let mut headers = vec![
            ("authorization", format!("Bearer {token}")),
            ("accept", "application/json, text/event-stream".to_owned()),
            ("content-type", "application/json".to_owned()),
        ];
        if self.era == Era::Modern {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": MODERN,
                "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {},
            });
            headers.push(("mcp-protocol-version", MODERN.to_owned()));
            headers.push(("mcp-method", "tools/call".to_owned()));
            headers.push(("mcp-name", self.tool.name().to_owned()));
        } else {
            headers.push(("mcp-protocol-version", LEGACY.to_owned()));
        }
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).to_string();
        Request { url: url.to_owned(), headers, body, sessions: vec![], paths: vec![] }
    }
}

/// The message by which a legacy client begins, and the one that follows the answer.
pub(crate) fn initialize() -> [Value; 2] {
    let client = json!({"name": "bench", "version": "1"});
    let params = json!({"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": client});
    [
        json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
    ]
}
