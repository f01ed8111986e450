//! One who has servers on the platform, and calls them over connections that are kept.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

#[derive(Clone)]
pub(crate) struct Tenant {
    url: String,
    http: reqwest::Client,
}

/// A live server.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) id: String,
    /// Its MCP URL.
    pub(crate) url: String,
}

impl Server {
    /// The copy of it that has this number.
    pub(crate) fn copy(&self, number: usize) -> Self {
        Self { id: self.id.clone(), url: format!("{}-{number:06}", self.url) }
    }

    /// Its place on the platform.
    pub(crate) fn path(&self) -> String {
        self.url.find("/mcp/").map_or(String::new(), |at| self.url[at..].to_owned())
    }
}

impl Tenant {
    pub(crate) fn new(url: &str, key: &str) -> anyhow::Result<Self> {
        let headers = [
            ("authorization".parse()?, format!("Bearer {key}").parse()?),
            ("accept".parse()?, "application/json, text/event-stream".parse()?),
        ];
        let http = reqwest::Client::builder().default_headers(headers.into_iter().collect());
        Ok(Self { url: url.to_owned(), http: http.build()? })
    }

    /// Posts JSON and gives the answer, which must be a success.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let response = self.http.post(format!("{}{path}", self.url)).json(body).send().await?;
        let status = response.status();
        let answer: Value = response.json().await?;
        if !status.is_success() {
            bail!("POST {path}: {status} {answer}");
        }
        Ok(answer)
    }

    /// The answer to a question, which must be a success.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        Ok(self.http.get(format!("{}{path}", self.url)).send().await?.error_for_status()?.json().await?)
    }

    /// Whatever is answered: whether it was a success.
    pub(crate) async fn ask(&self, path: &str) -> anyhow::Result<bool> {
        let response = self.http.get(format!("{}{path}", self.url)).send().await?;
        let good = response.status().is_success();
        response.bytes().await?;
        Ok(good)
    }

    /// Waits until a build is over; an error if it failed.
    pub(crate) async fn live(&self, build: &str) -> anyhow::Result<()> {
        loop {
            let url = format!("{}/v1/builds/{build}", self.url);
            let answer: Value = self.http.get(url).send().await?.error_for_status()?.json().await?;
            match answer["state"].as_str() {
                Some("live") => return Ok(()),
                Some("failed") => bail!("build {build} failed: {answer}"),
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }

    /// A live server of these tools, as many as the demo's draft has: name and Rust body, which has `args.n` and `args.text`.
    pub(crate) async fn server(&self, slug: &str, tools: [(&str, &str); 2], hosts: &[&str]) -> anyhow::Result<Server> {
        let preview = self.post("/v1/servers/preview", &json!({"prompt": "tools to measure"})).await?;
        let mut spec = spec(tools.iter().map(|(name, _)| *name), hosts);
        for (tool, (_, body)) in spec["tools"].as_array_mut().into_iter().flatten().zip(tools) {
            tool["implementation"] = json!(body);
        }
        self.create(json!({"name": slug, "slug": slug, "previewId": preview["previewId"], "specEdit": spec})).await
    }

    /// A live server of a component that was built elsewhere.
    pub(crate) async fn upload(&self, slug: &str, tool: &str, component: &[u8]) -> anyhow::Result<Server> {
        // Its runtime imports HTTP, whether the tool uses it or not.
        let spec = spec([tool].into_iter(), &["api.example.com"]);
        self.create(json!({"name": slug, "slug": slug, "component": STANDARD.encode(component), "spec": spec})).await
    }

    /// What `POST /v1/servers` makes of this, once it is live.
    pub(crate) async fn create(&self, new: Value) -> anyhow::Result<Server> {
        let created = self.post("/v1/servers", &new).await?;
        self.live(created["buildId"].as_str().unwrap_or_default()).await?;
        let text = |name: &str| created[name].as_str().map(str::to_owned).with_context(|| format!("no {name}"));
        Ok(Server { id: text("id")?, url: text("mcpUrl")? })
    }

    /// Calls a tool, and says how long that took and what came of it.
    pub(crate) async fn call(
        &self,
        server: &Server,
        tool: &str,
        arguments: &Value,
    ) -> anyhow::Result<(Duration, Value)> {
        let params = json!({"name": tool, "arguments": arguments});
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let begun = Instant::now();
        let answer = self.http.post(&server.url).json(&message).send().await?.bytes().await?;
        let elapsed = begun.elapsed();
        Ok((elapsed, serde_json::from_slice(&answer)?))
    }
}

fn spec<'a>(tools: impl Iterator<Item = &'a str>, hosts: &[&str]) -> Value {
    let schema = json!({"type": "object", "properties":
        {"n": {"type": "integer"}, "text": {"type": "string"}, "name": {"type": "string"}}});
    let tool = |name| json!({"name": name, "description": "To be measured", "inputSchema": schema});
    let tools: Vec<_> = tools.map(tool).collect();
    json!({"name": "Bench", "description": "", "tools": tools, "allowedHosts": hosts, "requiredSecrets": []})
}
