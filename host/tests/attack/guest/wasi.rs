//! Guests built for WASI, with the whole standard library at hand: files, sockets, environment, and HTTP past the gate.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::GROUP;
use crate::attack::{Attack, attack};
use crate::hosted::Hosted;
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;
use crate::uploaded::{guest, spec, upload};
use crate::upstream::{Upstream, ok};

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, wasi_files_and_environment, "the host's files, arguments and variables"),
    attack!(GROUP, wasi_sockets, "everything that the host could connect to"),
    attack!(GROUP, wasi_http_past_the_gate, "hosts that were not granted, and secrets"),
    attack!(GROUP, wasi_that_hoards_and_waits, "the host's memory and threads"),
    attack!(GROUP, wasi_request_that_outlives_its_call, "what a call may use, once it has ended"),
];

const FILE: &str = "/etc/passwd";

/// A live server of the Rust guest with these tools, which may reach these hosts.
async fn server(ada: &Tenant, tools: &[&str], hosts: &[String]) -> Hosted {
    let new = upload("wasi", &guest("rust.wasm"), &spec(tools, hosts));
    Hosted::create(&ada.browser, new).await.live(&ada.browser).await
}

async fn wasi_files_and_environment(scene: &Scene) {
    let read = std::fs::read_to_string(FILE);
    scene.control(format!("any process of this machine reads {FILE}"), read.is_ok(), read.map(|text| text.len()));
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = server(&ada, &["read", "environment"], &["api.example.com".to_owned()]).await;
    for path in [FILE, "/proc/self/environ", ".", "../data/cloche.db", "/dev/stdin"] {
        let said = ada.call(&platform, &server, "read", json!({"path": path})).await;
        let held = !said.error && said.text.starts_with("0 directories; Err(");
        scene.guard("there is no directory to open a file from", held, (path, said));
    }
    let said = ada.call(&platform, &server, "environment", json!({})).await;
    scene.guard("variables and arguments are empty", said.text == "[] []", said);
}

async fn wasi_sockets(scene: &Scene) {
    let upstream = Upstream::new(|_| ok("", b"reached")).await;
    let connected = TcpStream::connect(upstream.at);
    scene.control("any process of this machine connects there", connected.is_ok(), &connected);
    // Even where HTTP may go there.
    let setup = Platform::setup().config("[egress]\nallow_private = [\"127.0.0.1/32\"]\n");
    let platform = scene.platform(setup).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = server(&ada, &["connect", "fetch"], &[upstream.pattern()]).await;
    let platform_itself = platform.url.trim_start_matches("http://").to_owned();
    for to in [upstream.at.to_string(), platform_itself, "169.254.169.254:80".to_owned()] {
        let said = ada.call(&platform, &server, "connect", json!({"to": to})).await;
        let refused =
            said.text.starts_with("tcp Err(") && said.text.contains("name Err(") && said.text.contains("udp Err(");
        scene.guard("no socket, no name, no datagram", !said.error && refused, (to, said));
    }
    scene.guard("nothing has come", upstream.requests().is_empty(), upstream.requests());
}

async fn wasi_http_past_the_gate(scene: &Scene) {
    let granted = Upstream::new(|request| {
        let header = |name: &str| request.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        ok("location: http://169.254.169.254/\r\n", header("authorization").as_bytes())
    })
    .await;
    let other = Upstream::new(|_| ok("", b"reached")).await;
    let setup = Platform::setup().config("[egress]\nallow_private = [\"127.0.0.1/32\"]\n");
    let platform = scene.platform(setup).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = server(&ada, &["fetch"], &[granted.pattern(), "http://127.0.0.2:1".to_owned()]).await;
    let secret = "swordfish-2026-11";
    scene.keeps_secret(secret);
    let path = format!("/v1/servers/{}/secrets/TOKEN", server.id);
    assert_eq!(ada.browser.put(&path, json!({"value": secret})).await.0, 204);
    let fetch = async |url: String| ada.call(&platform, &server, "fetch", json!({"url": url})).await;

    let said = fetch(granted.url("/")).await;
    let carried = granted.requests().iter().any(|request| request.contains(secret));
    scene.control("the granted host gets the request, and the secret", carried, granted.requests());
    scene.guard(
        "its echo does not reach the guest",
        said.text.contains("{TOKEN}") && !said.text.contains(secret),
        said,
    );
    for url in [
        other.url("/"),
        format!("http://{}@{}/", granted.at, other.at),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://[::ffff:127.0.0.1]/".to_owned(),
        format!("{}/ready", platform.url),
        "http://127.0.0.2:1/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let said = fetch(url.clone()).await;
        scene.guard("what is not granted, or not public, is refused", said.error, (url, said));
    }
    scene.guard("nothing has come there", other.requests().is_empty(), other.requests());
}

async fn wasi_that_hoards_and_waits(scene: &Scene) {
    let platform = scene.platform(super::patient("")).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = server(&ada, &["resources", "sleep", "tick", "greet"], &["api.example.com".to_owned()]).await;
    let said = ada.call(&platform, &server, "tick", json!({})).await;
    let what = "a loop of host functions burns hardly any fuel";
    scene.control(what, said.error && !said.text.contains("fuel"), &said);
    scene.guard("they are counted", said.text.contains("to the platform, over its limit"), &said);
    let said = ada.call(&platform, &server, "resources", json!({})).await;
    scene.guard("100,000 timers are more than a call may hold", said.error, said);
    // All places of the plan asleep, and the platform's threads free.
    let sleeping = (0..4).map(|_| ada.call(&platform, &server, "sleep", json!({})));
    let sleeping = futures::future::join_all(sleeping);
    let asleep = tokio::time::timeout(Duration::from_secs(2), sleeping).await.is_err();
    scene.guard("they sleep", asleep, asleep);
    let ready = Instant::now();
    let (status, _) = platform.anyone().get("/ready").await;
    scene.guard("nobody waits for those that sleep", status == 200 && ready.elapsed() < Duration::from_secs(1), status);
    let said = ada.call(&platform, &server, "greet", json!({"name": "Ada"})).await;
    scene.guard("who has gone holds no place", said.text == "Hello, Ada!", said);
}

async fn wasi_request_that_outlives_its_call(scene: &Scene) {
    // Answers after three seconds, to those who are still there.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (told, mut waited) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let began = Instant::now();
            let _ = stream.read(&mut [0; 4 << 10]).await;
            // A client that goes closes its connection.
            let gone = tokio::time::timeout(Duration::from_secs(3), stream.read(&mut [0; 1])).await.is_ok();
            let _ = told.send((gone, began.elapsed()));
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nlate").await;
        }
    });
    let setup = Platform::setup().config("[egress]\nallow_private = [\"127.0.0.1/32\"]\n");
    let platform = scene.platform(setup).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = server(&ada, &["fetch", "leave"], &[format!("http://{at}")]).await;
    let path = format!("/v1/servers/{}/secrets/TOKEN", server.id);
    assert_eq!(ada.browser.put(&path, json!({"value": "a value of hers"})).await.0, 204);
    let url = json!({"url": format!("http://{at}/")});
    let said = ada.call(&platform, &server, "fetch", url.clone()).await;
    let (gone, _) = waited.recv().await.unwrap();
    scene.control(
        "a guest that waits holds its request open for three seconds",
        said.text == "200 late" && !gone,
        said,
    );

    let (status, tried) = {
        let path = format!("/v1/servers/{}/try", server.id);
        ada.browser.post(&path, json!({"tool": "leave", "arguments": url})).await
    };
    assert_eq!((status, &tried["result"]["content"][0]["text"]), (200, &json!("left")), "{tried:#}");
    let (gone, after) = tokio::time::timeout(Duration::from_secs(5), waited.recv()).await.unwrap().unwrap();
    let ended = gone && after < Duration::from_secs(2);
    scene.guard("one that is left behind ends with its call", ended, (gone, after));
    let recorded = tried.to_string().contains(&at.to_string());
    scene.guard("and is in the call's record all the same", recorded, tried);
}
