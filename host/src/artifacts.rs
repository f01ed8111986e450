//! Components, each kept under its SHA-256: `artifacts/<2 digits>/<sha256>.wasm`.

mod tidy;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cloche_domain::Sha256;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;

pub use tidy::{lay, tidy};

use crate::token::{NoRandomness, random_bytes};

/// Why a component cannot be kept or had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no component {0} in the artifacts directory: restore it, or build the server again")]
    Missing(Sha256),
    #[error("{path} is damaged: it should have the SHA-256 that its name says; restore it, or build the server again")]
    Damaged { path: PathBuf },
    #[error("the component to keep as {0} has another SHA-256")]
    Misnamed(Sha256),
    #[error("artifacts: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The directory of all components.
#[derive(Clone, Debug)]
pub struct Artifacts {
    dir: PathBuf,
    /// Rung when a version has gone.
    released: Arc<Notify>,
}

impl Artifacts {
    pub fn new(dir: PathBuf) -> Self {
        Self { dir, released: Arc::default() }
    }

    /// Tells that there may be components which no version refers to any more.
    pub fn release(&self) {
        self.released.notify_one();
    }

    /// Keeps a component. When this returns, it is on the disk, whole.
    pub async fn put(&self, sha256: Sha256, component: Vec<u8>) -> Result<()> {
        let path = self.path(sha256);
        spawn_blocking(move || {
            if Sha256::of(&component) != sha256 {
                return Err(Error::Misnamed(sha256));
            }
            write(&path, &component)
        })
        .await
        .map_err(io::Error::other)?
    }

    /// A component, with its digest checked.
    pub async fn get(&self, sha256: Sha256) -> Result<Vec<u8>> {
        let artifacts = self.clone();
        spawn_blocking(move || artifacts.read(sha256)).await.map_err(io::Error::other)?
    }

    /// Takes a component off the disk, if it is there.
    async fn remove(&self, sha256: Sha256) -> Result<()> {
        let path = self.path(sha256);
        match spawn_blocking(move || fs::remove_file(path)).await.map_err(io::Error::other)? {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn read(&self, sha256: Sha256) -> Result<Vec<u8>> {
        let path = self.path(sha256);
        let component = fs::read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::Missing(sha256),
            _ => Error::Io(error),
        })?;
        if Sha256::of(&component) == sha256 { Ok(component) } else { Err(Error::Damaged { path }) }
    }

    fn path(&self, sha256: Sha256) -> PathBuf {
        let name = sha256.to_string();
        self.dir.join(&name[..2]).join(format!("{name}.wasm"))
    }
}

/// Written beside its place, then renamed: no one ever sees half a file. A crash may leave such a file behind; its name is
/// never asked for.
fn write(path: &Path, component: &[u8]) -> Result<()> {
    let dir = path.parent().unwrap_or(path);
    fs::create_dir_all(dir)?;
    let unfinished = path.with_extension(format!("{}.new", hex::encode(random_bytes::<8>()?)));
    let mut file = File::create_new(&unfinished)?;
    let written = file.write_all(component).and_then(|()| file.sync_all());
    if let Err(error) = written.and_then(|()| fs::rename(&unfinished, path)) {
        let _ = fs::remove_file(&unfinished);
        return Err(error.into());
    }
    File::open(dir)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_component_is_kept_under_its_digest_and_checked() {
        let dir = tempfile::tempdir().unwrap();
        let artifacts = Artifacts::new(dir.path().to_owned());
        let sha256 = Sha256::of("component");
        assert!(matches!(artifacts.get(sha256).await, Err(Error::Missing(_))));
        for _ in 0..2 {
            artifacts.put(sha256, b"component".to_vec()).await.unwrap();
        }
        assert_eq!(artifacts.get(sha256).await.unwrap(), b"component");
        assert_eq!(fs::read_dir(artifacts.path(sha256).parent().unwrap()).unwrap().count(), 1);
        assert!(matches!(artifacts.put(sha256, b"other".to_vec()).await, Err(Error::Misnamed(_))));

        fs::write(artifacts.path(sha256), "compon").unwrap();
        assert!(matches!(artifacts.get(sha256).await, Err(Error::Damaged { .. })));
        for _ in 0..2 {
            artifacts.remove(sha256).await.unwrap();
        }
        assert!(matches!(artifacts.get(sha256).await, Err(Error::Missing(_))));
    }
}
