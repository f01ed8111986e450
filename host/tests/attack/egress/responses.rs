//! Upstreams that are slow, huge, or lie.

use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::{GROUP, allowing, reaching};
use crate::attack::{Attack, attack};
use crate::platform::{Platform, Setup};
use crate::scene::Scene;
use crate::tenant::Tenant;
use crate::upstream::{Upstream, ok};

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, gzip_bomb, "the host's memory"),
    attack!(GROUP, slow_drip_body, "the call's slot, and the connection"),
    attack!(GROUP, upstream_that_lies, "the host, which parses what it answers"),
];

/// The length of the answer.
const LENGTH: &str = "let seconds = args.n.unwrap_or(20) as u64;
let answer = http::get(args.text.unwrap_or_default()).timeout(std::time::Duration::from_secs(seconds)).send()?;
Ok(answer.body.len().to_string())";

/// The smallest plan: a call ends after 10 s.
fn on_hobby() -> Setup {
    Platform::setup().config("plan = \"hobby\"\n[egress]\nallow_private = [\"127.0.0.1/32\"]\n")
}

fn gzip_of_zeros(mebibytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let mebibyte = vec![0; 1 << 20];
    for _ in 0..mebibytes {
        encoder.write_all(&mebibyte).unwrap();
    }
    encoder.finish().unwrap()
}

async fn gzip_bomb(scene: &Scene) {
    let (small, bomb) = (gzip_of_zeros(4), gzip_of_zeros(1000));
    let unpacked = std::io::copy(&mut flate2::read::GzDecoder::new(&*bomb), &mut std::io::sink()).unwrap();
    let what = format!("unpacked as it is, an answer of {} MB becomes {} MB", bomb.len() >> 20, unpacked >> 20);
    scene.control(what, unpacked == 1000 << 20 && bomb.len() < 16 << 20, bomb.len());
    let upstream = Upstream::new(move |request| {
        let body = if request.starts_with("GET /small") { &small } else { &bomb };
        ok("content-encoding: gzip\r\n", body)
    })
    .await;
    let platform = scene.platform(allowing(&["127.0.0.1/32"], "")).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = reaching(&ada, LENGTH, &[upstream.pattern()]).await;
    let said = ada.attack(&platform, &server, json!({"text": upstream.url("/small")})).await;
    scene.guard("4 MiB of an honest answer pass", said.text == (4 << 20).to_string(), said);
    for _ in 0..3 {
        let said = ada.attack(&platform, &server, json!({"text": upstream.url("/bomb")})).await;
        scene.guard(
            "the bomb ends at the bound of an answer",
            said.error && said.text.contains("over the limit of 8388608"),
            said,
        );
    }
}

async fn slow_drip_body(scene: &Scene) {
    let upstream = Upstream::paced(|_| ok("", &[b'x'; 10_000]), Duration::from_millis(50)).await;
    let waited =
        tokio::time::timeout(Duration::from_secs(2), reqwest::get(upstream.url("/")).await.unwrap().text()).await;
    scene.control("a client without a bound waits on", waited.is_err(), waited.map(|_| ()));
    let platform = scene.platform(on_hobby()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = reaching(&ada, LENGTH, &[upstream.pattern()]).await;
    for (seconds, most) in [(1, 4), (60, 13)] {
        let began = Instant::now();
        let said = ada.attack(&platform, &server, json!({"text": upstream.url("/"), "n": seconds})).await;
        let ended = said.error && began.elapsed() < Duration::from_secs(most);
        scene.guard("it ends by the request's time, or the call's", ended, (seconds, began.elapsed(), said));
    }
}

async fn upstream_that_lies(scene: &Scene) {
    let endless = "x".repeat(1 << 20);
    let lies: Vec<(&str, Vec<u8>)> = vec![
        ("/honest", ok("", b"12345")),
        ("/short", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n12345".to_vec()),
        ("/huge", b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999\r\n\r\n12345".to_vec()),
        ("/overflow", b"HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551617\r\n\r\n12345".to_vec()),
        ("/negative", b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n12345".to_vec()),
        ("/two", b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n12345".to_vec()),
        (
            "/both",
            b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n12345"
                .to_vec(),
        ),
        ("/chunk", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffff\r\n12345".to_vec()),
        (
            "/extension",
            format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;{endless}\r\nx\r\n0\r\n\r\n").into(),
        ),
        ("/head", format!("HTTP/1.1 200 OK\r\nx: {endless}\r\n\r\n").into()),
        ("/heads", format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(50_000)).into()),
        ("/reason", format!("HTTP/1.1 200 {endless}\r\n\r\n").into()),
        ("/hundreds", "HTTP/1.1 100 Continue\r\n\r\n".repeat(50_000).into()),
        (
            "/switch",
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n12345".to_vec(),
        ),
        ("/nothing", vec![]),
        ("/zero-nine", b"<html>12345".to_vec()),
        ("/binary", (0..=255).cycle().take(100_000).collect()),
        ("/gzip", ok("content-encoding: gzip\r\n", b"this is not gzip")),
        ("/half-gzip", ok("content-encoding: gzip\r\n", &gzip_of_zeros(1)[..50])),
        ("/status", b"HTTP/1.1 999 What\r\ncontent-length: 0\r\n\r\n".to_vec()),
        ("/header", b"HTTP/1.1 200 OK\r\nx: \xff\xfe\x00\r\ncontent-length: 0\r\n\r\n".to_vec()),
    ];
    let paths: Vec<_> = lies.iter().map(|(path, _)| *path).collect();
    let upstream = Upstream::new(move |request| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        lies.iter().find(|(known, _)| *known == path).map(|(_, bytes)| bytes.clone()).unwrap_or_default()
    })
    .await;
    let platform = scene.platform(on_hobby()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = reaching(&ada, LENGTH, &[upstream.pattern()]).await;
    for path in paths {
        let began = Instant::now();
        let said = ada.attack(&platform, &server, json!({"text": upstream.url(path), "n": 3})).await;
        if path == "/honest" {
            scene.control("an honest answer of the same upstream reaches the tool", said.text == "5", said);
            continue;
        }
        let short = said.answer.to_string().len() < 3000 && began.elapsed() < Duration::from_secs(8);
        let harmless = said.error || matches!(path, "/status" | "/header") || said.text == "0";
        scene.guard("a lie is an error of the request, and soon", short && harmless, (path, began.elapsed(), said));
    }
}
