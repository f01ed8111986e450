//! Clients that describe themselves at a URL (CIMD).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::dance::{CALLBACK, asking, code, led, redeem};
use crate::hosted::Hosted;
use crate::platform::Platform;

const CLIENT: &str = "https://client.example/oauth.json";

/// `https://client.example`, on this machine.
struct Site {
    port: u16,
    certificate: String,
    asked: Arc<AtomicU32>,
}

/// What the site answers for a path: status line and headers, and a body.
fn answer(path: &str) -> (&'static str, String) {
    let document = |id: &str, more: &Value| {
        let mut document = json!({"client_id": id, "client_name": "Self-described", "redirect_uris": [CALLBACK]});
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        document.to_string()
    };
    let own = format!("https://client.example{path}");
    match path {
        "/oauth.json" => ("200 OK", document(&own, &json!({}))),
        "/of-another" => ("200 OK", document(CLIENT, &json!({}))),
        "/with-secret" => ("200 OK", document(&own, &json!({"client_secret": "x"}))),
        "/too-long" => ("200 OK", document(&own, &json!({"note": "x".repeat(100_000)}))),
        "/other-redirect" => ("200 OK", document(&own, &json!({"redirect_uris": ["https://else.example/"]}))),
        "/moved" => ("302 Found\r\nlocation: /oauth.json", String::new()),
        "/no-json" => ("200 OK", "<html>".to_owned()),
        _ => ("404 Not Found", String::new()),
    }
}

impl Site {
    async fn start() -> Self {
        let rcgen::CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(vec!["client.example".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, asked) = (listener.local_addr().unwrap().port(), Arc::new(AtomicU32::new(0)));
        let (acceptor, counter) = (TlsAcceptor::from(Arc::new(config)), asked.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, counter) = (acceptor.clone(), counter.clone());
                tokio::spawn(async move {
                    let mut stream = acceptor.accept(stream).await.unwrap();
                    let (mut head, mut buffer) = (Vec::new(), [0; 1024]);
                    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                        let read = stream.read(&mut buffer).await.unwrap();
                        head.extend_from_slice(&buffer[..read]);
                    }
                    counter.fetch_add(1, Ordering::Relaxed);
                    let head = String::from_utf8(head).unwrap();
                    let (status, body) = answer(head.split(' ').nth(1).unwrap());
                    let length = body.len();
                    let whole =
                        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
                    let _ = stream.write_all(whole.as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { port, certificate: cert.pem(), asked }
    }

    /// A platform for which this is client.example; it may be reached where `private` allows it.
    async fn platform(&self, private: &str) -> Platform {
        let setup = Platform::setup();
        let file = setup.data().with_file_name("site.pem");
        std::fs::write(&file, &self.certificate).unwrap();
        let toml = format!(
            "[egress]\nallow_private = [{private}]\nca_file = \"{}\"\n[egress.connect_to]\n\"client.example\" = \"127.0.0.1:{}\"\n",
            file.display(),
            self.port
        );
        setup.config(&toml).start().await
    }
}

#[tokio::test]
async fn a_client_that_describes_itself_needs_no_registration() {
    let site = Site::start().await;
    let platform = site.platform("\"127.0.0.0/8\"").await;
    let ada = platform.sign_in("ada@example.com").await;
    let server = Hosted::demo(&ada, "demo").await;
    let page = ada.request(Method::GET, &asking(CLIENT, &server.url, &[])).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Self-described") && page.contains(CLIENT), "{page}");
    let code = code(&ada, CLIENT, &server.url).await;
    let (status, tokens) = redeem(&platform, CLIENT, &code, &[]).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(server.echo(&platform, tokens["access_token"].as_str().unwrap()).await.0, 200);
    assert_eq!(site.asked.load(Ordering::Relaxed), 1, "the document is read once");
    for path in ["of-another", "with-secret", "too-long", "moved", "no-json", "not-there", "other-redirect"] {
        let client = format!("https://client.example/{path}");
        let (status, to) = led(&ada, &asking(&client, &server.url, &[])).await;
        assert!(matches!(status, 400 | 401) && to.is_none(), "{path}: {status} {to:?}");
    }
}

#[tokio::test]
async fn a_document_is_not_looked_for_on_a_private_address() {
    let site = Site::start().await;
    let platform = site.platform("").await;
    let server = format!("{}/mcp/ada/demo", platform.url);
    let ada = platform.sign_in("ada@example.com").await;
    for client in [CLIENT, &format!("https://127.0.0.1:{}/oauth.json", site.port), "https://169.254.169.254/oauth.json"]
    {
        let answer = ada.request(Method::GET, &asking(client, &server, &[])).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{client}");
        assert!(!answer.headers().contains_key("location"));
        let page = answer.text().await.unwrap();
        assert!(page.contains("loopback address") || page.contains("link-local address"), "{client}: {page}");
    }
    assert_eq!(site.asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_stranger_does_not_make_the_platform_read_a_document() {
    let site = Site::start().await;
    let platform = site.platform("\"127.0.0.0/8\"").await;
    let path = asking(CLIENT, &format!("{}/mcp/ada/demo", platform.url), &[]);
    let answer = platform.anyone().request(Method::GET, &path).send().await.unwrap();
    assert!(answer.headers()["location"].to_str().unwrap().starts_with("/sign-in?next="));
    assert_eq!(site.asked.load(Ordering::Relaxed), 0);
}
