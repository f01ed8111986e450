//! The interfaces that a component may import: ours, whose list is a component's list of powers, and those of WASI 0.2, for
//! components that were built elsewhere.

use crate::capability::{HTTP, INTERFACES};

/// The interfaces of WASI 0.2 that are linked, and what each lets a component do.
const WASI: [(&str, &str); 29] = [
    ("wasi:cli/environment", "reads environment and arguments: both are empty"),
    ("wasi:cli/exit", "ends the call"),
    ("wasi:cli/stderr", "writes lines for the server's owner"),
    ("wasi:cli/stdin", "reads standard input: it is empty"),
    ("wasi:cli/stdout", "writes lines for the server's owner"),
    ("wasi:cli/terminal-input", "asks for a terminal: there is none"),
    ("wasi:cli/terminal-output", "asks for a terminal: there is none"),
    ("wasi:cli/terminal-stderr", "asks for a terminal: there is none"),
    ("wasi:cli/terminal-stdin", "asks for a terminal: there is none"),
    ("wasi:cli/terminal-stdout", "asks for a terminal: there is none"),
    ("wasi:clocks/monotonic-clock", "measures time, and waits within the call's wall clock"),
    ("wasi:clocks/wall-clock", "reads the time"),
    ("wasi:filesystem/preopens", "asks for files: linked, but empty"),
    ("wasi:filesystem/types", "opens files: linked, but there is none"),
    ("wasi:http/outgoing-handler", "sends requests to granted hosts"),
    ("wasi:http/types", "holds requests and answers"),
    ("wasi:io/error", "reads why a stream failed"),
    ("wasi:io/poll", "waits for streams and timers"),
    ("wasi:io/streams", "reads and writes streams that it was given"),
    ("wasi:random/insecure", "draws random numbers"),
    ("wasi:random/insecure-seed", "draws random numbers"),
    ("wasi:random/random", "draws random bytes"),
    ("wasi:sockets/instance-network", "asks for the network: sockets are refused"),
    ("wasi:sockets/ip-name-lookup", "looks up names: refused"),
    ("wasi:sockets/network", "asks for the network: sockets are refused"),
    ("wasi:sockets/tcp", "uses TCP sockets: refused"),
    ("wasi:sockets/tcp-create-socket", "opens TCP sockets: refused"),
    ("wasi:sockets/udp", "uses UDP sockets: refused"),
    ("wasi:sockets/udp-create-socket", "opens UDP sockets: refused"),
];

/// Sends requests, as WASI has it.
const OUTGOING: &str = "wasi:http/outgoing-handler";

/// What an interface of WASI 0.2 lets a component do; none where it is not linked.
pub fn wasi(interface: &str) -> Option<&'static str> {
    let (name, version) = interface.split_once('@')?;
    let patch = version.strip_prefix("0.2.")?;
    if patch.is_empty() || patch.len() > 3 || !patch.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    WASI.iter().find(|(known, _)| *known == name).map(|(_, means)| *means)
}

/// Whether it is one of WASI's that is linked.
pub fn is_wasi(interface: &str) -> bool {
    wasi(interface).is_some()
}

/// Whether a component may import it.
pub fn is_offered(interface: &str) -> bool {
    INTERFACES.contains(&interface) || is_wasi(interface)
}

/// Whether it reaches hosts, and needs one that is allowed.
pub fn sends_http(interface: &str) -> bool {
    interface == HTTP || (is_wasi(interface) && interface.starts_with(OUTGOING))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wasi_is_taken_at_0_2_and_by_its_whole_name() {
        for offered in ["wasi:cli/stdout@0.2.0", "wasi:http/outgoing-handler@0.2.12", "cloche:tool/http@0.1.0"] {
            assert!(is_offered(offered), "{offered}");
        }
        for other in [
            "wasi:cli/stdout",
            "wasi:cli/stdout@0.3.0",
            "wasi:cli/stdout@0.2.0-rc-1",
            "wasi:cli/stdout@0.2.",
            "wasi:keyvalue/store@0.2.0",
            "wasi:nn/graph@0.2.0",
            "wasi:http/incoming-handler@0.2.0",
            "cloche:tool/secrets@0.1.0",
        ] {
            assert!(!is_offered(other), "{other}");
        }
        assert!(sends_http("wasi:http/outgoing-handler@0.2.3") && !sends_http("wasi:http/types@0.2.3"));
    }
}
