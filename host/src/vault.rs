//! Secrets at rest: AES-256-GCM under a data key of each secret's own, which the platform's key wraps.
//!
//! Both ciphertexts are bound to their row (server, key, row id), so that one moved to another row doesn't open. The
//! platform's keys are files in `keys/secrets`: the newest, by name, encrypts; all decrypt. One that is added while the
//! platform runs is found when it is needed: `rotate` makes one, and seals every secret anew under it.

mod rotate;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use cloche_domain::{Clock, SecretId, SecretKey, ServerId};
use cloche_storage::Tx;
use cloche_storage::secrets::{self, Sealed};
use secrecy::{ExposeSecret as _, SecretBox, SecretString};

use crate::token::{NoRandomness, random_bytes};
pub use rotate::{Rotated, rotate};

const NONCE: usize = 12;

/// What is wrong with a key, or with a secret under it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read or write the platform's keys at {path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("{0} can be read by others: allow only its owner, with chmod 600")]
    Readable(PathBuf),
    #[error("{0} is no key: it must hold 64 hexadecimal digits")]
    Malformed(PathBuf),
    #[error("there is no key left in {0}: put the platform's keys back before anything is sealed")]
    Gone(PathBuf),
    #[error("the key {newest} is newer, by its name, than any that is made now: rename it, or set the clock")]
    FromTheFuture { newest: String },
    #[error("secret {key} of {server} is encrypted with the key {key_id}, which is not in the keys directory")]
    NoKey { key: SecretKey, server: ServerId, key_id: String },
    #[error("secret {key} of {server} does not open: its row was changed, or the platform's key is another one")]
    Tampered { key: SecretKey, server: ServerId },
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The platform's key-encryption keys.
#[derive(Debug)]
pub struct Vault {
    dir: PathBuf,
    ring: RwLock<Ring>,
}

type Key = SecretBox<[u8; 32]>;

#[derive(Debug)]
struct Ring {
    newest: String,
    keys: BTreeMap<String, Arc<Key>>,
}

impl Vault {
    /// Reads the keys in a directory; makes the first one if there is none.
    pub fn open(dir: &Path, clock: &Clock) -> Result<Self> {
        let io = |source| Error::Io { path: dir.to_owned(), source };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(io)?;
        if key_files(dir)?.is_empty() {
            write_key(dir, clock.now().unix_timestamp())?;
        }
        let vault =
            Self { dir: dir.to_owned(), ring: RwLock::new(Ring { newest: String::new(), keys: BTreeMap::new() }) };
        vault.look()?;
        Ok(vault)
    }

    /// Encrypts a value for a new row.
    pub fn seal(&self, server: ServerId, key: &SecretKey, value: &SecretString) -> Result<Sealed> {
        let (key_id, platforms) = self.newest()?;
        let mut sealed = Sealed {
            id: SecretId::new(),
            server_id: server,
            key: key.clone(),
            key_id,
            wrapped_key: Vec::new(),
            ciphertext: Vec::new(),
        };
        let data_key = SecretBox::new(Box::new(random_bytes::<32>()?));
        sealed.wrapped_key = encrypt(&platforms, &sealed, data_key.expose_secret())?;
        sealed.ciphertext = encrypt(&data_key, &sealed, value.expose_secret().as_bytes())?;
        Ok(sealed)
    }

    /// Decrypts a row.
    pub fn unseal(&self, sealed: &Sealed) -> Result<SecretString> {
        let tampered = || tampered(sealed);
        let data_key: [u8; 32] =
            decrypt(self.key(sealed)?.as_ref(), sealed, &sealed.wrapped_key)?.try_into().map_err(|_| tampered())?;
        let value = decrypt(&SecretBox::new(Box::new(data_key)), sealed, &sealed.ciphertext)?;
        Ok(String::from_utf8(value).map_err(|_| tampered())?.into())
    }

    /// The secrets of a server, open.
    pub async fn open_all(&self, tx: &mut Tx, server: ServerId) -> Result<Vec<(SecretKey, SecretString)>> {
        let rows = secrets::of_server(tx, server).await?;
        rows.iter().map(|sealed| Ok((sealed.key.clone(), self.unseal(sealed)?))).collect()
    }

    /// The newest key, also where it was made since; and only where it is on the disk still.
    fn newest(&self) -> Result<(String, Arc<Key>)> {
        self.look()?;
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        let key = ring.keys.get(&ring.newest).cloned().ok_or_else(|| Error::Gone(self.dir.clone()))?;
        Ok((ring.newest.clone(), key))
    }

    fn key(&self, sealed: &Sealed) -> Result<Arc<Key>> {
        let known = || self.ring.read().unwrap_or_else(PoisonError::into_inner).keys.get(&sealed.key_id).cloned();
        if let Some(key) = known() {
            return Ok(key);
        }
        self.look()?;
        known().ok_or_else(|| Error::NoKey {
            key: sealed.key.clone(),
            server: sealed.server_id,
            key_id: sealed.key_id.clone(),
        })
    }

    /// Takes in the keys that are new in the directory. One that is gone from there decrypts on until the platform ends.
    fn look(&self) -> Result<()> {
        let files = key_files(&self.dir)?;
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        for (name, path) in &files {
            if !ring.keys.contains_key(name) {
                ring.keys.insert(name.clone(), Arc::new(read_key(path)?));
            }
        }
        ring.newest = files.into_keys().next_back().ok_or_else(|| Error::Gone(self.dir.clone()))?;
        Ok(())
    }
}

/// What both ciphertexts of a row are bound to.
fn binding(sealed: &Sealed) -> String {
    let Sealed { id, server_id, key, key_id, .. } = sealed;
    format!("cloche secret 1\n{server_id}\n{key}\n{id}\n{key_id}")
}

fn tampered(sealed: &Sealed) -> Error {
    Error::Tampered { key: sealed.key.clone(), server: sealed.server_id }
}

/// A random nonce, then the ciphertext with its tag.
fn encrypt(key: &Key, bound_to: &Sealed, plain: &[u8]) -> Result<Vec<u8>> {
    let nonce = random_bytes::<NONCE>()?;
    let aad = binding(bound_to);
    let payload = Payload { msg: plain, aad: aad.as_bytes() };
    let sealed = Aes256Gcm::new(key.expose_secret().into())
        .encrypt(Nonce::from_slice(&nonce), payload)
        .map_err(|_| tampered(bound_to))?;
    Ok([&nonce[..], &sealed].concat())
}

fn decrypt(key: &Key, bound_to: &Sealed, sealed: &[u8]) -> Result<Vec<u8>> {
    let (nonce, text) = sealed.split_at_checked(NONCE).ok_or_else(|| tampered(bound_to))?;
    let aad = binding(bound_to);
    let payload = Payload { msg: text, aad: aad.as_bytes() };
    Aes256Gcm::new(key.expose_secret().into())
        .decrypt(Nonce::from_slice(nonce), payload)
        .map_err(|_| tampered(bound_to))
}

/// The keys in a directory, by their names.
fn key_files(dir: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let io = |source| Error::Io { path: dir.to_owned(), source };
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(dir).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.extension().is_some_and(|e| e == "key") {
            files.insert(path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), path);
        }
    }
    Ok(files)
}

fn read_key(path: &Path) -> Result<Key> {
    let io = |source| Error::Io { path: path.to_owned(), source };
    if fs::metadata(path).map_err(io)?.permissions().mode() & 0o077 != 0 {
        return Err(Error::Readable(path.to_owned()));
    }
    let text = SecretString::from(fs::read_to_string(path).map_err(io)?);
    let mut key = Box::new([0; 32]);
    hex::decode_to_slice(text.expose_secret().trim(), &mut key[..]).map_err(|_| Error::Malformed(path.to_owned()))?;
    Ok(SecretBox::new(key))
}

/// Makes a key whose name sorts after those made before that second. It is on the disk before anything is encrypted with it.
fn write_key(dir: &Path, second: i64) -> Result<PathBuf> {
    let name = format!("{second:012}-{}", hex::encode(random_bytes::<4>()?));
    let text = SecretString::from(hex::encode(random_bytes::<32>()?));
    let (unfinished, path) = (dir.join(format!("{name}.new")), dir.join(format!("{name}.key")));
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
        file.write_all(text.expose_secret().as_bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, &path)?;
        File::open(dir)?.sync_all()
    };
    write().map_err(|source| Error::Io { path: path.clone(), source })?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> (tempfile::TempDir, Vault) {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::open(dir.path(), &Clock::default()).unwrap();
        (dir, vault)
    }

    fn sealed(vault: &Vault) -> Sealed {
        vault.seal(ServerId::new(), &"API_TOKEN".parse().unwrap(), &"hunter2".into()).unwrap()
    }

    #[test]
    fn a_secret_opens_again_also_after_a_restart_and_a_rotation() {
        let (dir, vault) = vault();
        let old = sealed(&vault);
        assert!(!old.ciphertext.windows(7).any(|w| w == b"hunter2"));
        let later = Clock::default().now().unix_timestamp() + 5;
        write_key(dir.path(), later).unwrap();
        let rotated = Vault::open(dir.path(), &Clock::default()).unwrap();
        let new = sealed(&rotated);
        assert_ne!(new.key_id, old.key_id);
        // Also one that has run since before the key was made.
        for (vault, row) in [(&rotated, &old), (&rotated, &new), (&vault, &new)] {
            assert_eq!(vault.unseal(row).unwrap().expose_secret(), "hunter2");
        }
        assert_eq!(sealed(&vault).key_id, new.key_id);
    }

    #[test]
    fn nothing_is_sealed_with_a_key_that_is_not_on_the_disk() {
        let (dir, vault) = vault();
        let row = sealed(&vault);
        fs::remove_file(dir.path().join(format!("{}.key", row.key_id))).unwrap();
        let again = vault.seal(ServerId::new(), &"API_TOKEN".parse().unwrap(), &"hunter2".into());
        assert!(matches!(again, Err(Error::Gone(_))), "{again:?}");
        assert_eq!(vault.unseal(&row).unwrap().expose_secret(), "hunter2");
        let unknown = Sealed { key_id: "other".to_owned(), ..row };
        assert!(vault.unseal(&unknown).is_err());
    }

    #[test]
    fn a_ciphertext_moved_to_another_row_does_not_open() {
        let (_dir, vault) = vault();
        let row = sealed(&vault);
        for moved in [
            Sealed { server_id: ServerId::new(), ..row.clone() },
            Sealed { id: SecretId::new(), ..row.clone() },
            Sealed { key: "OTHER_TOKEN".parse().unwrap(), ..row.clone() },
            Sealed { ciphertext: row.wrapped_key.clone(), ..row.clone() },
            Sealed { ciphertext: vec![1], ..row.clone() },
        ] {
            assert!(matches!(vault.unseal(&moved), Err(Error::Tampered { .. })));
        }
    }

    #[test]
    fn keys_are_their_owners_alone() {
        let (dir, vault) = vault();
        let path = dir.path().join(format!("{}.key", vault.newest().unwrap().0));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Vault::open(dir.path(), &Clock::default()), Err(Error::Readable(_))));
    }

    #[test]
    fn nothing_of_a_secret_or_key_is_printed() {
        let (dir, vault) = vault();
        let key = fs::read_to_string(dir.path().join(format!("{}.key", vault.newest().unwrap().0))).unwrap();
        assert!(!format!("{vault:?}").contains(&key[..16]));
    }
}
