//! From a host to the addresses that may be dialled.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use ipnet::IpNet;
use url::{Host, Url};

use super::address::special;
use crate::bindings::http::Error as HttpError;
use crate::{EgressSettings, Error, Result};

/// Finds addresses, and lets none through that is neither public nor allowed by the operator.
pub(super) struct Resolver {
    dns: TokioResolver,
    fixed: BTreeMap<String, SocketAddr>,
    allowed: Vec<IpNet>,
}

impl Resolver {
    pub(super) fn new(settings: EgressSettings) -> Result<Self> {
        let unusable = |e: hickory_resolver::net::NetError| Error::Start(format!("no name server can be used: {e}"));
        let mut dns = match settings.nameserver {
            Some(address) => {
                let mut server = NameServerConfig::udp_and_tcp(address.ip());
                for connection in &mut server.connections {
                    connection.port = address.port();
                }
                let config = ResolverConfig::from_parts(None, vec![], vec![server]);
                let mut dns = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
                dns.options_mut().use_hosts_file = ResolveHosts::Never;
                dns
            }
            None => TokioResolver::builder_tokio().map_err(unusable)?,
        };
        let options = dns.options_mut();
        // Every address of a host is looked at, of both families; and no answer is kept, so that no tenant can tell what
        // another has asked for.
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        options.cache_size = 0;
        options.timeout = Duration::from_secs(3);
        Ok(Self { dns: dns.build().map_err(unusable)?, fixed: settings.connect_to, allowed: settings.allow_private })
    }

    /// The addresses to dial for `url`: each of them checked, none left out.
    pub(super) async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, HttpError> {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or_default();
        let found: Vec<SocketAddr> = match (self.fixed.get(host), url.host()) {
            (Some(&address), _) => vec![address],
            (None, Some(Host::Ipv4(v4))) => vec![(v4, port).into()],
            (None, Some(Host::Ipv6(v6))) => vec![(v6, port).into()],
            (None, _) => {
                // The final dot keeps the system's search domains out.
                let answer = self.dns.lookup_ip(format!("{host}.")).await;
                let answer = answer.map_err(|e| {
                    HttpError::Unreachable(if e.is_no_records_found() {
                        format!("{host} does not resolve: check its name")
                    } else {
                        format!("{host} cannot be resolved just now: try again")
                    })
                })?;
                answer.iter().map(|address| (address, port).into()).collect()
            }
        };
        match found.iter().find_map(|address| self.refused(address.ip())) {
            Some(kind) => Err(HttpError::Denied(format!(
                "{host} has a {kind} address: only the public internet can be reached, and networks that the operator \
                 allows"
            ))),
            None if found.is_empty() => Err(HttpError::Unreachable(format!("{host} has no address: check its name"))),
            None => Ok(found),
        }
    }

    fn refused(&self, address: IpAddr) -> Option<&'static str> {
        special(address).filter(|_| !self.is_allowed(address))
    }

    /// Whether the operator has allowed this address.
    pub(super) fn is_allowed(&self, address: IpAddr) -> bool {
        self.allowed.iter().any(|net| net.contains(&address))
    }
}
