//! An upstream that gives back what it was sent.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::{GROUP, VALUE, holds_value, local, server};
use crate::attack::{Attack, attack};
use crate::scene::Scene;
use crate::tenant::Tenant;
use crate::upstream::{Upstream, ok};

pub const ATTACKS: &[Attack] =
    &[attack!(GROUP, endpoint_that_echoes_the_secret, "the value, from the tool that names it")];

/// Sends the secret, and returns all of the answer.
const ASK: &str = r#"let url = args.text.unwrap_or_default();
let answer = http::get(url).header("authorization", "Bearer {API_KEY}").send()?;
Ok(format!("{} {:?} {}", answer.status, answer.headers, answer.text()))"#;

/// Gives the `authorization` header back in the form that the path names.
fn echo(request: &str) -> Vec<u8> {
    let path = request.split(' ').nth(1).unwrap_or_default();
    let sent = request.lines().find_map(|line| line.strip_prefix("authorization: Bearer ")).unwrap_or_default();
    let gzip = |text: &str| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    match path {
        "/plain" => ok("", format!("you sent {sent}.").as_bytes()),
        "/header" => ok(&format!("x-sent: {sent}\r\n"), b""),
        "/percent" => ok("", utf8_percent_encode(sent, NON_ALPHANUMERIC).to_string().as_bytes()),
        "/form" => ok("", url::form_urlencoded::byte_serialize(sent.as_bytes()).collect::<String>().as_bytes()),
        "/base64" => ok("", STANDARD.encode(format!("user:{sent}")).as_bytes()),
        "/base64url" => ok("", URL_SAFE_NO_PAD.encode(format!("{{\"k\":\"{sent}\"}}")).as_bytes()),
        "/json" => ok("", json!({"sent": sent}).to_string().as_bytes()),
        "/gzip" => ok("content-encoding: gzip\r\n", &gzip(&format!("you sent {sent}."))),
        "/chunks" => {
            let chunks: String = sent.chars().flat_map(|c| ["1\r\n".into(), c.to_string(), "\r\n".into()]).collect();
            format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunks}0\r\n\r\n").into()
        }
        "/error" => format!("HTTP/1.1 500 {sent}\r\ncontent-length: {}\r\n\r\n{sent}", sent.len()).into(),
        "/redirect" => format!("HTTP/1.1 302 Found\r\nlocation: /?key={sent}\r\ncontent-length: 0\r\n\r\n").into(),
        "/not-http" => format!("{sent}\r\n\r\n").into(),
        _ => ok("", b"?"),
    }
}

const FORMS: [&str; 12] = [
    "plain",
    "header",
    "percent",
    "form",
    "base64",
    "base64url",
    "json",
    "gzip",
    "chunks",
    "error",
    "redirect",
    "not-http",
];

fn unzipped(bytes: &[u8]) -> String {
    let mut text = String::new();
    match GzDecoder::new(bytes).read_to_string(&mut text) {
        Ok(_) => text,
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

async fn endpoint_that_echoes_the_secret(scene: &Scene) {
    let upstream = Upstream::new(echo).await;
    // The upstream answers once a connection.
    let naive = reqwest::Client::builder().pool_max_idle_per_host(0).redirect(reqwest::redirect::Policy::none());
    let naive = naive.build().unwrap();
    let mut leaked = vec![];
    for form in FORMS {
        let sent = naive.get(upstream.url(&format!("/{form}"))).bearer_auth(VALUE).send().await;
        let Ok(answer) = sent else { continue };
        let headers = format!("{:?}", answer.headers());
        let body = unzipped(&answer.bytes().await.unwrap());
        if holds_value(&headers) || holds_value(&body) {
            leaked.push(form);
        }
    }
    scene.control("a plain HTTP client is given the value in 11 forms", leaked.len() >= 11, &leaked);

    scene.keeps_secret(VALUE);
    let platform = scene.platform(local()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = server(&ada, ASK, &upstream, &[]).await;
    for form in FORMS {
        let before = upstream.requests().len();
        let said = ada.attack(&platform, &server, json!({"text": upstream.url(&format!("/{form}"))})).await;
        let sent = upstream.requests()[before..].iter().any(|request| request.contains(VALUE));
        assert!(sent, "{form}: the upstream was not sent the secret: {said:?}");
        scene.guard(form, !holds_value(&said.answer.to_string()), said);
    }
}
