//! The starter library: each directory beside this crate is a server, kept as a reader wants it and loaded as a spec.
//!
//! `spec.json` is a `ServerSpec` without code; `tools/<tool>.rs` is the body of each tool, `helpers.rs` what they share;
//! `listing.json` is what the marketplace says of it.

use std::collections::BTreeSet;

use cloche_domain::spec::ServerSpec;
use cloche_domain::template::Listing;
use rust_embed::RustEmbed;
use serde_json::{Value, json};

#[derive(RustEmbed)]
#[folder = "."]
#[include = "*/spec.json"]
#[include = "*/listing.json"]
#[include = "*/helpers.rs"]
#[include = "*/tools/*.rs"]
struct Files;

/// Why an example cannot be loaded: a fault of the library, not of who asks.
#[derive(Debug, thiserror::Error)]
pub enum StarterError {
    #[error("there is no example {0}: names() lists them")]
    Unknown(String),
    #[error("the example's file {0} is missing")]
    Missing(String),
    #[error("the example {example} is no server specification: {source}")]
    Malformed { example: String, source: serde_json::Error },
}

/// The names of all examples, in order; each is a slug.
pub fn names() -> Vec<String> {
    let names: BTreeSet<String> =
        Files::iter().filter_map(|path| Some(path.strip_suffix("/spec.json")?.to_owned())).collect();
    names.into_iter().collect()
}

/// The specification of an example, with its code.
pub fn spec(name: &str) -> Result<ServerSpec, StarterError> {
    let malformed = |source| StarterError::Malformed { example: name.to_owned(), source };
    let text = text(&format!("{name}/spec.json")).ok_or_else(|| StarterError::Unknown(name.to_owned()))?;
    let mut spec: Value = serde_json::from_str(&text).map_err(malformed)?;
    for tool in spec["tools"].as_array_mut().into_iter().flatten() {
        let path = format!("{name}/tools/{}.rs", tool["name"].as_str().unwrap_or_default());
        let Some(body) = self::text(&path) else { return Err(StarterError::Missing(path)) };
        tool["implementation"] = json!(body);
    }
    if let Some(helpers) = self::text(&format!("{name}/helpers.rs")) {
        spec["helpers"] = json!(helpers);
    }
    serde_json::from_value(spec).map_err(malformed)
}

/// What the marketplace says of an example.
pub fn listing(name: &str) -> Result<Listing, StarterError> {
    let text = text(&format!("{name}/listing.json")).ok_or_else(|| StarterError::Unknown(name.to_owned()))?;
    serde_json::from_str(&text).map_err(|source| StarterError::Malformed { example: name.to_owned(), source })
}

fn text(path: &str) -> Option<String> {
    String::from_utf8(Files::get(path)?.data.into_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_can_be_built_and_is_small_enough_to_read() {
        assert!(names().len() >= 8, "{:?}", names());
        for name in names() {
            let spec = spec(&name).unwrap();
            assert_eq!(spec.problems(), vec![], "{name}");
            assert_eq!(listing(&name).unwrap().problems(&spec), vec![], "{name}");
            assert!(name.parse::<cloche_domain::Slug>().is_ok(), "{name}");
            assert!(!spec.description.is_empty() && spec.tools.len() <= 6, "{name}");
            for tool in &spec.tools {
                assert!(tool.description.chars().count() <= 100, "{name}: {}: {}", tool.name, tool.description);
                assert!(tool.implementation.lines().count() <= 40, "{name}: {}", tool.name);
                assert!(tool.annotations.is_some() && tool.title.is_some(), "{name}: {}", tool.name);
            }
        }
    }

    #[test]
    fn an_unknown_example_is_an_error() {
        assert!(spec("nothing").unwrap_err().to_string().contains("no example nothing"));
    }
}
