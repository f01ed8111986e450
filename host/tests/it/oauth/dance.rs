//! The steps of an authorization, each of which a test can take wrongly.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloche_domain::Sha256;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use url::Url;

use crate::hosted::Hosted;
use crate::platform::{Caller, Platform};

pub const VERIFIER: &str = "a-verifier-of-more-than-forty-three-characters-0123";
pub const CALLBACK: &str = "https://client.example/callback";

/// What S256 makes of [`VERIFIER`].
pub fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::of(VERIFIER).as_bytes())
}

/// Registers a client; its id.
pub async fn register(platform: &Platform) -> String {
    let metadata = json!({"client_name": "Weather app", "redirect_uris": [CALLBACK, "http://127.0.0.1/callback"]});
    let (status, client) = platform.anyone().post("/oauth/register", metadata).await;
    assert_eq!(status, 201, "{client}");
    client["client_id"].as_str().unwrap().to_owned()
}

/// The path of an authorization request, in order but for what `change` changes: an empty value leaves one out.
pub fn asking(client: &str, server: &str, change: &[(&str, &str)]) -> String {
    let challenge = challenge();
    let mut query = url::form_urlencoded::Serializer::new("/oauth/authorize?".to_owned());
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", CALLBACK),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("resource", server),
        ("scope", "mcp"),
        ("state", "the-state"),
    ] {
        let value = change.iter().find(|(changed, _)| *changed == name).map_or(value, |(_, value)| *value);
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.finish().replacen("?&", "?", 1)
}

/// Status, and where an answer leads.
pub async fn led(caller: &Caller, path: &str) -> (u16, Option<Url>) {
    let answer = caller.request(Method::GET, path).send().await.unwrap();
    (answer.status().as_u16(), location(&answer))
}

fn location(answer: &reqwest::Response) -> Option<Url> {
    Url::parse(answer.headers().get(LOCATION)?.to_str().unwrap()).ok()
}

/// What the page that a person sees would send.
pub async fn form(person: &Caller, path: &str) -> String {
    let page = person.request(Method::GET, path).send().await.unwrap().text().await.unwrap();
    let (_, rest) = page.split_once("name=\"form\" value=\"").unwrap_or_else(|| panic!("no consent page: {page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// Sends a page's form.
pub async fn decide(person: &Caller, form: &str, decision: &str) -> (u16, Option<Url>) {
    let fields = [("form", form), ("decision", decision)];
    let answer = with_form(person.request(Method::POST, "/oauth/authorize"), &fields).send().await.unwrap();
    (answer.status().as_u16(), location(&answer))
}

/// One parameter of a callback.
pub fn param(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}

/// A code that a person has allowed.
pub async fn code(person: &Caller, client: &str, server: &str) -> String {
    let form = form(person, &asking(client, server, &[])).await;
    let (_, callback) = decide(person, &form, "allow").await;
    param(&callback.unwrap(), "code").unwrap()
}

/// A request with a form as its body.
pub fn with_form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
}

/// Posts a form to an endpoint.
pub async fn post(platform: &Platform, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
    let answer = with_form(platform.anyone().request(Method::POST, path), fields).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Redeems a code, in order but for what `change` changes.
pub async fn redeem(platform: &Platform, client: &str, code: &str, change: &[(&str, &str)]) -> (u16, Value) {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in change {
        fields.retain(|(field, _)| field != name);
        fields.push((name, value));
    }
    post(platform, "/oauth/token", &fields).await
}

pub async fn refresh(platform: &Platform, client: &str, token: &str) -> (u16, Value) {
    let fields = [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", token)];
    post(platform, "/oauth/token", &fields).await
}

/// Tokens that a person has allowed a client.
#[derive(Debug)]
pub struct Tokens {
    pub client: String,
    pub access: String,
    pub refresh: String,
}

impl Tokens {
    pub async fn of(platform: &Platform, person: &Caller, server: &Hosted) -> Self {
        let client = register(platform).await;
        let code = code(person, &client, &server.url).await;
        let (status, tokens) = redeem(platform, &client, &code, &[]).await;
        assert_eq!(status, 200, "{tokens}");
        Self { client, access: text(&tokens, "access_token"), refresh: text(&tokens, "refresh_token") }
    }
}

pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}
