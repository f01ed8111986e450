//! How a database reads what it is asked.

use cloche_storage::{Db, Tx};
use sqlx::{AssertSqlSafe, Row as _};

/// The plan of a statement that has no parameters, a step a line.
pub async fn of(db: &Db, sql: &str) -> String {
    match &mut db.read().await.unwrap() {
        Tx::Sqlite(tx) => {
            let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(&mut **tx).await;
            rows.unwrap().iter().map(|row| row.get::<String, _>("detail") + "\n").collect()
        }
        Tx::Postgres(tx) => {
            let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN {sql}"))).fetch_all(&mut **tx).await;
            rows.unwrap().iter().map(|row| row.get::<String, _>(0) + "\n").collect()
        }
    }
}
