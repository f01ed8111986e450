//! The log of who changed what.

use cloche_domain::{Actor, Clock, OrgId, Origin, Sha256, Via};
use cloche_storage::accounts::Membership;
use cloche_storage::audit::{self, Broken, Filter, Head, NewEntry};
use cloche_storage::{Db, Tx};
use serde_json::json;
use time::Duration;

use crate::engines::{on_both, owner};

/// What stands for a signature.
fn sealed(head: &Head) -> String {
    format!("sealed {}", head.seq)
}

async fn add(tx: &mut Tx, by: &Membership, action: &str) {
    add_at(tx, by, action, Clock::default().now()).await;
}

async fn add_at(tx: &mut Tx, by: &Membership, action: &str, at: time::OffsetDateTime) {
    let key = cloche_domain::ApiKeyId::new();
    let entry = NewEntry {
        org_id: by.org_id,
        actor: Actor::User(by.user_id),
        origin: &Origin { via: Via::ApiKey(key), address: Some("192.0.2.7".into()) },
        action,
        resource_type: "server",
        resource_id: "srv",
        reason: Some("é"),
        details: Some(json!({"b": 1.50, "a": [1, null]})),
        before: None,
        after: Some(json!({"role": "owner"})),
    };
    audit::add(tx, entry, at, sealed).await.unwrap();
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

/// How far the log has come, or where it is broken.
async fn followed(db: &Db, org: OrgId) -> Result<i64, Broken> {
    let mut tx = db.read().await.unwrap();
    audit::hold_still(&mut tx).await.unwrap();
    audit::follow(&mut tx, org).await.unwrap().map(|chain| chain.head().seq)
}

on_both!(a_log_grows_and_shows_where_it_was_touched, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let (ada, bob) = (owner(&mut tx, "ada").await, owner(&mut tx, "bob").await);
    for action in ["one", "two", "three", "two"] {
        add(&mut tx, &ada, action).await;
    }
    add(&mut tx, &bob, "one").await;
    tx.commit().await.unwrap();
    assert_eq!(followed(&db, ada.org_id).await, Ok(4));
    let kept = audit::head(&mut db.read().await.unwrap(), ada.org_id).await.unwrap().unwrap();
    assert_eq!((kept.head.seq, kept.sealed), (4, Some("sealed 4".to_owned())));

    for (change, back, found) in [
        ("SET reason = 'e' WHERE org_id = $1 AND seq = 3", "SET reason = 'é' WHERE org_id = $1 AND seq = 3", 3),
        (
            "SET address = '192.0.2.8' WHERE org_id = $1 AND seq = 1",
            "SET address = '192.0.2.7' WHERE org_id = $1 AND seq = 1",
            1,
        ),
        ("SET actor = 'operator' WHERE org_id = $1 AND seq = 2", "", 2),
        (
            "SET after = NULL WHERE org_id = $1 AND seq = 1",
            "SET after = '{\"role\":\"owner\"}' WHERE org_id = $1 AND seq = 1",
            1,
        ),
        ("SET before = '{}' WHERE org_id = $1 AND seq = 1", "SET before = NULL WHERE org_id = $1 AND seq = 1", 1),
        // A row of the first form says less, and is another.
        ("SET form = 1 WHERE org_id = $1 AND seq = 1", "SET form = 2 WHERE org_id = $1 AND seq = 1", 1),
        ("SET form = 9 WHERE org_id = $1 AND seq = 1", "SET form = 2 WHERE org_id = $1 AND seq = 1", 1),
    ] {
        run(&db, leak(&format!("UPDATE audit {change}")), ada.org_id).await;
        assert_eq!(followed(&db, ada.org_id).await, Err(Broken::Changed(found)), "{change}");
        let back = match back {
            "" => format!("UPDATE audit SET actor = '{}' WHERE org_id = $1 AND seq = 2", ada.user_id),
            back => format!("UPDATE audit {back}"),
        };
        run(&db, leak(&back), ada.org_id).await;
        assert_eq!(followed(&db, ada.org_id).await, Ok(4), "{back}");
    }
    run(&db, "DELETE FROM audit WHERE org_id = $1 AND seq = 2", ada.org_id).await;
    assert_eq!(followed(&db, ada.org_id).await, Err(Broken::Missing(2)));
    assert_eq!(followed(&db, bob.org_id).await, Ok(1));
});

/// A statement made by a test.
fn leak(sql: &str) -> &'static str {
    sql.to_owned().leak()
}

on_both!(a_log_is_read_by_what_is_asked_for, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let (ada, bob) = (owner(&mut tx, "ada").await, owner(&mut tx, "bob").await);
    let now = Clock::default().now();
    for (i, action) in ["one", "two", "three", "two"].into_iter().enumerate() {
        add_at(&mut tx, &ada, action, now + Duration::minutes(i64::try_from(i).unwrap())).await;
    }
    add(&mut tx, &bob, "one").await;
    let actor = Some(Actor::User(ada.user_id));
    let minute = |n| Some(now + Duration::minutes(n));
    for (filter, seqs) in [
        (Filter::default(), [4, 3, 2, 1].as_slice()),
        (Filter { action: Some("two"), ..Filter::default() }, &[4, 2]),
        (Filter { before: Some(3), ..Filter::default() }, &[2, 1]),
        (Filter { resource_type: Some("server"), actor, ..Filter::default() }, &[4, 3, 2, 1]),
        (Filter { resource_type: Some("user"), ..Filter::default() }, &[]),
        (Filter { resource_id: Some("srv"), before: Some(2), ..Filter::default() }, &[1]),
        (Filter { resource_id: Some("other"), ..Filter::default() }, &[]),
        (Filter { actor: Some(Actor::Platform), ..Filter::default() }, &[]),
        (Filter { actor: Some(Actor::User(bob.user_id)), ..Filter::default() }, &[]),
        (Filter { since: minute(1), until: minute(3), ..Filter::default() }, &[3, 2]),
    ] {
        let found = audit::list(&mut tx, ada.org_id, filter, 9).await.unwrap();
        assert_eq!(found.iter().map(|entry| entry.seq).collect::<Vec<_>>(), seqs, "{filter:?}");
    }
    let rows = audit::next(&mut tx, ada.org_id, 1, 3).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [2, 3]);
    assert!(matches!(rows[0].via, Some(Via::ApiKey(_))));
    assert_eq!(rows[0].after.as_deref(), Some("{\"role\":\"owner\"}"));
});

on_both!(rows_from_before_there_were_origins_still_verify, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let ada = owner(&mut tx, "ada").await;
    // As this platform wrote its rows before: the digest is over these ten.
    let at = Clock::default().now();
    let before = Sha256::of(ada.org_id.to_string());
    let content = json!([
        before,
        ada.org_id,
        1,
        at.unix_timestamp_nanos() / 1_000,
        ada.user_id,
        "old",
        "server",
        "srv",
        null,
        "{\"n\":1}"
    ]);
    let sql = "INSERT INTO audit (org_id, seq, at, actor, action, resource_type, resource_id, details, sha256)
        VALUES ($1, 1, $2, $3, 'old', 'server', 'srv', '{\"n\":1}', $4)";
    let digest = Sha256::of(content.to_string());
    match &mut tx {
        Tx::Sqlite(tx) => {
            sqlx::query(sql).bind(ada.org_id).bind(at).bind(ada.user_id).bind(digest).execute(&mut **tx).await.map(drop)
        }
        Tx::Postgres(tx) => {
            sqlx::query(sql).bind(ada.org_id).bind(at).bind(ada.user_id).bind(digest).execute(&mut **tx).await.map(drop)
        }
    }
    .unwrap();
    assert!(audit::follow(&mut tx, ada.org_id).await.unwrap().unwrap().is_unsealed());
    add(&mut tx, &ada, "new").await;
    let chain = audit::follow(&mut tx, ada.org_id).await.unwrap().unwrap();
    assert!(chain.head().seq == 2 && !chain.is_unsealed());
    tx.commit().await.unwrap();
    // What its digest does not cover must be empty.
    run(&db, "UPDATE audit SET address = '192.0.2.1' WHERE org_id = $1 AND seq = 1", ada.org_id).await;
    assert_eq!(followed(&db, ada.org_id).await, Err(Broken::Changed(1)));
});

on_both!(fifty_who_change_at_once_leave_one_chain, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let ada = owner(&mut tx, "ada").await;
    tx.commit().await.unwrap();
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (db, ada) = (db.clone(), ada.clone());
        all.spawn(async move {
            let mut tx = db.begin().await.unwrap();
            add(&mut tx, &ada, "one").await;
            tx.commit().await.unwrap();
        });
    }
    while let Some(done) = all.join_next().await {
        done.unwrap();
    }
    assert_eq!(followed(&db, ada.org_id).await, Ok(50));
    let kept = audit::head(&mut db.read().await.unwrap(), ada.org_id).await.unwrap().unwrap();
    assert_eq!(kept.head.seq, 50);
});
