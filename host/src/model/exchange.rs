//! One request to one provider, and its streamed answer: bounded in time and size.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::answer::{Answer, Broken};
use super::error::DraftError;
use super::openai::{self, Dialect};
use super::prompt::Ask;
use super::settings::{Kind, Provider, Settings};
use super::sse::Events;
use super::{Listener, anthropic};

/// Bytes of one whole stream: every piece of text brings some 250 bytes of envelope along.
const STREAM_BYTES: usize = 16 << 20;
/// Bytes of an answer.
const ANSWER_BYTES: usize = 1 << 20;
/// Bytes of an error's body that are read.
const ERROR_BYTES: usize = 2_000;

/// A request that brought no answer, and what may be done about it.
#[derive(Debug)]
pub(super) enum Failure {
    /// The same provider may answer when asked again.
    Passing(DraftError),
    /// This provider cannot answer; another one may.
    Lasting(DraftError),
    /// The server does not know a part of the protocol.
    Dialect,
    /// There is no use in asking anybody.
    Final(DraftError),
}

/// What a request goes through.
pub(super) struct Exchange<'a> {
    pub(super) client: &'a Client,
    pub(super) settings: &'a Settings,
    pub(super) provider: &'a Provider,
    pub(super) endpoint: &'a Url,
    pub(super) to: &'a Listener<'a>,
}

impl Exchange<'_> {
    /// Asks once. The pieces of the answer are passed on as they come.
    pub(super) async fn ask(&self, ask: &Ask, dialect: Dialect) -> Result<Answer, Failure> {
        let deadline = Instant::now() + self.settings.first_byte();
        let request = self.client.post(self.endpoint.clone()).header(ACCEPT, "text/event-stream");
        let request = match self.provider.kind {
            Kind::Anthropic => anthropic::request(request, self.provider, ask),
            Kind::OpenAi => openai::request(request, self.provider, ask, dialect),
        };
        let response = match timeout_at(deadline, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                self.log(&format!("no connection: {}", error.without_url()));
                return Err(Failure::Passing(DraftError::Unavailable));
            }
            Err(_) => {
                self.log("no answer in time");
                return Err(Failure::Lasting(DraftError::Timeout));
            }
        };
        let response = timeout_at(deadline, self.accepted(response, dialect))
            .await
            .map_err(|_| Failure::Lasting(DraftError::Timeout))??;
        let number = self.to.meter.taken(self.provider, ask.bytes());
        self.read(response, deadline, number).await
    }

    /// The response, if it is an answer.
    async fn accepted(&self, response: Response, dialect: Dialect) -> Result<Response, Failure> {
        let status = response.status();
        if status.is_success() {
            let kind = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
            if kind.trim_start().to_ascii_lowercase().starts_with("text/event-stream") {
                return Ok(response);
            }
            self.log(&format!("answered with {kind:?}, not with events: check base_url"));
            return Err(Failure::Lasting(DraftError::Unavailable));
        }
        let retry_after = retry_after(&response);
        self.log(&format!("{status}: {}", self.excerpt(response).await));
        Err(match status {
            StatusCode::TOO_MANY_REQUESTS => Failure::Passing(DraftError::RateLimited { retry_after }),
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY
                if self.provider.kind == Kind::OpenAi && dialect == Dialect::Full =>
            {
                Failure::Dialect
            }
            StatusCode::REQUEST_TIMEOUT => Failure::Passing(DraftError::Unavailable),
            status if status.is_server_error() => Failure::Passing(DraftError::Unavailable),
            _ => Failure::Lasting(DraftError::Unavailable),
        })
    }

    /// Reads the answer to the request of this number.
    async fn read(&self, mut response: Response, mut deadline: Instant, number: usize) -> Result<Answer, Failure> {
        let (mut answer, mut events, mut bytes) = (Answer::default(), Events::default(), 0);
        while !answer.over {
            let chunk = match timeout_at(deadline, response.chunk()).await {
                Ok(Ok(Some(chunk))) => chunk,
                // The reason to stop has come: what is missing is only the count of tokens.
                _ if answer.stop.is_some() => break,
                Err(_) => return Err(self.stopped(&answer, DraftError::Timeout, "stalled")),
                Ok(Ok(None) | Err(_)) => {
                    return Err(self.stopped(&answer, DraftError::Unavailable, "ended in the middle"));
                }
            };
            deadline = Instant::now() + self.settings.stall();
            bytes += chunk.len();
            events.push(&chunk);
            loop {
                match events.next() {
                    Ok(Some(event)) => {
                        let piece = self.take(&mut answer, &event)?;
                        self.to.meter.read(number, self.provider, &answer);
                        if !piece.is_empty() {
                            // Nobody has to listen: a draft may be wanted without its making.
                            let _ = self.to.text.send(piece).await;
                        }
                    }
                    Ok(None) => break,
                    Err(garbage) => {
                        return Err(self.stopped(&answer, DraftError::Unavailable, &garbage.to_string()));
                    }
                }
            }
            if bytes > STREAM_BYTES || answer.len() > ANSWER_BYTES {
                self.log("the answer does not end");
                return Err(Failure::Final(DraftError::TooLarge));
            }
        }
        answer.whole().map_err(Failure::Final)
    }

    /// Takes one event in; gives the text that it adds.
    fn take(&self, answer: &mut Answer, event: &str) -> Result<String, Failure> {
        if event == openai::DONE {
            answer.over = true;
            return Ok(String::new());
        }
        let Ok(event) = serde_json::from_str(event) else {
            return Err(self.stopped(answer, DraftError::Unavailable, "an event that is no JSON"));
        };
        let taken = match self.provider.kind {
            Kind::Anthropic => anthropic::take(answer, &event),
            Kind::OpenAi => openai::take(answer, &event),
        };
        taken.map_err(|broken| match broken {
            Broken::Busy => {
                let error = DraftError::RateLimited { retry_after: None };
                self.stopped(answer, error, "rate limited in the stream")
            }
            Broken::Said(said) => self.stopped(answer, DraftError::Unavailable, &self.provider.for_the_log(&said)),
        })
    }

    /// A stream that broke off: another try is possible only while nothing has been said.
    fn stopped(&self, answer: &Answer, error: DraftError, why: &str) -> Failure {
        self.log(why);
        match error {
            error if answer.begun() => Failure::Final(error),
            DraftError::Timeout => Failure::Lasting(error),
            error => Failure::Passing(error),
        }
    }

    async fn excerpt(&self, mut response: Response) -> String {
        let mut bytes = vec![];
        while bytes.len() < ERROR_BYTES {
            match response.chunk().await {
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                _ => break,
            }
        }
        self.provider.for_the_log(&String::from_utf8_lossy(&bytes))
    }

    fn log(&self, why: &str) {
        tracing::warn!(provider = %self.provider, why, "a model did not answer");
    }
}

/// `Retry-After` in its form of seconds, the one that providers send.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
