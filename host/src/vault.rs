//! Secrets at rest: AES-256-GCM under a data key of each secret's own, which the platform's key wraps.
//!
//! Both ciphertexts are bound to their row (server, key, row id), so that one moved to another row doesn't open. The
//! platform's keys are files in `keys/secrets`: the newest, by name, encrypts; all decrypt.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use cloche_domain::{Clock, SecretId, SecretKey, ServerId};
use cloche_storage::Tx;
use cloche_storage::secrets::{self, Sealed};
use secrecy::{ExposeSecret as _, SecretBox, SecretString};

use crate::token::{NoRandomness, random_bytes};

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
    newest: String,
    keys: BTreeMap<String, SecretBox<[u8; 32]>>,
}

impl Vault {
    /// Reads the keys in a directory; makes the first one if there is none.
    pub fn open(dir: &Path, clock: &Clock) -> Result<Self> {
        let io = |source| Error::Io { path: dir.to_owned(), source };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(io)?;
        let mut keys = BTreeMap::new();
        for entry in fs::read_dir(dir).map_err(io)? {
            let path = entry.map_err(io)?.path();
            if path.extension().is_some_and(|e| e == "key") {
                keys.insert(name_of(&path), read_key(&path)?);
            }
        }
        if keys.is_empty() {
            let made = write_key(dir, clock)?;
            keys.insert(name_of(&made), read_key(&made)?);
        }
        let newest = keys.last_key_value().map(|(name, _)| name.clone()).unwrap_or_default();
        Ok(Self { newest, keys })
    }

    /// Encrypts a value for a new row.
    pub fn seal(&self, server: ServerId, key: &SecretKey, value: &SecretString) -> Result<Sealed> {
        let mut sealed = Sealed {
            id: SecretId::new(),
            server_id: server,
            key: key.clone(),
            key_id: self.newest.clone(),
            wrapped_key: Vec::new(),
            ciphertext: Vec::new(),
        };
        let data_key = SecretBox::new(Box::new(random_bytes::<32>()?));
        sealed.wrapped_key = encrypt(self.key(&sealed)?, &sealed, data_key.expose_secret())?;
        sealed.ciphertext = encrypt(&data_key, &sealed, value.expose_secret().as_bytes())?;
        Ok(sealed)
    }

    /// Decrypts a row.
    pub fn unseal(&self, sealed: &Sealed) -> Result<SecretString> {
        let tampered = || tampered(sealed);
        let data_key: [u8; 32] =
            decrypt(self.key(sealed)?, sealed, &sealed.wrapped_key)?.try_into().map_err(|_| tampered())?;
        let value = decrypt(&SecretBox::new(Box::new(data_key)), sealed, &sealed.ciphertext)?;
        Ok(String::from_utf8(value).map_err(|_| tampered())?.into())
    }

    /// The secrets of a server, open.
    pub async fn open_all(&self, tx: &mut Tx, server: ServerId) -> Result<Vec<(SecretKey, SecretString)>> {
        let rows = secrets::of_server(tx, server).await?;
        rows.iter().map(|sealed| Ok((sealed.key.clone(), self.unseal(sealed)?))).collect()
    }

    fn key(&self, sealed: &Sealed) -> Result<&SecretBox<[u8; 32]>> {
        self.keys.get(&sealed.key_id).ok_or_else(|| Error::NoKey {
            key: sealed.key.clone(),
            server: sealed.server_id,
            key_id: sealed.key_id.clone(),
        })
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
fn encrypt(key: &SecretBox<[u8; 32]>, bound_to: &Sealed, plain: &[u8]) -> Result<Vec<u8>> {
    let nonce = random_bytes::<NONCE>()?;
    let aad = binding(bound_to);
    let payload = Payload { msg: plain, aad: aad.as_bytes() };
    let sealed = Aes256Gcm::new(key.expose_secret().into())
        .encrypt(Nonce::from_slice(&nonce), payload)
        .map_err(|_| tampered(bound_to))?;
    Ok([&nonce[..], &sealed].concat())
}

fn decrypt(key: &SecretBox<[u8; 32]>, bound_to: &Sealed, sealed: &[u8]) -> Result<Vec<u8>> {
    let (nonce, text) = sealed.split_at_checked(NONCE).ok_or_else(|| tampered(bound_to))?;
    let aad = binding(bound_to);
    let payload = Payload { msg: text, aad: aad.as_bytes() };
    Aes256Gcm::new(key.expose_secret().into())
        .decrypt(Nonce::from_slice(nonce), payload)
        .map_err(|_| tampered(bound_to))
}

fn name_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn read_key(path: &Path) -> Result<SecretBox<[u8; 32]>> {
    let io = |source| Error::Io { path: path.to_owned(), source };
    if fs::metadata(path).map_err(io)?.permissions().mode() & 0o077 != 0 {
        return Err(Error::Readable(path.to_owned()));
    }
    let text = SecretString::from(fs::read_to_string(path).map_err(io)?);
    let mut key = Box::new([0; 32]);
    hex::decode_to_slice(text.expose_secret().trim(), &mut key[..]).map_err(|_| Error::Malformed(path.to_owned()))?;
    Ok(SecretBox::new(key))
}

/// Makes a key whose name sorts after those made before it. It is on the disk before anything is encrypted with it.
fn write_key(dir: &Path, clock: &Clock) -> Result<PathBuf> {
    let name = format!("{:012}-{}", clock.now().unix_timestamp(), hex::encode(random_bytes::<4>()?));
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
        let clock = Clock::default();
        clock.advance(time::Duration::seconds(5));
        write_key(dir.path(), &clock).unwrap();
        let rotated = Vault::open(dir.path(), &clock).unwrap();
        let new = sealed(&rotated);
        assert_ne!(new.key_id, old.key_id);
        for row in [&old, &new] {
            assert_eq!(rotated.unseal(row).unwrap().expose_secret(), "hunter2");
        }
        assert!(matches!(vault.unseal(&new), Err(Error::NoKey { .. })));
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
        let path = dir.path().join(format!("{}.key", vault.newest));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Vault::open(dir.path(), &Clock::default()), Err(Error::Readable(_))));
    }

    #[test]
    fn nothing_of_a_secret_or_key_is_printed() {
        let (dir, vault) = vault();
        let key = fs::read_to_string(dir.path().join(format!("{}.key", vault.newest))).unwrap();
        assert!(!format!("{vault:?}").contains(&key[..16]));
    }
}
