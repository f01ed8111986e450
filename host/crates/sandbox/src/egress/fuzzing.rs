//! What holds of each request that leaves, whatever a guest asks for: `make fuzz` looks for what breaks it, and the tests
//! try the inputs that are kept.
#![expect(clippy::unwrap_used, reason = "what does not hold panics")]

use cloche_domain::capability::HostPattern;
use http::header::HOST;
use url::{Position, Url};

use super::is_within;
use super::request::Target;
use crate::bindings::http::Header;
use crate::{Secret, Secrets};

#[cfg(test)]
#[path = "../../../../../fuzz/kept.rs"]
mod kept;

/// Long, and with characters that each encoding writes differently.
const VALUE: &str = "s3cr3t/va|ue+\"of\" 7fQx";
/// Where the secret TOKEN may go.
const BOUND: &str = "GET,POST https://api.example.com/v1";
/// What only the platform says.
const OURS: [&str; 4] = ["connection", "content-length", "transfer-encoding", "upgrade"];

/// The hosts that are granted, then a method and a URL, then headers, a line each.
pub fn request(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.split('\n');
    let granted = lines.next().unwrap_or_default().split('\t');
    let granted: Vec<HostPattern> = granted.filter_map(|pattern| pattern.parse().ok()).collect();
    let Some((method, url)) = lines.next().and_then(|line| line.split_once(' ')) else { return };
    let Ok(target) = Target::parse(method, url) else { return };
    if target.check(&granted).is_err() {
        return;
    }
    let host = target.url.host_str().unwrap();
    let known =
        granted.iter().any(|pattern| pattern.host.matches(host) && pattern.scheme.as_str() == target.url.scheme());
    assert!(known, "{host} was not granted");

    let bound: HostPattern = BOUND.parse().unwrap();
    let may_carry = is_within(&bound, method, &target.url);
    let secret = Secret { value: Some(VALUE.into()), hosts: vec![bound] };
    let secrets: Secrets = [("TOKEN".parse().unwrap(), secret)].into_iter().collect();
    let header =
        |line: &str| line.split_once(": ").map(|(name, value)| Header { name: name.into(), value: value.into() });
    let headers: Vec<Header> = lines.filter_map(header).collect();
    // Who writes the value itself has it already.
    if [text, target.url.as_str()].iter().any(|given| secrets.scrub(given.as_bytes()).is_some()) {
        return;
    }
    let Ok(request) = target.request(&headers, None, &secrets) else { return };

    let path = request.uri().to_string();
    assert!(path.starts_with('/'), "{path} is not in the form of an origin server's");
    let dialled = Url::parse(&format!("{}{path}", &target.url[..Position::BeforePath])).unwrap();
    assert_eq!(dialled.origin(), target.url.origin(), "{path} leads to another host");
    assert_eq!(dialled.path(), target.url.path(), "{path} leads to another path");
    assert!(is_within_any(&granted, method, &dialled), "{dialled} was not granted");

    let mut head = format!("{} {path}\r\n", request.method()).into_bytes();
    for (name, value) in request.headers() {
        assert!(!OURS.contains(&name.as_str()), "{name} is the platform's to say");
        let clean = value.as_bytes().iter().all(|byte| !matches!(byte, b'\r' | b'\n' | 0));
        assert!(clean, "{name} goes on in another line: {value:?}");
        head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    let hosts: Vec<_> = request.headers().get_all(HOST).iter().collect();
    assert_eq!(hosts, [target.authority().as_str()], "the host is said otherwise, or twice");

    // What carries the secret goes where it is bound; what echoes it has it taken out again.
    let scrubbed = secrets.scrub(&head);
    assert!(may_carry || scrubbed.is_none(), "the secret leaves to {}", target.url);
    assert!(scrubbed.is_none_or(|clean| secrets.scrub(&clean).is_none()), "something of the secret is left");
}

fn is_within_any(granted: &[HostPattern], method: &str, url: &Url) -> bool {
    granted.iter().any(|pattern| is_within(pattern, method, url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_requests_hold() {
        kept::each("request", request);
    }
}
