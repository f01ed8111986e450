//! Which addresses are the public internet's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is that is not the public internet's; none where it is. From the IANA special-purpose registries
/// (RFC 6890), and the clouds' metadata services.
pub(super) fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => special_v4(v4),
        IpAddr::V6(v6) => special_v6(v6),
    }
}

fn special_v4(address: Ipv4Addr) -> Option<&'static str> {
    Some(match address.octets() {
        [0, ..] => "unspecified",
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => "private",
        [100, 64..=127, ..] => "carrier-grade NAT",
        [127, ..] => "loopback",
        [169, 254, ..] => "link-local",
        // Azure's, in the middle of the public range; the others lie in ranges above.
        [168, 63, 129, 16] => "metadata",
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => "documentation",
        [198, 18..=19, ..] => "benchmarking",
        [224..=239, ..] => "multicast",
        [255, 255, 255, 255] => "broadcast",
        [192, 0, 0, _] | [192, 88, 99, _] | [240..=255, ..] => "reserved",
        _ => return None,
    })
}

/// Only 2000::/3 is given out as global unicast. In and outside of it, forms that carry an IPv4 address are refused
/// whole: a translator on the way would turn them into an address that was never checked.
fn special_v6(address: Ipv6Addr) -> Option<&'static str> {
    Some(match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => "unspecified",
        [0, 0, 0, 0, 0, 0, 0, 1] => "loopback",
        [0, 0, 0, 0, 0, 0xffff, ..] => "IPv4-mapped",
        [0, 0, 0, 0, 0, 0, ..] => "IPv4-compatible",
        [0x64, 0xff9b, ..] => "NAT64",
        [0xfc00..=0xfdff, ..] => "private",
        [0xfe80..=0xfebf, ..] => "link-local",
        [0xfec0..=0xfeff, ..] => "site-local",
        [0xff00..=0xffff, ..] => "multicast",
        [0x2001, 0, ..] => "Teredo",
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => "documentation",
        [0x2001, 0..=0x1ff, ..] => "reserved",
        [0x2002, ..] => "6to4",
        [0x2000..=0x3fff, ..] => return None,
        _ => "reserved",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_the_public_internet_is_special() {
        for (kind, addresses) in [
            ("unspecified", "0.0.0.0 0.1.2.3 ::"),
            ("loopback", "127.0.0.1 127.255.255.255 ::1"),
            ("private", "10.0.0.0 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 fc00::1 fd00:ec2::254"),
            ("carrier-grade NAT", "100.64.0.1 100.127.255.255 100.100.100.200"),
            ("link-local", "169.254.169.254 169.254.0.1 fe80::1 febf::1"),
            ("metadata", "168.63.129.16"),
            ("documentation", "192.0.2.1 198.51.100.7 203.0.113.9 2001:db8::1 3fff:fff::1"),
            ("benchmarking", "198.18.0.1 198.19.255.255"),
            ("multicast", "224.0.0.1 239.255.255.255 ff02::1"),
            ("broadcast", "255.255.255.255"),
            ("reserved", "192.0.0.192 192.88.99.1 240.0.0.1 2001:2::1 2001:20::1 100::1 4000::1 5f00::1 e000::1"),
            ("IPv4-mapped", "::ffff:127.0.0.1 ::ffff:8.8.8.8"),
            ("IPv4-compatible", "::127.0.0.1"),
            ("NAT64", "64:ff9b::7f00:1 64:ff9b:1::a00:1"),
            ("Teredo", "2001::1"),
            ("6to4", "2002:7f00:1::"),
            ("site-local", "fec0::1"),
        ] {
            for address in addresses.split(' ') {
                assert_eq!(special(address.parse().unwrap()), Some(kind), "{address}");
            }
        }
    }

    #[test]
    fn the_public_internet_is_not() {
        for address in "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 \
            168.63.129.15 169.253.255.255 172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 \
            223.255.255.255 2001:200::1 2001:4860:4860::8888 2606:4700::1111 2a00::1 3ffe::1"
            .split_whitespace()
        {
            assert_eq!(special(address.parse().unwrap()), None, "{address}");
        }
    }
}
