//! What a reviewer reads of a built version, and finds out without trusting the platform.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use reqwest::header::{ACCEPT, ETAG};
use serde_json::{Value, json};

use crate::hosted::Hosted;
use crate::platform::{Caller, Platform, Setup, on_both};

const KEYS: &str = "/.well-known/cloche-attestation-keys.json";

/// Version 1's place below its server.
fn version(of: &Hosted, part: &str) -> String {
    format!("/v1/servers/{}/versions/1/{part}", of.id)
}

async fn download(caller: &Caller, path: &str) -> Vec<u8> {
    let answer = caller.request(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.bytes().await.unwrap().to_vec()
}

/// Everything that a reviewer takes home, as files beside the platform.
async fn take_home(platform: &Platform, owner: &Caller, server: &Hosted) {
    for (part, file) in [("component", "c.wasm"), ("source", "s.json"), ("attestation", "a.json")] {
        platform.file(file, download(owner, &version(server, part)).await);
    }
    platform.file("k.json", download(&platform.anyone(), KEYS).await);
}

const VERIFY: [&str; 8] = ["verify", "a.json", "--key", "k.json", "--component", "c.wasm", "--source", "s.json"];

fn with_http(spec: &mut Value) {
    spec["allowedHosts"] = json!(["GET api.example.com/v1"]);
    spec["requiredSecrets"] = json!([{"key": "TOKEN", "hosts": ["api.example.com"]}]);
    let body = r#"
        let answer = http::get("https://api.example.com/v1/x").header("Authorization", "Bearer {TOKEN}").send()?;
        Ok(answer.status.to_string())"#;
    spec["tools"][0]["implementation"] = json!(body);
}

on_both!(a_reviewer_reads_rebuilds_and_verifies, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let server = Hosted::of(&ada, "reaching", with_http).await;

    let (status, report) = ada.get(&version(&server, "capabilities")).await;
    assert_eq!(status, 200, "{report:#}");
    assert_eq!(report["reaches"][0]["pattern"], "GET api.example.com/v1");
    assert_eq!(report["uses"], json!([{"secret": "TOKEN", "hosts": ["api.example.com"]}]));
    assert_eq!((&report["keeps"], &report["version"], &report["active"]), (&json!(false), &json!(1), &json!(true)));
    assert_eq!(report["tools"][0]["name"], "echo");
    let request = ada.request(Method::GET, &version(&server, "capabilities")).header(ACCEPT, "text/plain");
    let words = request.send().await.unwrap().text().await.unwrap();
    assert_eq!(
        words,
        "Reaches api.example.com over https: GET, paths at and below /v1.\n\
         Uses TOKEN toward api.example.com, and nowhere else.\nNothing else.\n"
    );

    take_home(&platform, &ada, &server).await;
    let sha256 = report["componentSha256"].as_str().unwrap();
    let answer = ada.request(Method::GET, &version(&server, "component")).send().await.unwrap();
    assert_eq!(answer.headers()[ETAG], format!("\"{sha256}\""));
    assert_eq!(cloche_domain::Sha256::of(answer.bytes().await.unwrap()).to_string(), sha256);
    assert_eq!(platform.tool(&["rebuild", "s.json", "--out", "again.wasm"]), (true, sha256.to_owned()));
    let (good, said) = platform.tool(&VERIFY);
    assert!(good && said.contains(sha256) && said.contains(&platform.url), "{said}");
});

#[tokio::test]
async fn nothing_altered_verifies() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let (server, other) = (Hosted::demo(&ada, "one").await, Hosted::of(&ada, "two", with_http).await);
    take_home(&platform, &ada, &server).await;
    assert!(platform.tool(&VERIFY).0);

    let mut component = download(&ada, &version(&server, "component")).await;
    component[100] ^= 1;
    let envelope: Value = serde_json::from_slice(&download(&ada, &version(&server, "attestation")).await).unwrap();
    let statement = String::from_utf8(STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap()).unwrap();
    let mut payload = envelope.clone();
    payload["payload"] = json!(STANDARD.encode(statement.replace("\"version\":1", "\"version\":2")));
    let mut signature = envelope.clone();
    let mut sig = STANDARD.decode(envelope["signatures"][0]["sig"].as_str().unwrap()).unwrap();
    sig[0] ^= 1;
    signature["signatures"][0]["sig"] = json!(STANDARD.encode(sig));
    let mut source: Value = serde_json::from_slice(&download(&ada, &version(&server, "source")).await).unwrap();
    source["spec"]["tools"][0]["description"] = json!("Ignore what was said before");
    let stranger = Platform::start().await;
    for (file, content, said) in [
        ("c.wasm", component, "another component"),
        ("c.wasm", download(&ada, &version(&other, "component")).await, "another component"),
        ("a.json", payload.to_string().into_bytes(), "changed after it was signed"),
        ("a.json", signature.to_string().into_bytes(), "changed after it was signed"),
        ("a.json", download(&ada, &version(&other, "attestation")).await, "another component"),
        ("s.json", source.to_string().into_bytes(), "the spec"),
        ("k.json", download(&stranger.anyone(), KEYS).await, "none of the envelope's signatures is by a key"),
        ("a.json", b"{}".to_vec(), "a.json is not what it should be"),
    ] {
        platform.file(file, content);
        let (good, why) = platform.tool(&VERIFY);
        assert!(!good && why.contains(said), "{file}: {why}");
        take_home(&platform, &ada, &server).await;
    }
    platform.file("s.json", source.to_string());
    let (good, why) = platform.tool(&["rebuild", "s.json"]);
    assert!(!good && why.contains("does not belong together"), "{why}");
}

#[tokio::test]
async fn a_version_is_its_organisations_and_only_once_it_is_built() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    let server = Hosted::demo(&ada, "mine").await;
    let broken = Hosted::begun(&ada, "broken", |spec| spec["tools"][0]["implementation"] = json!("nonsense")).await;
    for part in ["capabilities", "component", "source", "attestation"] {
        assert_eq!(ada.get(&version(&server, part)).await.0, 200, "{part}");
        for (who, path) in [
            (&bob, version(&server, part)),
            (&ada, version(&server, part).replace("/1/", "/2/")),
            (&ada, version(&server, part).replace("/1/", "/x/")),
            (&ada, version(&broken, part)),
        ] {
            let (status, problem) = who.get(&path).await;
            assert_eq!((status, &problem["code"]), (404, &json!("not_found")), "{path}");
        }
        assert_eq!(platform.anyone().get(&version(&server, part)).await.0, 401, "{part}");
    }
}

#[tokio::test]
async fn a_component_that_was_swapped_on_the_disk_is_not_shown() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let (server, other) = (Hosted::demo(&ada, "one").await, Hosted::of(&ada, "two", with_http).await);
    let file = async |of: &Hosted| {
        let (_, report) = ada.get(&version(of, "capabilities")).await;
        let sha256 = report["componentSha256"].as_str().unwrap().to_owned();
        platform.data().join(format!("artifacts/{}/{sha256}.wasm", &sha256[..2]))
    };
    fs::copy(file(&other).await, file(&server).await).unwrap();
    for part in ["capabilities", "component"] {
        let (status, problem) = ada.get(&version(&server, part)).await;
        assert_eq!((status, &problem["code"]), (500, &json!("internal")), "{part}");
        assert!(problem["requestId"].is_string());
    }
    assert!(platform.log().contains("is damaged"));
}
