//! A sandbox of its own for each test.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use cloche_domain::plan::{CallLimits, Plan};
use cloche_domain::{OrgId, ServerId, Sha256};
use cloche_sandbox::{
    CallReport, Content, EgressSettings, Grant, Loaded, Output, Sandbox, Secrets, Settings, ToolCall,
};
use tempfile::TempDir;

pub struct Kit {
    pub sandbox: Sandbox,
    pub cache: TempDir,
}

pub fn settings(cache: &Path) -> Settings {
    Settings { cache_dir: cache.to_owned(), slots: 8, loaded: 100, compiler: None, egress: EgressSettings::default() }
}

impl Kit {
    pub fn new() -> Self {
        Self::with(|_| ())
    }

    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let cache = tempfile::tempdir().unwrap();
        let mut settings = settings(cache.path());
        change(&mut settings);
        Self { sandbox: Sandbox::new(settings).unwrap(), cache }
    }

    /// Private networks of this machine may be reached.
    pub fn local() -> Self {
        Self::with(|s| s.egress.allow_private = vec!["127.0.0.0/8".parse().unwrap()])
    }

    pub async fn load(&self, wasm: Vec<u8>) -> Arc<Loaded> {
        load(&self.sandbox, wasm).await.unwrap()
    }

    /// Calls a fresh component once.
    pub async fn run(&self, wasm: Vec<u8>, grant: Grant, arguments: &str) -> CallReport {
        let loaded = self.load(wasm).await;
        self.sandbox.call(&loaded, grant, call("tool", arguments)).await
    }

    /// Sends one request by a fresh component.
    pub async fn send(&self, wasm: Vec<u8>, grant: Grant, method: &str, url: &str) -> CallReport {
        let loaded = self.load(wasm).await;
        self.sandbox.call(&loaded, grant, call(method, url)).await
    }
}

pub async fn load(sandbox: &Sandbox, wasm: Vec<u8>) -> cloche_sandbox::Result<Arc<Loaded>> {
    sandbox.load(OrgId::new(), Sha256::of(&wasm), || async { Ok::<_, Infallible>(wasm) }).await
}

pub fn call(name: &str, arguments: &str) -> ToolCall {
    ToolCall { name: name.into(), arguments: arguments.into() }
}

pub fn limits() -> CallLimits {
    Plan::Hobby.limits().call
}

pub fn grant() -> Grant {
    grant_of(limits())
}

pub fn grant_of(limits: CallLimits) -> Grant {
    Grant {
        tenant: OrgId::new(),
        server: ServerId::new(),
        limits,
        hosts: Arc::new([]),
        secrets: Arc::new(Secrets::default()),
        kv: None,
        progress: None,
        witness: None,
    }
}

pub fn to_hosts(hosts: &[String]) -> Grant {
    Grant { hosts: hosts.iter().map(|h| h.parse().unwrap()).collect(), ..grant() }
}

/// The pieces of a result that is all text.
pub fn texts(output: &Output) -> Vec<&str> {
    let mut texts = Vec::new();
    for content in &output.content {
        match content {
            Content::Text { text } => texts.push(text.as_str()),
            other => panic!("text expected, not {other:?}"),
        }
    }
    texts
}

/// The only piece of a result, or the error's text.
pub fn said(report: &CallReport) -> String {
    match &report.outcome {
        Ok(output) => texts(output)[0].to_owned(),
        Err(error) => error.to_string(),
    }
}
