//! Requests to providers: bounded in time and size, never redirected.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use super::{Error, Result};

/// Bytes of an answer. The largest known is a list of keys, of some 20 kB.
const BYTES: usize = 256 << 10;

/// What requests go through.
#[derive(Clone, Debug)]
pub(super) struct Http(Client);

/// A whole answer.
pub(super) struct Answer {
    pub status: StatusCode,
    body: Vec<u8>,
}

impl Http {
    /// Each request, with its answer, may take so long.
    pub(super) fn new(timeout: Duration) -> reqwest::Result<Self> {
        // A redirect would carry a code or a secret to where nobody asked for.
        Ok(Self(Client::builder().redirect(Policy::none()).timeout(timeout).build()?))
    }

    pub(super) fn get(&self, url: Url) -> RequestBuilder {
        self.0.get(url)
    }

    /// A form.
    pub(super) fn post(&self, url: Url, fields: &[(&str, &str)]) -> RequestBuilder {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.0.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form)
    }

    /// Sends a request for JSON.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Answer> {
        let request = request.header(ACCEPT, "application/json").header(USER_AGENT, "cloche");
        let down = |error: reqwest::Error| Error::Unavailable(why(&error));
        let mut response = request.send().await.map_err(down)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(down)? {
            if body.len() + chunk.len() > BYTES {
                return Err(Error::Invalid(format!("an answer of more than {BYTES} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        if response.status().is_server_error() || response.status() == StatusCode::TOO_MANY_REQUESTS {
            return Err(Error::Unavailable(response.status().to_string()));
        }
        Ok(Answer { status: response.status(), body })
    }

    /// What an address answers with 200.
    pub(super) async fn json<T: DeserializeOwned>(&self, request: RequestBuilder, what: &str) -> Result<T> {
        let answer = self.send(request).await?;
        if answer.status != StatusCode::OK {
            return Err(Error::Invalid(format!("{what}: {}", answer.status)));
        }
        answer.json(what)
    }
}

impl Answer {
    /// Its JSON. What is none is not repeated: it may hold a token.
    pub(super) fn json<T: DeserializeOwned>(&self, what: &str) -> Result<T> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Error::Invalid(format!("{what}, line {} column {}", error.line(), error.column())))
    }
}

/// What went wrong on the way, without the address, which may hold a code.
fn why(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let root = std::iter::successors(std::error::Error::source(error), |error| error.source()).last();
    root.map_or_else(|| "the connection broke".to_owned(), ToString::to_string)
}
