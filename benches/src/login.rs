//! A client that a person has let in: tokens of the platform's own, by the way that every client goes.

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::platform::Platform;

const CALLBACK: &str = "http://127.0.0.1/callback";
const VERIFIER: &str = "a-verifier-of-more-than-forty-three-characters-0123";

/// A client's tokens for one server.
pub(crate) struct Login {
    http: reqwest::Client,
    /// The platform's.
    url: String,
    client: String,
    refresh: String,
}

impl Login {
    /// Signs a person in, registers a client, and has the person let it use the server at `resource`.
    pub(crate) async fn new(platform: &Platform, email: &str, resource: &str) -> anyhow::Result<Self> {
        let url = platform.url().to_owned();
        let http = reqwest::Client::builder().redirect(Policy::none()).build()?;
        let link = platform.admin(&["sign-in-link", "--email", email])?;
        let token = link.split_once("token=").context("no sign-in link")?.1;
        let consumed = http.post(format!("{url}/v1/auth/magic-link/consume")).json(&json!({"token": token}));
        let session = consumed.send().await?.error_for_status()?;
        let cookie = session.headers().get(SET_COOKIE).context("no session")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();

        let metadata = json!({"client_name": "Bench", "redirect_uris": [CALLBACK]});
        let client: Value = http.post(format!("{url}/oauth/register")).json(&metadata).send().await?.json().await?;
        let client = text(&client, "client_id")?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let asking = form(&[
            ("response_type", "code"),
            ("client_id", &client),
            ("redirect_uri", CALLBACK),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("resource", resource),
            ("scope", "mcp"),
        ]);
        let page = http.get(format!("{url}/oauth/authorize?{asking}")).header(COOKIE, &cookie).send().await?;
        let page = page.error_for_status()?.text().await?;
        let sealed = page.split_once("name=\"form\" value=\"").context("no consent page")?.1;
        let sealed = sealed.split('"').next().unwrap_or_default();
        let clicked = http.post(format!("{url}/oauth/authorize")).header(COOKIE, &cookie).header(ORIGIN, &url);
        let clicked = clicked.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let back = clicked.body(form(&[("form", sealed), ("decision", "allow")])).send().await?;
        let back = Url::parse(back.headers().get(LOCATION).context("not let in")?.to_str()?)?;
        let code = back.query_pairs().find(|(name, _)| name == "code").context("no code")?.1.into_owned();
        let mut login = Self { http, url, client, refresh: String::new() };
        login.redeem(&[("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)]).await?;
        Ok(login)
    }

    /// A new access token: one is good for a quarter of an hour.
    pub(crate) async fn token(&mut self) -> anyhow::Result<String> {
        let refresh = self.refresh.clone();
        self.redeem(&[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).await
    }

    async fn redeem(&mut self, what: &[(&str, &str)]) -> anyhow::Result<String> {
        let always = [("client_id", self.client.as_str()), ("code_verifier", VERIFIER)];
        let request = self.http.post(format!("{}/oauth/token", self.url));
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = request.body(form(&[what, &always].concat())).send().await?;
        let status = answer.status();
        let tokens: Value = answer.json().await?;
        if !status.is_success() {
            bail!("no token: {status} {tokens}");
        }
        self.refresh = text(&tokens, "refresh_token")?;
        text(&tokens, "access_token")
    }
}

/// Where the platform's own tokens can be checked: issuer and keys.
pub(crate) async fn keys(platform: &Platform) -> anyhow::Result<String> {
    Ok(reqwest::get(format!("{}/oauth/jwks.json", platform.url())).await?.error_for_status()?.text().await?)
}

fn form(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn text(value: &Value, name: &str) -> anyhow::Result<String> {
    value[name].as_str().map(str::to_owned).with_context(|| format!("no {name} in {value}"))
}
