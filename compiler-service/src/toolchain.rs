//! The toolchain: which compiler, linker and libraries a tool is built with. Made by `scripts/toolchain.sh`.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A toolchain directory's `toolchain.json`, with every path absolute.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Toolchain {
    /// Digest over the compiler's version and every file of the pack.
    pub id: String,
    pub rustc: PathBuf,
    pub linker: PathBuf,
    pub sysroot: PathBuf,
    pub edition: String,
    pub lib_dirs: Vec<PathBuf>,
    /// The crates that rendered code names: `cloche_sdk`, `serde`, `serde_json`, and the facade as `std`.
    pub externs: BTreeMap<String, PathBuf>,
    /// What the jailed compiler must read beyond the above: shared libraries, mostly.
    #[serde(default)]
    pub readable: Vec<PathBuf>,
    #[serde(default)]
    pub executable: Vec<PathBuf>,
}

/// Why there is no usable toolchain.
#[derive(Debug, thiserror::Error)]
pub enum ToolchainError {
    #[error("{path} can't be read ({source}): run scripts/toolchain.sh to make the toolchain")]
    Missing { path: PathBuf, source: io::Error },
    #[error("{path} is not a toolchain description ({source}): run scripts/toolchain.sh to make it anew")]
    Malformed { path: PathBuf, source: serde_json::Error },
    #[error("the toolchain lacks {path}: run scripts/toolchain.sh to make it anew")]
    Incomplete { path: PathBuf },
}

impl Toolchain {
    /// Reads `toolchain.json` in `directory`, and checks that everything that it names is there.
    pub fn load(directory: &Path) -> Result<Self, ToolchainError> {
        let path = directory.join("toolchain.json");
        let missing = |source| ToolchainError::Missing { path: path.clone(), source };
        let directory = std::path::absolute(directory).map_err(missing)?;
        let json = std::fs::read(&path).map_err(missing)?;
        let mut toolchain: Self = match serde_json::from_slice(&json) {
            Ok(toolchain) => toolchain,
            Err(source) => return Err(ToolchainError::Malformed { path, source }),
        };
        for path in toolchain.paths_mut() {
            // An absolute path stays as it is.
            *path = directory.join(&*path);
        }
        if let Some(path) = toolchain.paths_mut().find(|path| !path.exists()) {
            return Err(ToolchainError::Incomplete { path: path.clone() });
        }
        Ok(toolchain)
    }

    fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        [&mut self.rustc, &mut self.linker, &mut self.sysroot]
            .into_iter()
            .chain(&mut self.lib_dirs)
            .chain(self.externs.values_mut())
            .chain(&mut self.readable)
            .chain(&mut self.executable)
    }

    /// Everything the compiler may read.
    pub(crate) fn all_readable(&self) -> Vec<PathBuf> {
        let named = self.lib_dirs.iter().chain(self.externs.values()).chain(&self.readable);
        std::iter::once(&self.sysroot).chain(named).cloned().collect()
    }

    /// Everything the compiler may execute.
    pub(crate) fn all_executable(&self) -> Vec<PathBuf> {
        let tools = [&self.rustc, &self.linker].into_iter();
        tools.chain(&self.executable).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_broken_toolchain_says_what_to_run() {
        let directory = tempfile::tempdir().unwrap();
        let says = |error: &str| assert!(error.contains("run scripts/toolchain.sh"), "{error}");
        says(&Toolchain::load(directory.path()).unwrap_err().to_string());
        let json = directory.path().join("toolchain.json");
        std::fs::write(&json, "{}").unwrap();
        says(&Toolchain::load(directory.path()).unwrap_err().to_string());
        let described = r#"{"id": "x", "rustc": "rustc", "linker": "ld", "sysroot": "sysroot", "edition": "2024",
            "libDirs": [], "externs": {}}"#;
        std::fs::write(&json, described).unwrap();
        let error = Toolchain::load(directory.path()).unwrap_err().to_string();
        says(&error);
        assert!(error.contains("/rustc"), "{error}");
        for name in ["rustc", "ld", "sysroot"] {
            std::fs::write(directory.path().join(name), "").unwrap();
        }
        let toolchain = Toolchain::load(directory.path()).unwrap();
        assert_eq!(toolchain.sysroot, directory.path().join("sysroot"));
    }
}
