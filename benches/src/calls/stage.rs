//! The platform and its peers, side by side.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::cell::{Cell, Era, initialize};
use crate::load::{self, Measured, Request};
use crate::login::{self, Login};
use crate::peer::{Issuer, Peer};
use crate::platform::Platform;
use crate::process::Process;
use crate::tools::{self, Tool};

const SESSION: &str = "mcp-session-id";

/// Who is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Cloche,
    Bare,
    Checked,
    Node,
}

impl Subject {
    pub(crate) const ALL: [Self; 4] = [Self::Cloche, Self::Bare, Self::Checked, Self::Node];
    pub(crate) const PEERS: [Self; 3] = [Self::Bare, Self::Checked, Self::Node];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Cloche => "Cloche",
            Self::Bare => "rmcp, no token check",
            Self::Checked => "rmcp, ES256 each request",
            Self::Node => "Node SDK, ES256 each request",
        }
    }
}

pub(crate) struct Stage {
    http: reqwest::Client,
    server: String,
    login: Login,
    token: String,
    rmcp: Peer,
    node: Peer,
    platform: Platform,
}

impl Stage {
    pub(crate) async fn set(binary: &Path, toolchain: &Path, node: &Path) -> anyhow::Result<Self> {
        let model = tools::drafted().await?;
        // All else is as it comes, the log too.
        let config = format!("[compiler]\ntoolchain = \"{}\"\n{model}", toolchain.canonicalize()?.display());
        let platform = Platform::start(binary, &config)?;
        let tenant = platform.tenant("bench")?;
        let preview = tenant.post("/v1/servers/preview", &json!({"prompt": "tools to measure"})).await?;
        let new = json!({"name": "Bench", "slug": "bench", "previewId": preview["previewId"]});
        let server = tenant.create(new).await?.url;
        let mut login = Login::new(&platform, "bench@example.com", &server).await?;
        let keys = login::keys(&platform).await?;
        let issuer = Issuer { url: platform.url(), audience: &server, keys: &keys };
        Ok(Self {
            http: reqwest::Client::new(),
            token: login.token().await?,
            rmcp: Peer::rmcp(&issuer)?,
            node: Peer::node(node, &issuer)?,
            server,
            login,
            platform,
        })
    }

    /// A new token: to be called more often than once in a token's life.
    pub(crate) async fn begin_round(&mut self) -> anyhow::Result<()> {
        self.token = self.login.token().await?;
        Ok(())
    }

    fn url(&self, subject: Subject, era: Era) -> String {
        let session = era == Era::Session;
        let (peer, path) = match subject {
            Subject::Cloche => return self.server.clone(),
            Subject::Bare => (&self.rmcp, if session { "/bare-session" } else { "/bare" }),
            Subject::Checked => (&self.rmcp, if session { "/checked-session" } else { "/checked" }),
            // It speaks the legacy era alone.
            Subject::Node => (&self.node, if session { "/session" } else { "/stateless" }),
        };
        format!("{}{path}", peer.url())
    }

    fn process(&self, subject: Subject) -> Process {
        match subject {
            Subject::Cloche => self.platform.process(),
            Subject::Bare | Subject::Checked => self.rmcp.process(),
            Subject::Node => self.node.process(),
        }
    }

    /// Loads one server for so long.
    pub(crate) async fn measure(&self, subject: Subject, cell: Cell, time: Duration) -> anyhow::Result<Measured> {
        let spoken = if subject == Subject::Node && cell.era == Era::Modern { Era::Stateless } else { cell.era };
        let mut request = Cell { era: spoken, ..cell }.request(&self.url(subject, spoken), &self.token);
        if spoken == Era::Session {
            request.sessions = self.sessions(&request, cell.connections).await?;
        }
        let wanted = self.ask(&request).await?;
        ensure!(wanted["result"]["isError"] != json!(true), "{}: {wanted}", subject.name());
        check(subject, cell.tool, &wanted["result"])?;
        let measured = load::measure(self.process(subject), &request, cell.connections, time).await;
        let measured = measured.context(subject.name())?;
        let after = self.ask(&request).await?;
        ensure!(after["result"] == wanted["result"], "{}: not {wanted} but {after}", subject.name());
        Ok(measured)
    }

    /// As many sessions as there will be connections; none, where the server gives none.
    async fn sessions(&self, request: &Request, count: usize) -> anyhow::Result<Vec<String>> {
        let mut sessions = vec![];
        for _ in 0..count {
            let [hello, ready] = initialize();
            let answer = self.post(request, hello.to_string(), None).await?.error_for_status()?;
            let Some(session) = answer.headers().get(SESSION).cloned() else { return Ok(sessions) };
            let session = session.to_str()?.to_owned();
            answer.bytes().await?;
            self.post(request, ready.to_string(), Some(&session)).await?.error_for_status()?;
            sessions.push(session);
        }
        Ok(sessions)
    }

    async fn ask(&self, request: &Request) -> anyhow::Result<Value> {
        let session = request.sessions.first().map(String::as_str);
        let answer = self.post(request, request.body.clone(), session).await?.error_for_status()?.text().await?;
        // Where it is a stream, the first event with data is the answer.
        let text = answer.lines().find_map(|line| line.strip_prefix("data: ").filter(|data| data.starts_with('{')));
        Ok(serde_json::from_str(text.unwrap_or(&answer))?)
    }

    async fn post(&self, request: &Request, body: String, session: Option<&str>) -> anyhow::Result<reqwest::Response> {
        let mut post = self.http.post(&request.url).body(body);
        for (name, value) in &request.headers {
            post = post.header(*name, value);
        }
        if let Some(session) = session {
            post = post.header(SESSION, session);
        }
        Ok(post.send().await?)
    }
}

/// Whether it is the tool's answer.
fn check(subject: Subject, tool: Tool, result: &Value) -> anyhow::Result<()> {
    let text = result["content"][0]["text"].as_str().unwrap_or_default();
    let as_asked = match tool {
        Tool::Echo => text == "hello, world",
        Tool::Transform => result["structuredContent"]["customers"].as_array().is_some_and(|all| all.len() == 5),
        Tool::Arithmetic(_) | Tool::Branchy(_) => text.parse::<u32>().is_ok(),
    };
    ensure!(as_asked, "{}: {result}", subject.name());
    Ok(())
}
