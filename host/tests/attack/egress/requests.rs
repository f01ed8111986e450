//! Requests that say two things at once, or come in crowds.

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{GROUP, allowing, reaching};
use crate::attack::{Attack, attack};
use crate::scene::Scene;
use crate::tenant::Tenant;
use crate::upstream::{Upstream, ok};

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, line_break_in_a_header, "the upstream, from headers and requests that nobody granted"),
    attack!(GROUP, request_smuggling, "the upstream, from a second request in the body of the first"),
    attack!(GROUP, fan_out, "upstreams, from a flood by one call"),
];

/// Sends a header or a method or a target with the value given, by way number `n`.
const SAYS: &str = r#"let url = args.text.unwrap_or_default();
let bad = "a\r\nx-evil: 1\r\n\r\nGET /evil HTTP/1.1\r\nhost: evil\r\n\r\n";
let request = match args.n.unwrap_or(0) {
    0 => http::get(url).header("x-good", bad),
    1 => http::get(url).header(bad, "good"),
    2 => http::get(format!("{url}{bad}")),
    3 => http::Request::new(bad, url),
    4 => http::get(url).header("x-good", "a\nx-evil: 1"),
    5 => http::get(url).header("x-good", "a\rx-evil: 1"),
    6 => http::get(url).header("x-good", "a\0x-evil: 1"),
    7 => http::get(url).header("x-evil:", "1"),
    8 => http::get(url).header(" x-evil", "1"),
    9 => http::get(url).query("q", bad),
    10 => http::get(url).header("host", "evil.example"),
    11 => http::get(url).header("x-good", "é\u{2028}x-evil: 1"),
    _ => http::get(url).header("x-good", "fine"),
};
Ok(request.send()?.text())"#;

async fn raw(upstream: &Upstream, bytes: &str) -> Vec<u8> {
    let mut stream = tokio::net::TcpStream::connect(upstream.at).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = vec![];
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

async fn line_break_in_a_header(scene: &Scene) {
    let upstream = Upstream::new(|_| ok("", b"thanks")).await;
    raw(&upstream, "GET / HTTP/1.1\r\nhost: x\r\nx-good: a\r\nx-evil: 1\r\n\r\n").await;
    let seen = upstream.requests();
    scene.control("written as it is, the value becomes a header of its own", seen[0].contains("\nx-evil: 1"), &seen);
    let platform = scene.platform(allowing(&["127.0.0.1/32"], "")).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = reaching(&ada, SAYS, &[upstream.pattern()]).await;
    for way in 0..=12 {
        let before = upstream.requests().len();
        let said = ada.attack(&platform, &server, json!({"text": upstream.url("/"), "n": way})).await;
        let seen = upstream.requests()[before..].to_vec();
        let evil = |request: &String| {
            let head = request.to_ascii_lowercase();
            head.contains("\nx-evil")
                || head.contains("\rx-evil")
                || head.contains("\nget /evil")
                || head.contains("host: evil")
        };
        let clean = seen.len() <= 1 && !seen.iter().any(evil);
        scene.guard("the upstream sees one request with the headers that it has", clean, (way, &said, &seen));
        scene.guard("what is well-formed passes", way != 12 || said.text == "thanks", said);
    }
}

async fn request_smuggling(scene: &Scene) {
    let upstream = Upstream::new(|_| ok("", b"thanks")).await;
    raw(
        &upstream,
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /evil",
    )
    .await;
    let both =
        upstream.requests()[0].contains("transfer-encoding") && upstream.requests()[0].contains("content-length");
    scene.control(
        "sent by a plain socket, both lengths reach the upstream, which may believe either",
        both,
        upstream.requests(),
    );
    let platform = scene.platform(allowing(&["127.0.0.1/32"], "")).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = r#"let (name, value) = [
            ("transfer-encoding", "chunked"), ("Transfer-Encoding", "identity"), ("content-length", "3"),
            ("Content-Length", "9999"), ("connection", "keep-alive, transfer-encoding"), ("te", "trailers"),
            ("upgrade", "h2c"), ("http2-settings", "AAMAAABkAAQAoAAAAAIAAAAA"), ("expect", "100-continue"),
            ("trailer", "x"), ("proxy-connection", "keep-alive"), ("keep-alive", "timeout=9"), ("x-fine", "yes"),
        ][args.n.unwrap_or(0) as usize];
        let request = http::post(args.text.unwrap_or_default()).header(name, value);
        Ok(request.body("0\r\n\r\nGET /evil HTTP/1.1\r\nhost: x\r\n\r\n").send()?.text())"#;
    let server = reaching(&ada, body, &[upstream.pattern()]).await;
    for way in 0..=12 {
        let before = upstream.requests().len();
        let said = ada.attack(&platform, &server, json!({"text": upstream.url("/"), "n": way})).await;
        let seen = upstream.requests()[before..].to_vec();
        let one = seen.iter().all(|request| {
            let head = request.split("\r\n\r\n").next().unwrap().to_ascii_lowercase();
            head.matches("content-length:").count() == 1
                && head.contains("content-length: 36")
                && !head.contains("transfer-encoding")
        });
        scene.guard("a request has one length, and it is the body's", seen.len() <= 1 && one, (way, &said, &seen));
        scene.guard("other headers pass", way != 12 || said.text == "thanks", said);
    }
}

async fn fan_out(scene: &Scene) {
    let upstream = Upstream::new(|_| ok("", b"x")).await;
    let platform = scene.platform(allowing(&["127.0.0.1/32"], "")).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = "let url = args.text.unwrap_or_default();
        let many = |n: i64| (0..n).map(|_| http::get(url.clone())).collect::<Vec<_>>();
        let mut answered = http::send_all(many(args.n.unwrap_or(0))).iter().filter(|answer| answer.is_ok()).count();
        for _ in 0..args.m.unwrap_or(0) { answered += usize::from(http::get(url.clone()).send().is_ok()); }
        Ok(answered.to_string())";
    let server = reaching(&ada, body, &[upstream.pattern()]).await;
    let ask = async |n: i64, m: i64| {
        let before = upstream.requests().len();
        let said = ada.attack(&platform, &server, json!({"text": upstream.url("/"), "n": n, "m": m})).await;
        (said.text, upstream.requests().len() - before)
    };
    let fifty = ask(40, 10).await;
    scene.control("fifty requests of one call are sent", fifty == ("50".to_owned(), 50), fifty);
    for (n, m) in [(1000, 0), (0, 1000), (40, 1000), (20_000, 0)] {
        let (said, sent) = ask(n, m).await;
        scene.guard("however it asks, no more than fifty leave", sent <= 50 && said == "50", (n, m, said, sent));
    }
}
