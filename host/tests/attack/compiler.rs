//! Sources that turn on whoever compiles them.

mod bombs;
mod forgeries;
mod reads;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::attack::Attack;
use crate::handmade::Built;
use crate::hosted::Hosted;
use crate::tenant::{Tenant, tool};

const GROUP: &str = "Compiler";

pub fn attacks() -> Vec<Attack> {
    [reads::ATTACKS, bombs::ATTACKS, forgeries::ATTACKS].concat()
}

/// Has the platform build a tool with this body, the `number`-th of its owner.
async fn build(owner: &Tenant, number: usize, body: &str) -> Built {
    begin(owner, number, body).await.built(&owner.browser).await
}

async fn begin(owner: &Tenant, number: usize, body: &str) -> Hosted {
    let slug = format!("source-{number}");
    Hosted::begun(&owner.browser, &slug, |spec| spec["tools"][0] = tool("attack", body)).await
}

/// Whether a build ended with the author's source being at fault.
fn is_refused(built: &Built) -> bool {
    let codes = ["forbidden_item", "compile_error", "too_large", "timed_out"];
    built.as_ref().is_err_and(|why| codes.iter().any(|code| why.contains(&format!("\"code\": \"{code}\""))))
}

/// The same source given to rustc as it is: no jail, no empty environment.
struct Unjailed(TempDir);

impl Unjailed {
    fn of(source: &str) -> Self {
        let dir = TempDir::new().unwrap();
        std::fs::write(dir.path().join("lib.rs"), source).unwrap();
        Self(dir)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("rustc");
        if !args.iter().any(|arg| arg.starts_with("--crate-type")) {
            command.arg("--crate-type=lib");
        }
        command.args(["--crate-name=unjailed", "--edition=2024", "--out-dir"]).arg(self.0.path());
        command.args(args).arg(self.path()).stdin(Stdio::null());
        command
    }

    fn path(&self) -> std::path::PathBuf {
        self.0.path().join("lib.rs")
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn begin(&self, args: &[&str]) -> Running {
        Running(self.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

/// A compiler that is ended with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// The path as text.
fn shown(path: &Path) -> &str {
    path.to_str().unwrap()
}
