//! Components that are not taken in, and what their author is told.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;

/// An empty component with these imports and exports.
fn component(text: &str) -> Vec<u8> {
    let mut resolve = wit_parser::Resolve::default();
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/tool.wit");
    resolve.push_str("tool.wit", &fs::read_to_string(tool).unwrap()).unwrap();
    let package = resolve.push_str("guest.wit", text).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module = wit_component::dummy_module(&resolve, world, wit_parser::ManglingAndAbi::Standard32);
    wit_component::embed_component_metadata(&mut module, &resolve, world, wit_component::StringEncoding::UTF8).unwrap();
    wit_component::ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

#[tokio::test]
async fn what_cannot_run_here_is_refused_with_the_reason() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let foreign = component(
        "package guest:keyvalue; interface store { get: func(key: string) -> string; }
        world guest { import store; export cloche:tool/tools@0.1.0; }",
    );
    let without_tools = component("package guest:none; interface other { f: func(); } world guest { export other; }");
    let rust = guest("rust.wasm");
    let hosts = ["api.example.com".to_owned()];
    let described = spec(&["greet"], &hosts);
    for (what, component, spec, says) in [
        ("garbage", b"no wasm at all".to_vec(), &described, "these bytes are no component"),
        ("a core module", b"\0asm\x01\0\0\0".to_vec(), &described, "no component"),
        ("half a component", rust[..rust.len() / 2].to_vec(), &described, "no component"),
        ("a foreign import", foreign, &described, "imports `guest:keyvalue/store`, which is not offered here"),
        ("no tools", without_tools, &described, "does not export `cloche:tool/tools@0.1.0`"),
        ("undeclared http", rust.clone(), &spec(&["greet"], &[]), "the spec allows no host"),
    ] {
        let (status, problem) = ada.post("/v1/servers", upload("refused", &component, spec)).await;
        assert_eq!((status, &problem["code"]), (422, &json!("component_invalid")), "{what}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(says), "{what}: {problem}");
    }
    let mut coded = described.clone();
    coded["tools"][0]["implementation"] = json!("Ok(args)");
    let (status, problem) = ada.post("/v1/servers", upload("refused", &rust, &coded)).await;
    assert_eq!((status, &problem["code"]), (422, &json!("spec_invalid")), "{problem}");
    let mut hidden = described.clone();
    hidden["tools"][0]["description"] = json!("As it says\u{200b}");
    let (status, problem) = ada.post("/v1/servers", upload("refused", &rust, &hidden)).await;
    assert_eq!((status, &problem["code"]), (422, &json!("unsafe_text")), "{problem}");
    let both = json!({"name": "n", "slug": "refused", "previewId": "pre_1", "component": "", "spec": described});
    assert_eq!(ada.post("/v1/servers", both).await.1["code"], "invalid_json");
    let mut no_base64 = upload("refused", &rust, &described);
    no_base64["component"] = json!("…");
    assert_eq!(ada.post("/v1/servers", no_base64).await.1["code"], "component_invalid");
    // Nothing of all that is kept.
    assert!(!platform.data().join("artifacts").exists());
    assert_eq!(ada.get("/v1/servers").await.1["servers"], json!([]));
}

#[tokio::test]
async fn uploads_beyond_the_places_wait_their_turn() {
    let platform = Platform::setup().config("[http]\nbody_limit = 2000\n[sandbox]\nuploads = 1\n").start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let host = platform.url.strip_prefix("http://").unwrap();
    let mut slow = TcpStream::connect(host).await.unwrap();
    // With `expect`, that the body is asked for says that its place is taken.
    let head = format!(
        "POST /v1/servers HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\nexpect: 100-continue\r\n\
         content-type: application/json\r\ncontent-length: 100000\r\n\r\n"
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut asked = [0; 12];
    slow.read_exact(&mut asked).await.unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100");
    let new = upload("turn", &[0; 3_000], &spec(&["greet"], &[]));
    let refused = async || ada.post("/v1/servers", new.clone()).await;
    let mut answer = refused().await;
    assert_eq!((answer.0, &answer.1["code"]), (503, &json!("uploads_busy")));
    assert_eq!(ada.post("/v1/servers", json!({})).await.0, 422, "small bodies need no place");
    drop(slow);
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        answer = refused().await;
        if answer.0 != 503 {
            break;
        }
    }
    assert_eq!((answer.0, &answer.1["code"]), (422, &json!("component_invalid")));
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let platform = Platform::setup().config("[sandbox]\ncomponent_bytes = 1000\n").start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let spec = spec(&["greet"], &[]);
    for (size, code) in [(1_001, "component_too_large"), (4 << 20, "body_too_large")] {
        let (status, problem) = ada.post("/v1/servers", upload("large", &vec![0; size], &spec)).await;
        assert_eq!((status, &problem["code"]), (413, &json!(code)), "{problem}");
    }
    let (status, problem) = ada.post("/v1/servers", upload("large", &[0; 1_000], &spec)).await;
    assert_eq!((status, &problem["code"]), (422, &json!("component_invalid")), "{problem}");
}

#[tokio::test]
async fn components_within_components_without_end_are_refused() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let mut nested = wasm_encoder::Component::new().finish();
    for _ in 0..3_000 {
        let mut section = vec![4];
        wasm_encoder::Encode::encode(nested.as_slice(), &mut section);
        nested = [wasm_encoder::Component::new().finish(), section].concat();
    }
    let new = upload("nested", &nested, &spec(&["greet"], &[]));
    let (status, problem) = ada.post("/v1/servers", new).await;
    assert_eq!((status, &problem["code"]), (422, &json!("component_invalid")), "{problem}");
    assert_eq!(platform.anyone().get("/ready").await.0, 200);
}
