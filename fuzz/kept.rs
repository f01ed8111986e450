//! The inputs that are kept: each crate's tests feed them to what is fuzzed there, so that they cannot rot.

use std::fs;
use std::path::Path;

/// Gives every kept input of a target to it.
pub fn each(target: &str, run: impl Fn(&[u8])) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let kept = here.ancestors().map(|dir| dir.join("fuzz/corpus").join(target)).find(|dir| dir.is_dir()).unwrap();
    let mut inputs: Vec<_> = fs::read_dir(kept).unwrap().map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    assert!(inputs.len() > 3, "{target} has hardly any inputs");
    for input in inputs {
        eprintln!("{}", input.display());
        run(&fs::read(input).unwrap());
    }
}
