//! Clients that people use, given a server's URL alone: they find out whom to ask, register, have a person consent,
//! exchange, list and call tools, and refresh. `scripts/test-clients.sh` installs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::hosted::Hosted;
use crate::platform::{Platform, cookie, token_of};

#[tokio::test]
async fn real_clients_find_sign_in_call_and_refresh() {
    let platform = Platform::start().await;
    let (owner, session) = browser(&platform).await;
    let server = Hosted::demo(&owner, "demo").await;
    for (program, mode, protocol) in [
        ("sdk.mjs", "", Value::Null),
        ("client.mjs", "legacy", json!("2025-11-25")),
        ("client.mjs", "auto", json!("2026-07-28")),
        ("client.py", "legacy", json!("2025-11-25")),
        ("client.py", "auto", json!("2026-07-28")),
    ] {
        let seen = run(program, &[&server.url, &session, mode]).await;
        let said = format!("{program} {mode}: {seen:#}");
        assert_eq!(seen["server"]["name"], "demo", "{said}");
        assert_eq!(seen["protocol"], protocol, "{said}");
        assert_eq!(seen["tools"], json!(["echo", "now"]), "{said}");
        assert_eq!(seen["echoed"], json!(["before", "after"]), "{said}");
        assert_eq!(seen["refreshed"], true, "{said}");
        assert_eq!(seen["wrong"]["isError"], true, "{said}");
        assert!(seen["wrong"]["text"].as_str().unwrap().contains("/text: 7 is not of type"), "{said}");
    }
}

/// A person who is signed in, and their session's cookie.
async fn browser(platform: &Platform) -> (crate::platform::Caller, String) {
    let token = token_of(&platform.admin("sign-in-link", &["--email", "ada@example.com"]));
    let anyone = platform.anyone();
    let consumed = anyone.send(Method::POST, "/v1/auth/magic-link/consume", json!({"token": token})).await;
    let session = cookie(&consumed).expect("a session");
    (platform.browser(&session), session)
}

async fn run(program: &str, args: &[&str]) -> Value {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (scripts, installed) = (here.join("tests/clients"), here.parent().unwrap().join("target/clients"));
    let mut command = if Path::new(program).extension().is_some_and(|e| e == "py") {
        let mut python = Command::new(present(installed.join("python/bin/python")));
        python.arg(scripts.join(program));
        python
    } else {
        // Node looks for packages beside the script.
        let place = present(installed.join("node/node_modules")).with_file_name("scripts");
        fs::create_dir_all(&place).unwrap();
        for script in ["person.mjs", program] {
            fs::copy(scripts.join(script), place.join(script)).unwrap();
        }
        let mut node = Command::new("node");
        node.arg(place.join(program));
        node
    };
    let done = command.args(args).stdin(Stdio::null()).kill_on_drop(true).output();
    let done = tokio::time::timeout(Duration::from_mins(1), done).await.expect("an end").unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    serde_json::from_str(&out).unwrap_or_else(|_| panic!("{program} {args:?} failed:\n{out}\n{err}"))
}

fn present(path: PathBuf) -> PathBuf {
    assert!(path.exists(), "{} is not there: run scripts/test-clients.sh", path.display());
    path
}
