//! Links that sign in once.

use cloche_domain::{Clock, Email, Sha256};
use cloche_storage::magic_links::{self, Asked, NewLink, Redeemed};
use cloche_storage::{Db, Tx};
use time::{Duration, OffsetDateTime};

use crate::engines::on_both;

async fn link(tx: &mut Tx, token: &str, address: Option<&str>, now: OffsetDateTime) {
    let email: Email = "ada@example.com".parse().unwrap();
    let expires_at = now + Duration::minutes(15);
    let new = NewLink { token: Sha256::of(token), email: &email, address, next: Some("/servers"), expires_at };
    magic_links::insert(tx, &new, now).await.unwrap();
}

async fn redeem(tx: &mut Tx, token: &str, now: OffsetDateTime) -> Option<Redeemed> {
    magic_links::redeem(tx, Sha256::of(token), now).await.unwrap()
}

on_both!(a_link_gives_its_address_and_path_once, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    link(&mut tx, "a", Some("192.0.2.1"), now).await;
    let wanted = Redeemed { email: "ada@example.com".parse().unwrap(), next: Some("/servers".to_owned()) };
    assert_eq!(redeem(&mut tx, "b", now).await, None);
    assert_eq!(redeem(&mut tx, "a", now + Duration::minutes(14)).await, Some(wanted));
    assert_eq!(redeem(&mut tx, "a", now).await, None);
});

on_both!(an_expired_link_gives_nothing, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    link(&mut tx, "a", None, now).await;
    assert_eq!(redeem(&mut tx, "a", now + Duration::minutes(15)).await, None);
});

on_both!(of_many_at_once_one_redeems, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    link(&mut tx, "a", None, now).await;
    tx.commit().await.unwrap();
    let mut askers = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let db = db.clone();
        askers.spawn(async move {
            let mut tx = db.begin().await.unwrap();
            let redeemed = redeem(&mut tx, "a", now).await;
            tx.commit().await.unwrap();
            redeemed.is_some()
        });
    }
    assert_eq!(askers.join_all().await.into_iter().filter(|won| *won).count(), 1);
});

on_both!(what_was_asked_for_is_counted_but_not_the_operators_links, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let (email, since) = ("ada@example.com".parse().unwrap(), now - Duration::DAY);
    link(&mut tx, "old", Some("192.0.2.1"), since - Duration::SECOND).await;
    link(&mut tx, "operator", None, now).await;
    let nothing = Asked { count: 0, first: None };
    assert_eq!(magic_links::asked_to(&mut tx, &email, since).await.unwrap(), nothing);
    link(&mut tx, "a", Some("192.0.2.1"), now - Duration::HOUR).await;
    link(&mut tx, "b", Some("192.0.2.2"), now).await;
    let both = Asked { count: 2, first: Some(now - Duration::HOUR) };
    assert_eq!(magic_links::asked_to(&mut tx, &email, since).await.unwrap(), both);
    let one = Asked { count: 1, first: Some(now) };
    assert_eq!(magic_links::asked_from(&mut tx, "192.0.2.2", since).await.unwrap(), one);
});

on_both!(only_links_of_no_use_are_forgotten, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    link(&mut tx, "old", None, now - Duration::days(2)).await;
    link(&mut tx, "new", None, now).await;
    magic_links::forget(&mut tx, now - Duration::DAY).await.unwrap();
    assert_eq!(redeem(&mut tx, "old", now - Duration::days(2)).await, None);
    assert!(redeem(&mut tx, "new", now).await.is_some());
});

on_both!(limits_hold_for_many_at_once, async |db: Db| {
    let now = Clock::default().now();
    let mut askers = tokio::task::JoinSet::new();
    for n in 0..20 {
        let db = db.clone();
        askers.spawn(async move {
            let mut tx = db.begin().await.unwrap();
            magic_links::lock(&mut tx).await.unwrap();
            let asked = magic_links::asked_from(&mut tx, "192.0.2.1", now - Duration::DAY).await.unwrap();
            if asked.count < 5 {
                link(&mut tx, &n.to_string(), Some("192.0.2.1"), now).await;
            }
            tx.commit().await.unwrap();
            asked.count < 5
        });
    }
    assert_eq!(askers.join_all().await.into_iter().filter(|written| *written).count(), 5);
});
