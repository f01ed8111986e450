//! `wasi:http` through the one gate: a request is gathered whole, sent as any other, and its answer handed over whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue};
use http_body_util::{BodyExt as _, Full};
use tokio::sync::Semaphore;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use crate::bindings::http::{Header, Request, Response};
use crate::egress::{Egress, PARALLEL};

/// Bytes of a body that a guest may write before the gate takes them.
const CHUNK: usize = 64 << 10;

/// The requests of one call.
pub(super) struct Requests(Arc<Gathering>);

struct Gathering {
    egress: Arc<Egress>,
    places: Semaphore,
    /// Bytes of the bodies of requests under way.
    held: AtomicU64,
}

type Answer = (http::Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>);

impl Requests {
    pub(super) fn new(egress: Arc<Egress>) -> Self {
        Self(Arc::new(Gathering { egress, places: Semaphore::new(PARALLEL), held: AtomicU64::new(0) }))
    }
}

impl WasiHttpHooks for Requests {
    fn set_host_header(&mut self) -> bool {
        false
    }

    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _done: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Answer, Error>> + Send> {
        let gathering = self.0.clone();
        Box::new(async move {
            let nothing_more: Box<dyn Future<Output = _> + Send> = Box::new(async { Ok(()) });
            Ok((gathering.send(request, options).await?, nothing_more))
        })
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        CHUNK
    }
}

impl Gathering {
    async fn send(
        &self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
    ) -> Result<http::Response<WasiBody>, Error> {
        let (parts, body) = request.into_parts();
        let mut held = Held { of: self, bytes: 0 };
        let body = held.gather(body).await?;
        let _place = self.places.acquire().await;
        let wait = options.and_then(|options| {
            let first = options.first_byte_timeout?;
            Some(first.saturating_add(options.connect_timeout.unwrap_or(Duration::ZERO)))
        });
        let request = Request {
            method: parts.method.to_string(),
            url: parts.uri.to_string(),
            headers: headers(&parts.headers)?,
            body: (!body.is_empty()).then_some(body),
            timeout_ms: wait.map(|wait| u32::try_from(wait.as_millis()).unwrap_or(u32::MAX)),
        };
        let answer = self.egress.send(request).await.map_err(|error| said(error.text()))?;
        received(answer)
    }
}

/// A guest is told in words what to mend.
fn said(text: &str) -> Error {
    Error::InternalError(Some(text.to_owned()))
}

/// The headers that are the guest's to set. The length of a body has been held against it by then.
fn headers(given: &http::HeaderMap) -> Result<Vec<Header>, Error> {
    let kept = given.iter().filter(|(name, _)| **name != HOST && **name != CONTENT_LENGTH);
    kept.map(|(name, value)| {
        let value = std::str::from_utf8(value.as_bytes());
        let value = value.map_err(|_| said(&format!("the value of the header {name} is no UTF-8 text")))?;
        Ok(Header { name: name.to_string(), value: value.to_owned() })
    })
    .collect()
}

fn received(answer: Response) -> Result<http::Response<WasiBody>, Error> {
    let body = Full::new(Bytes::from(answer.body)).map_err(|never| match never {}).boxed_unsync();
    let mut response = http::Response::new(body);
    *response.status_mut() =
        http::StatusCode::from_u16(answer.status).map_err(|_| said("the host answers with a status that is none"))?;
    for Header { name, value } in answer.headers {
        // What came over HTTP and does not fit into it any more has been changed by us, to hide a secret.
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    Ok(response)
}

/// The bytes of one body under way, given back as it ends.
struct Held<'a> {
    of: &'a Gathering,
    bytes: u64,
}

impl Held<'_> {
    async fn gather(&mut self, mut body: WasiBody) -> Result<Vec<u8>, Error> {
        let mut whole = Vec::new();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            let more = data.len() as u64;
            self.bytes += more;
            let held = self.of.held.fetch_add(more, Ordering::Relaxed) + more;
            self.of.egress.may_gather(self.bytes, held).map_err(|error| said(error.text()))?;
            whole.extend_from_slice(&data);
        }
        Ok(whole)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.of.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
