//! Which pages may call: those of the platform, and those that the operator allows.

use std::str::FromStr;

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, VARY,
};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use url::{Host, Url};

use crate::oauth::is_loopback;

/// An origin, with any port where it ends in `:*`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    url: Url,
    any_port: bool,
}

/// Why a text is no origin.
#[derive(Debug, thiserror::Error)]
#[error("mcp.allowed_origins: {0:?} is no origin, like https://app.example.com or http://localhost:*")]
pub struct NoOrigin(String);

impl FromStr for Pattern {
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let refuse = || NoOrigin(text.to_owned());
        let (origin, any_port) = text.strip_suffix(":*").map_or((text, false), |origin| (origin, true));
        let url = Url::parse(origin).map_err(|_| refuse())?;
        if matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == origin {
            Ok(Self { url, any_port })
        } else {
            Err(refuse())
        }
    }
}

/// Every origin that may call.
#[derive(Clone, Debug)]
pub struct Origins(Vec<Pattern>);

impl Origins {
    /// The platform's own, and those configured.
    pub fn new(public_url: &Url, configured: &[String]) -> Result<Self, NoOrigin> {
        let own = Pattern { url: public_url.clone(), any_port: false };
        let more: Result<Vec<Pattern>, _> = configured.iter().map(|text| text.parse()).collect();
        Ok(Self(more?.into_iter().chain([own]).collect()))
    }

    pub fn allow(&self, origin: &HeaderValue) -> bool {
        let Some(asked) = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok()) else { return false };
        self.0.iter().any(|one| {
            let same_but_port = one.url.scheme() == asked.scheme() && one.url.host() == asked.host();
            same_but_port && (one.any_port || one.url.port_or_known_default() == asked.port_or_known_default())
        })
    }
}

/// Whether a Host header names this platform. On the machine itself, it has more than one name.
pub(super) fn is_our_host(public_url: &Url, host: &str) -> bool {
    let Ok(asked) = host.parse::<Authority>() else { return false };
    let default_port = if public_url.scheme() == "https" { 443 } else { 80 };
    let same_host = public_url.host_str().is_some_and(|ours| ours.eq_ignore_ascii_case(asked.host()));
    let both_here = || is_loopback(public_url.host()) && is_loopback(Host::parse(asked.host()).ok());
    (same_host || both_here()) && asked.port_u16().unwrap_or(default_port) == public_url.port().unwrap_or(default_port)
}

/// Before a page calls, its browser asks (Fetch §4.8).
pub(super) fn preflight() -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        // `*` does not stand for Authorization.
        (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, *"),
        (ACCESS_CONTROL_MAX_AGE, "7200"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Lets a page of this origin read the answer, and the headers that a client needs.
pub(super) fn share(mut response: Response, origin: Option<HeaderValue>) -> Response {
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("www-authenticate, retry-after, x-request-id"),
        );
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_origins_may_call() {
        let here = Url::parse("https://cloche.example/").unwrap();
        let origins = Origins::new(&here, &["http://localhost:*".into(), "https://app.example".into()]).unwrap();
        for good in ["https://cloche.example", "http://localhost", "http://localhost:6274", "https://app.example:443"] {
            assert!(origins.allow(&HeaderValue::from_static(good)), "{good}");
        }
        for bad in [
            "null",
            "",
            "https://evil.example",
            "http://cloche.example",
            "https://app.example:444",
            "https://localhost:1",
            "http://localhost.evil.example",
            "https://app.example.evil.example",
        ] {
            assert!(!origins.allow(&HeaderValue::from_static(bad)), "{bad}");
        }
        for bad in ["*", "app.example", "https://app.example/", "https://app.example/x", "file://x"] {
            assert!(Origins::new(&here, &[bad.into()]).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_bound_anew_is_not_ours() {
        let (here, local) =
            (Url::parse("https://cloche.example/").unwrap(), Url::parse("http://127.0.0.1:8787/").unwrap());
        assert!(is_our_host(&here, "cloche.example") && is_our_host(&here, "Cloche.example:443"));
        assert!(is_our_host(&local, "localhost:8787") && is_our_host(&local, "[::1]:8787"));
        for bad in ["evil.example", "cloche.example:444", "localhost", "cloche.example.evil.example", "a b"] {
            assert!(!is_our_host(&here, bad), "{bad}");
        }
        assert!(!is_our_host(&local, "evil.example:8787") && !is_our_host(&local, "localhost:80"));
    }
}
