//! The only way out: every request of every guest passes here.
//!
//! The URL is parsed once, by the type that is dialled, and held against the grant; the name is resolved once, and every
//! address looked at; the connection goes to one of those addresses. It may be kept for the same server's next request,
//! which passes the same checks first, and is shared with nobody.

mod address;
mod budget;
mod dial;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod kept;
mod request;
mod resolve;
mod response;
mod trace;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cloche_domain::ServerId;
use cloche_domain::capability::HostPattern;
use cloche_domain::plan::CallLimits;
use futures::StreamExt as _;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_util::task::AbortOnDropHandle;
use url::Url;

use crate::bindings::http::{Error as HttpError, Request, Response};
use crate::hits::Hits;
use crate::{Bound, EgressSettings, Result, Secrets};
use kept::{Connection, Kept, Purpose};
use request::Target;
use resolve::Resolver;
pub(crate) use trace::Trace;

/// For an answer, where the guest names no time.
const PATIENCE: Duration = Duration::from_secs(30);
/// Requests of one call on the wire at a time.
pub(crate) const PARALLEL: usize = 10;
/// Of an answer.
const HEADERS: usize = 128;
const HEAD_BYTES: usize = 64 << 10;

/// Whether a request is within a pattern.
pub(crate) fn is_within(pattern: &HostPattern, method: &str, url: &Url) -> bool {
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return false;
    };
    pattern.allows(url.scheme(), host, port, method, url.path())
}

/// What the requests of all calls have in common.
pub(crate) struct Gate {
    resolver: Resolver,
    tls: TlsConnector,
    kept: Kept,
}

/// What one call may send and receive.
pub(crate) struct Egress {
    gate: Arc<Gate>,
    /// Whose connections these are; none where they are not kept.
    server: Option<ServerId>,
    hosts: Arc<[HostPattern]>,
    secrets: Arc<Secrets>,
    requests: budget::Requests,
    received: budget::Bytes,
    body_limit: u64,
    total_limit: u64,
    hits: Hits,
    trace: Trace,
}

impl Gate {
    pub(crate) fn new(settings: EgressSettings) -> Result<Self> {
        Ok(Self {
            tls: dial::tls(settings.ca_file.as_deref())?,
            resolver: Resolver::new(settings)?,
            kept: Kept::default(),
        })
    }

    /// Sends, and waits for the head of the answer: on a connection of the same server that is open still and leads to an
    /// address that may be dialled now, else on a new one.
    async fn exchange(
        &self,
        server: Option<ServerId>,
        target: &Target,
        mut request: http::Request<Full<Bytes>>,
    ) -> Result<(http::Response<Incoming>, Connection), HttpError> {
        let addresses = self.resolver.addresses(&target.url).await?;
        let purpose = Purpose { server, origin: target.url.origin().ascii_serialization() };
        let again = request.method().is_idempotent();
        if let Some(mut kept) = self.kept.take(&purpose, &addresses, again).await {
            let copy = again.then(|| request.clone());
            match kept.sender.try_send_request(request).await {
                Ok(response) => return Ok((response, kept)),
                Err(mut error) => {
                    let unsent = error.take_message();
                    let error = error.into_error();
                    // The upstream had closed it: what it has not heard, or may hear twice, is said anew.
                    let copy = copy.filter(|_| !error.is_parse());
                    request = unsent.or(copy).ok_or_else(|| target.unanswered(&error))?;
                }
            }
        }
        let mut connection = self.connect(purpose, target, &addresses).await?;
        let response = connection.sender.send_request(request).await.map_err(|e| target.unanswered(&e))?;
        Ok((response, connection))
    }

    async fn connect(
        &self,
        purpose: Purpose,
        target: &Target,
        addresses: &[SocketAddr],
    ) -> Result<Connection, HttpError> {
        let (stream, peer) = dial::connect(&target.url, addresses, &self.resolver, &self.tls).await?;
        let (sender, connection) = http1::Builder::new()
            .max_headers(HEADERS)
            .max_buf_size(HEAD_BYTES)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|e| target.unanswered(&e))?;
        let driver = AbortOnDropHandle::new(tokio::spawn(async move {
            // What goes wrong here, the one who waits for the answer hears as well.
            let _ = connection.await;
        }));
        Ok(Connection { purpose, peer, sender, _driver: driver })
    }
}

impl Target {
    /// Why there is no answer.
    fn unanswered(&self, error: &hyper::Error) -> HttpError {
        let host = self.authority();
        if error.is_parse_too_large() {
            return HttpError::TooLarge(format!(
                "{host} answers with more than {HEADERS} headers or {HEAD_BYTES} bytes of them"
            ));
        }
        HttpError::Unreachable(format!("{host} does not answer in HTTP: {error}"))
    }
}

impl Egress {
    pub(crate) fn new(
        gate: Arc<Gate>,
        server: Option<ServerId>,
        limits: &CallLimits,
        hosts: Arc<[HostPattern]>,
        secrets: Arc<Secrets>,
        hits: Hits,
        trace: Trace,
    ) -> Self {
        Self {
            gate,
            server,
            hosts,
            secrets,
            requests: budget::Requests::new(limits, hits.clone()),
            received: budget::Bytes::new(limits, hits.clone()),
            body_limit: limits.http_body_bytes,
            total_limit: limits.http_total_bytes,
            hits,
            trace,
        }
    }

    /// Takes every secret's value out of a text that is kept.
    pub(crate) fn scrub(&self, text: &mut String) {
        if let Some(clean) = self.secrets.scrub(text.as_bytes()) {
            *text = String::from_utf8_lossy(&clean).into_owned();
        }
    }

    /// Sends all of them, some at a time; the answers come in the order of the requests.
    pub(crate) async fn send_all(&self, requests: Vec<Request>) -> Vec<Result<Response, HttpError>> {
        futures::stream::iter(requests.into_iter().map(|request| self.send(request))).buffered(PARALLEL).collect().await
    }

    pub(crate) async fn send(&self, request: Request) -> Result<Response, HttpError> {
        self.requests.take()?;
        let target = Target::parse(&request.method, &request.url)?;
        let entry = self.trace.begin(&target, request.body.as_ref().map_or(0, Vec::len));
        let patience = request.timeout_ms.map_or(PATIENCE, |ms| Duration::from_millis(ms.into()));
        let answer = match timeout(patience, self.attempt(&target, request)).await {
            Ok(answer) => answer.map_err(|error| {
                let mut text = error.text().to_owned();
                self.scrub(&mut text);
                error.with_text(text)
            }),
            Err(_) => Err(HttpError::Timeout(format!(
                "{} did not answer in full within {} ms",
                target.authority(),
                patience.as_millis()
            ))),
        };
        entry.end(&answer);
        answer
    }

    async fn attempt(&self, target: &Target, request: Request) -> Result<Response, HttpError> {
        target.check(&self.hosts)?;
        self.allows_body(request.body.as_ref().map_or(0, Vec::len) as u64)?;
        let outgoing = target.request(&request.headers, request.body, &self.secrets)?;
        let (response, connection) = self.gate.exchange(self.server, target, outgoing).await?;
        let response = response::read(response, &self.received, &self.secrets).await?;
        self.gate.kept.put(connection);
        Ok(response)
    }

    /// Whether one request's body may be this long.
    fn allows_body(&self, length: u64) -> Result<(), HttpError> {
        if length > self.body_limit {
            self.hits.note(Bound::bytes("request_body", self.body_limit, length));
            return Err(HttpError::TooLarge(format!(
                "the request's body of {length} bytes is over the limit of {}: send less",
                self.body_limit
            )));
        }
        Ok(())
    }

    /// Whether a body that is still being written may have come to this length, and all of them together to `held` bytes.
    pub(crate) fn may_gather(&self, length: u64, held: u64) -> Result<(), HttpError> {
        self.allows_body(length)?;
        let limit = self.total_limit;
        if held > limit {
            self.hits.note(Bound::bytes("request_bodies", limit, held));
            return Err(HttpError::TooLarge(format!(
                "the bodies of the requests under way, {held} bytes together, are over the limit of {limit}: send fewer at a time"
            )));
        }
        Ok(())
    }
}
