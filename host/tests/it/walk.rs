//! The reviewer's walk in SECURITY.md and the marketplace's in README.md, as they stand there.

use serde_json::json;

use crate::hosted::Hosted;
use crate::platform::Platform;

/// The commands below a heading of the page.
fn commands(page: &str, heading: &str) -> String {
    let (_, section) = page.split_once(heading).expect("the section");
    let section = section.split("\n## ").next().unwrap();
    let blocks = section.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
    blocks.collect()
}

#[tokio::test]
async fn the_reviewers_walk_is_true() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let server = Hosted::demo(&ada, "walked").await;
    let (_, source) = ada.get(&format!("/v1/servers/{}/versions/1/source", server.id)).await;
    let mut spec = source["spec"].clone();
    spec["allowedHosts"] = json!(["crm.example.com"]);
    spec["tools"][0]["implementation"] = json!("let _ = http::get(\"https://crm.example.com/\").send(); Ok(args.text)");
    let next = server.iterate(&ada, json!({"specEdit": spec})).await;
    assert_eq!(next, (2, "needs_approval".to_owned()));

    platform.admin("member", &["--email", "rita@example.com", "--org", "ada", "--role", "reviewer"]);
    let key = platform.admin("api-key", &["--email", "rita@example.com", "--org", "ada"]);
    let script = commands(include_str!("../../../SECURITY.md"), "## A reviewer's walk");
    assert!(script.lines().count() > 20, "{script}");
    let variables = [("URL", platform.url.as_str()), ("KEY", &key), ("SERVER", &server.id), ("N", "2")];
    let said = platform.script(&script, &variables);

    let (_, report) = ada.get(&format!("/v1/servers/{}/versions/2/capabilities", server.id)).await;
    let sha256 = report["componentSha256"].as_str().unwrap();
    for part in [
        "Reaches crm.example.com over https: any method, any path.\n",
        &format!("\n{sha256}  component.wasm\n{sha256}\n"),
        "signature    good",
        "\"asksForMore\":true",
        "read the code, the new host is ours",
    ] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
    let (_, shown) = ada.get(&format!("/v1/servers/{}", server.id)).await;
    assert_eq!(shown["activeVersion"], 2);
}

#[tokio::test]
async fn the_marketplaces_walk_is_true() {
    let platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    let server = Hosted::demo(&platform.with_key(&key), "walked").await;
    let other = platform.api_key("bob@example.com");
    platform.admin("grant", &["--email", "zoe@example.com"]);
    let admin = platform.admin("api-key", &["--email", "zoe@example.com", "--scopes", "admin"]);
    let script = commands(include_str!("../../../README.md"), "## The marketplace");
    assert!(script.lines().count() > 12, "{script}");
    let variables =
        [("URL", platform.url.as_str()), ("KEY", &key), ("SERVER", &server.id), ("OTHER", &other), ("ADMIN", &admin)];
    let said = platform.script(&script, &variables);
    for part in ["\"componentSha256\":", "\"status\":\"live\"", "\"status\":\"taken_down\"", "\"stopped\":1"] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
    let (_, his) = platform.with_key(&other).get("/v1/servers").await;
    assert_eq!((&his["servers"][0]["slug"], &his["servers"][0]["takenDown"]), (&json!("echo-and-time"), &json!(true)));
}
