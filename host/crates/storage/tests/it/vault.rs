//! What a server keeps: encrypted secrets, and its own store.

use cloche_domain::{Clock, SecretId, ServerId};
use cloche_storage::kv::{self, Quota, Set};
use cloche_storage::secrets::{self, Sealed};
use cloche_storage::{Db, Tx};

use crate::engines::{on_both, owner};
use crate::servers::server;

const QUOTA: Quota = Quota { keys: 3, bytes: 40 };

async fn set(tx: &mut Tx, server: ServerId, key: &str, value: &[u8]) -> bool {
    kv::set(tx, (server, key), value, QUOTA, Clock::default().now()).await.unwrap() == Set::Done
}

on_both!(a_secret_is_replaced_whole, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await;
    let (one, two) = (server(&mut tx, &ada, "one").await.server, server(&mut tx, &ada, "two").await.server);
    let mut sealed = Sealed {
        id: SecretId::new(),
        server_id: one,
        key: "API_TOKEN".parse().unwrap(),
        key_id: "k1".into(),
        wrapped_key: vec![0, 1],
        ciphertext: vec![255],
    };
    secrets::put(&mut tx, &sealed, now).await.unwrap();
    sealed = Sealed { id: SecretId::new(), key_id: "k2".into(), ciphertext: vec![7], ..sealed };
    secrets::put(&mut tx, &sealed, now).await.unwrap();
    let kept = secrets::of_server(&mut tx, one).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].id, kept[0].key_id.as_str()), (sealed.id, "k2"));
    assert_eq!((&kept[0].wrapped_key, &kept[0].ciphertext), (&vec![0, 1], &vec![7]));
    assert_eq!(secrets::keys(&mut tx, two).await.unwrap(), []);
    assert!(!secrets::delete(&mut tx, two, &sealed.key).await.unwrap());
    assert!(secrets::delete(&mut tx, one, &sealed.key).await.unwrap());
    assert_eq!(secrets::keys(&mut tx, one).await.unwrap(), []);
});

on_both!(a_store_is_its_servers_own, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let ada = owner(&mut tx, "ada").await;
    let (one, two) = (server(&mut tx, &ada, "one").await.server, server(&mut tx, &ada, "two").await.server);
    assert!(set(&mut tx, one, "k", b"1").await);
    assert!(set(&mut tx, one, "k", b"\x00\xff").await);
    assert_eq!(kv::get(&mut tx, one, "k").await.unwrap().unwrap(), b"\x00\xff");
    assert_eq!(kv::get(&mut tx, two, "k").await.unwrap(), None);
    kv::delete(&mut tx, two, "k").await.unwrap();
    assert!(kv::get(&mut tx, one, "k").await.unwrap().is_some());
    kv::delete(&mut tx, one, "k").await.unwrap();
    assert_eq!(kv::get(&mut tx, one, "k").await.unwrap(), None);
});

on_both!(keys_are_listed_by_prefix_in_byte_order, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let ada = owner(&mut tx, "ada").await;
    let one = server(&mut tx, &ada, "one").await.server;
    for key in ["a%b", "aB", "é"] {
        assert!(set(&mut tx, one, key, b"").await);
    }
    assert_eq!(kv::list(&mut tx, one, "", 9).await.unwrap(), ["a%b", "aB", "é"]);
    assert_eq!(kv::list(&mut tx, one, "a", 1).await.unwrap(), ["a%b"]);
    assert_eq!(kv::list(&mut tx, one, "a%", 9).await.unwrap(), ["a%b"]);
    assert_eq!(kv::list(&mut tx, one, "A", 9).await.unwrap(), [""; 0]);
});

on_both!(a_full_store_takes_no_more, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let ada = owner(&mut tx, "ada").await;
    let one = server(&mut tx, &ada, "one").await.server;
    assert!(!set(&mut tx, one, "big", &[0; 38]).await);
    assert!(set(&mut tx, one, "big", &[0; 30]).await);
    assert!(!set(&mut tx, one, "b", &[0; 7]).await);
    // A key's new value takes the place of its old one.
    assert!(set(&mut tx, one, "big", &[0; 37]).await);
    assert!(set(&mut tx, one, "big", b"").await);
    for key in ["b", "c"] {
        assert!(set(&mut tx, one, key, b"").await);
    }
    assert!(!set(&mut tx, one, "d", b"").await);
    assert!(set(&mut tx, one, "c", b"1").await);
});

on_both!(two_at_once_do_not_overfill_a_store, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let ada = owner(&mut tx, "ada").await;
    let one = server(&mut tx, &ada, "one").await.server;
    tx.commit().await.unwrap();
    let writers = (0..8).map(|i| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut tx = db.begin().await.unwrap();
            let done = set(&mut tx, one, &format!("k{i}"), b"").await;
            tx.commit().await.unwrap();
            done
        })
    });
    let mut kept = 0;
    for writer in writers.collect::<Vec<_>>() {
        kept += i64::from(writer.await.unwrap());
    }
    assert_eq!(kept, QUOTA.keys);
});
