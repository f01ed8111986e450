//! How the database answers: the plan of each statement that the platform asks it, as the platform's own log gives them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::time::Duration;

use anyhow::ensure;
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _, SqliteConnection};

use crate::load::{self, Request};
use crate::platform::Platform;
use crate::tenant::{Server, Tenant};

/// For what the platform does by itself after a start.
const AFTER_START: Duration = Duration::from_secs(3);
/// Characters of a statement that are shown.
const SHOWN: usize = 160;

/// What the plans say.
pub(crate) struct Plans {
    /// Different statements that were asked.
    pub(crate) statements: usize,
    /// Those that go through the whole of a table with more than a thousand rows, and that table.
    pub(crate) scans: BTreeSet<(String, String)>,
}

/// Starts the platform anew with its statements logged, has it answer calls and every `GET` of its API, and asks the
/// database for the plan of each statement.
pub(crate) async fn of(
    platform: &mut Platform,
    config: &str,
    tenant: &Tenant,
    server: &Server,
    call: &Request,
) -> anyhow::Result<Plans> {
    platform.stop()?;
    platform.configure(&format!("{config}[log]\nformat = \"json\"\nfilter = \"warn,sqlx::query=debug\"\n"))?;
    platform.resume()?;
    load::send(call, 1, Duration::from_secs(1)).await?;
    let document = tenant.get("/v1/openapi.json").await?;
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        if item.get("get").is_some() && !path.contains("/stream") {
            tenant.ask(&filled(path, server)).await?;
        }
    }
    tokio::time::sleep(AFTER_START).await;
    platform.stop()?;
    let mut db = SqliteConnectOptions::new().filename(platform.data().join("cloche.db")).connect().await?;
    let tables = large(&mut db).await?;
    let statements = asked(&platform.log())?;
    ensure!(statements.len() > 20, "only {} statements were logged", statements.len());
    let mut scans = BTreeSet::new();
    for statement in &statements {
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"))).fetch_all(&mut db).await?;
        for row in plan {
            let detail: String = row.try_get("detail")?;
            let Some(scanned) = detail.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next()) else { continue };
            if let Some(table) = tables.iter().find(|table| **table == scanned || is_called(statement, table, scanned))
            {
                scans.insert((table.clone(), statement.chars().take(SHOWN).collect()));
            }
        }
    }
    Ok(Plans { statements: statements.len(), scans })
}

/// A path with the server's id in all its places: what else is asked for is looked for, and not there.
fn filled(path: &str, server: &Server) -> String {
    let mut parts = path.split(['{', '}']);
    let mut filled = parts.next().unwrap_or_default().to_owned();
    while let (Some(_), Some(then)) = (parts.next(), parts.next()) {
        filled += &server.id;
        filled += then;
    }
    filled
}

/// Tables with more than a thousand rows.
async fn large(db: &mut SqliteConnection) -> anyhow::Result<BTreeSet<String>> {
    let names: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table'").fetch_all(&mut *db).await?;
    let mut rows = BTreeMap::new();
    for name in names {
        let count = AssertSqlSafe(format!("SELECT count(*) FROM \"{name}\""));
        rows.insert(name, sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *db).await?);
    }
    Ok(rows.into_iter().filter(|(_, rows)| *rows > 1_000).map(|(name, _)| name).collect())
}

/// The different statements in a log, each in one line.
fn asked(log: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut statements = BTreeSet::new();
    for line in BufReader::new(File::open(log)?).lines() {
        let Ok(line) = serde_json::from_str::<Value>(&line?) else { continue };
        let field = |name: &str| line["fields"][name].as_str().map(str::trim).filter(|text| !text.is_empty());
        let Some(text) = field("db.statement").or_else(|| field("summary")) else { continue };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|verb| text.starts_with(verb)) {
            statements.insert(text);
        }
    }
    Ok(statements)
}

/// Whether a statement has a short name for a table.
fn is_called(statement: &str, table: &str, short: &str) -> bool {
    let mut words = statement.split([' ', ',', '(', ')']).filter(|word| !word.is_empty() && *word != "AS").peekable();
    while let Some(word) = words.next() {
        if word == table && words.peek() == Some(&short) {
            return true;
        }
    }
    false
}
