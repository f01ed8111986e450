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
mod sockets;
mod trace;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

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
use crate::{Axis, Bound, EgressSettings, Result, Secrets};
use budget::{HEAD_BYTES, HEADERS};
use kept::{Connection, Kept, Purpose};
use request::Target;
use resolve::Resolver;
use sockets::{Failed, Socket, Sockets};
pub(crate) use trace::Trace;

/// For an answer, where the guest names no time.
const PATIENCE: Duration = Duration::from_secs(30);
/// Requests of one call on the wire at a time.
pub(crate) const PARALLEL: usize = 10;
/// Headers of an answer that are read: more than it may have, so that it can be said how many there are.
const HEADERS_READ: usize = 1_000;

/// Whether a request is within a pattern.
pub(crate) fn is_within(pattern: &HostPattern, method: &str, url: &Url) -> bool {
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return false;
    };
    pattern.allows(url.scheme(), host, port, method, url.path())
}

/// Whether a call that may reach `hosts` may ask this; else what it is told. The address that a name has is looked at later,
/// as it is dialled.
pub fn may_reach(hosts: &[HostPattern], method: &str, url: &str) -> Result<(), String> {
    let asked = Target::parse(method, url).and_then(|target| target.check(hosts));
    asked.map_err(|error| error.text().to_owned())
}

/// What the requests of all calls have in common.
pub(crate) struct Gate {
    resolver: Resolver,
    tls: TlsConnector,
    kept: Kept,
    sockets: Sockets,
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
    hits: Hits,
    trace: Trace,
    out_of_files: AtomicBool,
}

impl Gate {
    pub(crate) fn new(settings: EgressSettings) -> Result<Self> {
        Ok(Self {
            tls: dial::tls(settings.ca_file.as_deref())?,
            resolver: Resolver::new(settings)?,
            kept: Kept::default(),
            sockets: Sockets::default(),
        })
    }

    /// Sends, and waits for the head of the answer: on a connection of the same server that is open still and leads to an
    /// address that may be dialled now, else on a new one.
    async fn exchange(
        &self,
        server: Option<ServerId>,
        target: &Target,
        mut request: http::Request<Full<Bytes>>,
    ) -> Result<(http::Response<Incoming>, Connection), Failed> {
        let socket = self.sockets.take(&self.kept).await.ok_or(Failed::Files)?;
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
        let mut connection = self.connect(purpose, target, &addresses, socket).await?;
        let response = connection.sender.send_request(request).await.map_err(|e| target.unanswered(&e))?;
        Ok((response, connection))
    }

    async fn connect(
        &self,
        purpose: Purpose,
        target: &Target,
        addresses: &[SocketAddr],
        socket: Socket,
    ) -> Result<Connection, Failed> {
        let (stream, peer) = dial::connect(&target.url, addresses, &self.resolver, &self.tls).await?;
        let (sender, connection) = http1::Builder::new()
            .max_headers(HEADERS_READ)
            .max_buf_size(HEAD_BYTES)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|e| target.unanswered(&e))?;
        let driver = AbortOnDropHandle::new(tokio::spawn(async move {
            // What goes wrong here, the one who waits for the answer hears as well.
            let _ = connection.await;
        }));
        Ok(Connection { purpose, peer, sender, _driver: driver, _socket: socket })
    }
}

impl Target {
    /// Why there is no answer.
    fn unanswered(&self, error: &hyper::Error) -> HttpError {
        let host = self.authority();
        if error.is_parse_too_large() {
            return self.too_many_headers();
        }
        HttpError::Unreachable(format!("{host} does not answer in HTTP: {error}"))
    }

    fn too_many_headers(&self) -> HttpError {
        let host = self.authority();
        HttpError::TooLarge(format!("{host} answers with more than {HEADERS} headers or {HEAD_BYTES} bytes of them"))
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
            hits,
            trace,
            out_of_files: AtomicBool::new(false),
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
        let target = self.target(&request).inspect_err(|error| self.trace.refused(&request.method, error))?;
        let entry = self.trace.begin(&target, request.body.as_ref().map_or(0, Vec::len));
        let patience = request.timeout_ms.map_or(PATIENCE, |ms| Duration::from_millis(ms.into()));
        let began = Instant::now();
        let answer = if let Ok(answer) = timeout(patience, self.attempt(&target, request)).await {
            answer.map_err(|error| {
                let mut text = error.text().to_owned();
                self.scrub(&mut text);
                error.with_text(text)
            })
        } else {
            let [limit, used] =
                [patience, began.elapsed()].map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
            self.hits.note(Bound::new(Axis::RequestTime, limit, used));
            let host = target.authority();
            Err(HttpError::Timeout(format!("{host} did not answer in full within {limit} ms")))
        };
        entry.end(&answer);
        answer
    }

    /// Where a request goes, if the call may make one more and it can be read.
    fn target(&self, request: &Request) -> Result<Target, HttpError> {
        self.requests.take()?;
        self.requests.allows_url(request.url.len())?;
        Target::parse(&request.method, &request.url)
    }

    async fn attempt(&self, target: &Target, request: Request) -> Result<Response, HttpError> {
        target.check(&self.hosts)?;
        self.requests.allows_body(request.body.as_ref().map_or(0, Vec::len) as u64)?;
        self.requests.allows_headers(&request.headers)?;
        let outgoing = target.request(&request.headers, request.body, &self.secrets)?;
        let (response, connection) = match self.gate.exchange(self.server, target, outgoing).await {
            Ok(exchanged) => exchanged,
            Err(Failed::Files) => {
                self.out_of_files.store(true, Ordering::Relaxed);
                return Err(HttpError::Unreachable("the platform has no file descriptor left: try again".to_owned()));
            }
            Err(Failed::Http(error)) => {
                if matches!(error, HttpError::TooLarge(_)) {
                    // How much it was, nobody has read to the end.
                    let limit = HEAD_BYTES as u64;
                    self.hits.note(Bound::new(Axis::ResponseHeaderBytes, limit, limit + 1));
                }
                return Err(error);
            }
        };
        self.received.allows_headers(response.headers()).map_err(|()| target.too_many_headers())?;
        let response = response::read(response, &self.received, &self.secrets).await?;
        self.gate.kept.put(connection);
        Ok(response)
    }

    /// Whether a body that is still being written may have come to this length, and all of them together to `held` bytes.
    pub(crate) fn may_gather(&self, length: u64, held: u64) -> Result<(), HttpError> {
        self.requests.allows_body(length)?;
        self.requests.allows_bodies(held)
    }

    /// Whether a request had to be given up because the platform could open nothing more.
    pub(crate) fn is_out_of_files(&self) -> bool {
        self.out_of_files.load(Ordering::Relaxed)
    }
}
