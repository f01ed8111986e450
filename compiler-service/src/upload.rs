//! A component that was built elsewhere: inspected, and given its manifest.

use cloche_domain::Sha256;
use cloche_domain::interfaces::{is_offered, sends_http};
use cloche_domain::manifest::{Manifest, SECTION};
use cloche_domain::spec::ServerSpec;
use wasmparser::Parser;

use crate::component::{EXPORT, ManifestError, Names, embed, manifest_sections, names};

/// Why a component cannot be hosted. The text says what to change.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    #[error(transparent)]
    NotAComponent(#[from] ManifestError),
    #[error(
        "the component imports `{0}`, which is not offered here: it may import cloche:tool, and of WASI 0.2 cli, clocks, \
         filesystem, http, io, random and sockets"
    )]
    Import(String),
    #[error(
        "the component imports `{0}`, and the spec allows no host: add the hosts that it calls to allowedHosts, or build it \
         without HTTP"
    )]
    NoHosts(String),
    #[error("the component does not export `{EXPORT}`, through which its tools are called: it exports {0}")]
    NoTools(String),
    #[error("the component has a section `{SECTION}` already: the platform writes it; remove the section")]
    Manifest,
    #[error("the manifest cannot be written: {0}")]
    Unwritten(#[from] serde_json::Error),
}

/// A component as it is hosted.
#[derive(Clone, Debug)]
pub struct Adopted {
    /// With its manifest.
    pub component: Vec<u8>,
    /// Of `component`.
    pub sha256: Sha256,
}

/// Holds an uploaded component against its spec, and embeds the manifest, whose source is the component as it came.
pub fn adopt(mut component: Vec<u8>, spec: &ServerSpec) -> Result<Adopted, Unfit> {
    if !Parser::is_component(&component) {
        return Err(ManifestError::NotAComponent("they begin otherwise".to_owned()).into());
    }
    let Names { imports, exports } = names(&component)?;
    for interface in imports {
        if !is_offered(&interface) {
            return Err(Unfit::Import(interface));
        }
        if sends_http(&interface) && spec.allowed_hosts.is_empty() {
            return Err(Unfit::NoHosts(interface));
        }
    }
    if !exports.iter().any(|export| export == EXPORT) {
        return Err(Unfit::NoTools(if exports.is_empty() { "nothing".to_owned() } else { exports.join(", ") }));
    }
    if !manifest_sections(&component)?.is_empty() {
        return Err(Unfit::Manifest);
    }
    let manifest = Manifest::of(spec, Sha256::of(&component));
    embed(&mut component, &manifest)?;
    Ok(Adopted { sha256: Sha256::of(&component), component })
}
