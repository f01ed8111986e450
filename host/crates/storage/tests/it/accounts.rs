//! People and organisations.

use cloche_domain::plan::Plan;
use cloche_domain::server::Role;
use cloche_domain::{Clock, OrgId, UserId};
use cloche_storage::Db;
use cloche_storage::accounts::{self, NewOrg};

use crate::engines::{on_both, owner};

on_both!(a_member_is_found_by_mail_address_with_their_organisation, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    assert!(accounts::is_empty(&mut tx).await.unwrap());
    let ada = owner(&mut tx, "ada").await;
    assert!(!accounts::is_empty(&mut tx).await.unwrap());
    assert_eq!((ada.email.as_str(), ada.org_slug.as_str(), ada.role), ("ada@example.com", "ada", Role::Owner));
    assert_eq!(ada.plan, Plan::SelfHosted);
    let nobody = "nobody@example.com".parse().unwrap();
    assert_eq!(accounts::by_email(&mut tx, &nobody).await.unwrap(), None);
});

on_both!(what_is_taken_says_so_and_the_transaction_goes_on, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let ada = owner(&mut tx, "ada").await;
    let now = Clock::default().now();
    assert!(!accounts::insert_user(&mut tx, UserId::new(), &ada.email, "other", now).await.unwrap());
    let org = NewOrg { id: OrgId::new(), slug: &ada.org_slug, name: "other", plan: Plan::Hobby };
    assert!(!accounts::insert_org(&mut tx, &org, now).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = db.read().await.unwrap();
    assert_eq!(accounts::by_email(&mut tx, &ada.email).await.unwrap(), Some(ada));
});

on_both!(a_person_acts_in_the_organisation_they_joined_first, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let (ada, bob) = (owner(&mut tx, "ada").await, owner(&mut tx, "bob").await);
    let now = Clock::default().now();
    accounts::insert_membership(&mut tx, ada.org_id, bob.user_id, Role::Viewer, now).await.unwrap();
    assert_eq!(accounts::by_email(&mut tx, &bob.email).await.unwrap(), Some(bob));
});

on_both!(a_dropped_transaction_leaves_nothing, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    owner(&mut tx, "ada").await;
    drop(tx);
    assert!(accounts::is_empty(&mut db.begin().await.unwrap()).await.unwrap());
});
