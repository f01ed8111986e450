//! What is changed in the database by others than this process, told as it is committed.

use sqlx::postgres::PgListener;
use sqlx::{Connection as _, SqlitePool};

use crate::{Db, Result};

/// The channel on which all nodes hear what is changed (migration 0012).
const CHANGES: &str = "changes";

/// How it is known.
#[derive(Debug)]
pub enum Changes {
    /// Postgres tells.
    Told(Listener),
    /// A file has one node, but `cloche admin` may write to it beside that: who looks, sees that somebody did.
    Seen(Watch),
}

/// What Postgres tells, in the order in which it was committed.
#[derive(Debug)]
pub struct Listener {
    listener: PgListener,
    own: String,
}

/// One thing that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// What was changed and its id, like `server srv_…`.
    Change(String),
    /// What was said by [`Db::say`] on the listener's own channel.
    Own(String),
    /// The connection was lost for a moment, and with it whatever was told in it.
    Unknown,
}

/// Looks whether another process has written to a file.
#[derive(Debug)]
pub struct Watch {
    writes: SqlitePool,
    version: Option<i64>,
}

impl Db {
    /// Listens from now on, on Postgres on a channel of its own besides.
    pub async fn changes(&self, own: &str) -> Result<Changes> {
        match self {
            Self::Sqlite { writes, .. } => Ok(Changes::Seen(Watch { writes: writes.clone(), version: None })),
            Self::Postgres(pool) => {
                let mut listener = PgListener::connect_with(pool).await?;
                listener.listen_all([CHANGES, own]).await?;
                Ok(Changes::Told(Listener { listener, own: own.to_owned() }))
            }
        }
    }

    /// Says something on a channel, after all that was committed before.
    pub async fn say(&self, channel: &str, text: &str) -> Result<()> {
        if let Self::Postgres(pool) = self {
            sqlx::query("SELECT pg_notify($1, $2)").bind(channel).bind(text).execute(pool).await?;
        }
        Ok(())
    }
}

impl Listener {
    /// The next.
    pub async fn next(&mut self) -> Result<Told> {
        Ok(match self.listener.try_recv().await? {
            None => Told::Unknown,
            Some(told) if told.channel() == self.own => Told::Own(told.payload().to_owned()),
            Some(told) => Told::Change(told.payload().to_owned()),
        })
    }
}

impl Watch {
    /// Whether another process may have written since this was last asked. SQLite counts for each connection what others
    /// write, so it is the one that this process writes with that is asked; one that was opened since knows of nothing
    /// before, and is marked as soon as it is known.
    pub async fn has_changed(&mut self) -> Result<bool> {
        let mut writes = self.writes.acquire().await?;
        let mut asked = writes.begin().await?;
        let known: i64 = sqlx::query_scalar("PRAGMA temp.user_version").fetch_one(&mut *asked).await?;
        if known == 0 {
            sqlx::query("PRAGMA temp.user_version = 1").execute(&mut *asked).await?;
        }
        let version: i64 = sqlx::query_scalar("PRAGMA data_version").fetch_one(&mut *asked).await?;
        asked.commit().await?;
        let before = self.version.replace(version);
        Ok(known == 0 || before != Some(version))
    }
}
