//! What else listens on the platform's machine: its database, and whatever it is that has no password because only this
//! machine may ask it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};

use super::{GET, GROUP, get, naively, reaching};
use crate::attack::{Attack, attack};
use crate::hosted::Hosted;
use crate::nameserver::NameServer;
use crate::platform::Platform;
use crate::postgres::Database;
use crate::scene::Scene;
use crate::tenant::Tenant;
use crate::uploaded::{guest, spec, upload};

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, the_platforms_database_as_target, "every tenant's data, in the platform's own Postgres"),
    attack!(GROUP, other_ports_of_the_machine, "what runs beside the platform and asks for no password"),
];

/// What a Postgres client asks first: whether it may encrypt. Postgres answers with one letter.
const MAY_I_ENCRYPT: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// A Postgres on the machine's loopback, as most platforms have it. How often somebody has connected to it.
async fn on_loopback(database: &Database) -> (SocketAddr, Arc<AtomicUsize>) {
    let url = database.url();
    let socket = url.split("host=").nth(1).and_then(|rest| rest.split('&').next()).unwrap();
    let socket = format!("{socket}/.s.PGSQL.5432");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let count = Arc::<AtomicUsize>::default();
    let connected = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            connected.fetch_add(1, Ordering::Relaxed);
            let mut postgres = UnixStream::connect(&socket).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut stream, &mut postgres).await });
        }
    });
    (at, count)
}

async fn the_platforms_database_as_target(scene: &Scene) {
    let database = Database::make();
    let (at, connected) = on_loopback(&database).await;
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.write_all(&MAY_I_ENCRYPT).await.unwrap();
    let said = stream.read_u8().await.unwrap();
    scene.control("the database answers any process of this machine", matches!(said, b'N' | b'S'), said);
    drop(stream);

    let dns = NameServer::answering(|_, _| vec!["127.0.0.1".parse().unwrap()]).await;
    let config = format!("[database]\nurl = {:?}\n[egress]\nnameserver = \"{}\"\n", database.url(), dns.at);
    let platform = scene.platform(Platform::setup().config(&config)).await;
    let ada = Tenant::new(&platform, "ada").await;
    let port = at.port();
    let hosts = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "db.example.test"];
    let urls: Vec<_> = ["http", "https"].iter().flat_map(|s| hosts.map(|h| format!("{s}://{h}:{port}"))).collect();
    // What Postgres would read, in the body of a request.
    let body = "let body = vec![0u8, 0, 0, 8, 4, 210, 22, 47];
        Ok(http::post(args.text.unwrap_or_default()).body(body).send()?.text())";
    let server = reaching(&ada, body, &urls).await;
    let before = connected.load(Ordering::Relaxed);
    for url in &urls {
        let said = get(&platform, &ada, &server, &format!("{url}/")).await;
        scene.guard("no spelling of it leads a guest to the database", said.error, (url, said));
    }
    let new = upload("wasi", &guest("rust.wasm"), &spec(&["connect"], &urls[..1]));
    let wasi = Hosted::create(&ada.browser, new).await.live(&ada.browser).await;
    let said = ada.call(&platform, &wasi, "connect", json!({"to": at.to_string()})).await;
    scene.guard("nor does a socket of WASI's", said.text.starts_with("tcp Err("), said);
    let after = connected.load(Ordering::Relaxed);
    scene.guard("nobody has connected to it", after == before, after - before);
}

async fn other_ports_of_the_machine(scene: &Scene) {
    // On every address that the machine has; as a machine's metrics, caches and container engines listen.
    let listener = TcpListener::bind("[::]:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::<AtomicUsize>::default();
    let connected = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            connected.fetch_add(1, Ordering::Relaxed);
            let _ = stream.read(&mut [0; 1 << 10]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nopen!").await;
        }
    });
    let mut hosts: Vec<_> =
        ["127.0.0.1", "127.8.8.8", "localhost", "[::1]", "0.0.0.0", "[::]", "ip6-localhost"].map(str::to_owned).into();
    let outward = std::net::UdpSocket::bind("0.0.0.0:0").and_then(|s| s.connect("192.0.2.1:9").and(s.local_addr()));
    hosts.extend(outward.map(|address| address.ip().to_string()));
    hosts.extend(std::fs::read_to_string("/etc/hostname").map(|name| name.trim().to_owned()).ok());
    let urls: Vec<_> = hosts.iter().map(|host| format!("http://{host}:{port}")).collect();
    let mut open = 0;
    for url in &urls {
        open += usize::from(naively(url).await.is_some());
    }
    scene.control(format!("a plain client gets there by {open} of {} names", urls.len()), open >= 4, &urls);

    let platform = scene.platform(Platform::setup()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = reaching(&ada, GET, &urls).await;
    let before = count.load(Ordering::Relaxed);
    for url in &urls {
        let said = get(&platform, &ada, &server, url).await;
        scene.guard("no guest gets to a port of this machine", said.error, (url, said));
    }
    let after = count.load(Ordering::Relaxed);
    scene.guard("nobody has connected to it", after == before, after - before);
}
