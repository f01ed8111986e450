//! Where an answer to a client may go.

use std::fmt;

use url::{Host, Url};

/// The schemes of applications that take their callback in no other way. Any scheme in reverse-domain form
/// (RFC 8252 §7.1), which is its owner's by its name, is taken as well; anything else could be a browser's own.
const APP_SCHEMES: [&str; 6] = ["cursor", "vscode", "vscode-insiders", "windsurf", "zed", "goose"];

/// A redirect URI that is https, loopback http, or an application's own scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    url: Url,
}

/// Why a text is no redirect URI, and what a right one is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("redirect_uri {text:?} {problem}")]
pub struct RedirectError {
    text: String,
    problem: &'static str,
}

impl RedirectUri {
    pub fn parse(text: &str) -> Result<Self, RedirectError> {
        let refuse = |problem| RedirectError { text: text.chars().take(200).collect(), problem };
        if text.len() > 2048 {
            return Err(refuse("is longer than 2,048 characters"));
        }
        let url = Url::parse(text).map_err(|_| refuse("is no absolute URL"))?;
        if url.fragment().is_some() {
            return Err(refuse("has a fragment: leave it out"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("has a user or password: leave it out"));
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(url.host()) => {}
            "http" => {
                return Err(refuse("is http to another machine: use https, or http to 127.0.0.1, [::1] or localhost"));
            }
            scheme if scheme.contains('.') || APP_SCHEMES.contains(&scheme) => {}
            _ => {
                return Err(refuse(
                    "must be https, http to this machine, or a scheme in reverse-domain form, like com.example.app",
                ));
            }
        }
        Ok(Self { text: text.to_owned(), url })
    }

    /// Whether this is one of those registered: character for character, save that a loopback address may have any port
    /// (RFC 8252 §7.3).
    pub fn is_among(&self, registered: &[String]) -> bool {
        registered.iter().any(|one| {
            *one == self.text
                || Self::parse(one).is_ok_and(|one| {
                    one.url.scheme() == "http"
                        && is_loopback(one.url.host())
                        && one.without_port() == self.without_port()
                })
        })
    }

    fn without_port(&self) -> Url {
        let mut url = self.url.clone();
        let _ = url.set_port(None);
        url
    }

    /// This URI with an answer in its query.
    pub fn with_answer(&self, pairs: &[(&str, &str)]) -> Url {
        let mut url = self.url.clone();
        url.query_pairs_mut().extend_pairs(pairs);
        url
    }

    /// What a person should recognise: the host, or the application's scheme.
    pub fn shown(&self) -> String {
        match (self.url.scheme(), self.url.host_str()) {
            ("https", Some(host)) => host.to_owned(),
            ("http", _) => "an application on this computer".to_owned(),
            (scheme, _) => format!("the application that opens {scheme}: links"),
        }
    }

    /// For the page's `form-action`: browsers hold redirects after a form against it too.
    pub fn csp_source(&self) -> String {
        match self.url.scheme() {
            "https" | "http" => self.url.origin().ascii_serialization(),
            scheme => format!("{scheme}:"),
        }
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether a host is this machine, by an address or name that cannot mean another.
pub fn is_loopback<S: AsRef<str>>(host: Option<Host<S>>) -> bool {
    match host {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.as_ref() == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_among(asked: &str, registered: &str) -> bool {
        RedirectUri::parse(asked).is_ok_and(|asked| asked.is_among(&[registered.to_owned()]))
    }

    #[test]
    fn only_https_loopback_and_application_schemes_are_taken() {
        for good in [
            "https://client.example/cb",
            "http://127.0.0.1:9/cb",
            "http://[::1]/cb",
            "http://localhost:3000/cb?a=b",
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "com.example.app:/cb",
        ] {
            assert!(RedirectUri::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "/cb",
            "http://client.example/cb",
            "http://localhost.example/cb",
            "http://127.0.0.1.example/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "https://client.example/cb#x",
            "https://u:p@client.example/cb",
            "http://127.0.0.1@client.example/cb",
        ] {
            assert!(RedirectUri::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_redirect_is_matched_whole() {
        let registered = "https://client.example/cb";
        assert!(is_among(registered, registered));
        for trick in [
            "https://client.example/cb/../evil",
            "https://client.example/cb/x",
            "https://client.example/cb?x=1",
            "https://client.example/CB",
            "https://client.example:8443/cb",
            "https://client.example.evil.example/cb",
            "https://client.example/cb%2f",
            "https://CLIENT.example/cb",
        ] {
            assert!(!is_among(trick, registered), "{trick}");
        }
    }

    #[test]
    fn only_the_port_of_a_loopback_redirect_is_free() {
        assert!(is_among("http://127.0.0.1:5000/cb", "http://127.0.0.1/cb"));
        assert!(is_among("http://localhost:5000/cb", "http://localhost:4000/cb"));
        assert!(!is_among("http://localhost:5000/cb", "http://127.0.0.1/cb"));
        assert!(!is_among("http://127.0.0.1:5000/other", "http://127.0.0.1/cb"));
        assert!(!is_among("https://127.0.0.1:5000/cb", "https://127.0.0.1/cb"));
    }
}
