//! What holds of patterns and specs, whatever strangers write: `make fuzz` looks for what breaks it, and the tests try the
//! inputs that are kept.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what does not hold panics")]

use url::Url;

use crate::Sha256;
use crate::capability::{HostName, HostPattern, INTERFACES};
use crate::diff::Diff;
use crate::manifest::Manifest;
use crate::report::Capabilities;
use crate::spec::{ServerSpec, bounds};

#[cfg(test)]
#[path = "../../../../fuzz/kept.rs"]
mod kept;

/// Two patterns, then a method and a URL, a line each.
pub fn pattern(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.split('\n');
    let Some(Ok(one)) = lines.next().map(str::parse::<HostPattern>) else { return };
    let shown = one.to_string();
    assert_eq!(shown.parse().as_ref(), Ok(&one), "{shown:?} is read as another pattern");
    assert!(shown.chars().all(|c| c.is_ascii_graphic() || c == ' '), "{shown:?} hides something");
    assert!(one.covers(&one), "{shown} does not cover itself");
    let other = lines.next().and_then(|line| line.parse::<HostPattern>().ok());
    let Some((method, Ok(url))) = lines.next().and_then(|line| line.split_once(' ')).map(|(m, u)| (m, Url::parse(u)))
    else {
        return;
    };
    let allows = |pattern: &HostPattern| {
        let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
        pattern.allows(url.scheme(), host, port, method, url.path())
    };
    if allows(&one) {
        is_within(&one, &url);
    }
    if let Some(other) = other
        && one.covers(&other)
    {
        assert!(!allows(&other) || allows(&one), "{other} is wider than {one}, which covers it: {method} {url}");
    }
}

/// A URL that a pattern allows leads nowhere else, also by the loosest reading.
fn is_within(pattern: &HostPattern, url: &Url) {
    assert_eq!(url.scheme(), pattern.scheme.as_str());
    assert_eq!(url.port_or_known_default(), Some(pattern.port));
    let host = url.host_str().expect("a host");
    match &pattern.host {
        HostName::Exact(name) => assert_eq!(host, name),
        HostName::Below(domain) => assert!(
            host.strip_suffix(domain.as_str()).is_some_and(|sub| sub.len() > 1 && sub.ends_with('.')),
            "{host} is not below {domain}"
        ),
    }
    let (granted, asked) = (segments(&pattern.path), segments(url.path()));
    assert!(asked.starts_with(&granted), "{} leads out of {pattern}: {asked:?}", url.path());
}

/// A path's segments as an upstream may read them that decodes twice, takes either slash, and forgets parameters.
fn segments(path: &str) -> Vec<Vec<u8>> {
    let mut read: Vec<Vec<u8>> = Vec::new();
    let decoded = decoded(&decoded(path.as_bytes()));
    for segment in decoded.split(|byte| matches!(byte, b'/' | b'\\')) {
        match segment.split(|byte| *byte == b';').next().unwrap_or_default() {
            b"" | b"." => {}
            b".." => {
                read.pop();
            }
            name => read.push(name.to_owned()),
        }
    }
    read
}

/// Bytes with each `%2f` as what it stands for.
fn decoded(mut bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    while let Some((first, rest)) = bytes.split_first() {
        let escape = rest.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let escape = escape.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let byte = escape.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(byte.unwrap_or(*first));
        bytes = if byte.is_some() { &rest[2..] } else { rest };
    }
    decoded
}

/// A spec, as JSON.
pub fn spec(data: &[u8]) {
    let Ok(spec) = serde_json::from_slice::<ServerSpec>(data) else { return };
    let json = serde_json::to_value(&spec).unwrap();
    let text = serde_json::to_vec(&spec).unwrap();
    assert_eq!(serde_json::from_slice::<ServerSpec>(&text).unwrap(), spec, "what is kept is another spec");
    let problems = spec.problems();
    for problem in problems.iter().chain(&spec.problems_uploaded()) {
        let parent = problem.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        assert!(json.pointer(parent).is_some(), "{problem:?} leads nowhere");
        assert!(problem.message.len() < 100_000, "{} is told at length", problem.pointer);
    }
    if !problems.is_empty() {
        return;
    }
    assert!((1..=bounds::TOOLS).contains(&spec.tools.len()));
    for secret in &spec.required_secrets {
        let known = |host: &String| {
            host.parse::<HostPattern>().is_ok_and(|h| spec.allowed_hosts.iter().any(|a| a.host == h.host))
        };
        assert!(!secret.hosts.is_empty() && secret.hosts.iter().all(known), "{} goes where nothing may", secret.key);
    }
    let report = |spec: &ServerSpec| {
        let manifest = Manifest::of(spec, Sha256::of(data));
        let kept = serde_json::to_vec(&manifest).unwrap();
        assert_eq!(serde_json::from_slice::<Manifest>(&kept).unwrap(), manifest, "what is kept is another manifest");
        Capabilities::of(&INTERFACES.map(str::to_owned), &manifest)
    };
    let (whole, mut less) = (report(&spec), spec.clone());
    assert!(Diff::between(&whole, &whole).changes.is_empty());
    less.tools.pop();
    less.required_secrets.pop();
    less.allowed_hosts.pop();
    let less = report(&less);
    assert!(!Diff::between(&whole, &less).asks_for_more, "less asks for more");
    assert!(Diff::between(&less, &whole).asks_for_more, "a further tool asks for nothing");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_patterns_hold() {
        kept::each("pattern", pattern);
    }

    #[test]
    fn kept_specs_hold() {
        kept::each("spec", spec);
    }
}
