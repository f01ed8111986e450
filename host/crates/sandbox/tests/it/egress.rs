//! The gate: what is let out, what comes back, and what neither is.

use std::io::Write as _;
use std::time::{Duration, Instant};

use cloche_domain::plan::CallLimits;
use cloche_sandbox::Grant;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::guests::{self, Sends};
use crate::kit::{Kit, limits, said, texts, to_hosts};
use crate::upstream::{Upstream, ok};

fn plain() -> Vec<u8> {
    guests::http(&Sends::default())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_granted_request_is_sent_and_recorded() {
    let kit = Kit::local();
    let upstream = Upstream::new(|_| ok("x-one: 1\r\nconnection: keep-alive\r\nkeep-alive: 5\r\n", b"hello")).await;
    let wasm = guests::http(&Sends {
        headers: &[("X-Mine", "a"), ("Accept-Encoding", "br"), ("X-Mine", "b")],
        body: Some("body"),
        timeout_ms: Some(5_000),
    });
    let report = kit.send(wasm, to_hosts(&[upstream.pattern()]), "POST", &upstream.url("/a/../b?q=1#f")).await;
    assert_eq!(texts(report.outcome.as_ref().unwrap()), ["hello", "x-one", "1"]);
    let request = &upstream.requests()[0];
    assert!(request.starts_with("POST /b?q=1 HTTP/1.1\r\n"), "{request}");
    let lower = request.to_ascii_lowercase();
    for line in [
        "x-mine: a",
        "x-mine: b",
        "accept-encoding: gzip",
        "content-length: 4",
        "user-agent: cloche/",
        &format!("host: {}", upstream.at),
    ] {
        assert!(lower.contains(&format!("\r\n{line}")), "{line} in {request}");
    }
    assert!(!lower.contains("accept-encoding: br") && request.ends_with("\r\n\r\nbody"));
    let [record] = &report.requests[..] else { panic!("{:?}", report.requests) };
    assert_eq!((record.method.as_str(), record.path.as_str()), ("POST", "/b"));
    assert_eq!((record.host.clone(), record.status, record.bytes), (upstream.at.to_string(), Some(200), 5));
}

#[tokio::test]
async fn what_the_grant_does_not_name_is_denied() {
    let kit = Kit::local();
    let upstream = Upstream::new(|_| ok("", b"")).await;
    let granted = format!("GET {}", upstream.url("/v1"));
    for (method, url, grants) in [
        ("GET", upstream.url("/v1"), vec![]),
        ("GET", upstream.url("/v2"), vec![granted.clone()]),
        ("GET", upstream.url("/v1/../v2"), vec![granted.clone()]),
        ("GET", upstream.url("/v1/%2e%2e/v2"), vec![granted.clone()]),
        ("POST", upstream.url("/v1"), vec![granted.clone()]),
        ("GET", "http://localhost/v1".into(), vec![granted.clone()]),
        ("GET", format!("http://127.0.0.1:{}/v1", upstream.at.port() ^ 1), vec![granted.clone()]),
        ("GET", format!("https://{}/v1", upstream.at), vec![granted.clone()]),
        ("GET", "http://127.0.0.1.:80/v1".into(), vec![granted.clone()]),
    ] {
        let report = kit.send(plain(), to_hosts(&grants), method, &url).await;
        assert!(said(&report).contains("is not within what the server may reach"), "{method} {url}: {}", said(&report));
        assert!(report.requests[0].error.is_some());
    }
    assert!(kit.send(plain(), to_hosts(&[granted]), "GET", &upstream.url("/v1/x")).await.outcome.is_ok());
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn private_addresses_are_denied_in_every_spelling() {
    let kit = Kit::new();
    let upstream = Upstream::new(|_| ok("", b"inside")).await;
    let port = upstream.at.port();
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "0.0.0.0",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "10.0.0.1",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "100.64.0.1",
    ] {
        let url = format!("http://{host}:{port}/");
        let report = kit.send(plain(), to_hosts(std::slice::from_ref(&url)), "GET", &url).await;
        assert!(said(&report).contains("address: only the public internet"), "{host}: {}", said(&report));
    }
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn malformed_requests_are_refused_before_anything_is_dialled() {
    let kit = Kit::local();
    let upstream = Upstream::new(|_| ok("", b"")).await;
    let grant = || to_hosts(&[upstream.pattern()]);
    for (method, url, says) in [
        ("CONNECT", upstream.url("/"), "the method is none of"),
        ("get", upstream.url("/"), "the method is none of"),
        ("GET\r\nx: y", upstream.url("/"), "the method is none of"),
        ("GET", "/relative".into(), "the URL cannot be read"),
        ("GET", "file:///etc/passwd".into(), "only https and http"),
        ("GET", format!("http://user@{}/", upstream.at), "user information"),
        ("GET", format!("http://:pass@{}/", upstream.at), "user information"),
        ("GET", upstream.url(&"x".repeat(9_000)), "over the limit of 8192"),
    ] {
        let said = said(&kit.send(plain(), grant(), method, &url).await);
        assert!(said.contains(says), "{method} {url}: {said}");
    }
    for (name, value, says) in [
        ("Host", "other.example", "host is the platform's to set"),
        ("Content-Length", "5", "content-length is the platform's"),
        ("Transfer-Encoding", "chunked", "transfer-encoding is the platform's"),
        ("Connection", "close", "connection is the platform's"),
        ("Upgrade", "h2c", "upgrade is the platform's"),
        ("X-A", "1\r\nX-B: 2", "line break"),
        ("X-A\r\nX-B", "1", "cannot be the name"),
        ("", "1", "cannot be the name"),
        ("X A", "1", "cannot be the name"),
    ] {
        let wasm = guests::http(&Sends { headers: &[(name, value)], ..Sends::default() });
        let said = said(&kit.send(wasm, grant(), "GET", &upstream.url("/")).await);
        assert!(said.contains(says), "{name}: {said}");
    }
    let wasm = guests::http(&Sends { headers: &[("x", "y"); 65], ..Sends::default() });
    assert!(said(&kit.send(wasm, grant(), "GET", &upstream.url("/")).await).contains("65 headers"));
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn redirects_are_shown_and_not_followed() {
    let kit = Kit::local();
    let upstream =
        Upstream::new(|_| b"HTTP/1.1 302 Found\r\nlocation: /next\r\ncontent-length: 2\r\n\r\ngo".to_vec()).await;
    let report = kit.send(plain(), to_hosts(&[upstream.pattern()]), "GET", &upstream.url("/")).await;
    assert_eq!(texts(report.outcome.as_ref().unwrap()), ["go", "location", "/next"]);
    assert_eq!(report.requests[0].status, Some(302));
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn gzip_is_decoded_and_a_bomb_is_not() {
    let kit = Kit::local();
    let packed = gzip(&b"hello ".repeat(1_000));
    let upstream = Upstream::new(move |_| ok("content-encoding: gzip\r\n", &packed)).await;
    let report = kit.send(plain(), to_hosts(&[upstream.pattern()]), "GET", &upstream.url("/")).await;
    assert_eq!(texts(report.outcome.as_ref().unwrap()), [&"hello ".repeat(1_000)]);

    let bomb = gzip(&vec![0; 200 << 20]);
    assert!(bomb.len() < 1 << 20);
    let upstream = Upstream::new(move |_| ok("content-encoding: gzip\r\n", &bomb)).await;
    let began = Instant::now();
    let report = kit.send(plain(), to_hosts(&[upstream.pattern()]), "GET", &upstream.url("/")).await;
    assert!(said(&report).contains("over the limit of 8388608"), "{}", said(&report));
    assert!(began.elapsed() < Duration::from_secs(20));

    let upstream = Upstream::new(|_| ok("content-encoding: gzip\r\n", b"no gzip")).await;
    let report = kit.send(plain(), to_hosts(&[upstream.pattern()]), "GET", &upstream.url("/")).await;
    assert!(said(&report).contains("gzip encoding is damaged"), "{}", said(&report));
    let upstream = Upstream::new(|_| ok("content-encoding: gzip\r\n", b"")).await;
    assert!(kit.send(plain(), to_hosts(&[upstream.pattern()]), "HEAD", &upstream.url("/")).await.outcome.is_ok());
}

#[tokio::test]
async fn bodies_are_bounded_both_ways() {
    let kit = Kit::local();
    let upstream = Upstream::new(|_| ok("", &[b'x'; 1_000])).await;
    let with = |limits| Grant { limits, ..to_hosts(&[upstream.pattern()]) };
    let just = with(CallLimits { http_body_bytes: 1_000, ..limits() });
    assert!(kit.send(plain(), just, "GET", &upstream.url("/")).await.outcome.is_ok());
    let under = with(CallLimits { http_body_bytes: 999, ..limits() });
    assert!(said(&kit.send(plain(), under, "GET", &upstream.url("/")).await).contains("over the limit of 999"));
    // Without a length in the head, it is found out on the way.
    let endless = Upstream::new(|_| [b"HTTP/1.0 200 OK\r\n\r\n".as_slice(), &vec![b'x'; 100_000]].concat()).await;
    let under = Grant { limits: CallLimits { http_body_bytes: 99_999, ..limits() }, ..to_hosts(&[endless.pattern()]) };
    assert!(said(&kit.send(plain(), under, "GET", &endless.url("/")).await).contains("over the limit of 99999"));
    let sends = Sends { body: Some("12345"), ..Sends::default() };
    let under = with(CallLimits { http_body_bytes: 4, ..limits() });
    assert!(said(&kit.send(guests::http(&sends), under, "POST", &upstream.url("/")).await).contains("body of 5 bytes"));
}

#[tokio::test]
async fn a_call_has_so_many_requests_and_bytes() {
    let kit = Kit::local();
    let upstream = Upstream::new(|_| ok("", &[b'x'; 100])).await;
    let with = |requests, http_total_bytes| Grant {
        limits: CallLimits { requests, http_total_bytes, ..limits() },
        ..to_hosts(&[upstream.pattern()])
    };
    let all = || guests::http_all(20);
    let report = kit.send(all(), with(20, 2_000), "GET", &upstream.url("/")).await;
    assert_eq!(said(&report), "ok");
    assert_eq!(report.requests.len(), 20);
    assert!(said(&kit.send(all(), with(19, 2_000), "GET", &upstream.url("/")).await).contains("its 19 requests"));
    let said = said(&kit.send(all(), with(20, 1_999), "GET", &upstream.url("/")).await);
    assert!(said.contains("over the limit of 1999"), "{said}");
}

#[tokio::test]
async fn requests_of_one_step_are_sent_side_by_side() {
    let kit = Kit::local();
    let upstream = Upstream::paced(|_| ok("", b""), Duration::from_millis(5)).await;
    let began = Instant::now();
    let report = kit.send(guests::http_all(10), to_hosts(&[upstream.pattern()]), "GET", &upstream.url("/")).await;
    assert_eq!(said(&report), "ok");
    let slowest = report.requests.iter().map(|r| r.ms).max().unwrap();
    assert!(began.elapsed() < Duration::from_millis(slowest * 4), "{:?}, each {slowest} ms", began.elapsed());
}

#[tokio::test]
async fn a_slow_drip_ends_with_the_time_the_guest_gave() {
    let kit = Kit::local();
    let upstream = Upstream::paced(|_| ok("", &[b'x'; 10_000]), Duration::from_millis(5)).await;
    let wasm = guests::http(&Sends { timeout_ms: Some(300), ..Sends::default() });
    let report = kit.send(wasm, to_hosts(&[upstream.pattern()]), "GET", &upstream.url("/")).await;
    assert!(said(&report).contains("did not answer in full within 300 ms"), "{}", said(&report));
    // And with the call's own time, where it gave none.
    let grant = Grant { limits: CallLimits { wall_ms: 300, ..limits() }, ..to_hosts(&[upstream.pattern()]) };
    let report = kit.send(plain(), grant, "GET", &upstream.url("/")).await;
    assert!(said(&report).contains("within 0.3 s"), "{}", said(&report));
    assert!(report.requests[0].error.as_ref().unwrap().contains("the call ended"));
}

#[tokio::test]
async fn answers_with_too_many_headers_are_refused() {
    let kit = Kit::local();
    for (count, well) in [(100, true), (200, false), (100_000, false)] {
        let upstream = Upstream::new(move |_| ok(&"a: b\r\n".repeat(count), b"")).await;
        let report = kit.send(plain(), to_hosts(&[upstream.pattern()]), "GET", &upstream.url("/")).await;
        assert_eq!(report.outcome.is_ok(), well, "{count}: {}", said(&report));
        assert!(well || said(&report).contains("more than 128 headers"), "{}", said(&report));
    }
}

#[tokio::test]
async fn what_is_no_http_is_unreachable() {
    let kit = Kit::local();
    for answer in [
        "SSH-2.0-OpenSSH\r\n\r\n",
        "",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    ] {
        let upstream = Upstream::new(move |_| answer.into()).await;
        let report = kit.send(plain(), to_hosts(&[upstream.pattern()]), "GET", &upstream.url("/")).await;
        let said = said(&report);
        assert!(said.contains("does not answer in HTTP") || said.contains("broke off"), "{answer:?}: {said}");
    }
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{closed}/");
    let report = kit.send(plain(), to_hosts(std::slice::from_ref(&url)), "GET", &url).await;
    assert!(said(&report).contains("refused"), "{}", said(&report));
}

#[tokio::test]
async fn the_platforms_own_fetches_keep_to_the_same_rules() {
    let upstream = Upstream::new(|_| ok("", b"12345")).await;
    let url = upstream.url("/client.json").parse().unwrap();
    assert_eq!(Kit::local().sandbox.fetch(&url, 5, Duration::from_secs(5)).await, Ok((200, b"12345".to_vec())));
    let error = Kit::local().sandbox.fetch(&url, 4, Duration::from_secs(5)).await.unwrap_err();
    assert!(error.contains("over the limit of 4"), "{error}");
    let error = Kit::new().sandbox.fetch(&url, 5, Duration::from_secs(5)).await.unwrap_err();
    assert!(error.contains("loopback address"), "{error}");
    assert_eq!(upstream.requests().len(), 2);
}
