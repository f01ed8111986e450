//! The keys that sign access tokens and consent forms: ES256, one file each in `keys/oauth`. The newest signs; older ones
//! verify what they have signed for another day, and are then removed.

use std::fmt;
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::{Duration, OffsetDateTime};

/// How long a key verifies after its successor was made: longer than anything signed lives.
const OVERLAP: Duration = Duration::DAY;

/// Why there is no key to sign with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("signing keys in {path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("signing key {path} is damaged ({reason}): remove it; what it has signed ends with it")]
    Damaged { path: PathBuf, reason: String },
    #[error("a signing key cannot be made: the system gives no random bytes")]
    NoRandomness,
    #[error("cannot sign: {0}")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// All keys in use.
pub struct Keys {
    dir: PathBuf,
    rotate_every: Duration,
    /// Newest first; never empty.
    ring: RwLock<Vec<Arc<Key>>>,
}

struct Key {
    made_at: OffsetDateTime,
    path: PathBuf,
    signing: EncodingKey,
    verifying: DecodingKey,
    public: Jwk,
    /// RFC 7638 thumbprint.
    kid: String,
}

impl Keys {
    /// Reads the keys in a directory (made, and given a first key, where there is none).
    pub fn open(dir: &Path, rotate_every: Duration, now: OffsetDateTime) -> Result<Self, Error> {
        let io = |source| Error::Io { path: dir.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(io)?;
        let mut ring = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(io)? {
            let path = entry.map_err(io)?.path();
            if let Some(made_at) = made_at(&path) {
                ring.push(Arc::new(Key::read(path, made_at)?));
            }
        }
        ring.sort_by_key(|key| std::cmp::Reverse(key.made_at));
        let keys = Self { dir: dir.to_owned(), rotate_every, ring: RwLock::new(ring) };
        keys.signer(now)?;
        Ok(keys)
    }

    /// Signs claims. `kind` is the header's `typ`: what is signed as one kind does not verify as another.
    pub fn sign(&self, kind: &str, claims: &impl Serialize, now: OffsetDateTime) -> Result<String, Error> {
        let key = self.signer(now)?;
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(kind.to_owned());
        header.kid = Some(key.kid.clone());
        Ok(encode(&header, claims, &key.signing)?)
    }

    /// The claims of a text that one of our keys signed as this kind; whom it is for and until when, the caller checks.
    pub fn verify<T: DeserializeOwned>(&self, kind: &str, text: &str) -> Option<T> {
        let header = decode_header(text).ok()?;
        let named = header.kid?;
        let key = self.ring().iter().find(|key| key.kid == named).cloned()?;
        if header.typ.as_deref() != Some(kind) {
            return None;
        }
        let mut rules = Validation::new(Algorithm::ES256);
        rules.validate_exp = false;
        rules.validate_aud = false;
        rules.required_spec_claims.clear();
        decode(text, &key.verifying, &rules).ok().map(|data| data.claims)
    }

    /// The public halves (RFC 7517).
    pub fn public(&self) -> JwkSet {
        JwkSet { keys: self.ring().iter().map(|key| key.public.clone()).collect() }
    }

    /// Makes a new key to sign with, and removes those that nothing depends on any more.
    pub fn rotate(&self, now: OffsetDateTime) -> Result<(), Error> {
        let new = Arc::new(Key::make(&self.dir, now)?);
        tracing::info!(kid = new.kid, "made a signing key");
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        let mut successor = new.made_at;
        ring.insert(0, new);
        ring.retain(|key| {
            let needed = successor + OVERLAP > now;
            successor = key.made_at;
            if !needed && let Err(error) = std::fs::remove_file(&key.path) {
                tracing::warn!(%error, path = %key.path.display(), "cannot remove a signing key that is no longer used");
            }
            needed
        });
        Ok(())
    }

    fn signer(&self, now: OffsetDateTime) -> Result<Arc<Key>, Error> {
        match self.ring().first() {
            Some(newest) if newest.made_at + self.rotate_every > now => return Ok(newest.clone()),
            _ => {}
        }
        self.rotate(now)?;
        self.ring().first().cloned().ok_or(Error::NoRandomness)
    }

    fn ring(&self) -> std::sync::RwLockReadGuard<'_, Vec<Arc<Key>>> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kids: Vec<_> = self.ring().iter().map(|key| key.kid.clone()).collect();
        f.debug_struct("Keys").field("dir", &self.dir).field("kids", &kids).finish_non_exhaustive()
    }
}

impl Key {
    fn make(dir: &Path, now: OffsetDateTime) -> Result<Self, Error> {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(|_| Error::NoRandomness)?;
        let path = dir.join(format!("{FILE}{}{SUFFIX}", now.unix_timestamp_nanos() / 1_000));
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(pkcs8.as_ref()).and_then(|()| file.sync_all()));
        match written {
            Ok(()) => Self::parse(path, now, pkcs8.as_ref()),
            Err(source) => Err(Error::Io { path, source }),
        }
    }

    fn read(path: PathBuf, made_at: OffsetDateTime) -> Result<Self, Error> {
        match std::fs::read(&path) {
            Ok(pkcs8) => Self::parse(path, made_at, &pkcs8),
            Err(source) => Err(Error::Io { path, source }),
        }
    }

    fn parse(path: PathBuf, made_at: OffsetDateTime, pkcs8: &[u8]) -> Result<Self, Error> {
        let signing = EncodingKey::from_ec_der(pkcs8);
        let parts = Jwk::from_encoding_key(&signing, Algorithm::ES256).and_then(|mut public| {
            let kid = public.thumbprint(ThumbprintHash::SHA256)?;
            public.common.key_id = Some(kid.clone());
            public.common.public_key_use = Some(PublicKeyUse::Signature);
            let verifying = DecodingKey::from_jwk(&public)?;
            Ok((public, kid, verifying))
        });
        match parts {
            Ok((public, kid, verifying)) => Ok(Self { made_at, path, signing, verifying, public, kid }),
            Err(error) => Err(Error::Damaged { path, reason: error.to_string() }),
        }
    }
}

const FILE: &str = "sign-";
const SUFFIX: &str = ".pkcs8";

/// When a key was made, in microseconds since 1970, is in its file's name.
fn made_at(path: &Path) -> Option<OffsetDateTime> {
    let name = path.file_name()?.to_str()?;
    let micros: i128 = name.strip_prefix(FILE)?.strip_suffix(SUFFIX)?.parse().ok()?;
    OffsetDateTime::from_unix_timestamp_nanos(micros * 1_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cloche_domain::Clock;
    use serde_json::{Value, json};
    use std::os::unix::fs::PermissionsExt as _;

    const YEAR: Duration = Duration::days(365);

    #[test]
    fn a_key_outlives_its_process_and_is_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let now = Clock::default().now();
        let text = Keys::open(dir.path(), YEAR, now).unwrap().sign("at+jwt", &json!({"a": 1}), now).unwrap();
        let again = Keys::open(dir.path(), YEAR, now).unwrap();
        assert_eq!(again.verify::<Value>("at+jwt", &text).unwrap()["a"], 1);
        let file = std::fs::read_dir(dir.path()).unwrap().next().unwrap().unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn another_kind_another_key_or_no_signature_does_not_verify() {
        let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let now = Clock::default().now();
        let ours = Keys::open(ours.path(), YEAR, now).unwrap();
        let theirs = Keys::open(theirs.path(), YEAR, now).unwrap();
        let text = ours.sign("at+jwt", &json!({}), now).unwrap();
        assert!(ours.verify::<Value>("at+jwt", &text).is_some());
        assert!(ours.verify::<Value>("consent+jwt", &text).is_none());
        assert!(theirs.verify::<Value>("at+jwt", &text).is_none());
        let (signed, _) = text.rsplit_once('.').unwrap();
        assert!(ours.verify::<Value>("at+jwt", &format!("{signed}.")).is_none());
    }

    #[test]
    fn a_new_key_takes_over_and_the_old_one_ends_a_day_later() {
        let dir = tempfile::tempdir().unwrap();
        let now = Clock::default().now();
        let keys = Keys::open(dir.path(), Duration::days(90), now).unwrap();
        let old = keys.sign("at+jwt", &json!({}), now).unwrap();
        let later = now + Duration::days(91);
        let new = keys.sign("at+jwt", &json!({}), later).unwrap();
        assert_eq!(keys.public().keys.len(), 2);
        assert!(keys.verify::<Value>("at+jwt", &old).is_some());
        keys.rotate(later + Duration::days(2)).unwrap();
        assert!(keys.verify::<Value>("at+jwt", &old).is_none());
        assert!(keys.verify::<Value>("at+jwt", &new).is_some());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
    }
}
