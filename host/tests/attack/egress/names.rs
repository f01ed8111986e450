//! Names whose answers lie, by a real name server.

use std::net::{IpAddr, SocketAddr};

use tokio::net::UdpSocket;

use super::{GET, GROUP, allowing, get, reaching, refused};
use crate::attack::{Attack, attack};
use crate::nameserver::NameServer;
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;
use crate::upstream::{Upstream, ok};

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, name_that_changes_between_check_and_dial, "services that only this machine may reach"),
    attack!(GROUP, public_and_private_answers_mixed, "services that only this machine may reach"),
    attack!(GROUP, special_addresses_by_name, "metadata services, and whatever a translated address leads to"),
    attack!(GROUP, wildcard_over_a_public_suffix, "every host below it, whoever has it"),
];

/// The address that stands for the public internet here: the operator allows it, and no other of this machine.
const PUBLIC: &str = "127.0.0.2";

fn asking(dns: &NameServer) -> crate::platform::Setup {
    allowing(&["127.0.0.2/32"], &format!("nameserver = \"{}\"", dns.at))
}

/// Asks a name server as a resolver does, and takes the last address of the answer.
async fn looked_up(dns: &NameServer, name: &str) -> IpAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut question = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        question.push(u8::try_from(label.len()).unwrap());
        question.extend(label.as_bytes());
    }
    question.extend([0, 0, 1, 0, 1]);
    socket.send_to(&question, dns.at).await.unwrap();
    let mut answer = [0; 512];
    let length = socket.recv(&mut answer).await.unwrap();
    let last: [u8; 4] = answer[length - 4..length].try_into().unwrap();
    IpAddr::from(last)
}

async fn name_that_changes_between_check_and_dial(scene: &Scene) {
    let private = Upstream::new(|_| ok("", b"private")).await;
    let url = format!("http://rebind.example.test:{}/", private.at.port());
    let answers: &[&[&str]] = &[&[PUBLIC], &["127.0.0.1"]];
    let dns = NameServer::new(answers).await;
    let checked = looked_up(&dns, "rebind.example.test").await;
    let dialled = looked_up(&dns, "rebind.example.test").await;
    let there = super::naively(&format!("http://{}/", SocketAddr::new(dialled, private.at.port()))).await;
    let rebound = checked.to_string() == PUBLIC && there.as_deref() == Some("private");
    scene.control("a client that resolves once to check and once to dial gets to the private address", rebound, there);

    let dns = NameServer::new(answers).await;
    let platform = scene.platform(asking(&dns)).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = reaching(&ada, GET, std::slice::from_ref(&url)).await;
    let before = private.requests().len();
    let said = get(&platform, &ada, &server, &url).await;
    let dialled_elsewhere = said.error && said.text.contains("rebind.example.test") && !said.text.contains("loopback");
    scene.guard("the address that was checked is dialled, whatever the second answer is", dialled_elsewhere, &said);
    scene.guard("the name is asked for once", dns.questions() == 1, dns.questions());
    for _ in 0..5 {
        let said = get(&platform, &ada, &server, &url).await;
        scene.guard("the next request asks again, and is refused", said.error && said.text.contains("loopback"), said);
    }
    scene.guard("the private service saw nothing", private.requests().len() == before, private.requests());
}

async fn public_and_private_answers_mixed(scene: &Scene) {
    let private = Upstream::new(|_| ok("", b"private")).await;
    let url = format!("http://mixed.example.test:{}/", private.at.port());
    let mixes: [&[&str]; 5] = [
        &[PUBLIC, "127.0.0.1"],
        &["127.0.0.1", PUBLIC],
        &[PUBLIC, "::1"],
        &[PUBLIC, "10.0.0.1"],
        &[PUBLIC, PUBLIC, PUBLIC, "169.254.169.254"],
    ];
    let dns = NameServer::new(&mixes[..1]).await;
    let any = looked_up(&dns, "mixed.example.test").await;
    let there = super::naively(&format!("http://{}/", SocketAddr::new(any, private.at.port()))).await;
    scene.control("a client that takes any address of the answer gets to the private one", there.is_some(), there);
    let before = private.requests().len();
    for mix in mixes {
        let dns = NameServer::new(&[mix]).await;
        let platform = scene.platform(asking(&dns)).await;
        let ada = Tenant::new(&platform, "ada").await;
        let server = reaching(&ada, GET, std::slice::from_ref(&url)).await;
        let said = get(&platform, &ada, &server, &url).await;
        let named = said.error && said.text.contains("mixed.example.test has a");
        scene.guard("one address that is not public is enough", named, (mix, said));
    }
    scene.guard("the private service saw nothing", private.requests().len() == before, private.requests());
}

async fn special_addresses_by_name(scene: &Scene) {
    let addresses = [
        "169.254.169.254",
        "fd00:ec2::254",
        "168.63.129.16",
        "100.100.100.200",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001::1",
        "0.0.0.0",
        "::",
        "127.255.0.1",
        "10.1.2.3",
        "172.31.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.2.1",
        "240.0.0.1",
        "fec0::1",
    ];
    let dns = NameServer::answering(move |name, _| {
        let number = name.split('.').next().and_then(|label| label.strip_prefix('a')?.parse::<usize>().ok());
        number.and_then(|number| addresses.get(number)).map(|address| address.parse().unwrap()).into_iter().collect()
    })
    .await;
    let there = Upstream::new(|_| ok("", b"here")).await;
    let zero = super::naively(&format!("http://0.0.0.0:{}/", there.at.port())).await;
    let mapped = super::naively(&format!("http://[::ffff:127.0.0.1]:{}/", there.at.port())).await;
    let reached = zero.is_some() && mapped.is_some();
    scene.control("0.0.0.0 and ::ffff:127.0.0.1 lead a plain client to this machine", reached, (zero, mapped));

    let platform = scene.platform(asking(&dns)).await;
    let ada = Tenant::new(&platform, "ada").await;
    let port = there.at.port();
    let server = reaching(&ada, GET, &[format!("http://*.example.test:{port}")]).await;
    let before = there.requests().len();
    for (number, address) in addresses.iter().enumerate() {
        let said = get(&platform, &ada, &server, &format!("http://a{number}.example.test:{port}/")).await;
        let refused = said.error && said.text.contains("only the public internet can be reached");
        scene.guard("the address is refused, and not dialled", refused, (address, said));
    }
    scene.guard("nothing got here", there.requests().len() == before, there.requests());
}

async fn wildcard_over_a_public_suffix(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    for pattern in [
        "*",
        "*.com",
        "*.co.uk",
        "*.github.io",
        "*.s3.amazonaws.com",
        "*.*.com",
        "a*.com",
        "*.com.",
        "*.КОМ",
        "https://*",
        "*:443",
    ] {
        let (refused, answer) = refused(&ada, &[pattern]).await;
        scene.guard("the spec is refused, and says why", refused, (pattern, answer));
    }
    let (refused, answer) = refused(&ada, &["*.example.com"]).await;
    scene.control("a wildcard below a domain that someone has is taken", !refused, answer);
}
