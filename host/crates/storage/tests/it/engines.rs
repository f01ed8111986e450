//! A fresh database with this version's tables, on either engine, and what stands in many tests.

use cloche_domain::plan::Plan;
use cloche_domain::server::Role;
use cloche_domain::{Clock, OrgId, UserId};
use cloche_storage::accounts::{self, Membership, NewOrg};
use cloche_storage::{Db, Tx};
use tempfile::TempDir;

use crate::postgres::Database;

/// Declares one test as two: `on_both!(name, async |db: Db| { … })`.
macro_rules! on_both {
    ($name:ident, $test:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                $crate::engines::on_sqlite($test).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                $crate::engines::on_postgres($test).await;
            }
        }
    };
}
pub(crate) use on_both;

pub async fn on_sqlite(test: impl AsyncFnOnce(Db)) {
    let dir = TempDir::new().unwrap();
    run(&format!("sqlite://{}", dir.path().join("test.db").display()), test).await;
}

pub async fn on_postgres(test: impl AsyncFnOnce(Db)) {
    let database = Database::make();
    run(&database.url(), test).await;
}

async fn run(url: &str, test: impl AsyncFnOnce(Db)) {
    let db = Db::open(url).await.unwrap();
    db.migrate().await.unwrap();
    test(db.clone()).await;
    db.close().await;
}

/// Writes a person who owns an organisation, both called `name`.
pub async fn owner(tx: &mut Tx, name: &str) -> Membership {
    let (user, now, slug) = (UserId::new(), Clock::default().now(), name.parse().unwrap());
    let email = format!("{name}@example.com").parse().unwrap();
    let org = NewOrg { id: OrgId::new(), slug: &slug, name, plan: Plan::SelfHosted };
    assert!(accounts::insert_user(tx, user, &email, name, now).await.unwrap());
    assert!(accounts::insert_org(tx, &org, now).await.unwrap());
    accounts::insert_membership(tx, org.id, user, Role::Owner, now).await.unwrap();
    accounts::by_email(tx, &email).await.unwrap().unwrap()
}
