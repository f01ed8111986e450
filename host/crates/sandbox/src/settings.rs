//! What the operator decides.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;

use crate::CompilerProgram;

/// How a sandbox is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// A directory of this host's own for compiled machine code, made with mode 0700. Never shared between hosts.
    pub cache_dir: PathBuf,
    /// Calls that run at a time.
    pub slots: u32,
    /// Components kept in memory. Each takes three mappings of `vm.max_map_count`: about 5,000 at most.
    pub loaded: u64,
    /// What compiles components; without it, this process does, whatever that takes.
    pub compiler: Option<CompilerProgram>,
    pub egress: EgressSettings,
}

/// Where requests may go beyond the public internet, and how they find their way.
#[derive(Clone, Debug, Default)]
pub struct EgressSettings {
    /// Private networks that servers may reach where their grant names a host in them.
    pub allow_private: Vec<IpNet>,
    /// Asked instead of the system's name servers (and its hosts file).
    pub nameserver: Option<SocketAddr>,
    /// PEM certificates trusted besides the public roots.
    pub ca_file: Option<PathBuf>,
    /// Hosts with a fixed address: dialled there, whatever the port of the URL, without asking the name server. The
    /// address is checked like any other.
    pub connect_to: BTreeMap<String, SocketAddr>,
}
