//! Keys for programs.

use cloche_domain::server::Scope;
use cloche_domain::{ApiKeyId, Clock, Sha256};
use cloche_storage::accounts::Membership;
use cloche_storage::api_keys::{self, ApiKey};
use cloche_storage::{Db, Tx};
use time::{Duration, OffsetDateTime};

use crate::engines::{on_both, owner};

async fn key(tx: &mut Tx, of: &Membership, text: &str, expires_at: Option<OffsetDateTime>) -> ApiKey {
    let key = ApiKey {
        id: ApiKeyId::new(),
        name: "script".to_owned(),
        start: "clo_abcdefgh".to_owned(),
        scopes: vec![Scope::Api, Scope::Mcp],
        created_at: Clock::default().now(),
        expires_at,
        last_used_at: None,
    };
    api_keys::insert(tx, of.org_id, of.user_id, &key, Sha256::of(text)).await.unwrap();
    key
}

on_both!(a_key_stands_for_its_member, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await;
    let made = key(&mut tx, &ada, "k", None).await;
    let found = api_keys::find(&mut tx, Sha256::of("k"), now).await.unwrap().unwrap();
    assert_eq!((found.key_id, found.scopes, found.member), (made.id, made.scopes, ada));
    assert_eq!(api_keys::find(&mut tx, Sha256::of("other"), now).await.unwrap(), None);
});

on_both!(an_expired_key_stands_for_nobody, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await;
    key(&mut tx, &ada, "k", Some(now + Duration::DAY)).await;
    assert!(api_keys::find(&mut tx, Sha256::of("k"), now).await.unwrap().is_some());
    assert_eq!(api_keys::find(&mut tx, Sha256::of("k"), now + Duration::DAY).await.unwrap(), None);
});

on_both!(keys_are_seen_and_ended_by_their_owner_alone, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let (ada, bob) = (owner(&mut tx, "ada").await, owner(&mut tx, "bob").await);
    let (first, second) = (key(&mut tx, &ada, "1", None).await, key(&mut tx, &ada, "2", Some(now)).await);
    assert_eq!(api_keys::list(&mut tx, bob.org_id, bob.user_id).await.unwrap(), []);
    assert_eq!(api_keys::list(&mut tx, ada.org_id, ada.user_id).await.unwrap(), [first.clone(), second.clone()]);
    for (org, user) in [
        (bob.org_id, Some(bob.user_id)),
        (bob.org_id, Some(ada.user_id)),
        (bob.org_id, None),
        (ada.org_id, Some(bob.user_id)),
    ] {
        assert_eq!(api_keys::delete(&mut tx, org, user, first.id).await.unwrap(), None);
    }
    let ended = api_keys::delete(&mut tx, ada.org_id, Some(ada.user_id), first.id).await.unwrap().unwrap();
    assert_eq!((ended.user_id, ended.name), (ada.user_id, first.name));
    assert_eq!(api_keys::list(&mut tx, ada.org_id, ada.user_id).await.unwrap(), [second]);
    assert_eq!(api_keys::find(&mut tx, Sha256::of("1"), now).await.unwrap(), None);
});

on_both!(the_time_of_use_is_kept, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await;
    let made = key(&mut tx, &ada, "k", None).await;
    api_keys::touch(&mut tx, made.id, now).await.unwrap();
    let found = api_keys::find(&mut tx, Sha256::of("k"), now).await.unwrap().unwrap();
    assert_eq!(found.last_used_at, Some(now));
});
