//! Components that were built elsewhere, for WASI 0.2: uploaded, and called like any other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::hosted::{Hosted, call};
use crate::plain_upstream::{Upstream, ok};
use crate::platform::{Caller, Platform, Setup, on_both};
use crate::uploaded::{guest, spec, upload};

mod calls;
mod refused;

/// What a call says: whether it is an error, and its text.
async fn said(platform: &Platform, key: &str, server: &Hosted, tool: &str, arguments: Value) -> (bool, String) {
    let answer = server.send(platform, key, call(tool, &arguments)).await;
    let answer: Value = answer.json().await.unwrap();
    let result = &answer["result"];
    let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{tool}: {answer:#}"));
    (result["isError"] == true, text.to_owned())
}

/// The lines that the newest call has left.
async fn newest_call(owner: &Caller, server: &Hosted, tool: &str) -> Value {
    for _ in 0..100 {
        let (_, page) = owner.get(&format!("/v1/servers/{}/calls?tool={tool}", server.id)).await;
        if let Some(call) = page["calls"].as_array().and_then(|calls| calls.first()) {
            let path = format!("/v1/servers/{}/calls/{}", server.id, call["id"].as_str().unwrap());
            return owner.get(&path).await.1;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no call of {tool} is recorded");
}

fn lines(call: &Value) -> Vec<&str> {
    call["logs"].as_array().unwrap().iter().map(|line| line["message"].as_str().unwrap()).collect()
}

/// A platform whose guests may reach this machine.
fn reaching() -> Setup {
    Platform::setup().config("[egress]\nallow_private = [\"127.0.0.1/32\"]\n")
}

on_both!(a_component_built_elsewhere_goes_live_and_is_reviewed, async |setup: Setup| {
    let platform = setup.start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let component = guest("rust.wasm");
    let with_hosts = spec(&["greet"], &["api.example.com".to_owned()]);
    let server = Hosted::create(&ada, upload("guest", &component, &with_hosts)).await.live(&ada).await;
    let greeted = said(&platform, &key, &server, "greet", json!({"name": "Ada"})).await;
    assert_eq!(greeted, (false, "Hello, Ada!".to_owned()));
    assert_eq!(lines(&newest_call(&ada, &server, "greet").await), ["greet is called"]);

    let at = |part: &str| format!("/v1/servers/{}/versions/1/{part}", server.id);
    let (status, source) = ada.get(&at("source")).await;
    assert_eq!((status, &source["code"]), (404, &json!("no_source")), "{source}");
    let (_, report) = ada.get(&at("capabilities")).await;
    assert_eq!(report["toolchain"], "uploaded");
    assert_eq!(report["reaches"][0]["pattern"], "api.example.com");
    for words in ["Asks WASI for files, of which there are none.", "Asks WASI for sockets, which are refused."] {
        assert!(report["words"].as_array().unwrap().contains(&json!(words)), "{report:#}");
    }
    let (_, attestation) = ada.get(&at("attestation")).await;
    let statement = STANDARD.decode(attestation["payload"].as_str().unwrap()).unwrap();
    let statement: Value = serde_json::from_slice(&statement).unwrap();
    assert_eq!(statement["predicate"]["runDetails"]["builder"]["id"], "uploaded");
    assert_eq!(statement["subject"][0]["digest"]["sha256"], report["componentSha256"]);
    platform.file("a.json", attestation.to_string());
    platform.file("k.json", platform.anyone().get("/.well-known/cloche-attestation-keys.json").await.1.to_string());
    let kept = ada.request(reqwest::Method::GET, &at("component")).send().await.unwrap().bytes().await.unwrap();
    assert!(kept.starts_with(&component), "what is hosted begins with what was uploaded, and ends with its manifest");
    platform.file("c.wasm", kept);
    let (good, words) = platform.tool(&["verify", "a.json", "--key", "k.json", "--component", "c.wasm"]);
    assert!(good && words.contains("builder      uploaded") && words.contains("offers greet"), "{words}");

    // The next version asks for another host.
    let more = spec(&["greet"], &["api.example.com".to_owned(), "crm.example.com".to_owned()]);
    let next = server.iterate(&ada, json!({"component": STANDARD.encode(&component), "spec": more})).await;
    assert_eq!(next, (2, "needs_approval".to_owned()));
    let same = server
        .iterate(&ada, json!({"component": STANDARD.encode(&component), "spec": with_spec_name(&with_hosts)}))
        .await;
    assert_eq!(same, (3, "live".to_owned()));
});

#[tokio::test]
async fn the_readme_s_upload_is_true() {
    let platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    platform.file("server.wasm", guest("rust.wasm"));
    let readme = include_str!("../../../README.md");
    let (_, section) = readme.split_once("## Components built elsewhere").unwrap();
    let (_, script) = section.split_once("```sh\n").unwrap();
    let script = script.split("```").next().unwrap();
    let made = platform.script(script, &[("URL", &platform.url), ("KEY", &key)]);
    let made: Value = serde_json::from_str(&made).unwrap();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let server = Hosted { id: text("id"), url: text("mcpUrl") }.live(&ada).await;
    let greeted = said(&platform, &key, &server, "greet", json!({"name": "Ada"})).await;
    assert_eq!(greeted, (false, "Hello, Ada!".to_owned()));
}

/// As the server is named.
fn with_spec_name(spec: &Value) -> Value {
    let mut spec = spec.clone();
    spec["name"] = json!("guest");
    spec
}
