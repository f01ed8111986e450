//! The keys that sign attestations: Ed25519, one file each in `keys/attestation`. The last by name signs; all of them are
//! published, since what they have signed is to be verified for as long as it is kept.

use std::fmt;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloche_domain::Sha256;
use serde::{Deserialize, Serialize};

/// The first key's file. A successor is any file after it by name, made with `openssl genpkey -algorithm ed25519`.
const FIRST: &str = "0001.pkcs8";

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("attestation keys in {path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("attestation key {path} is no Ed25519 key in PKCS #8 form: restore it from the backup")]
    Damaged { path: PathBuf },
    #[error("an attestation key cannot be made: the system gives no random bytes")]
    NoRandomness,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The key that signs.
pub struct Signer {
    dir: PathBuf,
    pair: Ed25519KeyPair,
    id: String,
}

/// A public half, as a JSON Web Key (RFC 8037 §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    kty: String,
    crv: String,
    /// Base64url of the 32 bytes.
    x: String,
    /// RFC 7638 thumbprint.
    kid: String,
}

/// The public halves that are trusted (RFC 7517 §5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeys {
    keys: Vec<PublicKey>,
}

impl Signer {
    /// Reads the newest key of a directory; makes both where there is none.
    pub fn open(dir: &Path) -> Result<Self> {
        let at = |path: &Path| {
            let path = path.to_owned();
            |source| Error::Io { path, source }
        };
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(at(dir))?;
        if files(dir)?.is_empty() {
            let first = dir.join(FIRST);
            make(dir, &first).map_err(|error| error.unwrap_or_else(at(&first)))?;
        }
        let newest = files(dir)?.pop().ok_or(Error::NoRandomness)?;
        let pair = read(&newest)?;
        Ok(Self { dir: dir.to_owned(), id: PublicKey::of(&pair).kid, pair })
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }

    pub fn key_id(&self) -> &str {
        &self.id
    }

    /// The public halves of all keys in the directory, as it is now.
    pub fn public(&self) -> Result<PublicKeys> {
        PublicKeys::of(&self.dir)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("id", &self.id).finish_non_exhaustive()
    }
}

impl PublicKeys {
    /// The public halves of all keys in a directory.
    pub fn of(dir: &Path) -> Result<Self> {
        let keys = files(dir)?.into_iter().map(|path| read(&path).map(|pair| PublicKey::of(&pair)));
        Ok(Self { keys: keys.collect::<Result<_>>()? })
    }

    pub fn get(&self, id: &str) -> Option<&PublicKey> {
        // A key whose name is not its own thumbprint is no key that anyone published.
        self.keys.iter().find(|key| key.kid == id && key.kid == thumbprint(&key.x))
    }
}

impl PublicKey {
    fn of(pair: &Ed25519KeyPair) -> Self {
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        Self { kty: "OKP".to_owned(), crv: "Ed25519".to_owned(), kid: thumbprint(&x), x }
    }

    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(&self.x) else { return false };
        UnparsedPublicKey::new(&ED25519, bytes).verify(message, signature).is_ok()
    }
}

/// RFC 7638 §3: of the required members alone, in this order.
fn thumbprint(x: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::of(members).as_bytes())
}

/// The key files of a directory, by name.
fn files(dir: &Path) -> Result<Vec<PathBuf>> {
    let io = |source| Error::Io { path: dir.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.extension().is_some_and(|extension| extension == "pkcs8") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Makes a first key. Where another process of this platform does so too, the first one's is kept.
fn make(dir: &Path, path: &Path) -> Result<(), Result<Error, io::Error>> {
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| Ok(Error::NoRandomness))?;
    let unfinished = dir.join(format!("{FIRST}.{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished).map_err(Err)?;
    let written = file.write_all(pkcs8.as_ref()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| match std::fs::hard_link(&unfinished, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let _ = std::fs::remove_file(&unfinished);
    linked.map_err(Err)
}

fn read(path: &Path) -> Result<Ed25519KeyPair> {
    let pkcs8 = std::fs::read(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|_| Error::Damaged { path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_thumbprint_is_that_of_the_standard() {
        // RFC 8037, appendix A.3.
        let thumbprint = thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(thumbprint, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_key_stays_is_its_owners_alone_and_stays_known_after_its_successor() {
        let dir = tempfile::tempdir().unwrap();
        let first = Signer::open(dir.path()).unwrap();
        assert_eq!(Signer::open(dir.path()).unwrap().key_id(), first.key_id());
        let file = dir.path().join(FIRST);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);

        let next = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        std::fs::write(dir.path().join("0002.pkcs8"), next.as_ref()).unwrap();
        let second = Signer::open(dir.path()).unwrap();
        assert_ne!(second.key_id(), first.key_id());
        let keys = second.public().unwrap();
        assert!(keys.get(first.key_id()).unwrap().verifies(b"m", &first.sign(b"m")));
        assert!(!keys.get(second.key_id()).unwrap().verifies(b"m", &first.sign(b"m")));
    }

    #[test]
    fn a_damaged_key_is_named() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FIRST), "no key").unwrap();
        assert!(Signer::open(dir.path()).unwrap_err().to_string().contains(FIRST));
    }
}
