//! The API against its own description: requests made from it by schemathesis, and what they are answered.

use std::process::Command;

use serde_json::{Value, json};

use crate::authorization::Place;
use crate::billing::stripe::Stripe;
use crate::models::fake::{Fake, Reply, openai};
use crate::platform::Platform;

/// What an answer must be: no failure of the platform's, and as the description says.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_schema_conformance,response_headers_conformance";
/// What would end the session that asks, or needs another protocol.
const LEFT_OUT: &str = "^/v1/auth/(logout|sessions)|^/v1/me$|^/v1/builds/.*/stream$|^/mcp/";
/// What would take away, or leave, what the others ask for.
const LEFT_OUT_TOO: [&str; 3] = ["deleteServersId", "deleteMeOrg", "putMeOrg"];

/// What the model drafts, whatever it is asked.
fn spec() -> Value {
    let tool = json!({"name": "now", "description": "Tells the time", "inputSchema": {"type": "object"},
        "implementation": "Ok(\"noon\")"});
    json!({"name": "clock", "description": "A clock", "tools": [tool], "requiredSecrets": [], "allowedHosts": []})
}

#[tokio::test]
async fn what_is_asked_as_described_is_answered_as_described() {
    let limits = "[sign_in]\nlinks_per_address = 1000000\n[oauth]\nregistrations_per_address = 1000000";
    let stripe = Stripe::start().await;
    let model = Fake::always(|| Reply::events(openai::answer(&spec().to_string()))).await;
    let config = stripe.config("enterprise") + &model.config("openai") + limits;
    let platform = Platform::setup().config(&config).start().await;
    let cookie = platform.session("ada@example.com").await;
    let ada = platform.browser(&cookie);
    platform.admin("grant", &["--email", "ada@example.com"]);
    let place = Place::of(&platform, &ada).await;
    let (status, made) = ada.post("/v1/api-keys", json!({"name": "all", "scopes": ["api", "admin"]})).await;
    assert_eq!(status, 201, "{made}");
    let (_, session) = cookie.split_once('=').unwrap();
    let mut settings =
        vec![format!("[auth.openapi.session]\napi_key = '{session}'\n[auth.openapi.apiKey]\nbearer = {}", made["key"])];
    let (_, document) = ada.get("/v1/openapi.json").await;
    for path in document["paths"].as_object().unwrap().keys().filter(|path| path.contains('{')) {
        settings.push(format!("[[operations]]\ninclude-path = '{path}'\n[operations.parameters]"));
        for (name, value) in path.split('/').zip(place.fill(path).split('/')) {
            if let Some(name) = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                settings.push(format!("'path.{name}' = '{value}'"));
            }
        }
    }
    platform.file("schemathesis.toml", settings.join("\n"));
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/clients/python/bin/schemathesis");
    let mut run = Command::new(python);
    run.current_dir(platform.directory()).env("NO_COLOR", "1").args(["run", "--seed", "1", "--max-examples", "10"]);
    run.args(["--phases", "coverage,fuzzing", "--checks", CHECKS, "--continue-on-failure"]);
    run.args(["--exclude-path-regex", LEFT_OUT]);
    run.args(LEFT_OUT_TOO.iter().flat_map(|operation| ["--exclude-operation-id", operation]));
    run.args(["--header", &format!("Origin: {}", platform.url)]);
    run.arg(format!("{}/v1/openapi.json", platform.url));
    let done = tokio::task::spawn_blocking(move || run.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    // It was let in everywhere, and nothing has ended the session.
    assert!(!said.contains("Authentication failed"), "{said}");
    assert_eq!(ada.get(&place.fill("/v1/servers/{id}")).await.0, 200, "{said}");
    let cases: u32 = said.lines().find_map(|line| line.trim().split_once(" generated")?.0.parse().ok()).unwrap();
    assert!(cases > 1_000, "{said}");
}

#[tokio::test]
async fn operations_have_ids_of_their_own() {
    let (_, document) = Platform::start().await.anyone().get("/v1/openapi.json").await;
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|methods| methods.as_object().unwrap().values());
    let mut ids: Vec<_> = operations.map(|operation| operation["operationId"].as_str().unwrap().to_owned()).collect();
    ids.sort_unstable();
    let all = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), all, "{ids:?}");
    let listed: Vec<Value> = ids.iter().filter(|id| id.starts_with("getServers")).map(|id| json!(id)).collect();
    assert!(listed.contains(&json!("getServersIdVersions")), "{listed:?}");
}
