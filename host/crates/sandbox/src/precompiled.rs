//! Machine code that this host has compiled itself, kept in files and mapped from there. The only unsafe code of the
//! platform: loading machine code is running it.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::hmac;
use cloche_domain::Sha256;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::{CompilerProgram, Error, Result};

/// The cache directory of one engine: `<component>.cwasm`, and beside it `<component>.mac`, which shows that this host
/// wrote the whole of it.
pub(crate) struct Precompiled {
    engine: Engine,
    compiler: Option<CompilerProgram>,
    dir: PathBuf,
    key: hmac::Key,
}

impl Precompiled {
    /// Opens the cache below `root`, and makes it where there is none: directories 0700, files 0600.
    pub(crate) fn open(root: &Path, engine: Engine, compiler: Option<CompilerProgram>) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let dir = root.join(format!("{:016x}", hasher.finish()));
        let at = |path: &Path| {
            let path = path.to_owned();
            |e| cache_error(path, e)
        };
        own_directory(root).map_err(at(root))?;
        own_directory(&dir).map_err(at(&dir))?;
        let key_file = root.join("key");
        let key = key(&key_file).map_err(at(&key_file))?;
        Ok(Self { engine, compiler, dir, key })
    }

    /// The component, if its code is there and is what this host wrote.
    pub(crate) fn load(&self, sha256: Sha256) -> Option<Component> {
        match self.try_load(sha256) {
            Ok(component) => Some(component),
            Err(e) if e.downcast_ref().is_some_and(|e: &io::Error| e.kind() == io::ErrorKind::NotFound) => None,
            Err(reason) => {
                tracing::warn!(%sha256, %reason, "compiled code is not used: it is compiled again");
                None
            }
        }
    }

    fn try_load(&self, sha256: Sha256) -> Result<Component, Box<dyn std::error::Error + Send + Sync>> {
        let tag = std::fs::read(self.file(sha256, "mac"))?;
        let mut code = File::open(self.file(sha256, "cwasm"))?;
        let mut mac = self.mac(sha256);
        let mut buffer = vec![0; 128 << 10];
        loop {
            match code.read(&mut buffer)? {
                0 => break,
                n => mac.update(&buffer[..n]),
            }
        }
        aws_lc_rs::constant_time::verify_slices_are_equal(mac.sign().as_ref(), &tag)
            .map_err(|_| "the file is not as it was written")?;
        Ok(self.map(&code)?)
    }

    /// Compiles a component in so many seconds of processor time, keeps the code, and maps it from its file. Where it cannot
    /// be kept, it is used from memory.
    pub(crate) fn compile(&self, sha256: Sha256, wasm: &[u8], seconds: u64) -> Result<Component> {
        let invalid = |e: wasmtime::Error| Error::invalid(format!("{e:#}"));
        let code = match &self.compiler {
            Some(program) => program.compile(wasm, seconds)?,
            None => self.engine.precompile_component(wasm).map_err(invalid)?,
        };
        match self.keep(sha256, &code) {
            Ok(file) => self.map(&file).map_err(invalid),
            Err(error) => {
                tracing::error!(%sha256, %error, dir = %self.dir.display(), "compiled code cannot be kept");
                self.in_memory(&code).map_err(invalid)
            }
        }
    }

    fn keep(&self, sha256: Sha256, code: &[u8]) -> io::Result<File> {
        let mut mac = self.mac(sha256);
        mac.update(code);
        // Tag first: whatever is interrupted, a tag without its code is found out, and code without a tag is not used.
        let mut tag = tempfile::NamedTempFile::new_in(&self.dir)?;
        tag.write_all(mac.sign().as_ref())?;
        tag.persist(self.file(sha256, "mac"))?;
        let mut file = tempfile::NamedTempFile::new_in(&self.dir)?;
        file.write_all(code)?;
        let path = self.file(sha256, "cwasm");
        file.persist(&path)?;
        File::open(path)
    }

    /// Deletes what is kept of a component. A mapping of it goes on.
    pub(crate) fn remove(&self, sha256: Sha256) {
        for extension in ["cwasm", "mac"] {
            match std::fs::remove_file(self.file(sha256, extension)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(%sha256, %error, "compiled code cannot be deleted");
                }
                _ => {}
            }
        }
    }

    fn mac(&self, sha256: Sha256) -> hmac::Context {
        let mut mac = hmac::Context::with_key(&self.key);
        mac.update(sha256.as_bytes());
        mac
    }

    fn file(&self, sha256: Sha256, extension: &str) -> PathBuf {
        self.dir.join(format!("{sha256}.{extension}"))
    }

    #[expect(unsafe_code, reason = "machine code of this host's own")]
    fn map(&self, code: &File) -> wasmtime::Result<Component> {
        // By way of the open file: what is mapped is what was verified, whatever has become of its name.
        let path = format!("/proc/self/fd/{}", code.as_raw_fd());
        // SAFETY: the bytes must come from `precompile_component` of a compatible engine, and must not change while they
        // are mapped. They are either what `keep` has just written, or were verified against a MAC under a key that only
        // this host has (mode 0600, in a directory of our own user with mode 0700), over the component's digest and the
        // whole file; wasmtime itself refuses another version, other settings, or another CPU. Files are replaced by
        // renaming, never written in place, so that a mapping keeps the file that it began with. Whoever can write below
        // that directory regardless is our own user, who could as well replace this program.
        unsafe { Component::deserialize_file(&self.engine, path) }
    }

    #[expect(unsafe_code, reason = "machine code of this host's own")]
    fn in_memory(&self, code: &[u8]) -> wasmtime::Result<Component> {
        // SAFETY: `code` is what `precompile_component` of this very engine returned to our caller, and is copied.
        unsafe { Component::deserialize(&self.engine, code) }
    }
}

fn cache_error(path: PathBuf, source: io::Error) -> Error {
    Error::Cache { path, source: Arc::new(source) }
}

/// Makes `dir`, or takes it over: only our own user may look into it.
fn own_directory(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    if std::fs::metadata(dir)?.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::other("the directory belongs to another user"));
    }
    std::fs::set_permissions(dir, Permissions::from_mode(0o700))
}

/// The key that marks this host's own files.
fn key(path: &Path) -> io::Result<hmac::Key> {
    let mut key = [0; 32];
    aws_lc_rs::rand::fill(&mut key).map_err(|_| io::Error::other("no random bytes"))?;
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => file.write_all(&key)?,
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => File::open(path)?.read_exact(&mut key)?,
        Err(e) => return Err(e),
    }
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &key))
}
