//! Bodies that nobody reads to their end: a refusal often comes before the body does. hyper then closes the connection
//! unannounced, and a client that sends its next request on it at that moment gets no answer. So the rest is read, and
//! thrown away, while the answer is on its way; but not without end.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use futures::StreamExt as _;
use http_body::{Frame, SizeHint};
use tokio::runtime::Handle;

use super::Shared;

/// How long the rest of a body may take.
const WAIT: Duration = Duration::from_secs(3);

/// Sees to it that the request's body is read.
pub(super) async fn read_to_end(State(app): Shared, request: Request) -> Request {
    let limit = app.config.http.body_limit.saturating_add(app.config.sandbox.component_base64());
    request.map(|body| Body::new(Unread { body, limit }))
}

struct Unread {
    body: Body,
    /// Bytes that are read of what nobody wanted.
    limit: usize,
}

impl HttpBody for Unread {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        let Ok(runtime) = Handle::try_current() else { return };
        if self.body.is_end_stream() {
            return;
        }
        let (mut rest, mut left) = (std::mem::take(&mut self.body).into_data_stream(), self.limit);
        runtime.spawn(tokio::time::timeout(WAIT, async move {
            while let Some(Ok(piece)) = rest.next().await
                && piece.len() <= left
            {
                left -= piece.len();
            }
        }));
    }
}
