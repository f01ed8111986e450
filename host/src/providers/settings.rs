//! Which providers people may sign in with.

use std::net::IpAddr;

use cloche_domain::Slug;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::{Host, Url};

/// A provider: `[sign_in.providers.NAME]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What it speaks; by its name where left out: `google` and `github` are known, all others speak OpenID Connect.
    pub kind: Option<Kind>,
    /// What people know it by.
    pub label: Option<String>,
    /// Of OpenID Connect: where its description begins, exactly as its tokens say it.
    pub issuer: Option<String>,
    /// Of GitHub: another than github.com.
    pub base_url: Option<Url>,
    /// Of GitHub: where its API begins.
    pub api_url: Option<Url>,
    /// What the provider calls this platform.
    pub client_id: String,
    /// Empty only for a client that the provider knows as public.
    #[serde(default)]
    pub client_secret: SecretString,
}

/// What a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// OpenID Connect, with discovery.
    Oidc,
    /// The same, of Google.
    Google,
    /// GitHub's OAuth 2.0 and API.
    GitHub,
}

/// A provider that cannot be used as it is set.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("sign_in.providers.{name}: {key} is missing: {what}")]
    Missing { name: Slug, key: &'static str, what: &'static str },
    #[error("sign_in.providers.{name}: {key} is not for a provider of this kind: leave it out, or set `kind`")]
    NotForKind { name: Slug, key: &'static str },
    #[error("sign_in.providers.{name}: {key} {url:?} must be an https address without query or fragment")]
    Address { name: Slug, key: &'static str, url: String },
    #[error("sign_in.{0} is 0: give at least 1")]
    Zero(&'static str),
    #[error("the HTTP client for sign-in providers cannot be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// Where a provider is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The issuer.
    Oidc(String),
    GitHub {
        base: Url,
        api: Url,
    },
}

impl Settings {
    fn kind(&self, name: &Slug) -> Kind {
        self.kind.unwrap_or_else(|| match name.as_str() {
            "google" => Kind::Google,
            "github" => Kind::GitHub,
            _ => Kind::Oidc,
        })
    }

    pub(super) fn label(&self, name: &Slug) -> String {
        let known = || match self.kind(name) {
            Kind::Google => "Google",
            Kind::GitHub => "GitHub",
            Kind::Oidc => name.as_str(),
        };
        self.label.clone().unwrap_or_else(|| known().to_owned())
    }

    /// Where it is, or what of its settings could never work.
    pub(super) fn place(&self, name: &Slug) -> Result<Place, Error> {
        let missing = |key, what| Error::Missing { name: name.clone(), key, what };
        let not_for_kind = |key| Err(Error::NotForKind { name: name.clone(), key });
        if self.client_id.trim().is_empty() {
            return Err(missing("client_id", "the provider gave it when this platform was registered there"));
        }
        if self.kind(name) == Kind::GitHub {
            if self.issuer.is_some() {
                return not_for_kind("issuer");
            }
            if self.client_secret.expose_secret().is_empty() {
                return Err(missing("client_secret", "GitHub gives it beside the client_id"));
            }
            let url = |key, set: &Option<Url>, default: &str| {
                let text = set.as_ref().map_or(default, Url::as_str);
                address(text).ok_or_else(|| Error::Address { name: name.clone(), key, url: text.to_owned() })
            };
            let base = url("base_url", &self.base_url, "https://github.com")?;
            return Ok(Place::GitHub { base, api: url("api_url", &self.api_url, "https://api.github.com")? });
        }
        for (key, set) in [("base_url", &self.base_url), ("api_url", &self.api_url)] {
            if set.is_some() {
                return not_for_kind(key);
            }
        }
        let google = || (self.kind(name) == Kind::Google).then(|| "https://accounts.google.com".to_owned());
        let issuer = self.issuer.clone().or_else(google);
        let issuer = issuer.ok_or_else(|| missing("issuer", "like https://login.example.com"))?;
        match address(&issuer) {
            Some(_) => Ok(Place::Oidc(issuer)),
            None => Err(Error::Address { name: name.clone(), key: "issuer", url: issuer }),
        }
    }
}

/// An address that secrets may be sent to: https, or this very machine.
pub(super) fn address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => IpAddr::from(ip).is_loopback(),
        Host::Ipv6(ip) => IpAddr::from(ip).is_loopback(),
    };
    let safe = url.scheme() == "https" || (url.scheme() == "http" && here);
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (safe && plain && url.query().is_none()).then_some(url)
}

#[cfg(test)]
mod tests {
    use figment::Figment;
    use figment::providers::{Format as _, Toml};

    use super::*;

    fn place(name: &str, toml: &str) -> Result<Place, String> {
        let settings: Settings = Figment::from(Toml::string(toml)).extract().map_err(|error| error.to_string())?;
        settings.place(&name.parse().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn presets_need_only_what_the_provider_gave() {
        let given = "client_id = \"a\"\nclient_secret = \"b\"";
        assert_eq!(place("google", given), Ok(Place::Oidc("https://accounts.google.com".to_owned())));
        let Ok(Place::GitHub { base, api }) = place("github", given) else { panic!("a preset") };
        assert_eq!((base.as_str(), api.as_str()), ("https://github.com/", "https://api.github.com/"));
        let corporate = format!("{given}\nkind = \"github\"\nbase_url = \"https://git.corp.example\"");
        assert!(matches!(place("corp", &corporate), Ok(Place::GitHub { .. })));
    }

    #[test]
    fn what_could_never_work_is_named() {
        let given = "client_id = \"a\"\nclient_secret = \"b\"\n";
        for (name, toml, says) in [
            ("corp", given.to_owned(), "issuer is missing"),
            ("corp", format!("{given}issuer = \"http://login.example.com\""), "must be an https address"),
            ("corp", format!("{given}issuer = \"https://login.example.com/?a=b\""), "must be an https address"),
            ("corp", format!("{given}issuer = \"https://u:p@login.example.com\""), "must be an https address"),
            (
                "corp",
                format!("{given}issuer = \"https://a.example\"\napi_url = \"https://b.example\""),
                "api_url is not",
            ),
            ("github", "client_id = \"a\"".to_owned(), "client_secret is missing"),
            ("github", format!("{given}issuer = \"https://github.com\""), "issuer is not for"),
            ("github", format!("{given}api_url = \"http://api.example.com\""), "api_url"),
            ("google", "client_id = \" \"".to_owned(), "client_id is missing"),
            ("google", "client_secret = \"a\"".to_owned(), "client_id"),
            ("google", format!("{given}colour = \"red\""), "colour"),
        ] {
            let error = place(name, &toml).unwrap_err();
            assert!(error.contains(says), "{name} {toml}: {error}");
            assert!(!error.contains("\"b\""), "{error}");
        }
        assert!(place("corp", &format!("{given}issuer = \"http://127.0.0.1:9\"")).is_ok(), "this very machine");
    }

    #[test]
    fn a_secret_is_not_printed() {
        let text = "client_id = \"a\"\nclient_secret = \"top-secret\"";
        let settings: Settings = Figment::from(Toml::string(text)).extract().unwrap();
        assert!(!format!("{settings:?}").contains("top-secret"));
    }
}
