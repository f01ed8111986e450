//! Who belongs to an organisation, invitations into it, and the end of both.

use cloche_domain::plan::Plan;
use cloche_domain::server::Role;
use cloche_domain::{Clock, InviteId, OrgId, Sha256};
use cloche_storage::accounts::{self, Membership, NewOrg};
use cloche_storage::invites::{self, Invite};
use cloche_storage::members::{self, Ended};
use cloche_storage::{Db, Tx, orgs};
use time::{Duration, OffsetDateTime};

use crate::engines::{on_both, owner};

async fn invite(tx: &mut Tx, by: &Membership, token: &str, now: OffsetDateTime) -> Invite {
    let invite = Invite {
        id: InviteId::new(),
        org_id: by.org_id,
        email: "guest@example.com".parse().unwrap(),
        role: Role::Viewer,
        invited_by: by.user_id,
        created_at: now,
        expires_at: now + Duration::days(7),
    };
    invites::insert(tx, &invite, Sha256::of(token)).await.unwrap();
    invite
}

on_both!(an_invitation_is_used_once_by_whom_it_is_for_while_it_lives, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await;
    let made = invite(&mut tx, &ada, "t", now).await;
    let other = "eve@example.com".parse().unwrap();
    let token = Sha256::of("t");
    assert_eq!(invites::accept(&mut tx, token, &other, now).await.unwrap(), None);
    assert_eq!(invites::accept(&mut tx, Sha256::of("u"), &made.email, now).await.unwrap(), None);
    assert_eq!(invites::accept(&mut tx, token, &made.email, made.expires_at).await.unwrap(), None);
    assert!(invites::is_open(&mut tx, token, now).await.unwrap());
    assert!(!invites::is_open(&mut tx, token, made.expires_at).await.unwrap());
    assert_eq!(invites::accept(&mut tx, token, &made.email, now).await.unwrap(), Some(made.clone()));
    assert_eq!(invites::accept(&mut tx, token, &made.email, now).await.unwrap(), None);
});

on_both!(whoever_is_removed_takes_their_invitations_with_them, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let (ada, bob) = (owner(&mut tx, "ada").await, owner(&mut tx, "bob").await);
    accounts::insert_membership(&mut tx, ada.org_id, bob.user_id, Role::Admin, now).await.unwrap();
    let bob = members::find(&mut tx, ada.org_id, bob.user_id).await.unwrap().unwrap();
    invite(&mut tx, &bob, "t", now).await;
    assert!(members::hold(&mut tx, ada.org_id, bob.user_id).await.unwrap());
    let ended = members::remove(&mut tx, ada.org_id, bob.user_id, now).await.unwrap();
    assert_eq!(ended, Ended { invites: 1, ..Ended::default() });
    assert!(!members::hold(&mut tx, ada.org_id, bob.user_id).await.unwrap());
    assert_eq!(invites::list(&mut tx, ada.org_id).await.unwrap(), []);
    let left: Vec<_> = members::list(&mut tx, ada.org_id).await.unwrap().iter().map(|one| one.user_id).collect();
    assert_eq!(left, [ada.user_id]);
    assert!(accounts::by_email(&mut tx, &bob.email).await.unwrap().is_some());
});

on_both!(a_slug_is_not_given_twice, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await;
    orgs::delete(&mut tx, ada.org_id, &ada.org_slug, now).await.unwrap();
    assert_eq!(orgs::of_user(&mut tx, ada.user_id).await.unwrap(), []);
    let again = NewOrg { id: OrgId::new(), slug: &ada.org_slug, name: "again", plan: Plan::Hobby };
    assert!(!accounts::insert_org(&mut tx, &again, now).await.unwrap());
    let slug = "ada-2".parse().unwrap();
    assert!(accounts::insert_org(&mut tx, &NewOrg { slug: &slug, ..again }, now).await.unwrap());
});
