//! What one encrypted connection leaves behind for the next.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{HandshakeKind, ServerConfig};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{GET, GROUP, allowing, get, reaching};
use crate::attack::{Attack, attack};
use crate::scene::Scene;
use crate::tenant::Tenant;
use crate::upstream::{ok, serve};

pub const ATTACKS: &[Attack] =
    &[attack!(GROUP, another_tenants_tls_session, "what an upstream remembers of an encrypted session")];

const NAME: &str = "api.example.test";

/// An upstream that ends each connection after its answer, offers to go on with the session in the next one, and
/// remembers whether that was taken up.
struct Resumes {
    at: SocketAddr,
    ca: String,
    ca_file: PathBuf,
    handshakes: Arc<Mutex<Vec<HandshakeKind>>>,
    _dir: TempDir,
}

impl Resumes {
    async fn start() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![NAME.to_owned()]).unwrap().signed_by(&key, &ca).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let ca_file = dir.path().join("ca.pem");
        std::fs::write(&ca_file, ca.pem()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (handshakes, log) = (Arc::<Mutex<Vec<_>>>::default(), Arc::default());
        let kinds = Arc::clone(&handshakes);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(stream) = acceptor.accept(stream).await else { continue };
                kinds.lock().unwrap().extend(stream.get_ref().1.handshake_kind());
                let (log, answer) = (Arc::clone(&log), |_: &str| ok("", b"hello"));
                tokio::spawn(async move { serve(stream, Duration::ZERO, &log, &answer).await });
            }
        });
        Self { at, ca: ca.pem(), ca_file, handshakes, _dir: dir }
    }

    fn resumed(&self) -> usize {
        self.handshakes.lock().unwrap().iter().filter(|kind| **kind == HandshakeKind::Resumed).count()
    }
}

async fn another_tenants_tls_session(scene: &Scene) {
    let upstream = Resumes::start().await;
    let url = format!("https://{NAME}:{}/", upstream.at.port());
    let trusted = reqwest::Certificate::from_pem(upstream.ca.as_bytes()).unwrap();
    // A connection for each request: the upstream ends them without saying so.
    let client =
        reqwest::Client::builder().tls_certs_only([trusted]).resolve(NAME, upstream.at).pool_max_idle_per_host(0);
    let client = client.build().unwrap();
    for _ in 0..3 {
        assert_eq!(client.get(&url).send().await.unwrap().text().await.unwrap(), "hello");
    }
    let resumed = upstream.resumed();
    scene.control("a client with one memory of sessions goes on with the first one's", resumed > 0, resumed);

    let (at, ca_file) = (upstream.at, upstream.ca_file.display());
    let connect = format!("ca_file = \"{ca_file}\"\nconnect_to = {{ {NAME:?} = \"{at}\" }}");
    let platform = scene.platform(allowing(&["127.0.0.1/32"], &connect)).await;
    let (ada, eve) = (Tenant::new(&platform, "ada").await, Tenant::new(&platform, "eve").await);
    let hosts = [format!("https://{NAME}:{}", upstream.at.port())];
    let (hers, mine) = (reaching(&ada, GET, &hosts).await, reaching(&eve, GET, &hosts).await);
    let before = upstream.handshakes.lock().unwrap().len();
    for _ in 0..5 {
        for (tenant, server) in [(&ada, &hers), (&eve, &mine)] {
            let said = get(&platform, tenant, server, &url).await;
            assert_eq!(said.text, "hello", "{said:?}");
        }
    }
    let seen = upstream.handshakes.lock().unwrap()[before..].to_vec();
    let full = seen.len() == 10 && upstream.resumed() == resumed;
    scene.guard("each request of either tenant begins a session of its own", full, seen);
}
