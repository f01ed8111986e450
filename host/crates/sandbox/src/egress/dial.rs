//! From checked addresses to a connection: dialled, encrypted, and nobody else's.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use super::resolve::Resolver;
use super::sockets::{Failed, is_out_of_files};
use crate::bindings::http::Error as HttpError;
use crate::{Error, Result};

/// For one address to accept, and for the handshake.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection of either kind.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// The encryption that every connection uses. No session is kept: none can be another tenant's.
pub(super) fn tls(ca_file: Option<&Path>) -> Result<TlsConnector> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = ca_file {
        let unusable = |reason: String| Error::Certificates { path: path.to_owned(), reason };
        for certificate in CertificateDer::pem_file_iter(path).map_err(|e| unusable(e.to_string()))? {
            let certificate = certificate.map_err(|e| unusable(e.to_string()))?;
            roots.add(certificate).map_err(|e| unusable(e.to_string()))?;
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::Start(e.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = rustls::client::Resumption::disabled();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Dials the first of these addresses that answers, and says which; no name is looked at again but for the certificate.
pub(super) async fn connect(
    url: &Url,
    addresses: &[SocketAddr],
    resolver: &Resolver,
    tls: &TlsConnector,
) -> Result<(Box<dyn Stream>, SocketAddr), Failed> {
    let host = url.host_str().unwrap_or_default();
    let unreachable = |reason: &dyn std::fmt::Display| HttpError::Unreachable(format!("{host}: {reason}"));
    let failed = |e: io::Error| if is_out_of_files(&e) { Failed::Files } else { unreachable(&e).into() };
    let (stream, theirs) = dial(addresses).await.map_err(failed)?;
    if let Ok(ours) = stream.local_addr()
        && is_this_machine(ours, theirs)
        && !resolver.is_allowed(theirs.ip())
    {
        return Err(HttpError::Denied(format!("{host} is this platform itself")).into());
    }
    if url.scheme() == "http" {
        return Ok((Box::new(stream), theirs));
    }
    let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(name).map_err(|e| unreachable(&e))?;
    match timeout(PATIENCE, tls.connect(name, stream)).await {
        Ok(Ok(stream)) => Ok((Box::new(stream), theirs)),
        Ok(Err(e)) => Err(unreachable(&e).into()),
        Err(_) => Err(unreachable(&"the encrypted connection was not set up in time").into()),
    }
}

async fn dial(addresses: &[SocketAddr]) -> io::Result<(TcpStream, SocketAddr)> {
    let mut last = io::ErrorKind::AddrNotAvailable.into();
    for address in addresses {
        match timeout(PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                stream.set_nodelay(true)?;
                return Ok((stream, *address));
            }
            Ok(Err(e)) => last = e,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(last)
}

/// A public address can be our own: then both ends have it.
fn is_this_machine(ours: SocketAddr, theirs: SocketAddr) -> bool {
    ours.ip().to_canonical() == theirs.ip().to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_to_oneself_is_seen() {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        assert!(is_this_machine(at("203.0.113.7:51000"), at("203.0.113.7:9090")));
        assert!(is_this_machine(at("[::ffff:203.0.113.7]:51000"), at("203.0.113.7:9090")));
        assert!(!is_this_machine(at("203.0.113.7:51000"), at("203.0.113.8:443")));
    }
}
