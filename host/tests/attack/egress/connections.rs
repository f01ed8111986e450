//! Connections that outlive what they were opened for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{GET, GROUP, allowing, get, reaching};
use crate::attack::{Attack, attack};
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, another_tenants_connection, "what an upstream remembers of a connection"),
    attack!(GROUP, connection_after_its_grant_has_ended, "an upstream that is no longer granted"),
    attack!(GROUP, connection_after_its_grant_has_narrowed, "what a new version of a server gave up"),
];

/// An upstream that keeps connections open, and answers each request with the connection's number and the first word that
/// it was ever told there: as one that signs in its callers by connection (NTLM does).
struct Remembers {
    url: String,
    asked: Arc<Mutex<Vec<usize>>>,
}

impl Remembers {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, count) = (Arc::<Mutex<Vec<usize>>>::default(), AtomicUsize::new(0));
        let log = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (number, log) = (count.fetch_add(1, Ordering::Relaxed), log.clone());
                tokio::spawn(async move {
                    let (mut buffer, mut first) = (vec![0; 64 << 10], None);
                    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
                        let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
                        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                        let body = format!("{number} {}", first.get_or_insert(path));
                        log.lock().unwrap().push(number);
                        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
                        if stream.write_all((head + &body).as_bytes()).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { url, asked }
    }
}

async fn another_tenants_connection(scene: &Scene) {
    let upstream = Remembers::start().await;
    let client = reqwest::Client::new();
    let ask =
        async |path: &str| client.get(format!("{}{path}", upstream.url)).send().await.unwrap().text().await.unwrap();
    let mut answers = vec![ask("/ada").await];
    // The first one's connection goes back to the pool a moment after its answer.
    for _ in 0..10 {
        answers.push(ask("/eve").await);
    }
    let shared = answers[1..].iter().any(|answer| answer.ends_with("/ada"));
    scene.control("a client with one pool speaks for the second on the first one's connection", shared, answers);
    let platform = scene.platform(allowing(&["127.0.0.1/32"], "")).await;
    let (ada, eve) = (Tenant::new(&platform, "ada").await, Tenant::new(&platform, "eve").await);
    let hosts = [upstream.url.clone()];
    let (hers, mine) = (reaching(&ada, GET, &hosts).await, reaching(&eve, GET, &hosts).await);
    for _ in 0..10 {
        let of_ada = get(&platform, &ada, &hers, &format!("{}/ada", upstream.url)).await;
        let of_eve = get(&platform, &eve, &mine, &format!("{}/eve", upstream.url)).await;
        let apart = of_ada.text.ends_with("/ada") && of_eve.text.ends_with("/eve");
        scene.guard("each tenant's requests go by connections of its own", apart, (of_ada, of_eve));
    }
}

async fn connection_after_its_grant_has_ended(scene: &Scene) {
    let upstream = Remembers::start().await;
    let platform = scene.platform(allowing(&["127.0.0.1/32"], "")).await;
    let ada = Tenant::new(&platform, "ada").await;
    let granted = reaching(&ada, GET, std::slice::from_ref(&upstream.url)).await;
    let said = get(&platform, &ada, &granted, &format!("{}/a", upstream.url)).await;
    scene.control("while it is granted, the server asks it", said.text.ends_with("/a"), said);
    assert_eq!(ada.browser.delete(&format!("/v1/servers/{}", granted.id)).await.0, 204);
    let without = reaching(&ada, GET, &["http://127.0.0.1:1".to_owned()]).await;
    assert_eq!(without.url, granted.url);
    let before = upstream.asked.lock().unwrap().len();
    let said = ada.attack(&platform, &without, json!({"text": format!("{}/b", upstream.url)})).await;
    let after = upstream.asked.lock().unwrap().len();
    scene.guard("without its grant the same tenant's next server asks nothing", said.error && after == before, said);
}

async fn connection_after_its_grant_has_narrowed(scene: &Scene) {
    let (kept, gone) = (Remembers::start().await, Remembers::start().await);
    let platform = scene.platform(allowing(&["127.0.0.1/32"], "")).await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = reaching(&ada, GET, &[kept.url.clone(), gone.url.clone()]).await;
    let ask = async |url: String| get(&platform, &ada, &server, &url).await;
    let mut first = vec![];
    for url in [format!("{}/private", kept.url), format!("{}/all", gone.url)] {
        first.push(ask(url.clone()).await);
        first.push(ask(url).await);
    }
    let numbers: Vec<_> = first.iter().map(|said| said.text.chars().next()).collect();
    let held = first.iter().all(|said| !said.error) && numbers.iter().all(|number| *number == Some('0'));
    scene.control(
        "with its first grant the server asks both upstreams, each by one connection that is kept",
        held,
        &first,
    );

    let (_, shown) = ada.browser.get(&format!("/v1/servers/{}/versions/1/source", server.id)).await;
    let mut spec = shown["spec"].clone();
    spec["allowedHosts"] = json!([format!("{}/public", kept.url)]);
    let (version, state) = server.iterate(&ada.browser, json!({"specEdit": spec})).await;
    assert_eq!((version, state.as_str()), (2, "live"), "a narrower grant waits for nobody");
    let before = (kept.asked.lock().unwrap().len(), gone.asked.lock().unwrap().len());
    for url in [
        format!("{}/private", kept.url),
        format!("{}/public/../private", kept.url),
        format!("{}/publicly", kept.url),
        format!("{}/all", gone.url),
        gone.url.clone(),
    ] {
        let said = ask(url.clone()).await;
        scene.guard("from the new version's first call on, what it gave up is refused", said.error, (url, said));
    }
    let after = (kept.asked.lock().unwrap().len(), gone.asked.lock().unwrap().len());
    scene.guard("neither connection is used for it", before == after, (before, after));
    let said = ask(format!("{}/public/x", kept.url)).await;
    scene.guard("what it kept is answered", !said.error, said);
}
