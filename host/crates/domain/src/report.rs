//! What a version can do, told from its binary: what its component imports, and what its manifest says it was granted.

use serde::{Deserialize, Serialize};

use crate::SecretKey;
use crate::capability::{HTTP, HostName, HostPattern};
use crate::interfaces::{is_offered, sends_http, wasi};
use crate::manifest::{Manifest, Tool};

/// The store of a server's own.
const KV: &str = "cloche:tool/kv@0.1.0";
/// Questions to the person at the AI client, of whatever version.
const USER: &str = "cloche:tool/user@";

/// Everything that a component can do, and what AI clients see of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    /// Where requests may go; nowhere for a component that does not import `http`, whatever its manifest names.
    pub reaches: Vec<Reach>,
    /// Which secrets are put into requests, and toward which hosts.
    pub uses: Vec<Use>,
    /// Whether it has a store of its own.
    pub keeps: bool,
    /// Whether it may ask the person at the AI client.
    pub asks: bool,
    /// All that it imports, sorted.
    pub interfaces: Vec<Interface>,
    /// The server's name and description, which AI clients are given as its instructions.
    pub name: String,
    pub description: String,
    /// Its tools, as AI clients see them.
    pub tools: Vec<Tool>,
    /// The same in sentences, the last of which says that there is nothing else.
    pub words: Vec<String>,
}

/// A granted destination.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reach {
    /// The grant as it is written.
    pub pattern: HostPattern,
    /// `https` or `http`.
    pub scheme: String,
    /// A name or address; `*.` before it stands for every name below it.
    pub host: String,
    pub port: u16,
    /// In capitals; empty for every method.
    pub methods: Vec<String>,
    /// A prefix of whole segments; empty for every path.
    pub path: String,
}

/// A secret, and where its value may be sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Use {
    pub secret: SecretKey,
    pub hosts: Vec<String>,
}

/// An imported interface.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Interface {
    pub name: String,
    /// What it lets a component do.
    pub means: String,
}

impl Capabilities {
    /// From what a component imports, and the manifest inside it.
    pub fn of(imports: &[String], manifest: &Manifest) -> Self {
        let imported = |name: &str| imports.iter().any(|import| import == name);
        let mut reaches = Vec::new();
        let mut uses = Vec::new();
        if imports.iter().any(|import| sends_http(import)) {
            reaches.extend(manifest.allowed_hosts.iter().map(Reach::from));
            uses.extend(
                manifest.required_secrets.iter().map(|s| Use { secret: s.key.clone(), hosts: s.hosts.clone() }),
            );
        }
        reaches.sort();
        uses.sort();
        let mut interfaces: Vec<_> = imports.iter().map(|name| Interface::of(name)).collect();
        interfaces.sort();
        let mut report = Self {
            reaches,
            uses,
            keeps: imported(KV),
            asks: imports.iter().any(|import| import.starts_with(USER)),
            interfaces,
            name: manifest.name.clone(),
            description: manifest.description.clone(),
            tools: manifest.tools.clone(),
            words: Vec::new(),
        };
        report.words = report.sentences();
        report
    }

    fn sentences(&self) -> Vec<String> {
        let mut words = Vec::new();
        let imports = |of: fn(&str) -> bool| self.interfaces.iter().any(|interface| of(&interface.name));
        if !imports(sends_http) {
            words.push("Cannot reach any host: its component does not import http.".to_owned());
        } else if self.reaches.is_empty() {
            words.push("Reaches no host: none is granted.".to_owned());
        }
        words.extend(self.reaches.iter().map(Reach::sentence));
        words.extend(self.uses.iter().map(Use::sentence));
        if self.keeps {
            words.push("Keeps data in a small store of its own, which no other server sees.".to_owned());
        }
        if self.asks {
            words.push("Asks the person at the AI client for input.".to_owned());
        }
        if imports(|name| name.starts_with("wasi:filesystem/")) {
            words.push("Asks WASI for files, of which there are none.".to_owned());
        }
        if imports(|name| name.starts_with("wasi:sockets/")) {
            words.push("Asks WASI for sockets, which are refused.".to_owned());
        }
        for unknown in self.interfaces.iter().filter(|interface| !is_known(&interface.name)) {
            words.push(format!("Imports {}, which this version of Cloche does not know.", unknown.name));
        }
        words.push("Nothing else.".to_owned());
        words
    }
}

fn is_known(interface: &str) -> bool {
    is_offered(interface) || interface.starts_with(USER)
}

impl From<&HostPattern> for Reach {
    fn from(pattern: &HostPattern) -> Self {
        Self {
            scheme: pattern.scheme.as_str().to_owned(),
            host: match &pattern.host {
                HostName::Exact(name) => name.clone(),
                HostName::Below(domain) => format!("*.{domain}"),
            },
            port: pattern.port,
            methods: pattern.methods.clone(),
            path: pattern.path.clone(),
            pattern: pattern.clone(),
        }
    }
}

impl Reach {
    fn sentence(&self) -> String {
        let host = match self.host.strip_prefix("*.") {
            Some(domain) => format!("every host below {domain}"),
            None => self.host.clone(),
        };
        let port = match (self.scheme.as_str(), self.port) {
            ("https", 443) | ("http", 80) => String::new(),
            (_, port) => format!(", port {port}"),
        };
        let methods = match self.methods.as_slice() {
            [] => "any method".to_owned(),
            methods => methods.join(" and "),
        };
        let path = match self.path.as_str() {
            "" => "any path".to_owned(),
            path => format!("paths at and below {path}"),
        };
        let open = if self.scheme == "http" { ", unencrypted" } else { "" };
        format!("Reaches {host} over {}{open}{port}: {methods}, {path}.", self.scheme)
    }
}

impl Use {
    fn sentence(&self) -> String {
        match self.hosts.as_slice() {
            [] => format!("Asks for {}, and may send it nowhere.", self.secret),
            hosts => format!("Uses {} toward {}, and nowhere else.", self.secret, hosts.join(", ")),
        }
    }
}

impl Interface {
    fn of(name: &str) -> Self {
        let means = match name {
            HTTP => "sends requests to granted hosts",
            KV => "keeps data in a small store of its own",
            "cloche:tool/clock@0.1.0" => "reads the time",
            "cloche:tool/log@0.1.0" => "writes lines for the server's owner",
            "cloche:tool/progress@0.1.0" => "tells the AI client how far a call has come",
            "cloche:tool/random@0.1.0" => "draws random bytes",
            name if name.starts_with(USER) => "asks the person at the AI client",
            name => wasi(name).unwrap_or("unknown to this version of Cloche"),
        };
        Self { name: name.to_owned(), means: means.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sha256;
    use serde_json::json;

    fn report(imports: &[&str], hosts: &[&str], secrets: &serde_json::Value) -> Capabilities {
        let spec = json!({"name": "S", "tools": [], "allowedHosts": hosts, "requiredSecrets": secrets});
        let manifest = Manifest::of(&serde_json::from_value(spec).unwrap(), Sha256::of(""));
        Capabilities::of(&imports.iter().map(|&i| i.to_owned()).collect::<Vec<_>>(), &manifest)
    }

    #[test]
    fn a_reviewer_reads_what_it_can_do_and_that_there_is_nothing_else() {
        let secrets = json!([{"key": "NOTION_TOKEN", "hosts": ["api.notion.com"]}, {"key": "SPARE", "hosts": []}]);
        let hosts = ["api.notion.com", "GET,POST https://*.example.com:8443/v1", "http://10.0.0.5"];
        let report = report(&[HTTP, KV, "cloche:tool/log@0.1.0"], &hosts, &secrets);
        assert_eq!(
            report.words,
            [
                "Reaches api.notion.com over https: any method, any path.",
                "Reaches every host below example.com over https, port 8443: GET and POST, paths at and below /v1.",
                "Reaches 10.0.0.5 over http, unencrypted: any method, any path.",
                "Uses NOTION_TOKEN toward api.notion.com, and nowhere else.",
                "Asks for SPARE, and may send it nowhere.",
                "Keeps data in a small store of its own, which no other server sees.",
                "Nothing else.",
            ]
        );
        let reach = serde_json::to_value(&report.reaches[1]).unwrap();
        let expected = json!({"pattern": "GET,POST *.example.com:8443/v1", "scheme": "https", "host": "*.example.com",
            "port": 8443, "methods": ["GET", "POST"], "path": "/v1"});
        assert_eq!(reach, expected);
    }

    #[test]
    fn without_the_import_a_grant_reaches_nothing() {
        let secrets = json!([{"key": "NOTION_TOKEN", "hosts": ["api.notion.com"]}]);
        let report = report(&["cloche:tool/clock@0.1.0"], &["api.notion.com"], &secrets);
        assert_eq!((report.reaches.len(), report.uses.len(), report.keeps), (0, 0, false));
        assert_eq!(report.words, ["Cannot reach any host: its component does not import http.", "Nothing else."]);
        assert_eq!(report.interfaces[0].means, "reads the time");
    }

    #[test]
    fn wasi_is_told_in_words() {
        let imports = ["wasi:http/outgoing-handler@0.2.3", "wasi:filesystem/types@0.2.3", "wasi:sockets/tcp@0.2.3"];
        let report = report(&imports, &["api.notion.com"], &json!([]));
        assert_eq!(
            report.words,
            [
                "Reaches api.notion.com over https: any method, any path.",
                "Asks WASI for files, of which there are none.",
                "Asks WASI for sockets, which are refused.",
                "Nothing else.",
            ]
        );
        let means: Vec<_> = report.interfaces.iter().map(|interface| interface.means.as_str()).collect();
        assert_eq!(
            means,
            ["opens files: linked, but there is none", "sends requests to granted hosts", "uses TCP sockets: refused"]
        );
    }

    #[test]
    fn what_is_unknown_is_said_to_be_unknown() {
        let report = report(&["env"], &[], &json!([]));
        assert_eq!(report.words[1], "Imports env, which this version of Cloche does not know.");
    }
}
