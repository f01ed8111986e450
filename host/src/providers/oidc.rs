//! OpenID Connect: authorization code with PKCE, and the ID token that it brings.

use jsonwebtoken::jwk::Jwk;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use super::discovery::{Discovery, Metadata};
use super::id_token::{self, About, Claims, Expected};
use super::{Answered, Asked, Error, Mail, Profile, Provider, Result, refused, shown};

/// An issuer, and what is known of it.
#[derive(Debug)]
pub(super) struct Oidc(Discovery);

#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
    access_token: Option<SecretString>,
    error: Option<String>,
}

/// What is said of a person where it is asked for (§5.3).
#[derive(Deserialize)]
struct UserInfo {
    sub: String,
    #[serde(flatten)]
    about: About,
}

impl Oidc {
    pub(super) fn of(issuer: String) -> Self {
        Self(Discovery::of(issuer))
    }

    /// Where the browser is sent.
    pub(super) async fn authorize(&self, of: &Provider, asked: &Asked<'_>) -> Result<Url> {
        let mut url = self.0.metadata(&of.http, asked.now).await?.authorization_endpoint.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &of.client_id)
            .append_pair("redirect_uri", of.callback.as_str())
            .append_pair("scope", "openid email")
            .append_pair("state", asked.state)
            .append_pair("nonce", asked.nonce)
            .append_pair("code_challenge", asked.challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    /// Whom the answer means.
    pub(super) async fn profile(&self, of: &Provider, answered: &Answered<'_>) -> Result<Profile> {
        let metadata = self.0.metadata(&of.http, answered.now).await?;
        let iss = answered.issuer;
        if iss.map_or(metadata.authorization_response_iss_parameter_supported, |iss| iss != self.0.issuer) {
            return Err(Error::Invalid("the answer is another issuer's (RFC 9207)".to_owned()));
        }
        let tokens = self.exchange(of, &metadata, answered).await?;
        let id_token = tokens.id_token.ok_or_else(|| Error::Invalid("no ID token".to_owned()))?;
        let claims = self.claims(of, &metadata, &id_token, answered).await?;
        let mut about = claims.about;
        if about.email.is_none()
            && let (Some(place), Some(token)) = (&metadata.userinfo_endpoint, &tokens.access_token)
        {
            let request = of.http.get(place.clone()).bearer_auth(token.expose_secret());
            let said: UserInfo = of.http.json(request, "what it says of the person").await?;
            if said.sub != claims.sub {
                return Err(Error::Invalid("it says of another person what was asked of one".to_owned()));
            }
            about = said.about;
        }
        let mail = match about.email.as_deref().map(str::parse) {
            // Only the boolean: a text "true" would be for each provider to mean what it likes.
            Some(Ok(email)) if about.email_verified == true => Mail::Verified(email),
            Some(_) => Mail::Unverified,
            None => Mail::Missing,
        };
        let verified = if let Mail::Verified(email) = &mail { Some(email.to_string()) } else { None };
        let names = [verified, about.preferred_username, about.name, Some(claims.sub.clone())];
        Ok(Profile { issuer: self.0.issuer.clone(), subject: claims.sub, shown: shown(names), mail })
    }

    /// The code for tokens. The client says who it is as the issuer wants it (RFC 6749 §2.3.1).
    async fn exchange(&self, of: &Provider, metadata: &Metadata, answered: &Answered<'_>) -> Result<Tokens> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", answered.code),
            ("redirect_uri", of.callback.as_str()),
            ("code_verifier", answered.verifier),
        ];
        let (id, secret) = (of.client_id.as_str(), of.client_secret.expose_secret());
        let knows = |name: &str| metadata.token_endpoint_auth_methods_supported.iter().any(|known| known == name);
        let posted = knows("client_secret_post") && !knows("client_secret_basic");
        if secret.is_empty() || posted {
            form.push(("client_id", id));
        }
        if posted && !secret.is_empty() {
            form.push(("client_secret", secret));
        }
        let mut request = of.http.post(metadata.token_endpoint.clone(), &form);
        if !posted && !secret.is_empty() {
            let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            request = request.basic_auth(encoded(id), Some(encoded(secret)));
        }
        let answer = of.http.send(request).await?;
        if !answer.status.is_success() {
            let error = answer.json::<Tokens>("its refusal").ok().and_then(|tokens| tokens.error);
            return Err(refused(&format!("{} to the code", answer.status), error.as_deref()));
        }
        answer.json("its tokens")
    }

    async fn claims(&self, of: &Provider, metadata: &Metadata, token: &str, answered: &Answered<'_>) -> Result<Claims> {
        let (now, no_key) = (answered.now, || Error::Token(id_token::Error::NoKey.to_string()));
        let believed = |error: id_token::Error| Error::Token(error.to_string());
        let header = id_token::header(token).map_err(believed)?;
        let mut keys = self.0.keys(&of.http, metadata, (false, now)).await?;
        if id_token::key(&keys, &header).is_none() {
            // It may be newer than what is remembered.
            keys = self.0.keys(&of.http, metadata, (true, now)).await?;
        }
        let key: &Jwk = id_token::key(&keys, &header).ok_or_else(no_key)?;
        let (issuer, client_id) = (self.0.issuer.as_str(), of.client_id.as_str());
        let expected = Expected { issuer, client_id, nonce: answered.nonce, now };
        id_token::verify(token, &header, key, &expected).map_err(believed)
    }
}
