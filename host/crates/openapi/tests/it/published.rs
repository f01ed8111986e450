//! The documents that `scripts/test-documents.sh` fetches: how much of them can be tools, and that all of it is.

use std::path::Path;

use cloche_domain::spec::bounds;
use cloche_openapi::{Choice, Document};

fn document(name: &str) -> Document {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/documents").join(name).with_extension("json");
    let bytes = std::fs::read(&path);
    Document::read(&bytes.unwrap_or_else(|_| panic!("{} is not there: run scripts/test-documents.sh", path.display())))
        .unwrap()
}

/// Looks at a document's operations, and makes tools of each `step`th that can be one.
fn check(name: &str, operations: usize, refused: &[&str], step: usize) {
    let document = document(name);
    let overview = document.overview();
    let why: Vec<&str> = overview.operations.iter().filter_map(|o| o.not_importable.as_deref()).collect();
    assert_eq!((overview.operations.len(), why.as_slice()), (operations, refused), "{name}");
    assert_eq!(overview.importable, operations - refused.len());
    assert!(overview.too_large && overview.advice.contains("too large for one server"), "{}", overview.advice);
    let ids = overview.operations.iter().filter(|o| o.not_importable.is_none()).map(|o| o.id.clone());
    let ids: Vec<String> = ids.step_by(step).collect();
    for operations in ids.chunks(bounds::TOOLS) {
        let choice = Choice { operations: operations.to_vec(), ..Choice::default() };
        let spec = document.draft(&choice).unwrap();
        assert_eq!(spec.tools.len(), operations.len());
        assert_eq!(cloche_domain::hidden_text::find(&serde_json::to_value(&spec).unwrap()), None);
    }
}

// GitHub's and Stripe's are the large ones: `make documents-all` makes tools of all of theirs, and compiles them.
#[test]
fn github() {
    check("github", 1223, &["takes only application/octet-stream: JSON, forms and texts can be sent"], 10);
}

#[test]
fn stripe() {
    check("stripe", 452, &["takes only multipart/form-data: JSON, forms and texts can be sent"], 10);
}

#[test]
fn discord() {
    check("discord", 246, &[], 5);
}

#[test]
fn slack() {
    check("slack", 174, &[], 1);
}

#[test]
fn twilio() {
    check("twilio", 195, &[], 2);
}
