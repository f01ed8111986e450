//! What the tests run on.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use cloche_compiler::{Artifact, Compiler, EventSink, Launcher, Limits, Local, Refusal, Remote, Toolchain};
use cloche_domain::spec::ServerSpec;
use serde_json::{Value, json};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_compiler-service");

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

pub(crate) fn toolchain_directory() -> PathBuf {
    root().join("target/toolchain")
}

pub(crate) fn toolchain() -> Toolchain {
    // The error says which script to run.
    Toolchain::load(&toolchain_directory()).unwrap_or_else(|e| panic!("{e}"))
}

pub(crate) fn launcher() -> Launcher {
    Launcher { program: BINARY.into(), args: vec!["jail".into()] }
}

pub(crate) fn local_with(limits: Limits) -> Local {
    Local::new(toolchain(), launcher(), limits)
}

/// One for all tests, so that they take turns on the machine's cores.
pub(crate) fn local() -> &'static Local {
    static LOCAL: LazyLock<Local> = LazyLock::new(|| local_with(Limits::default()));
    &LOCAL
}

/// The real binary on a free port; it ends with the test.
pub(crate) struct Service {
    child: Child,
    pub(crate) url: String,
}

impl Service {
    pub(crate) fn start() -> Self {
        let mut child = Command::new(BINARY)
            .args(["serve", "--listen", "127.0.0.1:0", "--toolchain"])
            .arg(toolchain_directory())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Self { child, url }
    }

    pub(crate) fn remote(&self) -> Remote {
        Remote::new(&self.url).unwrap()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a test with both compilers.
macro_rules! both {
    ($(async fn $name:ident($compiler:ident: &dyn Compiler) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports, reason = "not every test needs all")]
            use super::*;

            async fn test($compiler: &dyn cloche_compiler::Compiler) $body

            #[tokio::test]
            async fn local() {
                test(crate::platform::local()).await;
            }

            #[tokio::test]
            async fn remote() {
                let service = crate::platform::Service::start();
                test(&service.remote()).await;
            }
        }
    )*};
}
pub(crate) use both;

/// A spec with these tools' bodies, named `tool-1` and so on.
pub(crate) fn spec(bodies: &[&str]) -> ServerSpec {
    with(bodies, &json!({}))
}

/// The same with further fields.
pub(crate) fn with(bodies: &[&str], fields: &Value) -> ServerSpec {
    let tools: Vec<Value> = bodies
        .iter()
        .enumerate()
        .map(|(i, body)| {
            json!({"name": format!("tool-{}", i + 1), "description": "A tool", "implementation": body,
                "inputSchema": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}})
        })
        .collect();
    let mut spec = json!({"name": "Test", "tools": tools});
    spec.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(spec).unwrap()
}

pub(crate) async fn compile(compiler: &dyn Compiler, spec: &ServerSpec) -> Result<Artifact, Refusal> {
    let compiling = compiler.compile(spec, EventSink::ignore());
    tokio::time::timeout(Duration::from_mins(4), compiling).await.expect("a compilation ends")
}

/// What no text for an author, and no component, may hold.
pub(crate) fn assert_no_host_path(text: &str) {
    let home = std::env::home_dir().unwrap_or_else(|| "/home".into());
    let hidden = [root(), std::env::temp_dir(), home, "/usr/lib".into(), "/usr/bin".into(), "/proc/self".into()];
    for path in hidden {
        let path = path.to_str().unwrap();
        assert!(!text.contains(&format!("{path}/")), "{path} is shown in:\n{text}");
    }
}
