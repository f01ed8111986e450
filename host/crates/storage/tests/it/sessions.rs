//! Signed-in browsers.

use cloche_domain::{Clock, SessionId, Sha256, UserId};
use cloche_storage::sessions::{self, NewSession, Rotation, Session};
use cloche_storage::{Db, Tx};
use time::{Duration, OffsetDateTime};

use crate::engines::{on_both, owner};

const GRACE: Duration = Duration::MINUTE;

async fn begin(tx: &mut Tx, user_id: UserId, token: &str, now: OffsetDateTime) {
    let session = NewSession {
        id: SessionId::new(),
        token: Sha256::of(token),
        user_id,
        expires_at: now + Duration::days(30),
        address: "192.0.2.1",
        user_agent: None,
    };
    sessions::insert(tx, &session, now).await.unwrap();
}

async fn find(tx: &mut Tx, token: &str, now: OffsetDateTime) -> Option<Session> {
    sessions::find(tx, Sha256::of(token), now - GRACE, now).await.unwrap()
}

async fn rotate(tx: &mut Tx, old: &str, new: &str, now: OffsetDateTime) -> bool {
    let rotation = Rotation { old: Sha256::of(old), new: Sha256::of(new), expires_at: now + Duration::days(30) };
    sessions::rotate(tx, &rotation, now).await.unwrap()
}

on_both!(a_session_is_its_members_until_it_expires, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await;
    begin(&mut tx, ada.user_id, "a", now).await;
    let session = find(&mut tx, "a", now).await.unwrap();
    assert_eq!((session.member, session.rotated_at), (ada, now));
    assert_eq!(find(&mut tx, "b", now).await, None);
    assert_eq!(find(&mut tx, "a", now + Duration::days(30)).await, None);
});

on_both!(a_replaced_token_counts_a_little_longer, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await;
    begin(&mut tx, ada.user_id, "old", now).await;
    let later = now + Duration::days(20);
    assert!(rotate(&mut tx, "old", "new", later).await);
    assert!(!rotate(&mut tx, "old", "newer", later).await);
    assert!(find(&mut tx, "old", later + Duration::seconds(59)).await.is_some());
    assert_eq!(find(&mut tx, "old", later + GRACE).await, None);
    assert!(find(&mut tx, "new", now + Duration::days(49)).await.is_some());
    assert_eq!(find(&mut tx, "newer", later).await, None);
});

on_both!(signing_out_ends_the_session_by_either_token, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await;
    for token in ["old", "new"] {
        begin(&mut tx, ada.user_id, "old", now).await;
        assert!(rotate(&mut tx, "old", "new", now).await);
        assert!(sessions::delete(&mut tx, Sha256::of(token)).await.unwrap());
        assert!(!sessions::delete(&mut tx, Sha256::of(token)).await.unwrap());
        assert_eq!((find(&mut tx, "old", now).await, find(&mut tx, "new", now).await), (None, None));
    }
});

on_both!(only_a_users_own_expired_sessions_are_forgotten, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let (ada, bob) = (owner(&mut tx, "ada").await, owner(&mut tx, "bob").await);
    begin(&mut tx, ada.user_id, "expired", now - Duration::days(31)).await;
    begin(&mut tx, ada.user_id, "open", now).await;
    begin(&mut tx, bob.user_id, "other", now - Duration::days(31)).await;
    sessions::forget(&mut tx, ada.user_id, now).await.unwrap();
    let then = now - Duration::days(20);
    assert_eq!(find(&mut tx, "expired", then).await, None);
    assert!(find(&mut tx, "open", now).await.is_some());
    assert!(find(&mut tx, "other", then).await.is_some());
});
