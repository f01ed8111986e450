//! The store that tools see: bounded, and its server's own.

use cloche::kv::ServerKv;
use cloche_domain::plan::Plan;
use cloche_domain::{Clock, OrgId, ServerId, UserId};
use cloche_sandbox::{Axis, Bound, Kv as _, KvError};
use cloche_storage::Db;
use cloche_storage::accounts::{self, NewOrg};
use cloche_storage::servers::{self, NewServer};
use tempfile::TempDir;

async fn store() -> (TempDir, ServerKv) {
    let dir = TempDir::new().unwrap();
    let db = Db::open(&format!("sqlite://{}", dir.path().join("test.db").display())).await.unwrap();
    db.migrate().await.unwrap();
    let (server, org, slug) = (ServerId::new(), OrgId::new(), "ada".parse().unwrap());
    let (clock, mut tx) = (Clock::default(), db.begin().await.unwrap());
    let ada = NewOrg { id: org, slug: &slug, name: "ada", plan: Plan::Hobby };
    assert!(accounts::insert_org(&mut tx, &ada, clock.now()).await.unwrap());
    let new = NewServer { id: server, org_id: org, slug: &slug, name: "n", created_by: UserId::new() };
    servers::insert(&mut tx, &new, clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    (dir, ServerKv { db, clock, server })
}

#[tokio::test]
async fn a_store_keeps_a_thousand_keys_and_a_mebibyte() {
    let (_dir, kv) = store().await;
    for i in 0..16 {
        let kept = kv.set(&format!("big-{i:02}"), vec![7; 64 * 1024]).await;
        assert_eq!(kept.is_ok(), i < 15, "{i}: {kept:?}");
    }
    for i in 15..1001 {
        let kept = kv.set(&format!("small-{i:04}"), vec![]).await;
        assert_eq!(kept.is_ok(), i < 1000, "{i}: {kept:?}");
    }
    let over = Bound::new(Axis::KvKeys, 1000, 1001);
    assert_eq!(kv.set("one-more", vec![]).await, Err(KvError::Full(over)));
    kv.delete("big-00").await.unwrap();
    kv.set("one-more", b"1".to_vec()).await.unwrap();
    assert_eq!(kv.get("one-more").await.unwrap().unwrap(), b"1");
    assert_eq!(kv.get("big-00").await.unwrap(), None);
    assert_eq!(kv.list("big-", 2).await.unwrap(), ["big-01", "big-02"]);
}

#[tokio::test]
async fn a_key_that_one_engine_cannot_hold_is_refused_by_both() {
    let (_dir, kv) = store().await;
    assert!(matches!(kv.set("a\0b", vec![]).await, Err(KvError::Invalid(_))));
    assert_eq!(kv.get("a\0b").await, Ok(None));
    assert_eq!(kv.delete("a\0b").await, Ok(()));
    assert_eq!(kv.list("", 9).await.unwrap(), [""; 0]);
    assert_eq!(kv.list("\0", 9).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_database_that_is_gone_shows_nothing_of_itself() {
    let (_dir, kv) = store().await;
    kv.db.close().await;
    let Err(KvError::Unavailable(text)) = kv.get("k").await else { panic!("it answered") };
    assert_eq!(text, "the store does not answer: try again in a moment");
}
