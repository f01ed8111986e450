//! An answer, read within bounds and made fit for the guest.

use std::io::{self, Write as _};
use std::sync::Arc;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderName};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use super::budget::Bytes as Budget;
use crate::Secrets;
use crate::bindings::http::{Error as HttpError, Header, Response};

/// Compressed bytes that are decoded at once: they become 1 MiB at most.
const STEP: usize = 1 << 10;
/// Bytes after which others have their turn.
const TURN: usize = 256 << 10;

/// What concerns the connection and not the guest.
const OURS: [&str; 9] = [
    "connection",
    "content-length",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Reads the whole answer, within the budget.
pub(super) async fn read(
    response: http::Response<Incoming>,
    budget: &Budget,
    secrets: &Arc<Secrets>,
) -> Result<Response, HttpError> {
    let (parts, body) = response.into_parts();
    if parts.status == http::StatusCode::SWITCHING_PROTOCOLS {
        return Err(HttpError::Unreachable(
            "the host does not answer in HTTP: it changes to another protocol".to_owned(),
        ));
    }
    let encoding = parts.headers.get(CONTENT_ENCODING).map(http::HeaderValue::as_bytes);
    let gzip = encoding.is_some_and(|e| e.eq_ignore_ascii_case(b"gzip") || e.eq_ignore_ascii_case(b"x-gzip"));
    if let Some(announced) = length(&parts.headers) {
        budget.allows(announced)?;
    }
    let mut body = if gzip { unzipped(body, budget).await? } else { plain(body, budget).await? };
    if body.len() > TURN {
        let secrets = secrets.clone();
        let clean = tokio::task::spawn_blocking(move || secrets.scrub(&body).unwrap_or(body)).await;
        body = clean.map_err(|_| HttpError::Unreachable("the platform is shutting down".to_owned()))?;
    } else if let Some(clean) = secrets.scrub(&body) {
        body = clean;
    }
    Ok(Response { status: parts.status.as_u16(), headers: headers(&parts.headers, gzip, secrets), body })
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn headers(received: &HeaderMap, decoded: bool, secrets: &Secrets) -> Vec<Header> {
    let is_ours = |name: &HeaderName| OURS.contains(&name.as_str()) || (decoded && name == CONTENT_ENCODING);
    let kept = received.iter().filter(|(name, _)| !is_ours(name));
    kept.map(|(name, value)| {
        let clean = secrets.scrub(value.as_bytes());
        Header {
            name: name.as_str().to_owned(),
            value: String::from_utf8_lossy(clean.as_deref().unwrap_or(value.as_bytes())).into_owned(),
        }
    })
    .collect()
}

async fn plain(mut body: Incoming, budget: &Budget) -> Result<Vec<u8>, HttpError> {
    let mut whole = Vec::new();
    while let Some(chunk) = next(&mut body).await? {
        budget.take(whole.len(), chunk.len())?;
        whole.extend_from_slice(&chunk);
    }
    Ok(whole)
}

async fn unzipped(mut body: Incoming, budget: &Budget) -> Result<Vec<u8>, HttpError> {
    let damaged = |e: io::Error| HttpError::Unreachable(format!("the answer's gzip encoding is damaged: {e}"));
    let mut decoder = MultiGzDecoder::new(Vec::new());
    let (mut received, mut counted, mut since_turn) = (0, 0, 0);
    while let Some(chunk) = next(&mut body).await? {
        received += chunk.len();
        for step in chunk.chunks(STEP) {
            decoder.write_all(step).map_err(damaged)?;
            let grown = decoder.get_ref().len() - counted;
            budget.take(counted, grown)?;
            counted += grown;
            since_turn += grown;
            if since_turn > TURN {
                since_turn = 0;
                tokio::task::yield_now().await;
            }
        }
    }
    if received == 0 {
        return Ok(Vec::new());
    }
    decoder.try_finish().map_err(damaged)?;
    budget.take(counted, decoder.get_ref().len() - counted)?;
    Ok(std::mem::take(decoder.get_mut()))
}

/// The next piece of the body; trailers are passed over.
async fn next(body: &mut Incoming) -> Result<Option<Bytes>, HttpError> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|e| HttpError::Unreachable(format!("the answer broke off: {e}")))?;
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}
