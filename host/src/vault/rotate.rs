//! A new key for the platform: made, and every secret sealed anew under it, also while calls run and values are set.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use cloche_domain::Clock;
use cloche_storage::Db;
use cloche_storage::secrets::{self, Sealed};

use super::{Error, Result, Vault, write_key};

/// Secrets that are sealed anew in one transaction: those who set others wait for it.
const AT_ONCE: i64 = 100;
/// After which nobody is left who had begun to set a value before the key was made.
const SETTLED: Duration = Duration::from_secs(1);

/// What a rotation came to.
#[derive(Debug)]
pub struct Rotated {
    /// The key that everything is sealed under now.
    key_id: String,
    resealed: usize,
    /// Secrets that do not open, and stay as they are: why the first of them does not.
    left: Option<Error>,
    /// Keys that nothing is sealed under any more.
    unused: BTreeSet<String>,
}

impl fmt::Display for Rotated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "made the key {}; secrets sealed anew: {}", self.key_id, self.resealed)?;
        if let Some(error) = &self.left {
            write!(f, "\nsome stay as they are, and their keys with them: {error}")?;
        }
        if !self.unused.is_empty() {
            let unused = self.unused.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            write!(f, "\nno longer used: {unused}; remove them from keys/secrets once no backup needs them")?;
        }
        Ok(())
    }
}

/// Makes a key, and seals every secret anew under it: with a new data key each, since both ciphertexts are bound to the
/// key's name. What runs meanwhile finds the key when it needs it.
pub async fn rotate(vault: &Vault, db: &Db, clock: &Clock) -> Result<Rotated> {
    let before = vault.names()?;
    let made = vault.make(clock)?;
    let mut rotated = Rotated { key_id: made, resealed: 0, left: None, unused: before };
    rotated.pass(vault, db).await?;
    loop {
        tokio::time::sleep(SETTLED).await;
        if rotated.pass(vault, db).await? == 0 {
            return Ok(rotated);
        }
    }
}

impl Rotated {
    /// Goes once through the secrets under older keys: how many were sealed anew.
    async fn pass(&mut self, vault: &Vault, db: &Db) -> Result<usize> {
        let (mut after, before) = (None, self.resealed);
        self.left = None;
        loop {
            let mut tx = db.begin().await?;
            let rows = secrets::not_under(&mut tx, &self.key_id, after, AT_ONCE).await?;
            let Some(last) = rows.last() else { return Ok(self.resealed - before) };
            after = Some(last.id);
            // Another rotation may have made a newer key meanwhile: what is under that stays.
            for row in rows.iter().filter(|row| row.key_id < self.key_id) {
                match sealed_anew(vault, row) {
                    Ok(new) => self.resealed += usize::from(secrets::reseal(&mut tx, row.id, &new).await?),
                    Err(error) => {
                        self.unused.remove(&row.key_id);
                        self.left.get_or_insert(error);
                    }
                }
            }
            tx.commit().await?;
        }
    }
}

fn sealed_anew(vault: &Vault, row: &Sealed) -> Result<Sealed> {
    vault.seal(row.server_id, &row.key, &vault.unseal(row)?)
}

impl Vault {
    fn names(&self) -> Result<BTreeSet<String>> {
        Ok(super::key_files(&self.dir)?.into_keys().collect())
    }

    /// A key that is newer than all others.
    fn make(&self, clock: &Clock) -> Result<String> {
        let (newest, _) = self.newest()?;
        let last = newest.split('-').next().and_then(|second| second.parse::<i64>().ok()).unwrap_or_default();
        let path = write_key(&self.dir, clock.now().unix_timestamp().max(last.saturating_add(1)))?;
        let made = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match self.newest()? {
            (now, _) if now >= made => Ok(made),
            (newest, _) => Err(Error::FromTheFuture { newest }),
        }
    }
}
