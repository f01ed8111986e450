//! A request as the guest wrote it, made into one that may leave.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cloche_domain::capability::HostPattern;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, HOST, HeaderName, HeaderValue, RANGE, USER_AGENT};
use http::{HeaderMap, Method, Request};
use http_body_util::Full;
use url::{Url, form_urlencoded};

use super::is_within;
use crate::Secrets;
use crate::bindings::http::{Error as HttpError, Header};

const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// What only one end of a connection may say of it (RFC 9110 §7.6.1), and what the platform says itself.
const OURS: [&str; 12] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
];

/// Where a request goes: parsed once, by the type that is dialled.
pub(super) struct Target {
    pub(super) method: Method,
    pub(super) url: Url,
}

impl Target {
    pub(super) fn parse(method: &str, url: &str) -> Result<Self, HttpError> {
        let invalid = |reason: String| HttpError::Invalid(reason);
        let method = METHODS.into_iter().find(|known| known.as_str() == method).ok_or_else(|| {
            invalid("the method is none of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS, in capitals".to_owned())
        })?;
        let mut url = Url::parse(url).map_err(|e| invalid(format!("the URL cannot be read: {e}")))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(invalid(format!("the URL begins with {}: only https and http lead anywhere", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid(
                "the URL has user information before the host: send an Authorization header instead".to_owned(),
            ));
        }
        url.set_fragment(None);
        Ok(Self { method, url })
    }

    /// Host, and port where it is not the scheme's: what the `Host` header says.
    pub(super) fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Holds the target against the grant.
    pub(super) fn check(&self, hosts: &[HostPattern]) -> Result<(), HttpError> {
        if hosts.iter().any(|pattern| is_within(pattern, self.method.as_str(), &self.url)) {
            return Ok(());
        }
        let granted = match hosts {
            [] => "none at all".to_owned(),
            hosts => hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        };
        Err(HttpError::Denied(format!(
            "this is not within what the server may reach ({granted}): add the host, path and method to allowedHosts"
        )))
    }

    /// The request as it leaves: headers cleaned, secrets filled in.
    pub(super) fn request(
        &self,
        headers: &[Header],
        body: Option<Vec<u8>>,
        secrets: &Secrets,
    ) -> Result<Request<Full<Bytes>>, HttpError> {
        let invalid = |e: &dyn std::fmt::Display| HttpError::Invalid(e.to_string());
        let mut url = self.url.clone();
        let query = self.query(secrets)?;
        let headers = self.headers(headers, secrets)?;
        // Part of an echo would be part of the secret, which is not recognised.
        let carries_secret = query.is_some() || headers.values().any(HeaderValue::is_sensitive);
        if carries_secret && headers.contains_key(RANGE) {
            return Err(HttpError::Invalid(
                "a request that carries a secret cannot ask for a part of the answer: leave out the Range header"
                    .to_owned(),
            ));
        }
        if let Some(query) = query {
            url.set_query(Some(&query));
        }
        let origin_form = &url[url::Position::BeforePath..];
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(origin_form)
            .body(Full::new(Bytes::from(body.unwrap_or_default())))
            .map_err(|e| invalid(&e))?;
        *request.headers_mut() = headers;
        Ok(request)
    }

    fn headers(&self, given: &[Header], secrets: &Secrets) -> Result<HeaderMap, HttpError> {
        let invalid = |reason: String| HttpError::Invalid(reason);
        let mut headers = HeaderMap::with_capacity(given.len() + 3);
        for Header { name, value } in given {
            let shown: String = name.chars().take(64).collect();
            let name: HeaderName =
                name.parse().map_err(|_| invalid(format!("{shown:?} cannot be the name of a header")))?;
            if OURS.contains(&name.as_str()) {
                return Err(invalid(format!("the header {name} is the platform's to set: leave it out")));
            }
            let filled = secrets
                .fill(value, str::to_owned, self.method.as_str(), &self.url)
                .map_err(|e| invalid(e.to_string()))?;
            let is_secret = filled.is_some();
            let mut text = filled.unwrap_or_else(|| value.clone());
            if name == AUTHORIZATION
                && let Some(encoded) = basic(&text)
            {
                text = encoded;
            }
            let mut value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| {
                invalid(format!("the value of the header {name} has a line break or control character"))
            })?;
            value.set_sensitive(is_secret);
            headers.append(name, value);
        }
        let host = HeaderValue::try_from(self.authority()).map_err(|e| invalid(e.to_string()))?;
        headers.insert(HOST, host);
        // Ours, whatever the guest asked for: it gets the answer decoded.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(concat!("cloche/", env!("CARGO_PKG_VERSION"))));
        Ok(headers)
    }

    /// The query with secrets filled into its values; none where it stays as it is. Only braces that stand there as such
    /// make a placeholder: text that was escaped to be data stays data.
    fn query(&self, secrets: &Secrets) -> Result<Option<String>, HttpError> {
        let encode = |value: &str| form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>();
        let Some(query) = self.url.query() else {
            return Ok(None);
        };
        let mut any = false;
        let mut pairs = Vec::new();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let filled = secrets.fill(value, encode, self.method.as_str(), &self.url);
            match filled.map_err(|e| HttpError::Invalid(e.to_string()))? {
                None => pairs.push(pair.to_owned()),
                Some(filled) => {
                    any = true;
                    pairs.push(format!("{name}={filled}"));
                }
            }
        }
        Ok(any.then(|| pairs.join("&")))
    }
}

/// `Basic user:password` as it is sent (RFC 7617). A guest can't encode what it can't read; base64 itself has no colon.
fn basic(value: &str) -> Option<String> {
    let (scheme, credentials) = value.split_once(' ')?;
    let is_plain = scheme.eq_ignore_ascii_case("basic") && credentials.contains(':');
    is_plain.then(|| format!("{scheme} {}", STANDARD.encode(credentials)))
}
