//! What a client may rely on of a connection that it keeps.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::platform::Platform;

/// A request that is refused before its body is read, with `length` bytes of it still to be sent.
async fn refused_early(platform: &Platform, length: usize) -> TcpStream {
    let mut stream = TcpStream::connect(platform.url.strip_prefix("http://").unwrap()).await.unwrap();
    ask(&mut stream, platform, length).await;
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 401 "));
    stream
}

async fn ask(stream: &mut TcpStream, platform: &Platform, length: usize) {
    let host = platform.url.strip_prefix("http://").unwrap();
    let head = format!(
        "POST /mcp/ada/demo HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
         accept: application/json, text/event-stream\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
}

/// One whole answer; empty where the connection ended.
async fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if length == Some(body.len()) {
                return text;
            }
        }
        if !matches!(stream.read_buf(&mut bytes).await, Ok(read) if read > 0) {
            return String::new();
        }
    }
}

#[tokio::test]
async fn a_refusal_that_comes_before_the_body_leaves_the_connection_in_order() {
    let platform = Platform::start().await;
    let mut stream = refused_early(&platform, 100_000).await;
    for _ in 0..10 {
        sleep(Duration::from_millis(20)).await;
        stream.write_all(&[b' '; 10_000]).await.unwrap();
    }
    ask(&mut stream, &platform, 0).await;
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 401 "));
}

#[tokio::test]
async fn a_body_that_was_refused_is_not_taken_without_end() {
    let platform =
        Platform::setup().config("[http]\nbody_limit = 100000\n[sandbox]\ncomponent_bytes = 100000\n").start().await;
    let mut silent = refused_early(&platform, 10).await;
    let end = timeout(Duration::from_secs(10), answer(&mut silent)).await;
    assert_eq!(end.as_deref(), Ok(""), "the rest never comes, and is waited for");

    let mut long = refused_early(&platform, 1 << 40).await;
    let mut sent = 0;
    while let Ok(more) = long.write(&[b' '; 10_000]).await {
        sent += more;
        assert!(sent < 20 << 20, "{sent} bytes were taken");
    }
}

#[tokio::test]
async fn a_client_that_never_finishes_its_request_is_let_go() {
    let platform = Platform::setup().config("[http]\nheader_seconds = 1\n").start().await;
    let at = platform.url.strip_prefix("http://").unwrap();
    let mut slow = TcpStream::connect(at).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    let mut idle = TcpStream::connect(at).await.unwrap();
    for stream in [&mut slow, &mut idle] {
        let mut rest = Vec::new();
        let ended = timeout(Duration::from_secs(10), stream.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "it is held for ever");
    }
    assert_eq!(platform.anyone().get("/health").await.0, 200);
}

#[tokio::test]
async fn one_connection_too_many_is_told_so_and_harms_no_other() {
    // Half of them are for connections.
    let platform = Platform::setup().with_descriptors(200).start().await;
    let at = platform.url.strip_prefix("http://").unwrap();
    let known = platform.anyone();
    assert_eq!(known.get("/health").await.0, 200);
    let mut idle = Vec::new();
    // A few more than there is room for: of those that are told, only so many at a time are waited for.
    for _ in 0..105 {
        idle.push(TcpStream::connect(at).await.unwrap());
    }
    assert_eq!(known.get("/health").await.0, 200, "who is connected is served");
    let refused = platform.anyone().get("/health").await;
    assert_eq!((refused.0, &refused.1["code"]), (503, &serde_json::json!("too_many_connections")));
    drop(idle);
    for _ in 0..100 {
        if platform.anyone().get("/health").await.0 == 200 {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("there is still no room");
}

#[tokio::test]
async fn connections_that_have_ended_hold_no_descriptor() {
    let platform = Platform::start().await;
    let before = platform.usage();
    let mut open = vec![];
    for _ in 0..50 {
        open.push(refused_early(&platform, 0).await);
    }
    assert!(platform.usage().descriptors >= before.descriptors + 40, "{:?}", platform.usage());
    drop(open);
    for _ in 0..50 {
        let now = platform.usage();
        let grown = now.resident_kib.saturating_sub(before.resident_kib);
        if now.descriptors <= before.descriptors + 5 && now.threads <= before.threads + 4 && grown < 32 << 10 {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("{before:?}, and afterwards {:?}", platform.usage());
}
