//! One request of the API, and its answer: bounded in time and size, and sent again only where that is safe.

use std::fmt::Display;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::{sleep, timeout};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::billing::Failure;
use crate::billing::settings::Account;

/// The version of the API that is spoken, whatever the account's own is.
const VERSION: &str = "2022-11-15";
/// How often a request is sent, at most; and one that waits for another of the same key to be done.
const TRIES: u32 = 3;
const TRIES_IN_LINE: u32 = 10;
/// The first pause between two tries; each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest that Stripe's `Retry-After` is waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Bytes of an answer.
const ANSWER_BYTES: usize = 1 << 20;

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    method: Method,
    path: String,
    form: Vec<(&'static str, String)>,
    /// What a POST is known by when it is sent again: it is done once.
    key: Option<String>,
}

impl Ask {
    pub(super) fn get(path: String) -> Self {
        Self { method: Method::GET, path, form: Vec::new(), key: None }
    }

    pub(super) fn delete(path: String) -> Self {
        Self { method: Method::DELETE, path, form: Vec::new(), key: None }
    }

    pub(super) fn post(path: &str, key: String) -> Self {
        Self { method: Method::POST, path: path.to_owned(), form: Vec::new(), key: Some(key) }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.form.push((name, value.to_string()));
        self
    }
}

/// Why a request has no answer of use.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// There is no such object, or no longer.
    Missing,
    Failed(Failure),
}

impl From<Unanswered> for Failure {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered {
            Unanswered::Missing => Self::Refused("there is no such object".to_owned()),
            Unanswered::Failed(failure) => failure,
        }
    }
}

/// One try that failed.
struct Failed {
    why: Unanswered,
    /// How often it may be sent.
    tries: u32,
    /// The pause that was asked for.
    wait: Option<Duration>,
}

/// The body of a refusal.
#[derive(Deserialize)]
struct Refused {
    error: Said,
}

#[derive(Default, Deserialize)]
struct Said {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

/// The way to Stripe.
#[derive(Debug)]
pub(super) struct Exchange {
    client: Client,
    account: Account,
}

impl Exchange {
    pub(super) fn new(account: &Account) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            // A redirect would carry the key to where nobody asked for.
            .redirect(Policy::none())
            .user_agent(concat!("cloche/", env!("CARGO_PKG_VERSION")));
        Ok(Self { client: client.build()?, account: account.clone() })
    }

    /// Asks until there is an answer, or it is certain that none will come.
    pub(super) async fn ask<T: DeserializeOwned>(&self, ask: &Ask) -> Result<T, Unanswered> {
        let mut tries = 0;
        loop {
            tries += 1;
            let limit = Duration::from_secs(self.account.timeout_s);
            let failed = match timeout(limit, self.once(ask)).await {
                Ok(Ok(bytes)) => return read(&bytes),
                Ok(Err(failed)) => failed,
                Err(_) => passing(format!("no answer in {limit:?}")),
            };
            let (method, path) = (&ask.method, &ask.path);
            if tries >= failed.tries {
                tracing::warn!(%method, path, tries, why = ?failed.why, "no answer of Stripe's");
                return Err(failed.why);
            }
            sleep(failed.wait.unwrap_or_else(|| pause(tries)).min(LONGEST_WAIT)).await;
        }
    }

    async fn once(&self, ask: &Ask) -> Result<Vec<u8>, Failed> {
        let url = self.url(ask).map_err(|error| lasting(error.to_string()))?;
        let bearer = format!("Bearer {}", self.account.secret_key.expose_secret());
        let mut bearer = HeaderValue::from_str(&bearer).map_err(|error| lasting(error.to_string()))?;
        bearer.set_sensitive(true);
        let mut request = self.client.request(ask.method.clone(), url);
        request = request.header(AUTHORIZATION, bearer).header("stripe-version", VERSION);
        if let Some(key) = &ask.key {
            request = request.header("idempotency-key", key);
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form(ask));
        }
        let unreachable = |error: reqwest::Error| passing(error.without_url().to_string());
        let mut response = request.send().await.map_err(unreachable)?;
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(unreachable)? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > ANSWER_BYTES {
                return Err(lasting("an answer that does not end".to_owned()));
            }
        }
        if response.status().is_success() { Ok(bytes) } else { Err(self.refused(&response, &bytes)) }
    }

    fn url(&self, ask: &Ask) -> Result<Url, url::ParseError> {
        let base = self.account.base_url.as_str().trim_end_matches('/');
        let mut url = Url::parse(&format!("{base}/{}", ask.path))?;
        if ask.key.is_none() && !ask.form.is_empty() {
            url.set_query(Some(&form(ask)));
        }
        Ok(url)
    }

    /// What a refusal means (<https://docs.stripe.com/error-low-level>).
    fn refused(&self, response: &Response, body: &[u8]) -> Failed {
        let status = response.status();
        let said = serde_json::from_slice::<Refused>(body).map(|refused| refused.error).unwrap_or_default();
        let code = said.code.unwrap_or_default();
        let text = format!("{status} {code} {}", said.message.unwrap_or_default());
        let text = self.account.for_the_log(&text);
        if code == "resource_missing" && status == StatusCode::NOT_FOUND {
            return Failed { why: Unanswered::Missing, tries: 1, wait: None };
        }
        let header = |name: &str| response.headers().get(name)?.to_str().ok();
        let passes = matches!(status, StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS) || status.is_server_error();
        let tries = match header("stripe-should-retry") {
            Some("false") => 1,
            // Another request of the same key, or of the same object, is under way.
            _ if status == StatusCode::CONFLICT => TRIES_IN_LINE,
            Some("true") => TRIES,
            _ if passes => TRIES,
            _ => 1,
        };
        let wait = header(RETRY_AFTER.as_str()).and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
        let failed = if passes { passing(text) } else { lasting(text) };
        Failed { tries, wait, ..failed }
    }
}

fn form(ask: &Ask) -> String {
    Serializer::new(String::new()).extend_pairs(&ask.form).finish()
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unanswered> {
    let unreadable = |error| Unanswered::Failed(Failure::Refused(format!("an answer that is none: {error}")));
    serde_json::from_slice(bytes).map_err(unreadable)
}

fn passing(why: String) -> Failed {
    Failed { why: Unanswered::Failed(Failure::Unavailable(why)), tries: TRIES, wait: None }
}

fn lasting(why: String) -> Failed {
    Failed { why: Unanswered::Failed(Failure::Refused(why)), tries: 1, wait: None }
}

/// Twice as long each time, less up to a half, so that many who were refused together do not come back together.
fn pause(tries: u32) -> Duration {
    let whole = FIRST_PAUSE * 2_u32.saturating_pow(tries.saturating_sub(1).min(5));
    let [byte] = crate::token::random_bytes().unwrap_or([0]);
    whole * (512 - u32::from(byte)) / 512
}
