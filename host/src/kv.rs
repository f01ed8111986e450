//! The key-value store that a server's tools see, over the database.

use async_trait::async_trait;
use cloche_domain::{Clock, ServerId};
use cloche_sandbox::{Axis, Bound, Kv, KvError};
use cloche_storage::kv::{self, Quota, Set};
use cloche_storage::{Db, Tx};

/// As `wit/tool.wit` promises: 1 MiB and 1,000 keys in all.
const QUOTA: Quota = Quota { keys: 1000, bytes: 1024 * 1024 };

/// The store of one server.
#[derive(Clone, Debug)]
pub struct ServerKv {
    pub db: Db,
    pub clock: Clock,
    pub server: ServerId,
}

#[async_trait]
impl Kv for ServerKv {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, KvError> {
        if !can_be_held(key) {
            return Ok(None);
        }
        let mut tx = self.read().await?;
        kv::get(&mut tx, self.server, key).await.map_err(|e| unavailable(&e))
    }

    async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), KvError> {
        if !can_be_held(key) {
            return Err(KvError::Invalid("a key may not contain a NUL character: leave it out".into()));
        }
        let mut tx = self.write().await?;
        let set = kv::set(&mut tx, (self.server, key), &value, QUOTA, self.clock.now()).await;
        let (axis, limit, used) = match set.map_err(|e| unavailable(&e))? {
            Set::Done => return tx.commit().await.map_err(|e| unavailable(&e)),
            Set::TooManyKeys(keys) => (Axis::KvKeys, QUOTA.keys, keys),
            Set::TooManyBytes(bytes) => (Axis::KvBytes, QUOTA.bytes, bytes),
        };
        let [limit, used] = [limit, used].map(i64::unsigned_abs);
        Err(KvError::Full(Bound::new(axis, limit, used)))
    }

    async fn delete(&self, key: &str) -> Result<(), KvError> {
        if !can_be_held(key) {
            return Ok(());
        }
        let mut tx = self.write().await?;
        kv::delete(&mut tx, self.server, key).await.map_err(|e| unavailable(&e))?;
        tx.commit().await.map_err(|e| unavailable(&e))
    }

    async fn list(&self, prefix: &str, limit: u32) -> Result<Vec<String>, KvError> {
        if !can_be_held(prefix) {
            return Ok(Vec::new());
        }
        let mut tx = self.read().await?;
        kv::list(&mut tx, self.server, prefix, limit).await.map_err(|e| unavailable(&e))
    }
}

impl ServerKv {
    async fn read(&self) -> Result<Tx, KvError> {
        self.db.read().await.map_err(|e| unavailable(&e))
    }

    async fn write(&self) -> Result<Tx, KvError> {
        self.db.begin().await.map_err(|e| unavailable(&e))
    }
}

/// Postgres has no text with a NUL character; there is no such key on SQLite either, then.
fn can_be_held(key: &str) -> bool {
    !key.contains('\0')
}

/// The inside of the failure is for the operator, not for the guest.
fn unavailable(error: &cloche_storage::Error) -> KvError {
    tracing::error!(%error, "a server's store failed");
    KvError::Unavailable("the store does not answer: try again in a moment".into())
}
