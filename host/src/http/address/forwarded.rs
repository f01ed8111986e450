//! The two headers' grammar: the hops from first to last, each an address where its proxy tells one.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;

/// Of `X-Forwarded-For`; none where there is no such header.
pub(super) fn x_forwarded_for(headers: &HeaderMap) -> Option<Vec<Option<IpAddr>>> {
    let lines = || headers.get_all("x-forwarded-for").iter();
    lines().next()?;
    // A line that is no text is one hop that nobody can read.
    let of = |line: &str| line.split(',').map(str::trim).filter(|hop| !hop.is_empty()).map(node).collect::<Vec<_>>();
    Some(lines().flat_map(|line| line.to_str().map_or_else(|_| vec![None], of)).collect())
}

/// Of `Forwarded`; none where there is no such header.
pub(super) fn forwarded(headers: &HeaderMap) -> Option<Vec<Option<IpAddr>>> {
    let lines = || headers.get_all("forwarded").iter();
    lines().next()?;
    Some(lines().flat_map(|line| line.to_str().ok().and_then(elements).unwrap_or_else(|| vec![None])).collect())
}

/// The elements of one line (RFC 7239 §4); none where it is not of this form throughout.
fn elements(line: &str) -> Option<Vec<Option<IpAddr>>> {
    let (mut hops, mut rest) = (Vec::new(), line);
    loop {
        rest = element(rest, &mut hops)?;
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None => return rest.is_empty().then_some(hops),
        }
    }
}

/// `name=value` pairs up to a comma or the end, which is returned: a hop, unless there are none.
fn element<'a>(mut rest: &'a str, hops: &mut Vec<Option<IpAddr>>) -> Option<&'a str> {
    let (mut hop, mut pairs, mut told) = (None, 0, false);
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        if rest.is_empty() || rest.starts_with(',') {
            hops.extend((pairs > 0).then_some(hop));
            return Some(rest);
        }
        if let Some(next) = rest.strip_prefix(';') {
            rest = next;
            continue;
        }
        let (name, after) = token(rest)?;
        let (value, after) = value(after.strip_prefix('=')?)?;
        rest = after.trim_start_matches([' ', '\t']);
        if !(rest.is_empty() || rest.starts_with([',', ';'])) {
            return None;
        }
        if name.eq_ignore_ascii_case("for") {
            // Twice in one element is against the rule: who knows which the proxy wrote.
            if told {
                return None;
            }
            (hop, told) = (node(&value), true);
        }
        pairs += 1;
    }
}

/// RFC 9110 §5.6.2.
fn token(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// A token, or a quoted string without its quotes (RFC 9110 §5.6.4). Many write an address with a colon bare, which is
/// against the rule and yet clear.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ';', ' ', '\t', '"', '\\']).unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let (mut inside, mut chars) = (String::new(), quoted.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((inside, &quoted[at + 1..])),
            '\\' => inside.push(chars.next()?.1),
            c => inside.push(c),
        }
    }
    None
}

/// An address, with or without brackets and a port (RFC 7239 §6); none where it is `unknown`, a name, or nothing.
fn node(text: &str) -> Option<IpAddr> {
    if let Some(bracketed) = text.strip_prefix('[') {
        let (address, port) = bracketed.split_once(']')?;
        let address: Ipv6Addr = address.parse().ok()?;
        return is_port(port).then_some(IpAddr::V6(address).to_canonical());
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    let (address, port) = text.split_at(text.find(':')?);
    let address = address.parse().ok()?;
    is_port(port).then_some(IpAddr::V4(address))
}

/// Nothing, or a colon with a number or an obfuscated one after it.
fn is_port(text: &str) -> bool {
    let Some(port) = text.strip_prefix(':') else { return text.is_empty() };
    let hidden = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    port.parse::<u16>().is_ok() || port.strip_prefix('_').is_some_and(hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_addresses_with_or_without_a_port() {
        for (text, address) in [
            ("192.0.2.43", "192.0.2.43"),
            ("192.0.2.43:47011", "192.0.2.43"),
            ("192.0.2.43:_hidden", "192.0.2.43"),
            ("[2001:db8:cafe::17]", "2001:db8:cafe::17"),
            ("[2001:db8:cafe::17]:4711", "2001:db8:cafe::17"),
            ("2001:db8:cafe::17", "2001:db8:cafe::17"),
            ("[::ffff:192.0.2.43]:1", "192.0.2.43"),
        ] {
            assert_eq!(node(text), Some(address.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            "unknown",
            "_gazonk",
            "_gazonk:80",
            "host.example",
            "192.0.2.43:",
            "192.0.2.43:x",
            "192.0.2.43:99999",
            "192.0.2",
            "[192.0.2.43]",
            "[2001:db8::1",
            "[2001:db8::1]x",
            "[2001:db8::1%eth0]",
            "127.1",
            "0x7f000001",
            ":80",
        ] {
            assert_eq!(node(text), None, "{text}");
        }
    }

    #[test]
    fn lines_are_read_as_the_rfc_writes_them() {
        let known = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        for (line, hops) in [
            // RFC 7239 §4.
            ("for=\"_gazonk\"", vec![None]),
            ("For=\"[2001:db8:cafe::17]:4711\"", vec![known("2001:db8:cafe::17")]),
            ("for=192.0.2.60;proto=http;by=203.0.113.43", vec![known("192.0.2.60")]),
            ("for=192.0.2.43, for=198.51.100.17", vec![known("192.0.2.43"), known("198.51.100.17")]),
            (
                "for=192.0.2.43,for=\"[2001:db8:cafe::17]\",for=unknown",
                vec![known("192.0.2.43"), known("2001:db8:cafe::17"), None],
            ),
            // Separators within quotes separate nothing.
            ("host=\"a, for=1.2.3.4; b\\\"c\";for=192.0.2.1", vec![known("192.0.2.1")]),
            ("for=[2001:db8::1]:80;proto=https", vec![known("2001:db8::1")]),
            ("proto=https", vec![None]),
            (" , for=192.0.2.1 ,, ", vec![known("192.0.2.1")]),
            ("", vec![]),
        ] {
            assert_eq!(elements(line), Some(hops), "{line}");
        }
        for line in [
            "for",
            "for=",
            "=x",
            "for=\"192.0.2.1",
            "for=\"192.0.2.1\"x",
            "for=1.1.1.1;for=2.2.2.2",
            "for=\"a\\",
            "a b=c",
            "for =1.1.1.1",
        ] {
            assert_eq!(elements(line), None, "{line}");
        }
    }
}
