//! Secrets reach the hosts they are bound to, and nobody else: not the guest, not the log, not the record.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloche_sandbox::{Grant, Secret, Secrets};

use crate::guests::{self, Sends};
use crate::kit::{Kit, said, texts, to_hosts};
use crate::upstream::{Upstream, ok};

const VALUE: &str = "s3cr3t/value+\"1\"";

fn grant(hosts: &[String], bound: &str, value: Option<&str>) -> Grant {
    let secret = Secret { value: value.map(Into::into), hosts: vec![bound.parse().unwrap()] };
    let secrets: Secrets = [("API_KEY".parse().unwrap(), secret)].into_iter().collect();
    Grant { secrets: Arc::new(secrets), ..to_hosts(hosts) }
}

fn bearer() -> Vec<u8> {
    guests::http(&Sends { headers: &[("Authorization", "Bearer {API_KEY}")], ..Sends::default() })
}

#[tokio::test]
async fn a_secret_goes_to_its_host_in_headers_and_query() {
    let kit = Kit::local();
    let upstream = Upstream::new(|_| ok("", b"thanks")).await;
    let grant = grant(&[upstream.pattern()], &upstream.pattern(), Some(VALUE));
    // In braces as such it is a placeholder; escaped, as in a search text, it is data.
    let url = upstream.url("/?a=1&key={API_KEY}&q=%7BAPI_KEY%7D");
    let report = kit.send(bearer(), grant, "GET", &url).await;
    assert_eq!(said(&report), "thanks");
    let request = &upstream.requests()[0];
    assert!(request.contains(&format!("authorization: Bearer {VALUE}\r\n")), "{request}");
    assert!(request.contains("GET /?a=1&key=s3cr3t%2Fvalue%2B%221%22&q=%7BAPI_KEY%7D HTTP"), "{request}");
    assert!(!format!("{report:?}").contains("s3cr3t"), "{report:?}");
}

#[tokio::test]
async fn user_and_password_are_encoded_where_they_are_filled_in() {
    let kit = Kit::local();
    let upstream = Upstream::new(|request| {
        let sent = request.lines().find(|line| line.starts_with("authorization: ")).unwrap_or_default();
        ok("", sent.as_bytes())
    })
    .await;
    for (header, sent) in [
        ("Basic ada:{API_KEY}", format!("Basic {}", STANDARD.encode(format!("ada:{VALUE}")))),
        ("basic {API_KEY}:", format!("basic {}", STANDARD.encode(format!("{VALUE}:")))),
        ("Basic ada:open", format!("Basic {}", STANDARD.encode("ada:open"))),
        ("Basic YWRhOm9wZW4=", "Basic YWRhOm9wZW4=".to_owned()),
        ("Basic {API_KEY}", format!("Basic {VALUE}")),
    ] {
        let sends = guests::http(&Sends { headers: &[("Authorization", header)], ..Sends::default() });
        let grant = grant(&[upstream.pattern()], &upstream.pattern(), Some(VALUE));
        let report = kit.send(sends, grant, "GET", &upstream.url("/")).await;
        let last = upstream.requests().pop().unwrap();
        assert!(last.contains(&format!("\r\nauthorization: {sent}\r\n")), "{header}: {last}");
        let inner = &STANDARD.encode(format!("ada:{VALUE}"))[8..20];
        let said = said(&report);
        assert!(
            !said.contains("s3cr3t") && !said.contains(inner) && !said.contains(&STANDARD.encode(VALUE)[..12]),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_secret_does_not_go_anywhere_else() {
    let kit = Kit::local();
    let upstream = Upstream::new(|_| ok("", b"thanks")).await;
    for bound in ["api.example.com", "http://127.0.0.1", "http://127.0.0.1:1"] {
        let grant = grant(&[upstream.pattern()], bound, Some(VALUE));
        let said = said(&kit.send(bearer(), grant, "GET", &upstream.url("/")).await);
        assert!(said.contains(&format!("secret API_KEY is bound to {bound} and may not be sent to")), "{said}");
    }
    let grant_unset = grant(&[upstream.pattern()], &upstream.pattern(), None);
    let report = kit.send(bearer(), grant_unset, "GET", &upstream.url("/")).await;
    assert!(said(&report).contains("secret API_KEY has no value yet: set it"), "{}", said(&report));
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn a_secret_that_is_no_header_value_is_not_shown() {
    let kit = Kit::local();
    let upstream = Upstream::new(|_| ok("", b"")).await;
    let grant = grant(&[upstream.pattern()], &upstream.pattern(), Some("s3cr3t\r\nx: y"));
    let report = kit.send(bearer(), grant, "GET", &upstream.url("/")).await;
    assert!(said(&report).contains("line break") && !said(&report).contains("s3cr3t"), "{}", said(&report));
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn echoes_are_taken_out_of_headers_and_body() {
    let kit = Kit::local();
    let upstream = Upstream::new(|request| {
        let json = serde_json::json!({ "request": request, "basic": STANDARD.encode(format!("user:{VALUE}")) });
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, json.to_string().as_bytes()).unwrap();
        let headers = format!("x-echo: you sent {VALUE}!\r\ncontent-encoding: gzip\r\n");
        ok(&headers, &gzip.finish().unwrap())
    })
    .await;
    let grant = grant(&[upstream.pattern()], &upstream.pattern(), Some(VALUE));
    let report = kit.send(bearer(), grant, "GET", &upstream.url("/?key={API_KEY}")).await;
    let pieces = texts(report.outcome.as_ref().unwrap()).join("\n");
    assert!(upstream.requests()[0].contains(VALUE));
    assert!(pieces.contains("Bearer {API_KEY}") && pieces.contains("you sent {API_KEY}!"), "{pieces}");
    let inner = &STANDARD.encode(format!("user:{VALUE}"))[8..20];
    for form in ["s3cr3t", "value%2B", inner] {
        assert!(!pieces.contains(form), "{form} in {pieces}");
    }
}

#[tokio::test]
async fn a_part_of_an_echo_is_not_to_be_had() {
    let kit = Kit::local();
    let upstream = Upstream::new(|_| ok("", b"")).await;
    let part = guests::http(&Sends {
        headers: &[("Authorization", "Bearer {API_KEY}"), ("Range", "bytes=0-3")],
        ..Sends::default()
    });
    let with = || grant(&[upstream.pattern()], &upstream.pattern(), Some(VALUE));
    let told = said(&kit.send(part, with(), "GET", &upstream.url("/")).await);
    assert!(told.contains("leave out the Range header"), "{told}");
    let part = || guests::http(&Sends { headers: &[("Range", "bytes=0-3")], ..Sends::default() });
    let told = said(&kit.send(part(), with(), "GET", &upstream.url("/?key={API_KEY}")).await);
    assert!(told.contains("leave out the Range header"), "{told}");
    assert!(upstream.requests().is_empty());
    assert_eq!(said(&kit.send(part(), with(), "GET", &upstream.url("/")).await), "", "without a secret it may");
}

#[tokio::test]
async fn a_guest_that_goes_through_all_of_its_memory_finds_no_secret() {
    let kit = Kit::local();
    let encoded = STANDARD.encode(VALUE);
    let chunked = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n",
        &VALUE[..4],
        VALUE.len() - 4,
        &VALUE[4..]
    );
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, VALUE.as_bytes()).unwrap();
    let answers: [Vec<u8>; 9] = [
        ok("", VALUE.as_bytes()),
        ok(&format!("x-echo: {VALUE}\r\n"), b""),
        ok("", serde_json::json!({ "key": VALUE }).to_string().as_bytes()),
        ok("", encoded.as_bytes()),
        ok("content-encoding: gzip\r\n", &gzip.finish().unwrap()),
        chunked.into_bytes(),
        format!("HTTP/1.1 302 Found\r\nlocation: /?key={VALUE}\r\ncontent-length: 0\r\n\r\n").into_bytes(),
        format!("HTTP/1.1 500 Oh\r\ncontent-length: {}\r\n\r\n{VALUE}", VALUE.len()).into_bytes(),
        format!("{VALUE} is no HTTP\r\n\r\n").into_bytes(),
    ];
    let sends = || Sends { headers: &[("Authorization", "Bearer {API_KEY}")], ..Sends::default() };
    for answer in answers {
        let shown = String::from_utf8_lossy(&answer).into_owned();
        let upstream = Upstream::new(move |_| answer.clone()).await;
        for needle in [&VALUE.as_bytes()[..6], &encoded.as_bytes()[..6]] {
            let grant = grant(&[upstream.pattern()], &upstream.pattern(), Some(VALUE));
            let report =
                kit.send(guests::scanning(&sends(), needle), grant, "GET", &upstream.url("/?key={API_KEY}")).await;
            assert_eq!(said(&report), "0", "{shown}");
        }
        assert!(upstream.requests()[0].contains(VALUE), "it was sent");
        // The same search finds what is there: here the guest was given the value itself.
        let grant = grant(&[upstream.pattern()], "api.example.com", Some("another"));
        let finding = guests::scanning(&Sends::default(), &VALUE.as_bytes()[..6]);
        let report = kit.send(finding, grant, "GET", &upstream.url("/?s3cr3t")).await;
        assert_ne!(said(&report), "0");
    }
}
