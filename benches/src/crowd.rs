//! Many servers and tenants, made in the database of a platform that is stopped: copies of one that was built.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use aws_lc_rs::hmac;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, SqliteConnection};

use crate::tenant::Server;

/// What to make.
#[derive(Clone, Copy)]
pub(crate) enum Crowd {
    /// Servers of the tenant's own, all of one component.
    Servers(usize),
    /// Servers of the tenant's own, each of a component of its own, which this host has compiled.
    Components(usize),
    /// Tenants, each with one server.
    Tenants(usize),
}

/// A column and what it holds in the copy `i`.
type Changed<'a> = (&'a str, &'a str);

const NUMBERED: &str = "substr({}, 1, length({}) - 6) || printf('%06d', i + {from})";
/// Where the numbers of tenants begin: their servers lie beside copies of the one server.
const TENANTS_FROM: &str = "500000";

impl Crowd {
    /// Adds it to the database in `data`. The copies of a server have its slug, a dash and a number of six digits.
    pub(crate) async fn join(self, data: &Path, of: &Server) -> anyhow::Result<()> {
        let database = data.join("cloche.db");
        ensure!(database.exists(), "no database at {}", database.display());
        let mut db = SqliteConnectOptions::new().filename(database).connect().await?;
        let from = if matches!(self, Self::Tenants(_)) { TENANTS_FROM } else { "0" };
        let id = |column: &str| NUMBERED.replace("{from}", from).replace("{}", column);
        let (own, version, server, user, org) =
            (id("id"), id("active_version_id"), id("server_id"), id("user_id"), id("org_id"));
        let this = format!("id = '{}'", of.id);
        let its = format!("server_id = '{}'", of.id);
        let whose = format!("= (SELECT org_id FROM servers WHERE {this})");
        match self {
            Self::Servers(count) | Self::Components(count) => {
                let slug = ("slug", "slug || '-' || printf('%06d', i)");
                copy(&mut db, "servers", count, &this, &[("id", &own), slug, ("active_version_id", &version)]).await?;
                let digest = if matches!(self, Self::Components(_)) {
                    "substr(component_sha256, 1, 58) || printf('%06d', i)"
                } else {
                    "component_sha256"
                };
                let changed = [("id", own.as_str()), ("server_id", &server), ("component_sha256", digest)];
                copy(&mut db, "versions", count, &its, &changed).await?;
                if digest != "component_sha256" {
                    let base: String =
                        sqlx::query_scalar(AssertSqlSafe(format!("SELECT component_sha256 FROM versions WHERE {its}")))
                            .fetch_one(&mut db)
                            .await?;
                    compiled(&data.join("cache/compiled"), &base, count)?;
                }
            }
            Self::Tenants(count) => {
                let member = format!("org_id {whose}");
                let email = ("email", "printf('%06d', i) || email");
                let users = format!("id IN (SELECT user_id FROM memberships WHERE {member})");
                copy(&mut db, "users", count, &users, &[("id", &own), email]).await?;
                let slug = ("slug", "slug || '-' || printf('%06d', i)");
                copy(&mut db, "orgs", count, &format!("id {whose}"), &[("id", &own), slug]).await?;
                copy(&mut db, "memberships", count, &member, &[("org_id", &org), ("user_id", &user)]).await?;
                let changed = [("id", own.as_str()), ("org_id", &org), ("active_version_id", &version)];
                copy(&mut db, "servers", count, &this, &changed).await?;
                copy(&mut db, "versions", count, &its, &[("id", &own), ("server_id", &server)]).await?;
            }
        }
        Ok(())
    }
}

/// Writes so many copies of a row, some columns changed.
async fn copy(
    db: &mut SqliteConnection,
    table: &str,
    count: usize,
    which: &str,
    changed: &[Changed<'_>],
) -> anyhow::Result<()> {
    let columns: Vec<String> =
        sqlx::query_scalar("SELECT name FROM pragma_table_info($1)").bind(table).fetch_all(&mut *db).await?;
    for (name, _) in changed {
        ensure!(columns.iter().any(|column| column == name), "{table} has no column {name}");
    }
    let values: Vec<&str> = columns
        .iter()
        .map(|column| changed.iter().find(|(name, _)| name == column).map_or(column.as_str(), |(_, value)| *value))
        .collect();
    let text = format!(
        "INSERT INTO {table} ({}) WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {count})
        SELECT {} FROM {table}, numbers WHERE {which}",
        columns.join(", "),
        values.join(", ")
    );
    let made = sqlx::query(AssertSqlSafe(text)).execute(&mut *db).await.with_context(|| format!("copying {table}"))?;
    ensure!(made.rows_affected() == count as u64, "{table}: {} copies, not {count}", made.rows_affected());
    Ok(())
}

/// Compiled code for as many other components, as this host would have written it: the same code, marked for each.
fn compiled(cache: &Path, base: &str, count: usize) -> anyhow::Result<()> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &fs::read(cache.join("key"))?);
    let dirs = fs::read_dir(cache)?.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir());
    let dir: PathBuf = dirs.into_iter().next().context("nothing is compiled")?;
    let file = dir.join(format!("{base}.cwasm"));
    let code = fs::read(&file)?;
    for i in 1..=count {
        let name = format!("{}{i:06}", &base[..58]);
        let digest =
            (0..32).map(|at| u8::from_str_radix(&name[2 * at..2 * at + 2], 16)).collect::<Result<Vec<_>, _>>()?;
        let mut mac = hmac::Context::with_key(&key);
        mac.update(&digest);
        mac.update(&code);
        fs::write(dir.join(format!("{name}.mac")), mac.sign().as_ref())?;
        fs::hard_link(&file, dir.join(format!("{name}.cwasm")))?;
    }
    Ok(())
}
