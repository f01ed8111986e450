//! Writes `sdk/src/bindings.rs` from `wit/`; its test fails where the two differ.
//!
//! The bindings are generated here once, so that no build of a tool runs a macro that reads files.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_core::{Files, WorldGenerator as _};

fn main() -> Result<()> {
    std::fs::write(bindings(), generate()?).context("writing sdk/src/bindings.rs")
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn bindings() -> PathBuf {
    here().join("../sdk/src/bindings.rs")
}

fn generate() -> Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(here().join("../../wit"))?;
    let world = resolve.select_world(&[package], Some("tool-server"))?;
    let options = wit_bindgen_rust::Opts {
        generate_all: true,
        pub_export_macro: true,
        export_macro_name: Some("export_component".into()),
        default_bindings_module: Some("cloche_sdk::bindings".into()),
        runtime_path: Some("cloche_sdk::wit_rt".into()),
        ..Default::default()
    };
    let mut files = Files::default();
    options.build().generate(&mut resolve, world, &mut files)?;
    let (_, text) = files.iter().next().context("nothing was generated")?;
    Ok(text.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bindings_are_those_of_the_wit() {
        let same = std::fs::read(bindings()).unwrap() == generate().unwrap();
        assert!(same, "sdk/src/bindings.rs differs from wit/: run `cargo run -p cloche-bindgen` in guest-sdk");
    }
}
