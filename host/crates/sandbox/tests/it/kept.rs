//! Connections that stay open between the requests of one server.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cloche_domain::ServerId;
use cloche_domain::plan::CallLimits;
use cloche_sandbox::Grant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

use crate::guests::{self, Sends};
use crate::kit::{Kit, limits, said, to_hosts};
use crate::nameserver::NameServer;

/// An upstream that keeps connections open, and says by which one it was asked, and the how manieth request of it that was.
struct Open {
    at: SocketAddr,
    /// Methods and paths.
    seen: Arc<Mutex<Vec<String>>>,
    _task: AbortOnDropHandle<()>,
}

impl Open {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (seen, count) = (Arc::<Mutex<Vec<String>>>::default(), AtomicUsize::new(0));
        let log = seen.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, count.fetch_add(1, Ordering::Relaxed), log.clone()));
            }
        });
        Self { at, seen, _task: AbortOnDropHandle::new(task) }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// A grant of one server of its own.
    fn grant(&self) -> impl Fn() -> Grant {
        let (hosts, server) = (vec![self.url("")], ServerId::new());
        move || Grant { server, ..to_hosts(&hosts) }
    }
}

/// Answers; on `/once` it ends the connection at the second request, without a word.
async fn converse(mut stream: TcpStream, number: usize, seen: Arc<Mutex<Vec<String>>>) {
    let mut buffer = vec![0; 64 << 10];
    let mut asked = 0;
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let line: Vec<_> = request.split(' ').take(2).collect();
        seen.lock().unwrap().push(line.join(" "));
        if asked > 0 && line[1] == "/once" {
            return;
        }
        let filling = if line[1] == "/long" { 10_000 } else { 0 };
        let body = format!("connection {number}, request {asked}{}", " ".repeat(filling));
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
        asked += 1;
    }
}

fn plain() -> Vec<u8> {
    guests::http(&Sends::default())
}

#[tokio::test]
async fn a_server_uses_its_own_connection_again_and_no_other() {
    let (kit, upstream) = (Kit::local(), Open::new().await);
    let (hers, mine) = (upstream.grant(), upstream.grant());
    for (grant, says) in [
        (hers(), "connection 0, request 0"),
        (hers(), "connection 0, request 1"),
        (mine(), "connection 1, request 0"),
        (hers(), "connection 0, request 2"),
        (mine(), "connection 1, request 1"),
    ] {
        assert_eq!(said(&kit.send(plain(), grant, "GET", &upstream.url("/")).await), says);
    }
}

#[tokio::test]
async fn an_open_connection_is_no_way_to_an_address_that_may_not_be_dialled() {
    let upstream = Open::new().await;
    let url = format!("http://api.example.test:{}/", upstream.at.port());
    let names = NameServer::new(&[&["127.0.0.1"], &["127.0.0.1"], &["127.0.0.2"]]).await;
    let kit = Kit::with(|s| {
        s.egress.nameserver = Some(names.at);
        s.egress.allow_private = vec!["127.0.0.1/32".parse().unwrap()];
    });
    let server = ServerId::new();
    let grant = || Grant { server, ..to_hosts(std::slice::from_ref(&url)) };
    for says in ["connection 0, request 0", "connection 0, request 1", "api.example.test has a loopback address"] {
        let said = said(&kit.send(plain(), grant(), "GET", &url).await);
        assert!(said.contains(says), "{said}");
    }
    assert_eq!(upstream.seen().len(), 2);
}

#[tokio::test]
async fn an_open_connection_is_left_when_its_name_leads_elsewhere() {
    let upstream = Open::new().await;
    let url = format!("http://api.example.test:{}/", upstream.at.port());
    // Both may be dialled; at the second nobody listens.
    let names = NameServer::new(&[&["127.0.0.1"], &["127.0.0.3"], &["127.0.0.3", "127.0.0.1"]]).await;
    let kit = Kit::with(|s| {
        s.egress.nameserver = Some(names.at);
        s.egress.allow_private = vec!["127.0.0.0/8".parse().unwrap()];
    });
    let server = ServerId::new();
    let grant = || Grant { server, ..to_hosts(std::slice::from_ref(&url)) };
    for says in ["connection 0, request 0", "refused", "connection 0, request 1"] {
        let said = said(&kit.send(plain(), grant(), "GET", &url).await);
        assert!(said.contains(says), "{said}");
    }
}

#[tokio::test]
async fn an_open_connection_is_no_way_past_a_grant() {
    let (kit, upstream) = (Kit::local(), Open::new().await);
    let grant = upstream.grant();
    kit.send(plain(), grant(), "GET", &upstream.url("/")).await.outcome.unwrap();
    let narrower = Grant { hosts: to_hosts(&[format!("GET {}", upstream.url("/v1"))]).hosts, ..grant() };
    let said = said(&kit.send(plain(), narrower, "GET", &upstream.url("/")).await);
    assert!(said.contains("is not within what the server may reach"), "{said}");
    assert_eq!(upstream.seen().len(), 1);
}

#[tokio::test]
async fn what_may_be_sent_twice_survives_a_connection_that_ends_and_what_may_not_is_sent_once() {
    let (kit, upstream) = (Kit::local(), Open::new().await);
    let grant = upstream.grant();
    let get = async || said(&kit.send(plain(), grant(), "GET", &upstream.url("/once")).await);
    assert_eq!(get().await, "connection 0, request 0");
    assert_eq!(get().await, "connection 1, request 0");
    assert_eq!(upstream.seen(), ["GET /once"; 3]);
    let body = guests::http(&Sends { body: Some("pay"), ..Sends::default() });
    let said = said(&kit.send(body, grant(), "POST", &upstream.url("/once")).await);
    assert!(said.contains("does not answer in HTTP"), "{said}");
    assert_eq!(upstream.seen()[3..], ["POST /once"]);
}

#[tokio::test]
async fn an_answer_that_was_not_read_ends_its_connection() {
    let (kit, upstream) = (Kit::local(), Open::new().await);
    let grant = upstream.grant();
    let short = Grant { limits: CallLimits { http_body_bytes: 100, ..limits() }, ..grant() };
    let told = said(&kit.send(plain(), short, "GET", &upstream.url("/long")).await);
    assert!(told.contains("over the limit of 100"), "{told}");
    assert_eq!(said(&kit.send(plain(), grant(), "GET", &upstream.url("/")).await), "connection 1, request 0");
}
