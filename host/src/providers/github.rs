//! GitHub: OAuth 2.0 without ID tokens; who somebody is, its API says.

use cloche_domain::Email;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use super::{Answered, Asked, Error, Mail, Profile, Provider, Result, refused, shown};

/// The version of GitHub's API that is spoken.
const VERSION: &str = "2022-11-28";

/// GitHub, or one of a company's own.
#[derive(Debug)]
pub(super) struct GitHub {
    pub base: Url,
    pub api: Url,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: Option<SecretString>,
    error: Option<String>,
}

/// `GET /user`.
#[derive(Deserialize)]
struct User {
    /// A login is given to somebody else when its owner leaves; the number never is.
    id: u64,
    login: String,
}

/// `GET /user/emails`.
#[derive(Deserialize)]
struct Address {
    email: String,
    primary: bool,
    verified: bool,
}

impl GitHub {
    /// Where the browser is sent.
    pub(super) fn authorize(&self, of: &Provider, asked: &Asked<'_>) -> Result<Url> {
        let mut url = below(&self.base, "login/oauth/authorize")?;
        url.query_pairs_mut()
            .append_pair("client_id", &of.client_id)
            .append_pair("redirect_uri", of.callback.as_str())
            .append_pair("scope", "user:email")
            .append_pair("state", asked.state)
            .append_pair("code_challenge", asked.challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    /// Whom the answer means.
    pub(super) async fn profile(&self, of: &Provider, answered: &Answered<'_>) -> Result<Profile> {
        let form = [
            ("client_id", of.client_id.as_str()),
            ("client_secret", of.client_secret.expose_secret()),
            ("code", answered.code),
            ("redirect_uri", of.callback.as_str()),
            ("code_verifier", answered.verifier),
        ];
        let request = of.http.post(below(&self.base, "login/oauth/access_token")?, &form);
        // A refusal has the status 200 too.
        let tokens: Tokens = of.http.json(request, "its tokens").await?;
        let Some(token) = tokens.access_token else {
            return Err(refused("no token for the code", tokens.error.as_deref()));
        };
        let ask = |path| Ok::<_, Error>(of.http.get(below(&self.api, path)?).bearer_auth(token.expose_secret()));
        let ask = |path| ask(path).map(|request| request.header("X-GitHub-Api-Version", VERSION));
        let user: User = of.http.json(ask("user")?, "its user").await?;
        let addresses: Vec<Address> = of.http.json(ask("user/emails?per_page=100")?, "its user's addresses").await?;
        let primary = addresses.into_iter().find(|address| address.primary);
        let mail = match primary {
            Some(Address { email, verified: true, .. }) => email.parse::<Email>().map_or(Mail::Missing, Mail::Verified),
            Some(_) => Mail::Unverified,
            None => Mail::Missing,
        };
        let issuer = self.base.as_str().trim_end_matches('/').to_owned();
        Ok(Profile { issuer, subject: user.id.to_string(), shown: shown([Some(user.login)]), mail })
    }
}

/// An address below another, which may have a path of its own.
fn below(base: &Url, path: &str) -> Result<Url> {
    let url = format!("{}/{path}", base.as_str().trim_end_matches('/'));
    Url::parse(&url).map_err(|_| Error::Invalid("its address is none".to_owned()))
}
