//! The API against its own description: requests made from it by schemathesis, and what they are answered.

use std::process::Command;

use serde_json::{Value, json};

use crate::billing::stripe::Stripe;
use crate::hosted::Hosted;
use crate::platform::Platform;

/// What an answer must be: no failure of the platform's, and as the description says.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_schema_conformance,response_headers_conformance";
/// What would end the session that asks, or needs another protocol.
const LEFT_OUT: &str = "^/v1/auth/(logout|sessions)|^/v1/me$|^/v1/builds/.*/stream$|^/mcp/";

#[tokio::test]
async fn what_is_asked_as_described_is_answered_as_described() {
    let limits = "[sign_in]\nlinks_per_address = 1000000\n[oauth]\nregistrations_per_address = 1000000";
    let stripe = Stripe::start().await;
    let platform = Platform::setup().config(&(stripe.config("enterprise") + limits)).start().await;
    let cookie = platform.session("ada@example.com").await;
    let ada = platform.browser(&cookie);
    let server = Hosted::demo(&ada, "hers").await;
    let place = format!(
        "[[operations]]\ninclude-path-regex = '^/v1/servers/\\{{id\\}}'\n[operations.parameters]\n'path.id' = '{}'\n'path.n' = 1\n",
        server.id
    );
    platform.file("schemathesis.toml", place);
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/clients/python/bin/schemathesis");
    let mut run = Command::new(python);
    run.current_dir(platform.directory()).env("NO_COLOR", "1").args(["run", "--seed", "1", "--max-examples", "10"]);
    run.args(["--phases", "coverage,fuzzing", "--checks", CHECKS, "--continue-on-failure"]);
    run.args(["--exclude-path-regex", LEFT_OUT, "--exclude-operation-id", "deleteServersId"]);
    run.args(["--header", &format!("Cookie: {cookie}"), "--header", &format!("Origin: {}", platform.url)]);
    run.arg(format!("{}/v1/openapi.json", platform.url));
    let done = tokio::task::spawn_blocking(move || run.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    // It has reached the platform, and nothing has ended the session.
    assert_eq!(ada.get(&format!("/v1/servers/{}", server.id)).await.0, 200, "{said}");
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
