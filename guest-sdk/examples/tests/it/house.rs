//! A compiler and a sandbox, as the platform uses them.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::{Arc, Mutex};

use cloche_compiler::{Artifact, Compiler as _, EventSink, Launcher, Limits, Local, Refusal, Toolchain};
use cloche_domain::plan::Plan;
use cloche_domain::spec::ServerSpec;
use cloche_domain::{OrgId, ServerId, Sha256};
use cloche_sandbox::{
    CallReport, EgressSettings, Grant, Loaded, Progress, Sandbox, Secret, Secrets, Settings, ToolCall,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::upstream::Upstream;

/// Compiles with the toolchain that scripts/toolchain.sh made.
pub async fn compile(spec: &ServerSpec) -> Result<Artifact, Refusal> {
    let toolchain = Toolchain::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/toolchain")).unwrap();
    let launcher = Launcher { program: env!("CARGO_BIN_EXE_starter").into(), args: vec!["jail".into()] };
    Local::new(toolchain, launcher, Limits::default()).compile(spec, EventSink::ignore()).await
}

/// A sandbox that finds every host at the local upstream.
pub struct House {
    sandbox: Sandbox,
    /// What the calls reported.
    pub progress: Arc<Mutex<Vec<Progress>>>,
    kv: Arc<Kv>,
    _cache: TempDir,
}

impl House {
    pub fn new(upstream: Option<&Upstream>) -> Self {
        let cache = tempfile::tempdir().unwrap();
        let egress = EgressSettings {
            allow_private: vec!["127.0.0.0/8".parse().unwrap()],
            ca_file: upstream.map(Upstream::certificate),
            connect_to: upstream.into_iter().flat_map(|u| u.hosts.iter().map(|h| (h.clone(), u.at))).collect(),
            ..EgressSettings::default()
        };
        let settings = Settings { cache_dir: cache.path().to_owned(), slots: 2, loaded: 2, compiler: None, egress };
        let sandbox = Sandbox::new(settings).unwrap();
        Self { sandbox, progress: Arc::default(), kv: Arc::default(), _cache: cache }
    }

    pub async fn load(&self, component: Vec<u8>) -> Arc<Loaded> {
        self.sandbox
            .load(OrgId::new(), Sha256::of(&component), || async { Ok::<_, Infallible>(component) })
            .await
            .unwrap()
    }

    pub async fn call(&self, loaded: &Arc<Loaded>, spec: &ServerSpec, tool: &str, arguments: &Value) -> CallReport {
        let secrets = spec.required_secrets.iter().map(|secret| {
            let hosts = secret.hosts.iter().map(|host| host.parse().unwrap()).collect();
            let value = Some(format!("value-of-{}", secret.key).into());
            (secret.key.clone(), Secret { value, hosts })
        });
        let progress = self.progress.clone();
        let grant = Grant {
            tenant: OrgId::new(),
            server: ServerId::new(),
            limits: Plan::Hobby.limits().call,
            hosts: spec.allowed_hosts.clone().into(),
            secrets: Arc::new(secrets.collect::<Secrets>()),
            kv: Some(self.kv.clone()),
            progress: Some(Box::new(move |report| progress.lock().unwrap().push(report))),
            witness: None,
        };
        let call = ToolCall { name: tool.to_owned(), arguments: arguments.to_string() };
        self.sandbox.call(loaded, grant, call).await
    }
}

#[derive(Default)]
struct Kv(Mutex<BTreeMap<String, Vec<u8>>>);

#[async_trait::async_trait]
impl cloche_sandbox::Kv for Kv {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, cloche_sandbox::KvError> {
        Ok(self.0.lock().unwrap().get(key).cloned())
    }

    async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), cloche_sandbox::KvError> {
        self.0.lock().unwrap().insert(key.to_owned(), value);
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), cloche_sandbox::KvError> {
        self.0.lock().unwrap().remove(key);
        Ok(())
    }

    async fn list(&self, prefix: &str, limit: u32) -> Result<Vec<String>, cloche_sandbox::KvError> {
        let keys = self.0.lock().unwrap();
        Ok(keys.keys().filter(|key| key.starts_with(prefix)).take(limit as usize).cloned().collect())
    }
}
