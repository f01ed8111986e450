//! Documents at a URL: read by the gate that all outbound requests pass.

use serde_json::{Value, json};

use super::{bring, choose, notes};
use crate::case::Exchange;
use crate::platform::Platform;
use crate::upstream::Upstream;

fn exchange(path: &str, status: u16, answer: &Value) -> Exchange {
    serde_json::from_value(
        json!({"request": format!("GET https://docs.example{path}"), "status": status, "answer": answer}),
    )
    .unwrap()
}

/// A platform for which docs.example is the local server; it may be reached where `private` allows it.
async fn platform(upstream: &Upstream, private: &str) -> Platform {
    let setup = Platform::setup().config(&format!(
        "[egress]\nallow_private = [{private}]\nca_file = \"{}\"\n[egress.connect_to]\n\"docs.example\" = \"{}\"",
        upstream.certificate().display(),
        upstream.at
    ));
    setup.start().await
}

#[tokio::test]
async fn a_document_is_read_where_it_is() {
    let upstream = Upstream::new(["docs.example".to_owned()].into()).await;
    let platform = platform(&upstream, "\"127.0.0.0/8\"").await;
    let ada = platform.sign_in("ada@example.com").await;
    let mut relative = notes();
    relative["servers"] = json!([{"url": "../v2"}]);
    upstream.await_requests(&[exchange("/api/openapi.json", 200, &relative)]);
    let (status, brought) = bring(&ada, json!({"url": "https://docs.example/api/openapi.json"})).await;
    assert_eq!((status, &brought["importable"]), (201, &json!(2)), "{brought}");
    upstream.check("the document");
    // What it says relative to itself, it says of where it was found.
    let (_, draft) = choose(&ada, &brought, json!({"operations": ["GET /notes"]})).await;
    assert_eq!(draft["spec"]["allowedHosts"], json!(["GET docs.example/v2/notes"]), "{draft}");

    for (path, answer_status, answer, part) in [
        ("/moved", 302, json!(""), "leads elsewhere"),
        ("/none", 404, json!({}), "status 404"),
        ("/page", 200, json!("<html>"), "no OpenAPI document"),
        ("/large", 200, json!("x".repeat(17 << 20)), "16777216"),
    ] {
        upstream.await_requests(&[exchange(path, answer_status, &answer)]);
        let (status, problem) = bring(&ada, json!({"url": format!("https://docs.example{path}")})).await;
        assert_eq!(status, 422, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(part), "{path}: {problem}");
    }
}

#[tokio::test]
async fn a_document_is_not_looked_for_on_a_private_address() {
    let upstream = Upstream::new(["docs.example".to_owned()].into()).await;
    let platform = platform(&upstream, "").await;
    let ada = platform.sign_in("ada@example.com").await;
    for url in [
        "https://docs.example/api/openapi.json",
        &format!("https://127.0.0.1:{}/", upstream.at.port()),
        "https://169.254.169.254/latest",
        "http://[::ffff:127.0.0.1]/",
        "file:///etc/passwd",
        "https://u:p@docs.example/",
    ] {
        let (status, problem) = bring(&ada, json!({"url": url})).await;
        assert_eq!((status, &problem["code"]), (422, &json!("document_unreachable")), "{url}: {problem}");
    }
    upstream.check("nothing was asked");
}
