//! Where people can sign in besides here: OpenID Connect issuers, and GitHub.
//!
//! The protocol is spoken here and not by a library: what of it is used is small, tokens are verified by what verifies our
//! own (jsonwebtoken on aws-lc), times are of the platform's clock, and every answer is bounded.

mod discovery;
mod fetch;
mod github;
mod id_token;
mod oidc;
mod settings;

use std::collections::BTreeMap;
use std::time::Duration;

use cloche_domain::{Email, Slug};
use secrecy::SecretString;
use time::OffsetDateTime;
use url::Url;

use fetch::Http;
use github::GitHub;
use oidc::Oidc;
use settings::Place;

pub use settings::{Error as SettingsError, Kind, Settings};

/// Characters that are kept of what a person is known by at a provider.
const SHOWN: usize = 120;

/// Why a provider has not said who somebody is. The text is for the log: none of it is a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be reached, or is not well.
    #[error("{0}")]
    Unavailable(String),
    /// What it answers is not as it must be.
    #[error("{0}")]
    Invalid(String),
    /// Its ID token is not believed.
    #[error("its ID token is not believed: {0}")]
    Token(String),
    /// It does not take our word: a code that was used before, a wrong secret.
    #[error("it refuses: {0}")]
    Refused(String),
}

type Result<T, E = Error> = std::result::Result<T, E>;

/// All that are configured, by name.
#[derive(Debug, Default)]
pub struct Providers(BTreeMap<Slug, Provider>);

/// One of them.
#[derive(Debug)]
pub struct Provider {
    pub name: Slug,
    /// What people know it by.
    pub label: String,
    client_id: String,
    client_secret: SecretString,
    /// Where it sends the browser back to: an address of its own for each, so that none answers for another.
    callback: Url,
    http: Http,
    protocol: Protocol,
}

#[derive(Debug)]
enum Protocol {
    Oidc(Oidc),
    GitHub(GitHub),
}

/// What a browser takes along to a provider.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub state: &'a str,
    pub nonce: &'a str,
    /// Of the verifier (RFC 7636 §4.2).
    pub challenge: &'a str,
    pub now: OffsetDateTime,
}

/// What a browser brings back from it, and what was kept meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    pub code: &'a str,
    /// The parameter `iss` (RFC 9207).
    pub issuer: Option<&'a str>,
    pub nonce: &'a str,
    pub verifier: &'a str,
    pub now: OffsetDateTime,
}

/// Somebody, as a provider knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub issuer: String,
    pub subject: String,
    /// What they know themselves by there.
    pub shown: String,
    pub mail: Mail,
}

/// What a provider says of somebody's mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mail {
    Verified(Email),
    /// There is one, and nobody has shown that it is theirs.
    Unverified,
    Missing,
}

impl Providers {
    /// Those of the configuration; an error names the setting that could never work.
    pub fn new(settings: &BTreeMap<Slug, Settings>, timeout_s: u64, public_url: &Url) -> Result<Self, SettingsError> {
        if timeout_s == 0 {
            return Err(SettingsError::Zero("provider_timeout_s"));
        }
        let http = Http::new(Duration::from_secs(timeout_s))?;
        let made = settings.iter().map(|(name, settings)| {
            let protocol = match settings.place(name)? {
                Place::Oidc(issuer) => Protocol::Oidc(Oidc::of(issuer)),
                Place::GitHub { base, api } => Protocol::GitHub(GitHub { base, api }),
            };
            let mut callback = public_url.clone();
            callback.set_path(&format!("/sign-in/callback/{name}"));
            let provider = Provider {
                name: name.clone(),
                label: settings.label(name),
                client_id: settings.client_id.clone(),
                client_secret: settings.client_secret.clone(),
                callback,
                http: http.clone(),
                protocol,
            };
            Ok((name.clone(), provider))
        });
        Ok(Self(made.collect::<Result<_, SettingsError>>()?))
    }

    /// All, by name.
    pub fn all(&self) -> impl Iterator<Item = &Provider> {
        self.0.values()
    }

    pub fn get(&self, name: &Slug) -> Option<&Provider> {
        self.0.get(name)
    }
}

impl Provider {
    /// Where the browser is sent to sign in.
    pub async fn authorize(&self, asked: &Asked<'_>) -> Result<Url> {
        match &self.protocol {
            Protocol::Oidc(oidc) => oidc.authorize(self, asked).await,
            Protocol::GitHub(github) => github.authorize(self, asked),
        }
    }

    /// Who it was that signed in there.
    pub async fn profile(&self, answered: &Answered<'_>) -> Result<Profile> {
        match &self.protocol {
            Protocol::Oidc(oidc) => oidc.profile(self, answered).await,
            Protocol::GitHub(github) => github.profile(self, answered).await,
        }
    }
}

/// The first of some names that says anything, on one line and without what cannot be seen.
fn shown<const N: usize>(names: [Option<String>; N]) -> String {
    let plain = |name: String| {
        let visible = name.chars().filter(|&c| !cloche_domain::hidden_text::is_hidden(c) && !c.is_control());
        visible.take(SHOWN).collect::<String>().trim().to_owned()
    };
    names.into_iter().flatten().map(plain).find(|name| !name.is_empty()).unwrap_or_else(|| "?".to_owned())
}

/// A refusal, with its code (RFC 6749 §5.2) where it is one: what else it says may repeat what was sent.
fn refused(what: &str, code: Option<&str>) -> Error {
    let code: String =
        code.unwrap_or_default().chars().filter(|c| c.is_ascii_lowercase() || *c == '_').take(40).collect();
    Error::Refused(if code.is_empty() { what.to_owned() } else { format!("{what}, {code}") })
}
