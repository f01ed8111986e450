//! The parts of a call by themselves, in this process, by criterion: on the data of a platform that was set up by its own
//! binary.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use cloche::app::App;
use cloche::config::{Config, Flags};
use cloche::gateway::{self, Schema};
use cloche::mount::Mount;
use cloche::oauth::access;
use cloche_domain::plan::Plan;
use cloche_sandbox::{Grant, Loaded, Secrets, ToolCall, may_reach};
use criterion::Criterion;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::runtime::Handle;

use crate::login::Login;
use crate::platform::Platform;
use crate::report::Section;

const ECHO: &str = "Ok(args.text.unwrap_or_default())";
const HELLO: &str = r#"{"text":"hello, world"}"#;

#[derive(Args)]
pub(crate) struct Micro {
    /// How long each part is measured.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

/// A platform in this process, and one who may call a server of it.
struct Stage {
    app: Arc<App>,
    mount: Mount,
    token: SecretString,
}

pub(crate) async fn run(micro: &Micro, binary: &Path, toolchain: &Path) -> anyhow::Result<Section> {
    let config = format!("[compiler]\ntoolchain = \"{}\"\n", toolchain.canonicalize()?.display());
    let mut platform = Platform::start(binary, &config)?;
    let server = platform.tenant("micro")?.server("echo", [("echo", ECHO), ("again", ECHO)], &[]).await?;
    let token = Login::new(&platform, "micro@example.com", &server.url).await?.token().await?;
    let public_url = platform.url().parse()?;
    platform.stop()?;
    let flags = Flags {
        data: Some(platform.data()),
        listen: Some(platform.url().trim_start_matches("http://").parse()?),
        ..Flags::default()
    };
    let mount = Mount::parse(&public_url, &server.url).context("no place")?;
    let stage = Stage { app: cloche::boot::app(Config::load(&flags)?).await?, mount, token: token.into() };
    let (seconds, runtime) = (micro.seconds, Handle::current());
    // Criterion blocks its thread.
    let lines = tokio::task::spawn_blocking(move || stage.measure(&runtime, seconds)).await??;
    let mut section = Section::new("Parts of a call");
    section.paragraph(
        "Each by itself, in one process, by criterion: the median, and between what its true value lies (95 %).",
    );
    section.table(["what", "median µs", "between"], lines);
    Ok(section)
}

impl Stage {
    fn measure(&self, runtime: &Handle, seconds: f64) -> anyhow::Result<Vec<[String; 3]>> {
        let dir = TempDir::new()?;
        let time = Duration::from_secs_f64(seconds);
        let mut criterion = Criterion::default()
            .output_directory(dir.path())
            .without_plots()
            .warm_up_time(time / 3)
            .measurement_time(time);
        let Self { app, mount, token } = self;

        let caller = runtime.block_on(access::caller(app, Some(token), mount))?;
        let served = runtime.block_on(gateway::serve(app, &caller, mount))?;
        let tool = served.tools.get("echo").context("no tool")?;
        let loaded = runtime.block_on(self.loaded(&served))?;
        let arguments: Map<String, Value> = serde_json::from_str(HELLO)?;
        let value = Value::Object(arguments.clone());
        let schema = Schema::compile(&json!(tool.described.input_schema)).map_err(anyhow::Error::msg)?;
        let hosts = ["api.example.com", "GET https://*.example.org/v1"].map(str::parse);
        let hosts = hosts.into_iter().collect::<Result<Vec<_>, _>>()?;

        criterion.bench_function("token, known", |b| {
            b.to_async(runtime).iter(|| async { black_box(access::caller(app, Some(token), mount).await.is_ok()) });
        });
        criterion.bench_function("route", |b| {
            b.to_async(runtime).iter(|| async { black_box(gateway::serve(app, &caller, mount).await.is_ok()) });
        });
        criterion.bench_function("schema check", |b| b.iter(|| schema.problems(black_box(&value))));
        criterion.bench_function("egress check", |b| {
            b.iter(|| may_reach(&hosts, "GET", black_box("https://api.example.org/v1/items?page=2")));
        });
        for (what, name) in [("instantiate, and no such tool", "none"), ("instantiate and call echo", "echo")] {
            criterion.bench_function(what, |b| {
                b.to_async(runtime).iter(|| {
                    let call = ToolCall { name: name.to_owned(), arguments: HELLO.to_owned() };
                    app.sandbox.call(&loaded, self.grant(&served), call)
                });
            });
        }
        criterion.bench_function("the same with all checks and the record", |b| {
            b.to_async(runtime).iter(|| gateway::call(app, &served, &caller, tool, arguments.clone(), None));
        });
        estimates(dir.path())
    }

    async fn loaded(&self, served: &gateway::Served) -> anyhow::Result<Arc<Loaded>> {
        let (live, artifacts) = (&served.known.live, &self.app.artifacts);
        let fetch = async || artifacts.get(live.component_sha256).await;
        Ok(self.app.sandbox.load(live.org_id, live.component_sha256, fetch).await?)
    }

    /// No host, no secret, no store.
    fn grant(&self, served: &gateway::Served) -> Grant {
        Grant {
            tenant: served.known.live.org_id,
            server: served.known.live.server_id,
            limits: self.app.config.plans.of(Plan::SelfHosted).call,
            hosts: Arc::default(),
            secrets: Arc::new(Secrets::default()),
            kv: None,
            progress: None,
            witness: None,
        }
    }
}

/// What criterion has written of each, in the order of their names.
fn estimates(dir: &Path) -> anyhow::Result<Vec<[String; 3]>> {
    let mut lines = vec![];
    for entry in std::fs::read_dir(dir)? {
        let new = entry?.path().join("new");
        let Ok(text) = std::fs::read_to_string(new.join("estimates.json")) else { continue };
        let about: Value = serde_json::from_str(&std::fs::read_to_string(new.join("benchmark.json"))?)?;
        let median = &serde_json::from_str::<Value>(&text)?["median"];
        let micros = |of: &Value| of.as_f64().map(|ns| format!("{:.2}", ns / 1e3)).context("no estimate");
        let between = &median["confidence_interval"];
        lines.push([
            about["title"].as_str().unwrap_or_default().to_owned(),
            micros(&median["point_estimate"])?,
            format!("{}–{}", micros(&between["lower_bound"])?, micros(&between["upper_bound"])?),
        ]);
    }
    lines.sort_unstable();
    Ok(lines)
}
