//! Guests that go through all of their memory while a request of theirs carries the secret.

use serde_json::json;
use wit_component::ComponentEncoder;

use super::{GROUP, MARK, VALUE, local};
use crate::attack::{Attack, attack};
use crate::handmade::Lying;
use crate::hosted::Hosted;
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;
use crate::uploaded::{guest, spec, upload};
use crate::upstream::{Upstream, ok};

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, memory_searched_by_tool_code, "the value, from the very code that sends it"),
    attack!(GROUP, memory_searched_by_a_guest_for_wasi, "the value, from the very code that sends it"),
];

/// What the upstream says besides what it was sent: it has to be in the guest's memory.
const KNOWN: &str = "an-answer-that-is-known";

/// A part of the value as it is, as it is in a query, and what its first letters become in Base64 wherever they begin.
const FORMS: [&str; 6] = [MARK, "va|ue", "va%7Cue", "czNjcjN0", "MzY3IzdC", "zM2NyM3"];

/// An upstream that gives back what it was sent, and the word that is known.
async fn echo() -> Upstream {
    Upstream::new(|request| ok("x-also: echoed\r\n", format!("{KNOWN}\n{request}").as_bytes())).await
}

/// Whether the first of these counts is of something, and all others are of nothing.
fn counted(text: &str) -> (bool, bool) {
    let counts = text.split(" of ").next().unwrap_or_default().split(' ');
    let counts: Vec<Option<usize>> = counts.map(|count| count.parse().ok()).collect();
    let (known, secret) = counts.split_first().unwrap();
    (known.is_some_and(|count| count > 0), secret.len() == FORMS.len() && secret.iter().all(|count| *count == Some(0)))
}

async fn memory_searched_by_tool_code(scene: &Scene) {
    let upstream = echo().await;
    let lying = Lying::start().await;
    let config = format!("{}[egress]\nallow_private = [\"127.0.0.0/8\"]\n", lying.config);
    let platform = scene.platform(Platform::setup().config(&config)).await;
    scene.keeps_secret(MARK);
    let ada = Tenant::new(&platform, "ada").await;
    // Built by the SDK, with the one word that the platform's own compiler refuses: `unsafe`.
    let module = guest("sdk.wasm");
    let component = ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap();
    let server = lying.build_with(&ada, "scans", component, |spec| {
        spec["tools"][0]["inputSchema"] = json!({"type": "object"});
        spec["allowedHosts"] = json!([upstream.pattern()]);
        spec["requiredSecrets"] = json!([{"key": "API_KEY", "hosts": [upstream.pattern()]}]);
    });
    let server = server.await.unwrap();
    let path = format!("/v1/servers/{}/secrets/API_KEY", server.id);
    assert_eq!(ada.browser.put(&path, json!({"value": VALUE})).await.0, 204);
    let less = |text: &str| text.bytes().map(|byte| byte - 1).collect::<Vec<_>>();
    let wanted: Vec<_> = [KNOWN].iter().chain(&FORMS).map(|text| less(text)).collect();
    for _ in 0..3 {
        let before = upstream.requests().len();
        let said = ada.attack(&platform, &server, json!({"text": upstream.url("/"), "wanted": wanted})).await;
        let sent = upstream.requests()[before..].iter().any(|request| request.contains(VALUE));
        assert!(sent && said.text.contains("Bearer {API_KEY}"), "the upstream was not sent the secret: {said:?}");
        let (known, bare) = counted(&said.text);
        scene.control("what the upstream has said besides is found in the guest's memory", known, &said);
        scene.guard("nothing of the secret is, in none of its forms", bare, said);
    }
}

async fn memory_searched_by_a_guest_for_wasi(scene: &Scene) {
    let upstream = echo().await;
    let platform = scene.platform(local()).await;
    scene.keeps_secret(MARK);
    let ada = Tenant::new(&platform, "ada").await;
    let new = upload("wasi", &guest("rust.wasm"), &spec(&["scan"], &[upstream.pattern()]));
    let server = Hosted::create(&ada.browser, new).await.live(&ada.browser).await;
    let path = format!("/v1/servers/{}/secrets/TOKEN", server.id);
    assert_eq!(ada.browser.put(&path, json!({"value": VALUE})).await.0, 204);
    let backwards = |text: &str| text.chars().rev().collect::<String>();
    let wanted = [KNOWN].iter().chain(&FORMS).map(|text| backwards(text)).collect::<Vec<_>>().join(",");
    for _ in 0..3 {
        let before = upstream.requests().len();
        let said = ada.call(&platform, &server, "scan", json!({"url": upstream.url("/"), "name": wanted})).await;
        let sent = upstream.requests()[before..].iter().any(|request| request.contains(VALUE));
        assert!(sent && said.text.contains("Bearer {TOKEN}"), "the upstream was not sent the secret: {said:?}");
        let (known, bare) = counted(&said.text);
        scene.control("what the upstream has said besides is found in the guest's memory", known, &said);
        scene.guard("nothing of the secret is, in none of its forms", bare, said);
    }
}
