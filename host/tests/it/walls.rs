//! The walls between the parts, as ARCHITECTURE.md draws them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use figment::Figment;
use figment::providers::{Format as _, Toml};
use serde_json::Value;

/// A part, which of our crates it may use, and what it must never see.
const PARTS: [(&str, &[&str], &[&str]); 5] = [
    ("host/crates/domain", &[], &["axum", "reqwest", "tokio", "wasmtime"]),
    ("host/crates/openapi", &["cloche-domain"], &["axum", "reqwest", "sqlx", "tokio", "wasmtime"]),
    ("host/crates/storage", &["cloche-domain"], &["axum", "reqwest", "wasmtime"]),
    ("host/crates/sandbox", &["cloche-domain"], &["axum", "reqwest", "sqlx"]),
    ("compiler-service", &["cloche-domain"], &["aws-lc-rs", "jsonwebtoken", "secrecy", "sqlx", "wasmtime"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// What a part depends on, by name.
fn dependencies(part: &str) -> BTreeMap<String, Value> {
    let file = Toml::file_exact(root().join(part).join("Cargo.toml"));
    Figment::from(file).extract_inner("dependencies").unwrap()
}

#[test]
fn each_part_sees_what_it_may() {
    for (part, ours, never) in PARTS {
        let dependencies = dependencies(part);
        for name in dependencies.keys() {
            assert!(!name.starts_with("cloche-") || ours.contains(&name.as_str()), "{part} uses {name}");
            assert!(!never.contains(&name.as_str()), "{part} uses {name}");
        }
        // The domain's words fit a database's columns by a feature, which storage alone switches on.
        let domain = dependencies.get("cloche-domain");
        let as_columns = domain.is_some_and(|domain| domain["features"].to_string().contains("sqlx"));
        assert_eq!(as_columns, part == "host/crates/storage", "{part}");
    }
}

#[test]
fn only_boot_asks_whether_the_platform_is_embedded() {
    assert_eq!(files_with("host/src", "is_embedded"), ["boot.rs", "config.rs"]);
}

/// What a template is made of, shown and forked from never touches what a server keeps for itself.
#[test]
fn publishing_sees_no_secret_store_or_call() {
    for folder in ["host/src/templates", "host/crates/storage/src/templates", "host/src/http/v1/templates"] {
        assert!(!files_with(folder, "use ").is_empty(), "{folder} is gone: say here where it is now");
        for never in ["secrets::", "vault", "kv::", "calls::", "FROM secrets", "FROM kv", "FROM calls", "secrets ("] {
            assert_eq!(files_with(folder, never), [""; 0], "{folder} names {never}");
        }
    }
    let imports = |file: &str| fs::read_to_string(root().join(file)).unwrap();
    for file in ["host/src/templates.rs", "host/crates/storage/src/templates.rs", "host/src/http/v1/templates.rs"] {
        assert!(!imports(file).contains("secrets::") && !imports(file).contains("vault"), "{file}");
    }
}

#[test]
fn one_file_may_be_unsafe() {
    for (part, files) in [("host/src", [].as_slice()), ("host/crates", &["precompiled.rs"]), ("compiler-service", &[])]
    {
        assert_eq!(files_with(part, "[expect(unsafe_code"), files, "{part}");
        assert_eq!(files_with(part, "[allow(unsafe_code"), [""; 0], "{part}");
    }
}

/// The names of the Rust files below a folder that have a text in them, sorted.
fn files_with(folder: &str, text: &str) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), vec![root().join(folder)]);
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if is_rust(&path) && fs::read_to_string(&path).unwrap().contains(text) {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}
