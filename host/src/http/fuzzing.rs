//! What holds of each answer to an MCP client, whatever it sends: `make fuzz` looks for what breaks it, and the tests try
//! the inputs that are kept. The platform is a whole one, but for its socket.
#![expect(clippy::unwrap_used, reason = "what does not hold panics")]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{HeaderName, HeaderValue, Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloche_domain::Origin;
use cloche_domain::server::Scope;
use cloche_sandbox::{EgressSettings, Sandbox, Settings};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::api_keys::{self, NewKey};
use crate::config::{Config, Flags};
use crate::http::auth::Member;
use crate::http::router::Service;
use crate::worker::Workers;
use crate::{accounts, boot};

#[cfg(test)]
#[path = "../../../fuzz/kept.rs"]
mod kept;

/// Gives back its arguments.
const ECHO: &[u8] = include_bytes!("../../../fuzz/corpus/manifest/echo");
const TOOL: &str = "echo";
/// What the platform is called.
const PLACE: &str = "127.0.0.1:8787";
/// Who asks.
const PEER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 50_000);

/// One for all messages: starting takes longer than any of them.
static PLATFORM: OnceLock<Platform> = OnceLock::new();

struct Platform {
    runtime: Runtime,
    service: Service,
    key: String,
    /// The server's URL.
    url: String,
    data: PathBuf,
    _workers: Workers,
}

/// Headers, a line each; an empty line; a body.
pub fn message(data: &[u8]) {
    let platform = PLATFORM.get_or_init(Platform::start);
    let (head, body) = match data.windows(2).position(|two| two == b"\n\n") {
        Some(at) => (&data[..at], &data[at + 2..]),
        None => (&[][..], data.strip_prefix(b"\n").unwrap_or(data)),
    };
    let mut request = platform.request("POST", &platform.url, body.to_vec());
    for line in head.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(&line[..colon]), HeaderValue::from_bytes(line[colon + 1..].trim_ascii()))
        else {
            continue;
        };
        if name != AUTHORIZATION {
            request.headers_mut().insert(name, value);
        }
    }
    let (status, answer) = platform.ask(request);
    let seen = String::from_utf8_lossy(&answer);
    assert!(!status.is_server_error(), "{status}: {seen}");
    let inside = [platform.data.to_str().unwrap(), "panicked", env!("CARGO_MANIFEST_DIR"), ".cargo/"];
    let given = String::from_utf8_lossy(data);
    let told = inside.iter().find(|part| seen.contains(**part) && !given.contains(**part));
    assert!(told.is_none(), "the answer tells of the inside: {told:?} in {seen}");
    if status == StatusCode::OK {
        answers(body, &answer);
    }
}

/// An answer is to what was asked, as the plainest reader of JSON reads it.
fn answers(body: &[u8], answer: &[u8]) {
    let asked: Value = serde_json::from_slice(body).unwrap();
    let answer = match answer.strip_prefix(b"data: ") {
        Some(events) => events.split(|byte| *byte == b'\n').next().unwrap_or_default(),
        None => answer,
    };
    let Ok(answer) = serde_json::from_slice::<Value>(answer) else { return };
    assert_eq!(answer["jsonrpc"], "2.0", "{answer}");
    assert_eq!(answer["id"], asked["id"], "another request is answered: {answer}");
    assert!(answer["result"].is_null() != answer["error"].is_null(), "{answer}");
    let called = &answer["result"]["content"];
    if called.is_array() {
        assert_eq!((&asked["method"], &asked["params"]["name"]), (&json!("tools/call"), &json!(TOOL)));
        if answer["result"]["isError"] != true {
            let given = asked["params"]["arguments"].as_object().cloned().unwrap_or_default();
            assert_eq!(called[0]["text"], Value::Object(given).to_string(), "other arguments arrived");
        }
    }
}

impl Platform {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let data = std::env::temp_dir().join(format!("cloche-fuzz-{}", std::process::id()));
        let (service, key, workers) = runtime.block_on(wired(data.clone()));
        let mut platform = Self { runtime, service, key, url: String::new(), data, _workers: workers };
        platform.url = platform.server();
        platform
    }

    /// A live server's URL.
    fn server(&self) -> String {
        let tool = json!({"name": TOOL, "description": "Gives it back", "inputSchema": {"type": "object"}});
        let spec = json!({"name": "Echo", "tools": [tool], "allowedHosts": ["a.example"]});
        let new = json!({"name": "Echo", "slug": "echo", "component": STANDARD.encode(ECHO), "spec": spec});
        let json = |(status, body): (StatusCode, Bytes)| {
            assert!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
            serde_json::from_slice::<Value>(&body).unwrap()
        };
        let made = json(self.ask(self.request("POST", "/v1/servers", new.to_string().into())));
        let path = format!("/v1/servers/{}", made["id"].as_str().unwrap());
        for _ in 0..600 {
            let server = json(self.ask(self.request("GET", &path, Vec::new())));
            if server["status"] == "live" {
                return made["mcpUrl"].as_str().unwrap().to_owned();
            }
            assert_eq!(server["status"], "building", "{server:#}");
            std::thread::sleep(Duration::from_millis(50));
        }
        unreachable!("the server is still being built")
    }

    fn request(&self, method: &str, uri: &str, body: Vec<u8>) -> Request<Body> {
        let request = Request::builder().method(method).uri(uri).header(HOST, PLACE);
        let request =
            request.header(AUTHORIZATION, format!("Bearer {}", self.key)).header(CONTENT_TYPE, "application/json");
        request.header(ACCEPT, "application/json, text/event-stream").body(body.into()).unwrap()
    }

    fn ask(&self, request: Request<Body>) -> (StatusCode, Bytes) {
        self.runtime.block_on(async {
            let (head, body) = self.service.answer(request, PEER).await.into_parts();
            (head.status, to_bytes(body, usize::MAX).await.unwrap())
        })
    }
}

/// A platform without a socket, and a key to it. It compiles components itself: this program knows no such command.
async fn wired(data: PathBuf) -> (Service, String, Workers) {
    let mut config = Config::load(&Flags { data: Some(data.clone()), ..Flags::default() }).unwrap();
    config.http.listen = PLACE.parse().unwrap();
    let mut app = Arc::into_inner(boot::app(config).await.unwrap()).unwrap();
    let settings = Settings {
        cache_dir: data.join("cache/compiled"),
        slots: 8,
        loaded: 8,
        compiler: None,
        egress: EgressSettings::default(),
    };
    app.sandbox = Sandbox::new(settings).unwrap();
    let app = Arc::new(app);
    let member = accounts::find_or_make(&app, &"ada@example.com".parse().unwrap()).await.unwrap();
    let new = NewKey { name: "fuzz".to_owned(), scopes: vec![Scope::Api, Scope::Mcp], expires_in_days: None };
    let member = Member::new(member, Origin::COMMAND_LINE);
    let (key, _) = api_keys::create(&app, &member, new).await.unwrap();
    let workers = Workers::start(&app, 1);
    (Service::new(app), key.expose_secret().to_owned(), workers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_messages_hold() {
        kept::each("message", message);
        let data = &PLATFORM.get().unwrap().data;
        std::fs::remove_dir_all(data).unwrap();
    }
}
