//! What a server may import and reach: patterns parsed once into types, with errors that say how to mend them.

mod path;

use std::fmt;
use std::str::FromStr;

use crate::words::as_text;
use path::is_ambiguous;

/// The interfaces of `wit/tool.wit`: all that a component may import.
pub const INTERFACES: [&str; 6] = [
    "cloche:tool/clock@0.1.0",
    HTTP,
    "cloche:tool/kv@0.1.0",
    "cloche:tool/log@0.1.0",
    "cloche:tool/progress@0.1.0",
    "cloche:tool/random@0.1.0",
];

/// The one of them that reaches hosts, and needs one that is allowed.
pub const HTTP: &str = "cloche:tool/http@0.1.0";

/// Why a text is no host pattern, and how to write one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("allowed host {pattern:?} {problem}")]
pub struct HostPatternError {
    pattern: String,
    problem: &'static str,
}

/// http or https.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    Https,
    Http,
}

impl Scheme {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }

    /// 443 or 80.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
        }
    }
}

/// A host's name in a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HostName {
    /// Exactly this name or address.
    Exact(String),
    /// Any name one or more labels below this one: `*.example.com`.
    Below(String),
}

impl HostName {
    /// Whether a host in the form that `url::Url` gives (lower case, punycode, no trailing dot) is meant.
    pub fn matches(&self, host: &str) -> bool {
        match self {
            Self::Exact(name) => name == host,
            Self::Below(domain) => {
                host.len() > domain.len() + 1
                    && host.ends_with(domain.as_str())
                    && host.as_bytes()[host.len() - domain.len() - 1] == b'.'
            }
        }
    }
}

/// Where requests may go: `[METHOD[,METHOD] ][https://|http://]host[:port][/path-prefix]`.
///
/// `api.notion.com` · `*.example.com` · `GET,POST https://api.example.com/v1` · `http://10.0.0.5:8080`.
/// Without a scheme it is https; without a port, the scheme's; without a path or method, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostPattern {
    pub scheme: Scheme,
    pub host: HostName,
    pub port: u16,
    /// A prefix of whole segments, with its leading slash and without a trailing one; empty for every path.
    pub path: String,
    /// In capitals, sorted; empty for every method.
    pub methods: Vec<String>,
}

impl HostPattern {
    /// Whether a request for this scheme, host, port, method and path is within the pattern. `path` is as `url::Url`
    /// gives it: dot segments are already resolved.
    pub fn allows(&self, scheme: &str, host: &str, port: u16, method: &str, path: &str) -> bool {
        self.scheme.as_str() == scheme
            && self.host.matches(host)
            && self.port == port
            && (self.methods.is_empty() || self.methods.iter().any(|m| m == method))
            && self.allows_path(path)
    }

    /// Whether everything within `other` is within this.
    pub fn covers(&self, other: &Self) -> bool {
        let hosts = match (&self.host, &other.host) {
            (HostName::Exact(ours), HostName::Exact(theirs)) => ours == theirs,
            (HostName::Exact(_), HostName::Below(_)) => false,
            (below, HostName::Exact(theirs)) => below.matches(theirs),
            (HostName::Below(ours), HostName::Below(theirs)) => ours == theirs || self.host.matches(theirs),
        };
        let methods = self.methods.is_empty()
            || !other.methods.is_empty() && other.methods.iter().all(|method| self.methods.contains(method));
        let path =
            other.path.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        hosts && methods && path && (self.scheme, self.port) == (other.scheme, other.port)
    }

    fn allows_path(&self, path: &str) -> bool {
        match path.strip_prefix(self.path.as_str()) {
            _ if self.path.is_empty() => true,
            Some(rest) => !is_ambiguous(path) && (rest.is_empty() || rest.starts_with('/')),
            None => false,
        }
    }
}

impl FromStr for HostPattern {
    type Err = HostPatternError;

    fn from_str(text: &str) -> Result<Self, HostPatternError> {
        parse(text).map_err(|problem| HostPatternError { pattern: text.chars().take(200).collect(), problem })
    }
}

/// Bytes of a pattern, as it is written and as it is shown.
const LONGEST: usize = 512;
const TOO_LONG: &str = "is longer than 512 characters, each that has to be escaped counted as three";

fn parse(text: &str) -> Result<HostPattern, &'static str> {
    if text.len() > LONGEST {
        return Err(TOO_LONG);
    }
    let (methods, rest) = match text.split_once(' ') {
        Some((methods, rest)) => (parse_methods(methods)?, rest),
        None => (vec![], text),
    };
    // Behind the first slash it belongs to the path.
    let (scheme, rest) = match rest.split_once("://").filter(|(before, _)| !before.contains('/')) {
        Some(("https", rest)) => (Scheme::Https, rest),
        Some(("http", rest)) => (Scheme::Http, rest),
        Some(_) => return Err("has a scheme other than https or http"),
        None => (Scheme::Https, rest),
    };
    if rest.contains(['?', '#', '@', '\\']) || rest.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("must be a host with an optional port and path: no user, query, fragment or white space");
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (below, authority) = match authority.strip_prefix("*.") {
        Some(domain) => (true, domain),
        None => (false, authority),
    };
    if authority.contains('*') || path.contains('*') {
        return Err("may have `*` only as its whole first label, as in `*.example.com`; a path is a prefix already");
    }
    let url = url::Url::parse(&format!("{}://{authority}{path}", scheme.as_str()))
        .map_err(|_| "is not a host name, like `api.example.com`")?;
    let host = match url.host() {
        Some(url::Host::Domain(name)) => name.strip_suffix('.').unwrap_or(name).to_owned(),
        Some(_) if below => return Err("cannot have `*.` before an address"),
        Some(address) => address.to_string(),
        None => return Err("has no host, like `api.example.com`"),
    };
    if host.is_empty() {
        return Err("has no host, like `api.example.com`");
    }
    // Without them it would be another host, even an address: `10.1..`.
    if host.ends_with('.') {
        return Err("ends in more than one dot: leave them out");
    }
    // Written in another way: it would be read again as the wildcard that it is not.
    if host.contains('*') {
        return Err("may have `*` only as its whole first label, as in `*.example.com`, and written as such");
    }
    if below && !host.contains('.') {
        return Err("is a wildcard over a whole top-level domain: name the domain, as in `*.example.com`");
    }
    // Everybody may have a host below a public suffix (publicsuffix.org): `*.co.uk` is no narrower than `*.uk`.
    if below && psl::suffix_str(&host) == Some(host.as_str()) {
        return Err(
            "is a wildcard over a suffix below which anyone may have a host: name one domain, as in `*.example.com`",
        );
    }
    let path = url.path().trim_end_matches('/').to_owned();
    let host = if below { HostName::Below(host) } else { HostName::Exact(host) };
    let port = url.port_or_known_default().unwrap_or(scheme.default_port());
    let pattern = HostPattern { scheme, host, port, path, methods };
    // What is escaped is longer than it was written, and has to be read again.
    if pattern.to_string().len() > LONGEST { Err(TOO_LONG) } else { Ok(pattern) }
}

fn parse_methods(text: &str) -> Result<Vec<String>, &'static str> {
    const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
    let mut methods: Vec<String> = text.split(',').map(str::to_owned).collect();
    if methods.iter().any(|m| !METHODS.contains(&m.as_str())) {
        return Err("begins with a method that is none of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    }
    methods.sort_unstable();
    methods.dedup();
    Ok(methods)
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.methods.is_empty() {
            write!(f, "{} ", self.methods.join(","))?;
        }
        if self.scheme == Scheme::Http {
            f.write_str("http://")?;
        }
        match &self.host {
            HostName::Exact(name) => f.write_str(name)?,
            HostName::Below(domain) => write!(f, "*.{domain}")?,
        }
        if self.port != self.scheme.default_port() {
            write!(f, ":{}", self.port)?;
        }
        f.write_str(&self.path)
    }
}

as_text!(HostPattern);

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> HostPattern {
        text.parse().unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn patterns_round_trip_in_their_shortest_form() {
        for (written, shown) in [
            ("api.notion.com", "api.notion.com"),
            ("https://API.Notion.com:443/", "api.notion.com"),
            ("*.example.com", "*.example.com"),
            ("POST,GET https://api.example.com/v1/", "GET,POST api.example.com/v1"),
            ("http://10.0.0.5:8080", "http://10.0.0.5:8080"),
            ("http://[::1]:81/a", "http://[::1]:81/a"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("example.com.", "example.com"),
            ("https://a.example/http://b.example", "a.example/http://b.example"),
        ] {
            assert_eq!(pattern(written).to_string(), shown);
            assert_eq!(pattern(shown), pattern(written));
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused_with_a_reason() {
        for bad in [
            "",
            "*",
            "*.com",
            "a.*.com",
            "https://",
            "ftp://a.b",
            "a.b?x",
            "u@a.b",
            "a b",
            "FETCH a.b",
            "a.b/*",
            "*.1.2.3.4",
            "a.b\\c",
            "example.com..",
            "http://10.1..",
            "%2a.example.com",
            "a%2A.example.com",
            "\u{ff0a}.example.com",
            "get a.b",
            ".",
        ] {
            assert!(bad.parse::<HostPattern>().is_err(), "{bad:?} was taken as {:?}", bad.parse::<HostPattern>());
        }
    }

    #[test]
    fn a_pattern_is_no_longer_shown_than_it_may_be_written() {
        let braces = |count: usize| format!("a.example/{}", "{".repeat(count));
        assert_eq!(pattern(&braces(160)).to_string().len(), 490);
        assert!(braces(200).parse::<HostPattern>().unwrap_err().to_string().contains("longer than 512"));
    }

    #[test]
    fn a_pattern_covers_what_is_narrower() {
        for (wide, narrow) in [
            ("a.example", "a.example"),
            ("a.example", "GET a.example/v1"),
            ("*.example.com", "a.b.example.com"),
            ("*.example.com", "*.b.example.com"),
            ("GET,POST a.example/v1", "POST a.example/v1/x"),
        ] {
            assert!(pattern(wide).covers(&pattern(narrow)), "{wide} {narrow}");
            assert!(wide == narrow || !pattern(narrow).covers(&pattern(wide)), "{narrow} {wide}");
        }
        for (one, other) in [
            ("a.example", "b.example"),
            ("a.example", "http://a.example"),
            ("a.example", "a.example:8443"),
            ("a.example/v1", "a.example/v10"),
            ("*.example.com", "example.com"),
            ("GET a.example", "POST a.example"),
            ("a.b.example.com", "*.example.com"),
        ] {
            assert!(!pattern(one).covers(&pattern(other)), "{one} {other}");
        }
    }

    #[test]
    fn requests_are_held_against_every_part() {
        let p = pattern("GET https://api.example.com/v1");
        assert!(p.allows("https", "api.example.com", 443, "GET", "/v1/x"));
        assert!(p.allows("https", "api.example.com", 443, "GET", "/v1"));
        assert!(!p.allows("https", "api.example.com", 443, "GET", "/v10"));
        assert!(!p.allows("https", "api.example.com", 443, "GET", "/v1/%2e%2e/admin"));
        for path in [
            "/v1/..;/x",
            "/v1/..;a=b/x",
            "/v1/.;/x",
            "/v1/..%3B/x",
            "/v1/%252e%252e/x",
            "/v1/%255c",
            "/v1/%00",
            "/v1/%2500",
            "/v1/..%253b/x",
            "/v1/%2%65%2%65/x",
            "/v1/%%32e./x",
            "/v1/%25%32%65./x",
            "/v1/.%252525252e/x",
            "/v1/%c0%ae%C0%AE/x",
        ] {
            assert!(!p.allows("https", "api.example.com", 443, "GET", path), "{path}");
        }
        assert!(p.allows("https", "api.example.com", 443, "GET", "/v1/a;b=c/100%25/50%"));
        assert!(p.allows("https", "api.example.com", 443, "GET", "/v1/caf%C3%A9/%20%3F%23"));
        assert!(!p.allows("http", "api.example.com", 443, "GET", "/v1"));
        assert!(!p.allows("https", "api.example.com", 8443, "GET", "/v1"));
        assert!(!p.allows("https", "api.example.com", 443, "POST", "/v1"));
        assert!(!p.allows("https", "evil-api.example.com", 443, "GET", "/v1"));
        let below = pattern("*.example.com");
        assert!(below.allows("https", "a.b.example.com", 443, "PUT", "/"));
        assert!(!below.allows("https", "example.com", 443, "GET", "/"));
        assert!(!below.allows("https", "notexample.com", 443, "GET", "/"));
    }
}
