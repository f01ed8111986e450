//! A person's browser: it keeps cookies, and goes to a provider and back.

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use url::Url;

/// One browser, at one platform.
pub struct Browser {
    platform: String,
    /// Of its pages.
    origin: String,
    http: Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Browser {
    pub fn at(platform: &str) -> Self {
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { platform: platform.to_owned(), origin: platform.to_owned(), http, cookies: Mutex::default() }
    }

    /// One that reaches the platform at a public address of its own.
    pub fn from(self, origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..self }
    }

    /// One with a cookie, as `name=value`.
    pub fn with(self, cookie: &str) -> Self {
        self.keep(cookie);
        self
    }

    fn keep(&self, cookie: &str) {
        let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Response {
        let cookies: Vec<_> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self.http.request(method, format!("{}{path}", self.platform));
        request = request.header(ORIGIN, &self.origin).header(COOKIE, cookies.join("; "));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        answer
    }

    async fn json(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let answer = self.send(method, path, body).await;
        (answer.status().as_u16(), serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.json(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.json(Method::POST, path, Some(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> (u16, Value) {
        self.json(Method::PATCH, path, Some(&body)).await
    }

    pub async fn delete(&self, path: &str) -> (u16, Value) {
        self.json(Method::DELETE, path, None).await
    }

    /// Whose session it has.
    pub async fn email(&self) -> Option<String> {
        let (_, me) = self.get("/v1/auth/me").await;
        me["user"]["email"].as_str().map(str::to_owned)
    }

    /// Begins to sign in: the provider's page.
    pub async fn start(&self, provider: &str) -> Url {
        let (status, started) =
            self.post(&format!("/v1/auth/providers/{provider}/start"), json!({"next": "/servers"})).await;
        assert_eq!(status, 200, "{started}");
        started["url"].as_str().unwrap().parse().unwrap()
    }

    /// Signs in there: where the provider sends the browser.
    pub async fn at_provider(&self, page: &Url) -> Url {
        let answer = self.http.get(page.clone()).send().await.unwrap();
        assert_eq!(answer.status(), 302, "{}", answer.text().await.unwrap());
        answer.headers()[LOCATION].to_str().unwrap().parse().unwrap()
    }

    /// Comes back: what the page at that address sends on.
    pub async fn bring(&self, back: &Url) -> (u16, Value) {
        let provider = back.path().strip_prefix("/sign-in/callback/").unwrap();
        let brought: serde_json::Map<_, _> =
            back.query_pairs().map(|(name, value)| (name.into_owned(), json!(value))).collect();
        self.post(&format!("/v1/auth/providers/{provider}/callback"), Value::Object(brought)).await
    }

    /// The whole way.
    pub async fn sign_in(&self, provider: &str) -> (u16, Value) {
        let page = self.start(provider).await;
        self.bring(&self.at_provider(&page).await).await
    }

    /// The whole way of one who is signed in and wants to be known by it.
    pub async fn connect(&self, provider: &str) -> (u16, Value) {
        let (status, started) = self.post("/v1/me/identities", json!({"provider": provider})).await;
        if status != 200 {
            return (status, started);
        }
        let page = started["url"].as_str().unwrap().parse().unwrap();
        self.bring(&self.at_provider(&page).await).await
    }
}
