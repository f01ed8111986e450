//! The log of who changed what.

use cloche_domain::{Clock, OrgId};
use cloche_storage::accounts::Membership;
use cloche_storage::audit::{self, Filter, NewEntry};
use cloche_storage::{Db, Tx};
use serde_json::json;

use crate::engines::{on_both, owner};

async fn add(tx: &mut Tx, by: &Membership, action: &str) {
    let entry = NewEntry {
        org_id: by.org_id,
        actor: by.user_id,
        action,
        resource_type: "server",
        resource_id: "srv",
        reason: Some("é"),
        details: Some(json!({"b": 1.50, "a": [1, null]})),
    };
    audit::add(tx, entry, Clock::default().now()).await.unwrap();
}

async fn run(db: &Db, sql: &'static str, org: OrgId) {
    match db.begin().await.unwrap() {
        Tx::Sqlite(mut tx) => {
            sqlx::query(sql).bind(org).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
        }
        Tx::Postgres(mut tx) => {
            sqlx::query(sql).bind(org).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}

on_both!(a_log_grows_and_shows_where_it_was_touched, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let (ada, bob) = (owner(&mut tx, "ada").await, owner(&mut tx, "bob").await);
    for action in ["one", "two", "three", "two"] {
        add(&mut tx, &ada, action).await;
    }
    add(&mut tx, &bob, "one").await;
    tx.commit().await.unwrap();
    let mut tx = db.begin().await.unwrap();
    let list = async |tx: &mut Tx, filter| {
        audit::list(tx, ada.org_id, filter, 9).await.unwrap().iter().map(|entry| entry.seq).collect::<Vec<_>>()
    };
    assert_eq!(list(&mut tx, Filter::default()).await, [4, 3, 2, 1]);
    assert_eq!(list(&mut tx, Filter { action: Some("two"), ..Filter::default() }).await, [4, 2]);
    assert_eq!(list(&mut tx, Filter { before: Some(3), ..Filter::default() }).await, [2, 1]);
    assert_eq!(list(&mut tx, Filter { resource_type: Some("user"), ..Filter::default() }).await, [0; 0]);
    assert_eq!(audit::first_broken(&mut tx, ada.org_id).await.unwrap(), None);
    drop(tx);

    run(&db, "UPDATE audit SET reason = 'e' WHERE org_id = $1 AND seq = 3", ada.org_id).await;
    assert_eq!(audit::first_broken(&mut db.read().await.unwrap(), ada.org_id).await.unwrap(), Some(3));
    run(&db, "UPDATE audit SET reason = 'é' WHERE org_id = $1 AND seq = 3", ada.org_id).await;
    assert_eq!(audit::first_broken(&mut db.read().await.unwrap(), ada.org_id).await.unwrap(), None);
    run(&db, "DELETE FROM audit WHERE org_id = $1 AND seq = 2", ada.org_id).await;
    assert_eq!(audit::first_broken(&mut db.read().await.unwrap(), ada.org_id).await.unwrap(), Some(2));
    assert_eq!(audit::first_broken(&mut db.read().await.unwrap(), bob.org_id).await.unwrap(), None);
});
