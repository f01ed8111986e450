//! What is changed in the database, by this node or another, told as it is committed (migration 0012). On Postgres only: a
//! file has one node.

use sqlx::postgres::PgListener;

use crate::{Db, Result};

/// The changes from one moment on.
#[derive(Debug)]
pub struct Changes(PgListener);

impl Db {
    /// Listens from now on. `None` where there are no other nodes.
    pub async fn changes(&self) -> Result<Option<Changes>> {
        let Self::Postgres(pool) = self else { return Ok(None) };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen("changes").await?;
        Ok(Some(Changes(listener)))
    }
}

impl Changes {
    /// The next: what it is of and its id, like `server srv_…`. `None` where the connection was lost for a moment, and
    /// with it whatever was told in it.
    pub async fn next(&mut self) -> Result<Option<String>> {
        Ok(self.0.try_recv().await?.map(|told| told.payload().to_owned()))
    }
}
