//! One who asks a platform over HTTP.

use reqwest::header::{HeaderMap, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;

/// One who asks the platform, always with the same credentials. Paths begin with a slash.
#[derive(Clone, Debug)]
pub struct Caller {
    http: Client,
    url: String,
}

impl Caller {
    /// One who sends `headers` with each request to the platform at `url`.
    pub fn new(url: &str, headers: HeaderMap) -> Self {
        let http = Client::builder().redirect(Policy::none()).default_headers(headers).build().unwrap();
        Self { http, url: url.to_owned() }
    }

    /// A request to be shaped further.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// The whole answer to a JSON body.
    #[expect(clippy::needless_pass_by_value, reason = "a body is written where it is sent")]
    pub fn send(&self, method: Method, path: &str, body: Value) -> impl Future<Output = Response> + use<> {
        let sent = self.request(method, path).json(&body).send();
        async { sent.await.unwrap() }
    }

    /// Status and body; the body is null where it is no JSON.
    pub fn get(&self, path: &str) -> impl Future<Output = (u16, Value)> + use<> {
        let sent = self.request(Method::GET, path).send();
        async { read(sent.await.unwrap()).await }
    }

    pub fn post(&self, path: &str, body: Value) -> impl Future<Output = (u16, Value)> + use<> {
        let sent = self.send(Method::POST, path, body);
        async { read(sent.await).await }
    }

    pub fn put(&self, path: &str, body: Value) -> impl Future<Output = (u16, Value)> + use<> {
        let sent = self.send(Method::PUT, path, body);
        async { read(sent.await).await }
    }

    pub fn patch(&self, path: &str, body: Value) -> impl Future<Output = (u16, Value)> + use<> {
        let sent = self.send(Method::PATCH, path, body);
        async { read(sent.await).await }
    }

    /// Deletes what has to be confirmed.
    pub fn delete_with(&self, path: &str, body: Value) -> impl Future<Output = (u16, Value)> + use<> {
        let sent = self.send(Method::DELETE, path, body);
        async { read(sent.await).await }
    }

    pub fn delete(&self, path: &str) -> impl Future<Output = (u16, Value)> + use<> {
        let sent = self.request(Method::DELETE, path).send();
        async { read(sent.await.unwrap()).await }
    }
}

async fn read(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
}

/// The session's cookie that an answer sets, as `name=value`.
pub fn cookie(response: &Response) -> Option<String> {
    Some(response.headers().get(SET_COOKIE)?.to_str().unwrap().split(';').next().unwrap().to_owned())
}
