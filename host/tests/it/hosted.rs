//! A server that is live on a platform, built as a person would have it built; and messages to it.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION};
use serde_json::{Value, json};

use crate::platform::{Caller, Platform};

/// A live server.
#[derive(Clone, Debug)]
pub struct Hosted {
    pub id: String,
    /// Its MCP URL.
    pub url: String,
}

impl Hosted {
    /// The demo's two tools, `echo` and `now`.
    pub async fn demo(owner: &Caller, slug: &str) -> Self {
        Self::of(owner, slug, |_| {}).await
    }

    /// The demo's spec, changed, built and live.
    pub async fn of(owner: &Caller, slug: &str, change: impl FnOnce(&mut Value)) -> Self {
        Self::begun(owner, slug, change).await.live(owner).await
    }

    /// Waits until it is built.
    pub async fn live(self, owner: &Caller) -> Self {
        self.built(owner).await.unwrap_or_else(|server| panic!("not built: {server}"))
    }

    /// Waits until it is built, or until the server says why not.
    pub async fn built(self, owner: &Caller) -> Result<Self, String> {
        let path = format!("/v1/servers/{}", self.id);
        // Some attacks take the compilers' whole time, on a machine that may be busy.
        for _ in 0..3000 {
            let (_, server) = owner.get(&path).await;
            match server["status"].as_str() {
                Some("live") => return Ok(self),
                Some("building") => tokio::time::sleep(Duration::from_millis(100)).await,
                _ => return Err(format!("{server:#}")),
            }
        }
        panic!("{} is still being built", self.url);
    }

    /// The same, while it is being built.
    pub async fn begun(owner: &Caller, slug: &str, change: impl FnOnce(&mut Value)) -> Self {
        let (_, draft) = owner.post("/v1/servers/preview", json!({"prompt": "Two tools, echo and now"})).await;
        let mut spec = draft["spec"].clone();
        change(&mut spec);
        let new = json!({"name": slug, "slug": slug, "previewId": draft["previewId"], "specEdit": spec});
        Self::create(owner, new).await
    }

    /// What `POST /v1/servers` begins to build.
    pub async fn create(owner: &Caller, new: Value) -> Self {
        let (status, made) = owner.post("/v1/servers", new).await;
        assert_eq!(status, 201, "{made:#}");
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        Self { id: text("id"), url: text("mcpUrl") }
    }

    /// Begins the next version, and waits until it is built: its number, and the state that its build ended in.
    pub async fn iterate(&self, owner: &Caller, next: Value) -> (i64, String) {
        let (status, begun) = owner.post(&format!("/v1/servers/{}/iterate", self.id), next).await;
        assert_eq!(status, 202, "{begun:#}");
        for _ in 0..1200 {
            let (_, build) = owner.get(&format!("/v1/builds/{}", begun["buildId"].as_str().unwrap())).await;
            if build["finishedAt"].is_string() {
                return (begun["version"].as_i64().unwrap(), build["state"].as_str().unwrap().to_owned());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("version {} of {} is still being built", begun["version"], self.url);
    }

    /// Its path on the platform.
    pub fn path(&self) -> String {
        url::Url::parse(&self.url).unwrap().path().to_owned()
    }

    /// Sends a message of the protocol's legacy era.
    pub async fn send(&self, platform: &Platform, bearer: &str, message: Value) -> reqwest::Response {
        let request = platform.anyone().request(Method::POST, &self.path());
        let request = request.header(ACCEPT, "application/json, text/event-stream");
        let request = request.header(AUTHORIZATION, format!("Bearer {bearer}")).json(&message);
        request.send().await.unwrap()
    }

    /// Calls `echo`: the status, and what came back.
    pub async fn echo(&self, platform: &Platform, bearer: &str) -> (u16, Value) {
        let answer = self.send(platform, bearer, call("echo", &json!({"text": "hello"}))).await;
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

/// A call of a tool.
pub fn call(tool: &str, arguments: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})
}
