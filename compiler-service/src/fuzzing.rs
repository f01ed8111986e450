//! What holds of uploads and of rustc's words, whatever they are: `make fuzz` looks for what breaks it, and the tests try
//! the inputs that are kept.
#![expect(clippy::unwrap_used, reason = "what does not hold panics")]

use std::path::PathBuf;

use cloche_domain::Sha256;
use cloche_domain::interfaces::{is_offered, sends_http};
use cloche_domain::manifest::{Manifest, SECTION};
use cloche_domain::spec::ServerSpec;
use serde_json::json;
use wasm_encoder::{CustomSection, Encode as _, SectionId};

use crate::component::manifest_sections;
use crate::refusal::Diagnostic;
use crate::render::render;
use crate::{adopt, diagnostics, imports, read_manifest};

#[cfg(test)]
#[path = "../../fuzz/kept.rs"]
mod kept;

/// Directories of a machine. One is within another, and one has a space.
const HIDDEN: [&str; 3] = ["/opt/kit/lib/rustlib", "/opt/my kit", "/opt/kit"];
/// Bytes of one text, with the sign that it was cut.
const TEXT: usize = 2_000 + '…'.len_utf8();
const MOST: usize = 20;

fn spec() -> ServerSpec {
    let tool = |name: &str, body: &str| json!({"name": name, "description": "d", "implementation": body});
    let tools = [tool("one", "let a = 1;\nlet b = 2;\nOk(a + b)"), tool("t-2", "Ok(())")];
    let spec = json!({"name": "S", "tools": tools, "helpers": "fn f() {}\n\nfn g() {}", "allowedHosts": ["a.example"]});
    serde_json::from_value(spec).unwrap()
}

/// A component; and what stands in a component's manifest.
pub fn manifest(data: &[u8]) {
    uploaded(data);
    forged(data);
}

fn uploaded(component: &[u8]) {
    let own = read_manifest(component);
    for spec in [spec(), ServerSpec { allowed_hosts: vec![], ..spec() }] {
        let Ok(adopted) = adopt(component.to_vec(), &spec) else { continue };
        assert!(own.is_err(), "a component was taken with a manifest of its own");
        assert!(adopted.component.starts_with(component), "the component is another one");
        assert_eq!(adopted.sha256, Sha256::of(&adopted.component));
        let manifest = read_manifest(&adopted.component).unwrap();
        assert_eq!(manifest, Manifest::of(&spec, Sha256::of(component)), "the manifest is another one");
        let powers = imports(&adopted.component).unwrap();
        assert_eq!(powers, imports(component).unwrap(), "its powers are others");
        for power in &powers {
            assert!(is_offered(power), "{power} is not offered");
            assert!(!sends_http(power) || !spec.allowed_hosts.is_empty(), "{power} without a host");
        }
        assert!(adopt(adopted.component, &spec).is_err(), "it was taken twice");
    }
}

/// A section of the manifest's name with these bytes in it.
fn forged(data: &[u8]) {
    let mut component = wasm_encoder::Component::new().finish();
    for first in [true, false] {
        component.push(SectionId::Custom.into());
        CustomSection { name: SECTION.into(), data: data.into() }.encode(&mut component);
        let read = read_manifest(&component);
        assert!(adopt(component.clone(), &spec()).is_err());
        assert!(!manifest_sections(&component).unwrap().is_empty(), "the section is not seen");
        if first {
            assert_eq!(read.ok(), serde_json::from_slice(data).ok(), "the manifest is read otherwise");
        } else {
            assert!(read.is_err(), "one of two manifests is believed");
        }
    }
}

/// What rustc writes to standard error.
pub fn diagnostics(data: &[u8]) {
    let spec = spec();
    let rendered = render(&spec);
    let said = diagnostics::read(data, &rendered, &HIDDEN.map(PathBuf::from));
    assert!(said.errors.len() <= MOST && said.warnings.len() <= MOST, "too much is told");
    for diagnostic in said.errors.iter().chain(&said.warnings) {
        let code = match &diagnostic.tool {
            None => &spec.helpers,
            Some(name) => &spec.tools.iter().find(|tool| tool.name.as_str() == name).unwrap().implementation,
        };
        is_the_authors(diagnostic, code.lines().count());
        // Its text is the author's own line, whatever stands there.
        let Diagnostic { message, code, hint, text, .. } = diagnostic;
        for told in [Some(message), code.as_ref(), hint.as_ref()].into_iter().flatten() {
            let path = HIDDEN.iter().find(|path| told.contains(*path));
            assert!(path.is_none(), "{path:?} is told: {told}");
            assert!(told.len() <= TEXT, "{} bytes are told", told.len());
        }
        assert!(text.as_ref().is_none_or(|text| text.len() <= TEXT));
    }
}

/// A place is a line of what the author wrote, or none at all.
fn is_the_authors(diagnostic: &Diagnostic, lines: usize) {
    let Diagnostic { tool, line, end_line, .. } = diagnostic;
    match line {
        0 => assert!(tool.is_none() && end_line.is_none(), "a tool without a line: {diagnostic:?}"),
        line => {
            assert!(*line <= lines, "beyond what was written: {diagnostic:?}");
            assert!(end_line.is_none_or(|end| end > *line && end <= lines), "it ends where it cannot: {diagnostic:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_components_hold() {
        kept::each("manifest", manifest);
    }

    #[test]
    fn kept_diagnostics_hold() {
        kept::each("diagnostics", diagnostics);
    }
}
