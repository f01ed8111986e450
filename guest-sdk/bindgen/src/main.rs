//! Writes `sdk/src/bindings.rs` from `wit/`, or with `--check` says whether it is up to date.
//!
//! The bindings are generated here once, so that no build of a tool runs a macro that reads files.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_core::{Files, WorldGenerator as _};

fn main() -> Result<ExitCode> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bindings = here.join("../sdk/src/bindings.rs");
    let fresh = generate(&here.join("../../wit"))?;
    match std::env::args().nth(1).as_deref() {
        None => std::fs::write(&bindings, fresh).context("writing sdk/src/bindings.rs")?,
        Some("--check") if std::fs::read(&bindings)? == fresh => {}
        Some("--check") => {
            eprintln!(
                "guest-sdk/sdk/src/bindings.rs differs from wit/: run `cargo run -p cloche-bindgen` in guest-sdk"
            );
            return Ok(ExitCode::FAILURE);
        }
        Some(other) => anyhow::bail!("unknown argument {other}: only --check is known"),
    }
    Ok(ExitCode::SUCCESS)
}

fn generate(wit: &Path) -> Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit)?;
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
