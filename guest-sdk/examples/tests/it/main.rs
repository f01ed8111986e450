//! Every example, compiled by the real compiler and run in the real sandbox, against local servers that answer over TLS
//! in the upstream's documented form. The cases lie beside the examples, in `cases.json`.

#![expect(clippy::panic, clippy::unwrap_used, reason = "this is a test")]

mod case;
mod upstream;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use cloche_compiler::{Compiler as _, EventSink, Launcher, Limits, Local, Toolchain};
use cloche_domain::plan::Plan;
use cloche_domain::spec::ServerSpec;
use cloche_domain::{OrgId, ServerId};
use cloche_sandbox::{CallReport, EgressSettings, Grant, Loaded, Sandbox, Secret, Secrets, Settings, ToolCall};
use tempfile::TempDir;

use case::Case;
use upstream::Upstream;

macro_rules! examples {
    ($($test:ident = $name:literal),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $test() {
                check($name).await;
            }
        )*

        #[test]
        fn no_example_is_left_out() {
            assert_eq!(cloche_starter::names(), [$($name),*]);
        }
    };
}

examples! {
    csv_and_json = "csv-and-json",
    echo_and_now = "echo-and-now",
    feeds = "feeds",
    github_issues = "github-issues",
    notion = "notion",
    text_tools = "text-tools",
    units_and_currency = "units-and-currency",
    weather = "weather",
    web_pages = "web-pages",
}

async fn check(name: &str) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = std::fs::read(here.join(name).join("cases.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_slice(&cases).unwrap();
    let spec = cloche_starter::spec(name).unwrap();
    let untried: BTreeSet<_> = spec.tools.iter().map(|tool| tool.name.as_str()).collect();
    let tried = cases.iter().map(|case| case.tool.as_str()).collect();
    assert_eq!(untried, tried, "each tool has a case");

    let component = compile(&here.join("../../target/toolchain"), &spec).await;
    let upstream = Upstream::new(cases.iter().flat_map(Case::hosts).collect()).await;
    let house = House::new(&upstream);
    let loaded = house.load(component).await;
    for case in cases {
        upstream.await_requests(&case.upstream);
        let tool = spec.tools.iter().find(|tool| tool.name.as_str() == case.tool).unwrap();
        let report = house.call(&loaded, &spec, &case).await;
        case.check(tool, &report);
        upstream.check(&case.name);
    }
}

async fn compile(toolchain: &Path, spec: &ServerSpec) -> Vec<u8> {
    let toolchain = Toolchain::load(toolchain).unwrap();
    let launcher = Launcher { program: env!("CARGO_BIN_EXE_starter").into(), args: vec!["jail".into()] };
    let compiled = Local::new(toolchain, launcher, Limits::default()).compile(spec, EventSink::ignore()).await;
    let artifact = compiled.unwrap_or_else(|refusal| panic!("{}", serde_json::to_string_pretty(&refusal).unwrap()));
    let reaches = artifact.imports.iter().any(|import| import.starts_with("cloche:tool/http@"));
    assert_eq!(reaches, !spec.allowed_hosts.is_empty(), "asks for hosts if and only if it sends requests");
    artifact.component
}

/// A sandbox that finds every host at the local upstream.
struct House {
    sandbox: Sandbox,
    _cache: TempDir,
}

impl House {
    fn new(upstream: &Upstream) -> Self {
        let cache = tempfile::tempdir().unwrap();
        let egress = EgressSettings {
            allow_private: vec!["127.0.0.0/8".parse().unwrap()],
            ca_file: Some(upstream.certificate()),
            connect_to: upstream.hosts.iter().map(|host| (host.clone(), upstream.at)).collect(),
            ..EgressSettings::default()
        };
        let settings = Settings { cache_dir: cache.path().to_owned(), slots: 2, loaded: 2, egress };
        Self { sandbox: Sandbox::new(settings).unwrap(), _cache: cache }
    }

    async fn load(&self, component: Vec<u8>) -> Arc<Loaded> {
        let sha256 = cloche_domain::Sha256::of(&component);
        self.sandbox.load(sha256, || async { Ok::<_, Infallible>(component) }).await.unwrap()
    }

    async fn call(&self, loaded: &Arc<Loaded>, spec: &ServerSpec, case: &Case) -> CallReport {
        let secrets = spec.required_secrets.iter().map(|secret| {
            let hosts = secret.hosts.iter().map(|host| host.parse().unwrap()).collect();
            let value = Some(format!("value-of-{}", secret.key).into());
            (secret.key.clone(), Secret { value, hosts })
        });
        let grant = Grant {
            tenant: OrgId::new(),
            server: ServerId::new(),
            limits: Plan::Hobby.limits().call,
            hosts: spec.allowed_hosts.clone().into(),
            secrets: Arc::new(secrets.collect::<Secrets>()),
            kv: None,
            progress: None,
        };
        let call = ToolCall { name: case.tool.clone(), arguments: case.arguments.to_string() };
        self.sandbox.call(loaded, grant, call).await
    }
}
