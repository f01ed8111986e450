//! Names, by a name server whose answers a test chooses.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::net::UdpSocket;
use tokio_util::task::AbortOnDropHandle;

use crate::guests::{self, Sends};
use crate::kit::{Kit, said, to_hosts};
use crate::upstream::{Upstream, ok};

struct NameServer {
    at: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    _task: AbortOnDropHandle<()>,
}

impl NameServer {
    /// Answers the n-th question for IPv4 addresses (and those for IPv6 between them) with the n-th list, and the last
    /// one from then on.
    async fn new(answers: &[&[&str]]) -> Self {
        let answers: Vec<Vec<IpAddr>> =
            answers.iter().map(|list| list.iter().map(|a| a.parse().unwrap()).collect()).collect();
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let at = socket.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (log, turn) = (asked.clone(), AtomicUsize::new(0));
        let task = tokio::spawn(async move {
            let mut buffer = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let (name, kind, end) = question(&buffer[..length]);
                let turn = if kind == 1 {
                    turn.fetch_add(1, Ordering::SeqCst)
                } else {
                    turn.load(Ordering::SeqCst).max(1) - 1
                };
                if kind == 1 {
                    log.lock().unwrap().push(name);
                }
                let answer = reply(&buffer[..end], kind, &answers[turn.min(answers.len() - 1)]);
                let _ = socket.send_to(&answer, from).await;
            }
        });
        Self { at, asked, _task: AbortOnDropHandle::new(task) }
    }

    fn kit(&self, allow: &str) -> Kit {
        Kit::with(|s| {
            s.egress.nameserver = Some(self.at);
            s.egress.allow_private = vec![allow.parse().unwrap()];
        })
    }

    fn questions(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// The name asked for, the record type, and where the question ends (RFC 1035 §4.1.2).
fn question(message: &[u8]) -> (String, u16, usize) {
    let (mut at, mut labels) = (12, Vec::new());
    while message[at] != 0 {
        let end = at + 1 + usize::from(message[at]);
        labels.push(String::from_utf8_lossy(&message[at + 1..end]).into_owned());
        at = end;
    }
    (labels.join("."), u16::from_be_bytes([message[at + 1], message[at + 2]]), at + 5)
}

fn reply(question: &[u8], kind: u16, addresses: &[IpAddr]) -> Vec<u8> {
    let records: Vec<Vec<u8>> = addresses
        .iter()
        .filter_map(|address| match (address, kind) {
            (IpAddr::V4(v4), 1) => Some(v4.octets().to_vec()),
            (IpAddr::V6(v6), 28) => Some(v6.octets().to_vec()),
            _ => None,
        })
        .collect();
    let mut message = question.to_vec();
    message[2..12].copy_from_slice(&[0x81, 0x80, 0, 1, 0, u8::try_from(records.len()).unwrap(), 0, 0, 0, 0]);
    for data in records {
        message.extend([
            0xc0,
            12,
            0,
            u8::try_from(kind).unwrap(),
            0,
            1,
            0,
            0,
            0,
            60,
            0,
            u8::try_from(data.len()).unwrap(),
        ]);
        message.extend(data);
    }
    message
}

fn plain() -> Vec<u8> {
    guests::http(&Sends::default())
}

fn by_name(upstream: &Upstream) -> String {
    format!("http://api.example.test:{}/", upstream.at.port())
}

#[tokio::test]
async fn a_name_is_asked_for_once_and_dialled_where_it_was_checked() {
    let upstream = Upstream::new(|_| ok("", b"here")).await;
    let url = by_name(&upstream);
    let grant = || to_hosts(std::slice::from_ref(&url));
    // The second answer is one that must never be dialled.
    let names = NameServer::new(&[&["127.0.0.1"], &["127.0.0.2"]]).await;
    let kit = names.kit("127.0.0.1/32");
    assert_eq!(said(&kit.send(plain(), grant(), "GET", &url).await), "here");
    assert_eq!(names.questions(), 1);
    assert!(upstream.requests()[0].contains(&format!("host: api.example.test:{}", upstream.at.port())));
    let report = kit.send(plain(), grant(), "GET", &url).await;
    assert!(said(&report).contains("api.example.test has a loopback address"), "{}", said(&report));
    assert_eq!(names.questions(), 2, "no answer is kept");
}

#[tokio::test]
async fn one_private_address_among_others_is_enough_to_refuse() {
    let upstream = Upstream::new(|_| ok("", b"here")).await;
    let url = by_name(&upstream);
    for answer in [
        ["127.0.0.1", "10.0.0.1"],
        ["10.0.0.1", "127.0.0.1"],
        ["127.0.0.1", "::1"],
        ["127.0.0.1", "::ffff:127.0.0.1"],
        ["127.0.0.1", "169.254.169.254"],
    ] {
        let names = NameServer::new(&[&answer]).await;
        let report = names.kit("127.0.0.1/32").send(plain(), to_hosts(std::slice::from_ref(&url)), "GET", &url).await;
        assert!(said(&report).contains("only the public internet can be reached"), "{answer:?}: {}", said(&report));
    }
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_does_not_answer() {
    let upstream = Upstream::new(|_| ok("", b"here")).await;
    let url = by_name(&upstream);
    let names = NameServer::new(&[&["127.0.0.77", "127.0.0.1"]]).await;
    let report = names.kit("127.0.0.0/8").send(plain(), to_hosts(std::slice::from_ref(&url)), "GET", &url).await;
    assert_eq!(said(&report), "here");
}

#[tokio::test]
async fn a_name_without_an_address_is_unreachable() {
    let names = NameServer::new(&[&[]]).await;
    let url = "https://nowhere.example.test/".to_owned();
    let report = names.kit("127.0.0.0/8").send(plain(), to_hosts(std::slice::from_ref(&url)), "GET", &url).await;
    assert!(said(&report).contains("nowhere.example.test does not resolve"), "{}", said(&report));
}

#[tokio::test]
async fn a_name_server_that_is_away_is_not_the_names_fault() {
    let kit = Kit::with(|s| s.egress.nameserver = Some("127.0.0.1:1".parse().unwrap()));
    let url = "https://api.example.test/".to_owned();
    let report = kit.send(plain(), to_hosts(std::slice::from_ref(&url)), "GET", &url).await;
    assert!(said(&report).contains("cannot be resolved just now"), "{}", said(&report));
}

#[tokio::test]
async fn a_fixed_route_is_checked_like_any_other() {
    let upstream = Upstream::new(|_| ok("", b"here")).await;
    let url = "http://api.example.test/".to_owned();
    for (allowed, says) in [("127.0.0.0/8", "here"), ("10.0.0.0/8", "has a loopback address")] {
        let kit = Kit::with(|s| {
            s.egress.allow_private = vec![allowed.parse().unwrap()];
            s.egress.connect_to = [("api.example.test".to_owned(), upstream.at)].into();
        });
        let report = kit.send(plain(), to_hosts(std::slice::from_ref(&url)), "GET", &url).await;
        assert!(said(&report).contains(says), "{}", said(&report));
    }
}
