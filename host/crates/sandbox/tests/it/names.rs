//! Names, by a name server whose answers a test chooses.

use crate::guests::{self, Sends};
use crate::kit::{Kit, said, to_hosts};
use crate::nameserver::NameServer;
use crate::upstream::{Upstream, ok};

/// A kit that asks this name server, and may reach these networks.
fn kit_asking(dns: &NameServer, allow: &str) -> Kit {
    Kit::with(|s| {
        s.egress.nameserver = Some(dns.at);
        s.egress.allow_private = vec![allow.parse().unwrap()];
    })
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
    let kit = kit_asking(&names, "127.0.0.1/32");
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
        let report =
            kit_asking(&names, "127.0.0.1/32").send(plain(), to_hosts(std::slice::from_ref(&url)), "GET", &url).await;
        assert!(said(&report).contains("only the public internet can be reached"), "{answer:?}: {}", said(&report));
    }
    assert!(upstream.requests().is_empty());
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_does_not_answer() {
    let upstream = Upstream::new(|_| ok("", b"here")).await;
    let url = by_name(&upstream);
    let names = NameServer::new(&[&["127.0.0.77", "127.0.0.1"]]).await;
    let report =
        kit_asking(&names, "127.0.0.0/8").send(plain(), to_hosts(std::slice::from_ref(&url)), "GET", &url).await;
    assert_eq!(said(&report), "here");
}

#[tokio::test]
async fn a_name_without_an_address_is_unreachable() {
    let names = NameServer::new(&[&[]]).await;
    let url = "https://nowhere.example.test/".to_owned();
    let report =
        kit_asking(&names, "127.0.0.0/8").send(plain(), to_hosts(std::slice::from_ref(&url)), "GET", &url).await;
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
