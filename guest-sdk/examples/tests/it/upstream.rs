//! The other side of a case: one local TLS server that is every host at once.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::task::AbortOnDropHandle;

use crate::case::{Exchange, holds, matches};

pub struct Upstream {
    pub at: SocketAddr,
    pub hosts: BTreeSet<String>,
    state: Arc<Mutex<State>>,
    files: TempDir,
    _task: AbortOnDropHandle<()>,
}

#[derive(Default)]
struct State {
    awaited: Vec<Exchange>,
    /// What came and was not awaited.
    surprises: Vec<String>,
}

impl Upstream {
    /// A server that is all of these hosts.
    pub async fn new(hosts: BTreeSet<String>) -> Self {
        let files = tempfile::tempdir().unwrap();
        let key = rcgen::generate_simple_self_signed(hosts.iter().cloned().collect::<Vec<_>>()).unwrap();
        std::fs::write(files.path().join("ca.pem"), key.cert.pem()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let private = PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![key.cert.der().clone()], private)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let state = Arc::<Mutex<State>>::default();
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, state) = (acceptor.clone(), shared.clone());
                tokio::spawn(async move {
                    let _ = serve(acceptor, stream, &state).await;
                });
            }
        });
        Self { at, hosts, state, files, _task: AbortOnDropHandle::new(task) }
    }

    /// From now on these requests are to come, in any order.
    pub fn await_requests(&self, exchanges: &[Exchange]) {
        self.state.lock().unwrap().awaited = exchanges.to_vec();
    }

    /// A PEM file of the certificate.
    pub fn certificate(&self) -> PathBuf {
        self.files.path().join("ca.pem")
    }

    /// Everything awaited came, and nothing else.
    pub fn check(&self, case: &str) {
        let state = self.state.lock().unwrap();
        let missing: Vec<_> = state.awaited.iter().map(|exchange| &exchange.request).collect();
        assert!(missing.is_empty() && state.surprises.is_empty(), "{case}: no {missing:?}, but {:?}", state.surprises);
    }
}

impl State {
    /// The answer to a request, whose exchange is then over.
    fn answer(&mut self, head: &str, body: &str) -> Vec<u8> {
        let mut lines = head.lines();
        let mut line = lines.next().unwrap_or_default().split(' ');
        let (method, path) = (line.next().unwrap_or_default(), line.next().unwrap_or_default());
        let headers: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(": ")).collect();
        let header = |name: &str| headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
        let request = format!("{method} https://{}{path}", header("host").unwrap_or_default());
        // A form is held against the text of it.
        let json: Value = serde_json::from_str(body).unwrap_or_else(|_| body.into());
        let fits = |exchange: &Exchange| {
            matches(&request, &exchange.request)
                && exchange.headers.iter().all(|(name, value)| header(name) == Some(value))
                && exchange.body.as_ref().is_none_or(|awaited| holds(&json, awaited))
        };
        let Some(at) = self.awaited.iter().position(fits) else {
            self.surprises.push(format!("{request}\n{head}\n{body}"));
            return b"HTTP/1.1 599 Surprise\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec();
        };
        let exchange = self.awaited.remove(at);
        let (kind, body) = match exchange.answer {
            Value::String(text) => ("text/html; charset=utf-8", text),
            json => ("application/json; charset=utf-8", json.to_string()),
        };
        let mut headers = exchange.answer_headers;
        headers.entry("content-type".to_owned()).or_insert_with(|| kind.to_owned());
        let mut head = format!("HTTP/1.1 {} Answer\r\ncontent-length: {}\r\n", exchange.status, body.len());
        for (name, value) in &headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        format!("{head}connection: close\r\n\r\n{body}").into_bytes()
    }
}

async fn serve(acceptor: TlsAcceptor, stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut stream = acceptor.accept(stream).await?;
    let mut request = Vec::new();
    loop {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() < length.unwrap_or(0) {
            continue;
        }
        let answer = state.lock().unwrap().answer(head, body);
        stream.write_all(&answer).await?;
        return stream.shutdown().await;
    }
}
