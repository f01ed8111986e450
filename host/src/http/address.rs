//! Where a request comes from, for limits.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use ipnet::IpNet;

use super::problem::Problem;
use crate::app::App;

/// The network address that a request comes from; of IPv6 the /64 network, which is what one household or machine has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(pub String);

impl FromRequestParts<Arc<App>> for Address {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let ConnectInfo(peer) = ConnectInfo::<SocketAddr>::from_request_parts(parts, app)
            .await
            .map_err(|rejection| Problem::internal(&rejection))?;
        let asker = behind_proxies(peer.ip(), &parts.headers, &app.config.http.trusted_proxies);
        Ok(Self(network(asker)))
    }
}

/// The last address that no trusted proxy vouches for: proxies append to `X-Forwarded-For` whom they were asked by, so
/// what stands further left may be made up.
fn behind_proxies(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let mut hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut asker = peer;
    while trusted.iter().any(|proxies| proxies.contains(&asker)) {
        match hops.pop().and_then(|hop| hop.parse().ok()) {
            Some(before) => asker = before,
            None => break,
        }
    }
    asker
}

fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asker(peer: &str, forwarded: &str) -> String {
        let headers = HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), forwarded.parse().unwrap())]);
        network(behind_proxies(peer.parse().unwrap(), &headers, &["10.0.0.0/8".parse().unwrap()]))
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(asker("192.0.2.1", "198.51.100.7"), "192.0.2.1");
        assert_eq!(asker("10.0.0.1", "198.51.100.7"), "198.51.100.7");
        assert_eq!(asker("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2"), "198.51.100.7");
        assert_eq!(asker("10.0.0.1", "nonsense"), "10.0.0.1");
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6".parse().unwrap()), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), "192.0.2.1");
    }
}
