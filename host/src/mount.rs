//! Where a server is reached.

use std::fmt;

use cloche_domain::Slug;
use url::Url;

/// The platform's address, without a slash at the end.
pub fn origin(public_url: &Url) -> &str {
    public_url.as_str().trim_end_matches('/')
}

/// A server's place below the platform's address: `/mcp/{org}/{slug}`. It names a place, not a right to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mount {
    pub org: Slug,
    pub slug: Slug,
}

impl Mount {
    /// The place that a URL names, if it is one of this platform.
    pub fn parse(public_url: &Url, text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        if url.origin() != public_url.origin() || url.query().is_some() || url.fragment().is_some() {
            return None;
        }
        Self::at(url.path())
    }

    /// The place that a path names, if it is written as we write it.
    pub fn at(path: &str) -> Option<Self> {
        let (org, slug) = path.strip_prefix("/mcp/")?.split_once('/')?;
        Some(Self { org: org.parse().ok()?, slug: slug.parse().ok()? })
    }

    /// The MCP URL: also the audience of its tokens (RFC 8707) and its resource identifier (RFC 9728).
    pub fn url(&self, public_url: &Url) -> String {
        format!("{}{self}", origin(public_url))
    }

    /// Where its metadata is (RFC 9728 §3.1).
    pub fn metadata_url(&self, public_url: &Url) -> String {
        format!("{}/.well-known/oauth-protected-resource{self}", origin(public_url))
    }
}

impl fmt::Display for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/mcp/{}/{}", self.org, self.slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_servers_own_url_names_it() {
        let here = Url::parse("https://cloche.example/").unwrap();
        let mount = Mount::parse(&here, "https://cloche.example/mcp/acme/weather").unwrap();
        assert_eq!(mount.url(&here), "https://cloche.example/mcp/acme/weather");
        for other in [
            "https://cloche.example.evil.example/mcp/acme/weather",
            "http://cloche.example/mcp/acme/weather",
            "https://cloche.example:444/mcp/acme/weather",
            "https://cloche.example/mcp/acme",
            "https://cloche.example/mcp/acme/weather/",
            "https://cloche.example/mcp/acme/weather/x",
            "https://cloche.example/mcp/acme/weather?x",
            "https://cloche.example/mcp/acme/weather#x",
            "https://cloche.example/",
            "mcp/acme/weather",
        ] {
            assert_eq!(Mount::parse(&here, other), None, "{other}");
        }
    }

    #[test]
    fn a_path_is_taken_as_we_write_it() {
        assert_eq!(Mount::at("/mcp/acme/weather").map(|mount| mount.to_string()).as_deref(), Some("/mcp/acme/weather"));
        for path in
            ["/mcp/acme", "/mcp/acme/", "/mcp/acme/weather/", "/mcp/%61cme/weather", "/mcp/Acme/w!", "/v1/me", "*"]
        {
            assert_eq!(Mount::at(path), None, "{path}");
        }
    }
}
