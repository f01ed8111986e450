//! The two engines behind one type, and the transaction that every statement runs in.

use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use crate::error::{Error, Result};

/// How long a caller waits for a connection, or for SQLite's write lock.
const WAIT: Duration = Duration::from_secs(10);

/// An open database.
#[derive(Clone, Debug)]
pub enum Db {
    /// Writers queue for one connection, in order: SQLite has one write lock, and polling for it starves some.
    Sqlite {
        reads: SqlitePool,
        writes: SqlitePool,
    },
    Postgres(PgPool),
}

/// A transaction. Dropping it rolls back.
#[derive(Debug)]
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Opens `sqlite://PATH` (made if it is not there) or `postgres://…`. Tables are made by [`Db::migrate`].
    pub async fn open(url: &str) -> Result<Self> {
        let open =
            if url.starts_with("postgres") { Self::open_postgres(url).await } else { Self::open_sqlite(url).await };
        open.map_err(|source| Error::Open { url: without_password(url), source })
    }

    async fn open_postgres(url: &str) -> Result<Self, sqlx::Error> {
        let pool = sqlx::postgres::PgPoolOptions::new().max_connections(16).acquire_timeout(WAIT);
        Ok(Self::Postgres(pool.connect(url).await?))
    }

    async fn open_sqlite(url: &str) -> Result<Self, sqlx::Error> {
        let options = url
            .parse::<SqliteConnectOptions>()?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            // What one statement of many rows would undo is kept in memory, not in a file.
            .pragma("temp_store", "MEMORY")
            // Pages of the log that are moved to the file at once, with two waits for the disk: 16 MiB.
            .pragma("wal_autocheckpoint", "4000")
            .busy_timeout(WAIT);
        // A disk that is full has SQLite end a transaction by itself; the connection then takes itself to be in one for
        // good. It is closed, and another opened.
        let pool = || {
            let options = SqlitePoolOptions::new().acquire_timeout(WAIT);
            options.before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        };
        let writes = pool().max_connections(1).connect_with(options.clone()).await?;
        let reads = pool().max_connections(8).connect_with(options).await?;
        Ok(Self::Sqlite { reads, writes })
    }

    /// Brings the tables to this version's. Safe to run again, and beside another node that does the same.
    pub async fn migrate(&self) -> Result<()> {
        match self {
            Self::Sqlite { writes, .. } => sqlx::migrate!("../../../migrations/sqlite").run(writes).await?,
            Self::Postgres(pool) => sqlx::migrate!("../../../migrations/postgres").run(pool).await?,
        }
        Ok(())
    }

    /// A transaction that writes. On SQLite it holds the write lock: never begin a second one inside it.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { writes, .. } => Tx::Sqlite(writes.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// A transaction that only reads.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { reads, .. } => Tx::Sqlite(reads.begin().await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        let mut tx = self.read().await?;
        on_conn!(tx, c => sqlx::query("SELECT 1").execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Waits until no connection is in use, and closes them.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { reads, writes } => {
                reads.close().await;
                writes.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Undoes everything, as dropping it does, and waits for that.
    pub async fn rollback(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await?,
            Self::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }

    /// Makes all transactions that wait under the same name run one after the other, each to its end.
    pub async fn in_turn(&mut self, name: &'static str) -> Result<()> {
        match self {
            Self::Sqlite(_) => {} // a transaction that writes is alone already
            Self::Postgres(tx) => {
                let lock = "SELECT pg_advisory_xact_lock(hashtext($1))";
                sqlx::query(lock).bind(name).execute(&mut **tx).await?;
            }
        }
        Ok(())
    }
}

fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://…@{place}"),
        _ => url.to_owned(),
    }
}

/// Runs `$body` on the connection of a transaction: the same text, compiled once for each engine.
macro_rules! on_conn {
    ($tx:expr, $conn:ident => $body:expr) => {
        match &mut $tx {
            $crate::Tx::Sqlite(tx) => {
                let $conn = &mut **tx;
                $body
            }
            $crate::Tx::Postgres(tx) => {
                let $conn = &mut **tx;
                $body
            }
        }
    };
}
pub(crate) use on_conn;
