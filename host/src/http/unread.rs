//! Bodies that nobody reads to their end: a refusal often comes before the body does. hyper then closes the connection
//! unannounced, and a client that sends its next request on it at that moment gets no answer. So the rest is read, and
//! thrown away, while the answer is on its way; but not without end.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::runtime::Handle;

/// How long the rest of a body may take.
const WAIT: Duration = Duration::from_secs(3);

/// A request's body, of which the rest is read when it is dropped.
pub(super) struct Unread {
    body: Option<Incoming>,
    /// Bytes that are read of what nobody wanted.
    limit: usize,
}

impl Unread {
    pub(super) const fn new(body: Incoming, limit: usize) -> Self {
        Self { body: Some(body), limit }
    }
}

impl Body for Unread {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.body.as_mut().map_or(Poll::Ready(None), |body| Pin::new(body).poll_frame(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        let (Ok(runtime), Some(body)) = (Handle::try_current(), self.body.take()) else { return };
        if body.is_end_stream() {
            return;
        }
        let (mut rest, mut left) = (body.into_data_stream(), self.limit);
        runtime.spawn(tokio::time::timeout(WAIT, async move {
            while let Some(Ok(piece)) = rest.next().await
                && piece.len() <= left
            {
                left -= piece.len();
            }
        }));
    }
}
