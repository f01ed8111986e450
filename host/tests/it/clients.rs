//! Clients that people use, given a server's URL alone: they find out whom to ask, register, have a person consent,
//! exchange, list and call tools, and refresh. `scripts/test-clients.sh` installs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::hosted::Hosted;
use crate::platform::{Caller, Platform, cookie, token_of};

/// A client, in one of its modes.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    program: &'static str,
    mode: &'static str,
    /// The version of the protocol that it is to agree on; none where it does not say.
    protocol: Option<&'static str>,
}

pub const CLIENTS: [Client; 5] = [
    Client { program: "sdk.mjs", mode: "", protocol: None },
    Client { program: "client.mjs", mode: "legacy", protocol: Some("2025-11-25") },
    Client { program: "client.mjs", mode: "auto", protocol: Some("2026-07-28") },
    Client { program: "client.py", mode: "legacy", protocol: Some("2025-11-25") },
    Client { program: "client.py", mode: "auto", protocol: Some("2026-07-28") },
];

/// What a client came to.
#[derive(Debug)]
pub struct Visit {
    pub tools: Vec<Value>,
    /// The results of its calls.
    pub results: Vec<Value>,
    /// The access token that it had in the end.
    pub token: String,
}

#[tokio::test]
async fn real_clients_find_sign_in_call_and_refresh() {
    let platform = Platform::start().await;
    let (owner, session) = browser(&platform).await;
    let server = Hosted::demo(&owner, "demo").await;
    let echo = |text: Value| json!({"name": "echo", "arguments": {"text": text}});
    for client in CLIENTS {
        let seen =
            client.visit(&server, &session, &[echo(json!("before")), echo(json!("after")), echo(json!(7))]).await;
        assert_eq!(seen.tools, ["echo", "now"], "{client:?}");
        let texts: Vec<_> = seen.results.iter().map(|result| result["content"][0]["text"].as_str().unwrap()).collect();
        assert_eq!(texts[..2], ["before", "after"], "{client:?}");
        assert_eq!(seen.results[2]["isError"], true, "{client:?}");
        assert!(texts[2].contains("/text: 7 is not of type"), "{client:?}: {}", texts[2]);
    }
}

impl Client {
    /// Hands the client a server's URL, and a person with their session. It finds out all else, makes the calls, and
    /// has to refresh its token after the first.
    pub async fn visit(self, server: &Hosted, session: &str, calls: &[Value]) -> Visit {
        let Value::Object(mut seen) = self.run(&[&server.url, session, self.mode], calls).await else {
            panic!("{self:?}: no object");
        };
        assert_eq!(seen["server"]["name"].as_str(), server.url.rsplit('/').next(), "{self:?}: {seen:#?}");
        assert_eq!(seen["protocol"].as_str(), self.protocol, "{self:?}");
        assert_eq!(seen["refreshed"], true, "{self:?}");
        let mut list = |name: &str| match seen.remove(name) {
            Some(Value::Array(list)) => list,
            other => panic!("{self:?}: {name}: {other:?}"),
        };
        Visit { tools: list("tools"), results: list("results"), token: seen["token"].as_str().unwrap().to_owned() }
    }

    async fn run(self, args: &[&str], calls: &[Value]) -> Value {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (scripts, installed) = (here.join("tests/clients"), here.parent().unwrap().join("target/clients"));
        // Node looks for packages beside and above the script.
        let place = TempDir::new_in(present(installed.join("node"))).unwrap();
        for script in ["person.mjs", self.program] {
            fs::copy(scripts.join(script), place.path().join(script)).unwrap();
        }
        let mut command = match Path::new(self.program).extension() {
            Some(kind) if kind == "py" => Command::new(present(installed.join("python/bin/python"))),
            _ => Command::new("node"),
        };
        command.arg(place.path().join(self.program)).args(args).kill_on_drop(true);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(json!(calls).to_string().as_bytes()).await.unwrap();
        drop(stdin);
        let done =
            tokio::time::timeout(Duration::from_mins(1), child.wait_with_output()).await.expect("an end").unwrap();
        let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        serde_json::from_str(&out).unwrap_or_else(|_| panic!("{self:?} {args:?} failed:\n{out}\n{err}"))
    }
}

/// A person who is signed in, and their session's cookie.
pub async fn browser(platform: &Platform) -> (Caller, String) {
    let token = token_of(&platform.admin("sign-in-link", &["--email", "ada@example.com"]));
    let anyone = platform.anyone();
    let consumed = anyone.send(Method::POST, "/v1/auth/magic-link/consume", json!({"token": token})).await;
    let session = cookie(&consumed).expect("a session");
    (platform.browser(&session), session)
}

fn present(path: PathBuf) -> PathBuf {
    assert!(path.exists(), "{} is not there: run scripts/test-clients.sh", path.display());
    path
}
