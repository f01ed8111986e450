//! What can go wrong in a repository.

/// A failed statement, or a row that is not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A name that must be unique is taken.
    #[error("{0} is taken")]
    Taken(&'static str),
    /// The database cannot be opened.
    #[error("cannot open the database at {url}: {source}")]
    Open { url: String, source: sqlx::Error },
    #[error("cannot bring the database to this version's tables: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Whether an error comes of a row that refers to one which is gone: it was deleted while this was being written.
pub fn is_orphan(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source())
        .filter_map(|error| error.downcast_ref::<sqlx::Error>()?.as_database_error())
        .any(sqlx::error::DatabaseError::is_foreign_key_violation)
}

/// Whether an error comes of a disk that is full: the database's, or one that files are written to.
pub fn is_disk_full(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(|error| {
        let file = error.downcast_ref::<std::io::Error>();
        let database = error.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
        // SQLITE_FULL; Postgres's disk_full.
        file.is_some_and(|file| file.kind() == std::io::ErrorKind::StorageFull)
            || database.and_then(sqlx::error::DatabaseError::code).is_some_and(|code| matches!(&*code, "13" | "53100"))
    })
}
