//! URLs that read as one place and lead to another.

use super::{GET, GROUP, allowing, get, naively, reaching};
use crate::attack::{Attack, attack};
use crate::nameserver::NameServer;
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;
use crate::upstream::{Upstream, ok};

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, spellings_of_a_private_address, "services that only this machine may reach"),
    attack!(GROUP, host_in_disguise, "every host but the one that was granted"),
    attack!(GROUP, port_and_path_pivot, "what else runs on a granted host"),
    attack!(GROUP, redirect_to_a_private_address, "services that only this machine may reach"),
    attack!(GROUP, the_platform_itself_as_target, "the platform's own API, by its own address"),
];

async fn spellings_of_a_private_address(scene: &Scene) {
    let private = Upstream::new(|_| ok("", b"private")).await;
    let port = private.at.port();
    let spellings = [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "0",
        "0.0.0.0",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::]",
        "127.0.0.1.",
        "127.000.000.001",
        "①②⑦.0.0.1",
        "127。0。0。1",
        "%31%32%37.0.0.1",
        "localhost",
        "LOCALHOST.",
    ];
    let mut reached = vec![];
    for host in spellings {
        if naively(&format!("http://{host}:{port}/")).await.as_deref() == Some("private") {
            reached.push(host);
        }
    }
    scene.control(
        format!("{} of {} spellings lead a plain client here", reached.len(), spellings.len()),
        reached.len() >= 12,
        &reached,
    );

    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    // The grant is as wide as one can write it.
    let hosts = ["127.0.0.1", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "localhost"];
    let server = reaching(&ada, GET, &hosts.map(|host| format!("http://{host}:{port}"))).await;
    let before = private.requests().len();
    for host in spellings {
        let said = get(&platform, &ada, &server, &format!("http://{host}:{port}/")).await;
        scene.guard("no spelling of it gets out", said.error, (host, said));
    }
    scene.guard("the private service saw nothing", private.requests().len() == before, private.requests());

    let open = scene.platform(allowing(&["127.0.0.1/32"], "")).await;
    let ada = Tenant::new(&open, "ada").await;
    let server = reaching(&ada, GET, &[format!("http://127.0.0.1:{port}")]).await;
    let said = get(&open, &ada, &server, &private.url("/")).await;
    scene.control("where the operator allows that network, the same request gets there", said.text == "private", said);
}

async fn host_in_disguise(scene: &Scene) {
    let (good, evil) = (Upstream::new(|_| ok("", b"good")).await, Upstream::new(|_| ok("", b"evil")).await);
    let dns = NameServer::answering(|_, _| vec!["127.0.0.1".parse().unwrap()]).await;
    let platform = scene.platform(allowing(&["127.0.0.1/32"], &format!("nameserver = \"{}\"", dns.at))).await;
    let (ada, eve) = (Tenant::new(&platform, "ada").await, Tenant::new(&platform, "eve").await);
    let (g, e) = (good.at.port(), evil.at.port());
    let granted = reaching(&eve, GET, &[format!("http://evil.example.test:{e}")]).await;
    let said = get(&platform, &eve, &granted, &format!("http://evil.example.test:{e}/")).await;
    scene.control("a server that was granted the other host gets there by its name", said.text == "evil", said);

    let server =
        reaching(&ada, GET, &[format!("http://good.example.test:{g}"), format!("http://below.example.test:{e}")]).await;
    for same in [
        format!("http://GOOD.example.TEST:{g}/"),
        format!("http:\\\\good.example.test:{g}\\"),
        format!("http:good.example.test:{g}"),
    ] {
        let said = get(&platform, &ada, &server, &same).await;
        scene.guard("its own host, however spelled, is its own", said.text == "good" || said.error, (same, said));
    }
    let before = evil.requests().len();
    for url in [
        format!("http://good.example.test@evil.example.test:{e}/"),
        format!("http://good.example.test:{g}@evil.example.test:{e}/"),
        format!("http://good.example.test%40evil.example.test:{e}/"),
        format!("http://good.example.test\\@evil.example.test:{e}/"),
        format!("http://good.example.test#@evil.example.test:{e}/"),
        format!("http://evil.example.test:{e}/?good.example.test"),
        format!("http://good.example.test.evil.example.test:{e}/"),
        format!("http://evil.example.test:{e}\\good.example.test"),
        format!("http://evil.example.test:{e}#good.example.test"),
        format!("http://evil.example.test.:{e}/"),
        format!("http://good.example.test.:{e}/"),
        format!("http://g\u{43e}od.example.test:{e}/"),
        format!("http://goo\u{24d3}.example.test:{e}/"),
        format!("http://good\u{3002}example.test:{e}/"),
        format!("http://good.example.test%2eevil.example.test:{e}/"),
        format!("http://xn--gd-jbaa.example.test:{e}/"),
        format!("http://good.example.test:{e}/"),
        format!("http://below.example.test\t.evil.example.test:{e}/"),
        format!("\u{1}http://evil.example.test:{e}/"),
        format!("ht\ntp://evil.example.test:{e}/"),
        format!("http:///evil.example.test:{e}/"),
        format!("//evil.example.test:{e}/"),
        format!("https://evil.example.test:{e}/"),
        format!("ftp://evil.example.test:{e}/"),
        "file://evil.example.test/etc/passwd".to_owned(),
        "data:text/plain,evil".to_owned(),
    ] {
        let said = get(&platform, &ada, &server, &url).await;
        scene.guard("a URL that leads elsewhere is refused", said.text != "evil", (url, said));
    }
    let seen = evil.requests()[before..].to_vec();
    scene.guard("the other host saw nothing", seen.is_empty(), seen);
}

async fn port_and_path_pivot(scene: &Scene) {
    let (open, other) = (Upstream::new(|_| ok("", b"open")).await, Upstream::new(|_| ok("", b"other")).await);
    let platform = scene.platform(allowing(&["127.0.0.1/32"], "")).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = r#"let answer = http::Request::new(args.n.map_or("GET", |_| "DELETE"), args.text.unwrap_or_default()).send()?;
        Ok(answer.text())"#;
    let server = reaching(&ada, body, &[format!("GET {}/public", open.url(""))]).await;
    for path in ["/public", "/public/", "/public/x?y=/private", "/x/../public/z"] {
        let said = get(&platform, &ada, &server, &open.url(path)).await;
        scene.control("what is granted passes: method, port and path", said.text == "open", (path, &said));
    }
    let before = open.requests().len();
    for url in [
        other.url("/public"),
        open.url("/"),
        open.url("/private"),
        open.url("/publicity"),
        open.url("/public/../private"),
        open.url("/public/%2e%2e/private"),
        open.url("/public/%2E./private"),
        open.url("/public/..%2fprivate"),
        open.url("/public/..%5cprivate"),
        open.url("/public\\..\\private"),
        open.url("/%70ublic"),
        open.url("/Public"),
        open.url("//public"),
        open.url("/public/./../private"),
    ] {
        let said = get(&platform, &ada, &server, &url).await;
        scene.guard("another port or path is refused", said.error, (url, said));
    }
    let said = ada.attack(&platform, &server, serde_json::json!({"text": open.url("/public"), "n": 1})).await;
    scene.guard("another method is refused", said.error, said);
    let seen = (open.requests()[before..].to_vec(), other.requests());
    scene.guard("neither upstream saw anything", seen.0.is_empty() && seen.1.is_empty(), seen);
}

async fn redirect_to_a_private_address(scene: &Scene) {
    let private = Upstream::new(|_| ok("", b"private")).await;
    let to = private.url("/secret");
    let open = Upstream::new(move |request| {
        let status = request.split(' ').nth(1).unwrap_or_default().trim_matches('/').to_owned();
        format!("HTTP/1.1 {status} Moved\r\nlocation: {to}\r\nrefresh: 0; url={to}\r\ncontent-length: 5\r\n\r\nmoved")
            .into()
    })
    .await;
    let there = naively(&open.url("/302")).await;
    scene.control("a client that follows redirects gets there", there.as_deref() == Some("private"), there);
    let platform = scene.platform(allowing(&["127.0.0.1/32"], "")).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = reaching(&ada, GET, &[open.pattern()]).await;
    let before = private.requests().len();
    for status in [300, 301, 302, 303, 307, 308] {
        let said = get(&platform, &ada, &server, &open.url(&format!("/{status}"))).await;
        scene.guard("the tool is given the redirect itself", said.text == "moved", (status, said));
        let said = get(&platform, &ada, &server, &private.url("/secret")).await;
        scene.guard("and what it does with it is held against its grant", said.error, said);
    }
    scene.guard("the private service saw nothing", private.requests().len() == before, private.requests());
}

async fn the_platform_itself_as_target(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let there = naively(&format!("{}/health", platform.url)).await;
    scene.control("a plain client on this machine gets to the platform", there.is_some(), there);
    let port = platform.url.rsplit(':').next().unwrap().to_owned();
    let own =
        std::net::UdpSocket::bind("0.0.0.0:0").and_then(|s| s.connect("192.0.2.1:9").and_then(|()| s.local_addr()));
    let mut hosts = vec!["127.0.0.1".to_owned(), "localhost".to_owned(), "[::1]".to_owned(), "0.0.0.0".to_owned()];
    hosts.extend(own.map(|address| address.ip().to_string()));
    let urls: Vec<_> = hosts.iter().map(|host| format!("http://{host}:{port}")).collect();
    let ada = Tenant::new(&platform, "ada").await;
    let server = reaching(&ada, GET, &urls).await;
    for url in urls {
        for path in ["/health", "/v1/servers", "/metrics"] {
            let said = get(&platform, &ada, &server, &format!("{url}{path}")).await;
            scene.guard("no guest of it gets there", said.error, (&url, path, said));
        }
    }
}
