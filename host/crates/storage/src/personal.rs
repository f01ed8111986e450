//! What the platform holds about one person, for a file of it: each kind page by page, as JSON.
//!
//! Of an organisation's things, only those of organisations that they belong to now: leaving ends the right to see them.

mod kinds;

use cloche_domain::{Email, UserId};
use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use time::OffsetDateTime;
use time::serde::rfc3339;

use crate::{Result, Tx};

pub use kinds::Kind;

/// An account.
#[derive(Clone, Debug, Serialize, FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    pub id: UserId,
    pub email: Email,
    pub name: String,
    #[serde(with = "rfc3339")]
    pub created_at: OffsetDateTime,
}

/// The account itself.
pub async fn account(tx: &mut Tx, user: UserId) -> Result<Option<Account>> {
    const SQL: &str = "SELECT id, email, name, created_at FROM users WHERE id = $1";
    Ok(on_conn!(*tx, c => sqlx::query_as(SQL).bind(user).fetch_optional(c).await)?)
}

/// Some things of one kind, in their order.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub rows: Vec<Value>,
    /// The last one's key: the next page begins after it.
    pub last: Option<String>,
}

#[derive(FromRow)]
struct Keyed<T> {
    key: String,
    #[sqlx(flatten)]
    row: T,
}

async fn page<T>(tx: &mut Tx, sql: &'static str, user: UserId, after: &str) -> Result<Page>
where
    T: Serialize + Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
{
    let found: Vec<Keyed<T>> = on_conn!(*tx, c => sqlx::query_as(sql).bind(user).bind(after).fetch_all(c).await)?;
    let last = found.last().map(|keyed| keyed.key.clone());
    let rows = found.into_iter().map(|keyed| serde_json::to_value(keyed.row)).collect::<Result<_, _>>();
    Ok(Page { rows: rows.map_err(|error| sqlx::Error::Decode(error.into()))?, last })
}
