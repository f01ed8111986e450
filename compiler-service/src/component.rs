//! Core module → component, its inspection, and the manifest in its last custom section.

use cloche_domain::capability::{HTTP, INTERFACES};
use cloche_domain::manifest::{Manifest, SECTION};
use wasm_encoder::{CustomSection, Encode as _, SectionId};
use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, DecodedWasm};
use wit_parser::WorldKey;

use crate::refusal::Refusal;

pub(crate) const EXPORT: &str = "cloche:tool/tools@0.1.0";

/// Why bytes have no readable manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("these bytes are no component: {0}")]
    NotAComponent(String),
    #[error("the component has no `{SECTION}` section: it was not built by this platform")]
    Absent,
    #[error("the component has a second `{SECTION}` section, or one that is not its last: it was tampered with")]
    Misplaced,
    #[error("the component's manifest can't be read: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// A component, inspected.
pub(crate) struct Inspected {
    pub component: Vec<u8>,
    pub imports: Vec<String>,
}

/// Makes the component of a core module and embeds its manifest, once it imports no more than the manifest declares.
pub(crate) fn build(module: &[u8], manifest: &Manifest) -> Result<Inspected, Refusal> {
    let mut component = ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|e| Refusal::unavailable(format!("the module does not become a component: {e:#}")))?;
    let Names { imports, exports } = names(&component).map_err(Refusal::unavailable)?;
    for interface in &imports {
        permitted(interface, manifest)?;
    }
    if exports != [EXPORT] {
        return Err(undeclared(&exports.join(", "), "a server exports its tools and nothing else"));
    }
    match manifest_sections(&component) {
        Ok(sections) if sections.is_empty() => {}
        Ok(_) => return Err(undeclared(SECTION, "the manifest is written by the platform; remove the section")),
        Err(e) => return Err(Refusal::unavailable(e)),
    }
    embed(&mut component, manifest).map_err(Refusal::unavailable)?;
    Ok(Inspected { component, imports })
}

/// Appends the manifest to a component that has none.
pub(crate) fn embed(component: &mut Vec<u8>, manifest: &Manifest) -> serde_json::Result<()> {
    let json = serde_json::to_vec(manifest)?;
    component.push(SectionId::Custom.into());
    CustomSection { name: SECTION.into(), data: json.into() }.encode(component);
    Ok(())
}

fn permitted(interface: &str, manifest: &Manifest) -> Result<(), Refusal> {
    if interface == HTTP && manifest.allowed_hosts.is_empty() {
        return Err(undeclared(interface, "add the hosts that it calls to allowedHosts, or take the requests out"));
    }
    if INTERFACES.contains(&interface) {
        Ok(())
    } else {
        Err(undeclared(interface, "no server can have it; use what the SDK offers"))
    }
}

fn undeclared(interface: &str, hint: &str) -> Refusal {
    Refusal::UndeclaredCapability { interface: interface.to_owned(), hint: hint.to_owned() }
}

/// The interfaces that a component imports, sorted: its powers.
pub fn imports(component: &[u8]) -> Result<Vec<String>, ManifestError> {
    names(component).map(|names| names.imports)
}

pub(crate) struct Names {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
}

pub(crate) fn names(component: &[u8]) -> Result<Names, ManifestError> {
    are_whole(component)?;
    let decoded = wit_component::decode(component).map_err(|e| ManifestError::NotAComponent(format!("{e:#}")))?;
    let DecodedWasm::Component(resolve, world) = decoded else {
        return Err(ManifestError::NotAComponent("a WIT package".to_owned()));
    };
    let name = |key: &WorldKey| resolve.name_world_key(key);
    let world = &resolve.worlds[world];
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    Ok(Names {
        imports: sorted(world.imports.keys().map(name).collect()),
        exports: sorted(world.exports.keys().map(name).collect()),
    })
}

/// Whether every section is as long as it says. The decoder makes room for what is announced, however little there is.
fn are_whole(component: &[u8]) -> Result<(), ManifestError> {
    let mut sections = Parser::new(0).parse_all(component);
    sections.try_for_each(|section| section.map(drop)).map_err(|e| ManifestError::NotAComponent(e.to_string()))
}

/// The manifest of a component: exactly one section, not nested, the last of all.
pub fn read_manifest(component: &[u8]) -> Result<Manifest, ManifestError> {
    match manifest_sections(component)?.as_slice() {
        [] => Err(ManifestError::Absent),
        [section] if section.depth == 0 && section.end == component.len() => Ok(serde_json::from_slice(section.data)?),
        _ => Err(ManifestError::Misplaced),
    }
}

pub(crate) struct Section<'a> {
    data: &'a [u8],
    depth: usize,
    end: usize,
}

/// All sections with the manifest's name, in nested modules and components too.
pub(crate) fn manifest_sections(component: &[u8]) -> Result<Vec<Section<'_>>, ManifestError> {
    let mut sections = Vec::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(|e| ManifestError::NotAComponent(e.to_string()))? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(custom) if custom.name() == SECTION => {
                sections.push(Section { data: custom.data(), depth, end: custom.range().end });
            }
            _ => {}
        }
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let spec = serde_json::json!({"name": "S", "tools": [], "allowedHosts": ["api.example.com"]});
        let spec = serde_json::from_value(spec).unwrap();
        Manifest::of(&spec, cloche_domain::Sha256::of("source"))
    }

    fn section(into: &mut Vec<u8>, name: &str, data: &[u8]) {
        into.push(SectionId::Custom.into());
        CustomSection { name: name.into(), data: data.into() }.encode(into);
    }

    #[test]
    fn a_manifest_is_the_last_section_and_the_only_one() {
        let json = serde_json::to_vec(&manifest()).unwrap();
        let empty = wasm_encoder::Component::new().finish();
        assert!(matches!(read_manifest(&empty), Err(ManifestError::Absent)));
        assert!(matches!(read_manifest(b"\0asm"), Err(ManifestError::NotAComponent(_))));

        let mut right = empty.clone();
        section(&mut right, SECTION, &json);
        assert_eq!(read_manifest(&right).unwrap(), manifest());

        let mut second = right.clone();
        section(&mut second, SECTION, &json);
        assert!(matches!(read_manifest(&second), Err(ManifestError::Misplaced)));
        let mut not_last = right;
        section(&mut not_last, "other", b"");
        assert!(matches!(read_manifest(&not_last), Err(ManifestError::Misplaced)));
    }

    #[test]
    fn a_section_that_announces_gigabytes_is_given_no_room() {
        let began = std::time::Instant::now();
        let mut component = wasm_encoder::Component::new().finish();
        component.extend([SectionId::Custom.into(), 0xff, 0xff, 0xff, 0xff, 0x0f]);
        assert!(matches!(imports(&component), Err(ManifestError::NotAComponent(_))));
        assert!(began.elapsed() < std::time::Duration::from_millis(500), "it took {:?}", began.elapsed());
    }

    #[test]
    fn a_manifest_in_a_nested_module_does_not_count() {
        let mut module = wasm_encoder::Module::new();
        module.section(&CustomSection { name: SECTION.into(), data: b"{}".into() });
        let mut outer = wasm_encoder::Component::new();
        outer.section(&wasm_encoder::ModuleSection(&module));
        assert!(matches!(read_manifest(&outer.finish()), Err(ManifestError::Misplaced)));
    }

    #[test]
    fn powers_are_held_against_the_manifest() {
        let mut manifest = manifest();
        assert!(permitted("cloche:tool/http@0.1.0", &manifest).is_ok());
        assert!(permitted("cloche:tool/log@0.1.0", &manifest).is_ok());
        for foreign in ["wasi:filesystem/types@0.2.0", "cloche:tool/log@0.2.0", "cloche:tool/secrets@0.1.0", "env"] {
            assert!(permitted(foreign, &manifest).is_err(), "{foreign}");
        }
        manifest.allowed_hosts.clear();
        assert!(permitted("cloche:tool/http@0.1.0", &manifest).is_err());
    }
}
