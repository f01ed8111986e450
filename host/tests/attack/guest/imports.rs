//! Guests that turn what they may ask for against the host.

use serde_json::json;

use super::{GROUP, hobby};
use crate::attack::{Attack, attack};
use crate::guests::{ECHO, RANDOM};
use crate::handmade::{Lying, component};
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;
use crate::upstream::{Upstream, ok};

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, huge_string_to_every_import, "the host's memory, into which arguments are copied"),
    attack!(GROUP, hundred_thousand_headers, "the host's memory, and the upstream"),
    attack!(GROUP, random_bytes_without_end, "the host's generator, and its time"),
    attack!(GROUP, store_flood, "the database's disk"),
    attack!(GROUP, import_that_was_never_declared, "everything that has no gate"),
    attack!(GROUP, imports_that_the_compiler_hides, "what a reviewer reads of a server"),
];

/// What a call is told that has used its imports too much.
const TOO_MUCH: &str = "bytes to the platform, over its limit";

/// Gives a text of `n` bytes to the import number `m`.
const HUGE: &str = r#"let text = "x".repeat(args.n.unwrap_or(0) as usize);
match args.m.unwrap_or(0) {
    0 => log::info(&text),
    1 => progress::report(1.0, 2.0, &text),
    2 => { kv::get(&text)?; }
    3 => kv::set(&text, "v")?,
    4 => kv::set("k", &text)?,
    5 => kv::delete(&text)?,
    6 => { kv::list(&text, 1)?; }
    7 => { http::get(text).send()?; }
    8 => { http::get("https://upstream.example/").header("x", text).send()?; }
    9 => { http::get("https://upstream.example/").header(text, "x").send()?; }
    10 => { http::post("https://upstream.example/").body(text).send()?; }
    11 => { http::Request::new(text, "https://upstream.example/").send()?; }
    _ => { http::send_all(vec![http::get(text)]); }
}
Ok("taken")"#;

async fn huge_string_to_every_import(scene: &Scene) {
    let platform = scene.platform(Platform::setup().config("plan = \"enterprise\"\n")).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = ada.server_with(HUGE, |spec| spec["allowedHosts"] = json!(["upstream.example"])).await;
    let mut whole = 0;
    for import in 0..=12 {
        let small = ada.attack(&platform, &server, json!({"n": 4_000_000, "m": import})).await;
        whole += usize::from(!small.text.contains(TOO_MUCH));
        let huge = ada.attack(&platform, &server, json!({"n": 128 << 20, "m": import})).await;
        let refused = huge.error && huge.text.contains(TOO_MUCH);
        scene.guard("the copy is refused before it is made", refused, (import, huge));
    }
    scene.control("4 MB pass into the host by each of 13 ways", whole == 13, whole);
}

async fn hundred_thousand_headers(scene: &Scene) {
    let upstream = Upstream::new(|_| ok("", b"took them")).await;
    let naive = naive_request(&upstream, 100_000).await;
    scene.control("sent by a plain socket, the upstream takes all of them", naive, upstream.requests().len());

    let config = "[egress]\nallow_private = [\"127.0.0.0/8\"]\n";
    let platform = scene.platform(Platform::setup().config(config)).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = "let mut request = http::get(args.text.unwrap_or_default());
        for i in 0..args.n.unwrap_or(0) { request = request.header(format!(\"x-{i}\"), \"x\"); }
        Ok(request.send()?.text())";
    let server = ada.server_with(body, |spec| spec["allowedHosts"] = json!([upstream.pattern()])).await;
    let said = ada.attack(&platform, &server, json!({"text": upstream.url("/"), "n": 60})).await;
    scene.guard("60 headers pass", said.text == "took them", said);
    let said = ada.attack(&platform, &server, json!({"text": upstream.url("/"), "n": 100_000})).await;
    let named = said.error && said.text.contains("headers");
    scene.guard("100,000 are refused, and the error says how many may be", named, said);
    scene.guard("the upstream saw none of them", upstream.requests().len() == 2, upstream.requests().len());
}

/// Whether an upstream answers a request with so many headers, sent as it is.
async fn naive_request(upstream: &Upstream, headers: usize) -> bool {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(upstream.at).await.unwrap();
    let headers: String = (0..headers).flat_map(|i| ["x-".to_owned(), i.to_string(), ": x\r\n".to_owned()]).collect();
    stream.write_all(format!("GET / HTTP/1.1\r\n{headers}\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.ends_with("took them")
}

async fn random_bytes_without_end(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = "let mut last = 0;
        for _ in 0..args.n.unwrap_or(0) { last = random::bytes(65_536)[7]; }
        Ok(last.to_string())";
    let server = ada.server(body).await;
    let said = ada.attack(&platform, &server, json!({"n": 1000})).await;
    scene.control("a thousand times 64 KiB are given", !said.error, said);
    let said = ada.attack(&platform, &server, json!({"n": 1_000_000})).await;
    scene.guard("a call's share is bounded, whatever its fuel", said.error && said.text.contains(TOO_MUCH), said);

    let lying = Lying::start().await;
    let platform = scene.platform(Platform::setup().config(&lying.config)).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = "(local.set $r (call $alloc (i32.const 8))) (call $random (i32.const -1) (local.get $r)) unreachable";
    let server = lying.build(&ada, "at-once", component(RANDOM, "", body)).await.unwrap();
    let said = ada.attack(&platform, &server, json!({})).await;
    scene.guard(
        "4 GiB at once are refused",
        said.error && said.text.contains("random of 65536 bytes: it wanted 4294967295"),
        said,
    );
}

async fn store_flood(scene: &Scene) {
    let platform = scene.platform(hobby()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = "let value = vec![7u8; args.m.unwrap_or(0) as usize];
        for i in 0..args.n.unwrap_or(0) { kv::set(&format!(\"key-{i}\"), &value)?; }
        Ok(\"kept\")";
    let server = ada.server(body).await;
    let said = ada.attack(&platform, &server, json!({"n": 15, "m": 65_536})).await;
    scene.control("15 values of 64 KiB are kept", said.text == "kept", said);
    for (count, size) in [(17, 65_536), (1_100, 1), (1, 65_537)] {
        let said = ada.attack(&platform, &server, json!({"n": count, "m": size})).await;
        scene.guard("over 1 MiB, 1,000 keys or 64 KiB nothing is kept", said.error && said.text != "kept", said);
    }
}

async fn import_that_was_never_declared(scene: &Scene) {
    let lying = Lying::start().await;
    let platform = scene.platform(Platform::setup().config(&lying.config)).await;
    let ada = Tenant::new(&platform, "ada").await;
    let declared = lying.build(&ada, "declared", component(RANDOM, "", ECHO)).await;
    scene.control("a component that imports what is offered goes live by the same way", declared.is_ok(), &declared);
    for import in ["evil:host/shell@0.1.0", "cloche:tool/vault@0.1.0"] {
        let asks =
            wat::parse_str(format!(r#"(component (import "{import}" (instance (export "run" (func)))))"#)).unwrap();
        let built = lying.build(&ada, &format!("asks-{}", import.len()), asks).await;
        let named = built.as_ref().is_err_and(|why| why.contains("smoke_failed") && why.contains(import));
        scene.guard("the build fails, and says what was asked for", named, built);
    }
}

async fn imports_that_the_compiler_hides(scene: &Scene) {
    let lying = Lying::start().await;
    let platform = scene.platform(Platform::setup().config(&lying.config)).await;
    let ada = Tenant::new(&platform, "ada").await;
    let honest = lying.build(&ada, "honest", component(RANDOM, "", ECHO)).await.unwrap();
    let shown = async |id: &str| ada.browser.get(&format!("/v1/servers/{id}")).await.1["imports"].clone();
    let truth = json!(["cloche:tool/random@0.1.0"]);
    let seen = shown(&honest.id).await;
    scene.control("a compiler service that tells the truth is believed", seen == truth, seen);
    lying.hide_imports();
    let hidden = lying.build(&ada, "hidden", component(RANDOM, "(global i32 (i32.const 1))", ECHO)).await;
    match hidden {
        Ok(server) => {
            let seen = shown(&server.id).await;
            scene.guard("what is shown is what the binary imports", seen == truth, seen);
        }
        Err(why) => scene.guard("the build fails", why.contains("import"), why),
    }
}
