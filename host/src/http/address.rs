//! Where a request comes from: for limits, and for what is noted of it.
//!
//! Proxies append to `X-Forwarded-For`, or to `Forwarded` (RFC 7239), whom they were asked by; what stands further left may
//! be made up. So both are read from the right, and only as far as the configured proxies vouch for it. A client may send
//! the one of the two that its proxies do not write: where both are there and name different addresses, neither is
//! believed, and the request comes from the nearest proxy.

mod forwarded;

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use ipnet::IpNet;

use super::problem::Problem;
use crate::app::App;

/// The network address that a request comes from, for limits; of IPv6 the /64 network, which is what one household or
/// machine has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(pub String);

/// The network address that a request comes from, to be noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullAddress(pub String);

impl FromRequestParts<Arc<App>> for Address {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        Ok(Self(network(asker(parts, app).await?)))
    }
}

impl FromRequestParts<Arc<App>> for FullAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        Ok(Self(asker(parts, app).await?.to_string()))
    }
}

async fn asker(parts: &mut Parts, app: &Arc<App>) -> Result<IpAddr, Problem> {
    let ConnectInfo(peer) = ConnectInfo::<SocketAddr>::from_request_parts(parts, app)
        .await
        .map_err(|rejection| Problem::internal(&rejection))?;
    Ok(behind_proxies(peer.ip(), &parts.headers, &app.config.http.trusted_proxies).to_canonical())
}

/// The last address that no trusted proxy vouches for.
fn behind_proxies(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let peer = peer.to_canonical();
    let last = |mut hops: Vec<Option<IpAddr>>| {
        let mut asker = peer;
        while trusted.iter().any(|proxies| proxies.contains(&asker)) {
            // The end of the list, or a hop that its proxy does not tell: it stands for all those behind it.
            let Some(Some(before)) = hops.pop() else { break };
            asker = before;
        }
        asker
    };
    match (forwarded::x_forwarded_for(headers).map(last), forwarded::forwarded(headers).map(last)) {
        (None, None) => peer,
        (Some(asker), None) | (None, Some(asker)) => asker,
        (Some(one), Some(other)) => {
            if one == other {
                one
            } else {
                peer
            }
        }
    }
}

fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who asks behind the proxies 10.0.0.0/8, by header lines in this order.
    fn asker(peer: &str, lines: &[(&str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap());
        }
        behind_proxies(peer.parse().unwrap(), &headers, &["10.0.0.0/8".parse().unwrap()]).to_string()
    }

    const XFF: &str = "x-forwarded-for";
    const FWD: &str = "forwarded";

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        for (peer, lines, from) in [
            ("192.0.2.1", [(XFF, "198.51.100.7")].as_slice(), "192.0.2.1"),
            ("192.0.2.1", &[(FWD, "for=198.51.100.7")], "192.0.2.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &[(XFF, "198.51.100.7")], "198.51.100.7"),
            ("::ffff:10.0.0.1", &[(XFF, "198.51.100.7")], "198.51.100.7"),
            ("10.0.0.1", &[(FWD, "for=198.51.100.7")], "198.51.100.7"),
            ("10.0.0.1", &[(XFF, "203.0.113.9, 198.51.100.7, 10.0.0.2")], "198.51.100.7"),
            ("10.0.0.1", &[(FWD, "for=203.0.113.9, for=198.51.100.7;proto=https, for=10.0.0.2")], "198.51.100.7"),
            // Several lines are one list.
            ("10.0.0.1", &[(XFF, "203.0.113.9"), (XFF, "198.51.100.7"), (XFF, "10.0.0.2")], "198.51.100.7"),
            ("10.0.0.1", &[(FWD, "for=203.0.113.9, for=198.51.100.7"), (FWD, "for=10.0.0.2")], "198.51.100.7"),
            // All are proxies: the first of them asks for itself.
            ("10.0.0.1", &[(XFF, "10.0.0.3, 10.0.0.2")], "10.0.0.3"),
        ] {
            assert_eq!(asker(peer, lines), from, "{peer} {lines:?}");
        }
    }

    #[test]
    fn a_hop_that_is_not_told_ends_the_walk() {
        for line in ["nonsense", "for=unknown", "for=_hidden", "for=\"_SEVKISEK\"", "proto=https", "for=\"", "for"] {
            for (name, value) in [(FWD, line.to_owned()), (FWD, format!("for=1.2.3.4, {line}"))] {
                assert_eq!(asker("10.0.0.1", &[(name, &value)]), "10.0.0.1", "{value}");
                // One proxy tells, and the one before it does not.
                let value = format!("{value}, for=10.0.0.2");
                let said = asker("10.0.0.1", &[(name, &value)]);
                assert!(["10.0.0.1", "10.0.0.2"].contains(&said.as_str()), "{value}: {said}");
            }
        }
        assert_eq!(asker("10.0.0.1", &[(XFF, "1.2.3.4, unknown, 10.0.0.2")]), "10.0.0.2");
        assert_eq!(asker("10.0.0.1", &[(FWD, "for=1.2.3.4, for=unknown, for=10.0.0.2")]), "10.0.0.2");
        // An open quote of the client's swallows what its proxy appends: the whole line tells nothing.
        for line in ["for=1.2.3.4;x=\", for=198.51.100.7", "for=1.2.3.4;x=\", for=\"[2001:db8::1]\""] {
            assert_eq!(asker("10.0.0.1", &[(FWD, line)]), "10.0.0.1", "{line}");
        }
    }

    #[test]
    fn of_two_headers_that_differ_neither_is_believed() {
        let (made_up, told) = ((FWD, "for=1.2.3.4"), (XFF, "198.51.100.7"));
        assert_eq!(asker("10.0.0.1", &[made_up, told]), "10.0.0.1");
        assert_eq!(asker("10.0.0.1", &[(FWD, "for=198.51.100.7"), (XFF, "1.2.3.4")]), "10.0.0.1");
        assert_eq!(asker("10.0.0.1", &[(FWD, "for=\"198.51.100.7:80\""), told]), "198.51.100.7");
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6".parse().unwrap()), "2001:db8:1:2::");
        assert_eq!(asker("::ffff:192.0.2.1", &[]), "192.0.2.1");
    }
}
