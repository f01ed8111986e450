//! Results that no tool should give.

use serde_json::{Value, json};

use super::{GROUP, hobby};
use crate::attack::{Attack, attack};
use crate::handmade::{Lying, component};
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, gigabyte_result, "the host's memory, and the client's"),
    attack!(GROUP, result_that_is_not_json, "the client, which is promised an object"),
    attack!(GROUP, result_not_as_its_output_schema_says, "the client, which was told the schema"),
    attack!(GROUP, result_that_is_no_text, "the host, which reads the guest's strings"),
];

async fn gigabyte_result(scene: &Scene) {
    let lying = Lying::start().await;
    let platform = scene.platform(Platform::setup().config(&lying.config)).await;
    let ada = Tenant::new(&platform, "ada").await;
    // A list of pieces that all lie in the same 10 MiB, so that a small guest has a huge result.
    let pieces = |count: u32, bytes: u32| {
        let body = format!(
            "(drop (memory.grow (i32.const 300)))
            (local.set $r (call $alloc (i32.const 24)))
            (i32.store offset=4 (local.get $r) (call $alloc (i32.const {})))
            (i32.store offset=8 (local.get $r) (i32.const {count}))
            (loop $l
              (i32.store offset=4 (i32.add (i32.load offset=4 (local.get $r)) (i32.mul (local.get $n) (i32.const 44)))
                (i32.const 6000000))
              (i32.store offset=8 (i32.add (i32.load offset=4 (local.get $r)) (i32.mul (local.get $n) (i32.const 44)))
                (i32.const {bytes}))
              (local.set $n (i32.add (local.get $n) (i32.const 1)))
              (br_if $l (i32.lt_u (local.get $n) (i32.const {count}))))
            (local.get $r)",
            count * 44
        );
        component("", "", &body)
    };
    let fits = lying.build(&ada, "fits", pieces(3, 1 << 20)).await.unwrap();
    let said = ada.attack(&platform, &fits, json!({})).await;
    scene.control(
        "three pieces of one MiB of memory are 3 MiB at the client",
        said.text.len() > 3 << 20,
        said.text.len(),
    );
    for (slug, count, bytes) in
        [("gigabyte", 100, 10 << 20), ("pieces", 100_000, 40), ("one", 1, 10 << 20), ("in-one-step", 1, 6 << 20)]
    {
        let server = lying.build(&ada, slug, pieces(count, bytes)).await.unwrap();
        let said = ada.attack(&platform, &server, json!({})).await;
        let size = said.answer.to_string().len();
        let named = said.error && size < 2000 && said.text.contains("bytes") && said.text.contains("less");
        scene.guard("over its bound a result is an error that says so", named, (slug, size, said.text));
    }
}

/// A guest whose structured content is the value of its argument `text`, at the end of `{"text":"…"}`, unescaped.
fn structured() -> Vec<u8> {
    let body = "(local.set $r (call $text (i32.const 0) (i32.const 0)))
        (i32.store8 offset=12 (local.get $r) (i32.const 1))
        (i32.store offset=16 (local.get $r) (i32.add (local.get $args) (i32.const 9)))
        (i32.store offset=20 (local.get $r) (i32.sub (local.get $args_len) (i32.const 11)))
        (local.get $r)";
    component("", "", body)
}

async fn result_that_is_not_json(scene: &Scene) {
    let lying = Lying::start().await;
    let platform = scene.platform(Platform::setup().config(&lying.config)).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = lying.build(&ada, "structured", structured()).await.unwrap();
    let said = ada.attack(&platform, &server, json!({"text": "{}"})).await;
    let passed = said.answer["result"]["structuredContent"] == json!({});
    scene.control("the guest's own bytes are the structured content", passed, said);
    let deep = "[".repeat(200_000);
    for bytes in ["", "not json", "[1]", "7", "null", "{", "{} {}", "{'a':1}", &deep, &format!("{{1:{deep}")] {
        let said = ada.attack(&platform, &server, json!({"text": bytes})).await;
        let refused = said.error && said.answer["result"]["structuredContent"].is_null() && said.text.len() < 2000;
        let start: String = bytes.chars().take(20).collect();
        scene.guard("what is no object is a tool error", refused, (start, said));
    }
}

async fn result_not_as_its_output_schema_says(scene: &Scene) {
    let platform = scene.platform(hobby()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = "let text = args.text.unwrap_or_default();
        let value: Value = serde_json::from_str(&text)?;
        Ok(Json(value))";
    let schema = json!({"type": "object", "required": ["degrees"], "additionalProperties": false,
        "properties": {"degrees": {"type": "number", "maximum": 60}}});
    let server = ada.server_with(body, |spec| spec["tools"][0]["outputSchema"] = schema).await;
    let said = ada.attack(&platform, &server, json!({"text": "{\"degrees\":20}"})).await;
    let passed = said.answer["result"]["structuredContent"]["degrees"] == 20;
    scene.control("what is as the schema says reaches the client", passed, said);
    for text in ["{}", "{\"degrees\":\"hot\"}", "{\"degrees\":61}", "{\"degrees\":1,\"run\":\"rm -rf /\"}", "[20]"] {
        let said = ada.attack(&platform, &server, json!({"text": text})).await;
        let refused = said.error && said.answer["result"]["structuredContent"] == Value::Null;
        scene.guard("what is not is a tool error", refused, said);
    }
}

async fn result_that_is_no_text(scene: &Scene) {
    let lying = Lying::start().await;
    let platform = scene.platform(Platform::setup().config(&lying.config)).await;
    let ada = Tenant::new(&platform, "ada").await;
    let returns = |data: &str, at: &str, len: &str| {
        let data = format!(r#"(data (i32.const 1024) "{data}")"#);
        component("", &data, &format!("(call $text (i32.const {at}) (i32.const {len}))"))
    };
    let good = lying.build(&ada, "good", returns("\\c3\\a9", "1024", "2")).await.unwrap();
    let said = ada.attack(&platform, &good, json!({})).await;
    scene.control("bytes of UTF-8 reach the client", said.text == "é", said);
    for (slug, data, at, len) in [
        ("half", "\\c3", "1024", "1"),
        ("surrogate", "\\ed\\a0\\80", "1024", "3"),
        ("too-high", "\\f5\\80\\80\\80", "1024", "4"),
        ("outside", "", "-16", "64"),
        ("endless", "", "0", "-1"),
    ] {
        let server = lying.build(&ada, slug, returns(data, at, len)).await.unwrap();
        let said = ada.attack(&platform, &server, json!({})).await;
        scene.guard("what is no text is a tool error", said.error && said.text.len() < 2000, (slug, said));
    }
}
