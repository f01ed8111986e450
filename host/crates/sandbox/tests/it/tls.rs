//! Encrypted requests: to whom the certificate says, or not at all.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::AbortOnDropHandle;

use crate::guests::{self, Sends};
use crate::kit::{Kit, said, to_hosts};
use crate::upstream::{ok, serve};

struct Secure {
    at: SocketAddr,
    ca: PathBuf,
    _dir: TempDir,
    _task: AbortOnDropHandle<()>,
}

/// A server for `name`, with a certificate of an authority made for this test.
async fn secure(name: &str) -> Secure {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &ca).unwrap();
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
    let task = tokio::spawn(async move {
        let seen = Mutex::default();
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                let _ = serve(stream, Duration::ZERO, &seen, &|_| ok("", b"secure")).await;
            }
        }
    });
    Secure { at, ca: ca_file, _dir: dir, _task: AbortOnDropHandle::new(task) }
}

async fn get(server: &Secure, ca: Option<PathBuf>, host: &str) -> String {
    let kit = Kit::with(|s| {
        s.egress.allow_private = vec!["127.0.0.0/8".parse().unwrap()];
        s.egress.connect_to = [(host.to_owned(), server.at)].into();
        s.egress.ca_file = ca;
    });
    let url = format!("https://{host}/");
    said(&kit.send(guests::http(&Sends::default()), to_hosts(std::slice::from_ref(&url)), "GET", &url).await)
}

#[tokio::test]
async fn a_certificate_must_be_trusted_and_of_that_name() {
    let server = secure("api.example.test").await;
    assert_eq!(get(&server, Some(server.ca.clone()), "api.example.test").await, "secure");
    let said = get(&server, None, "api.example.test").await;
    assert!(said.contains("invalid peer certificate: UnknownIssuer"), "{said}");
    let said = get(&server, Some(server.ca.clone()), "other.example.test").await;
    assert!(said.contains("invalid peer certificate"), "{said}");
}

#[tokio::test]
async fn unreadable_extra_certificates_stop_the_start() {
    let cache = tempfile::tempdir().unwrap();
    let mut settings = crate::kit::settings(cache.path());
    settings.egress.ca_file = Some(cache.path().join("missing.pem"));
    let error = cloche_sandbox::Sandbox::new(settings).err().unwrap();
    assert!(error.to_string().contains("missing.pem"), "{error}");
}
