//! The queue: each job is in one hand at a time, and none is lost.

use std::collections::HashSet;

use cloche_domain::{BuildId, Clock, OrgId};
use cloche_storage::jobs::{self, Claim, Job, NewJob};
use cloche_storage::{Db, Tx};
use time::{Duration, OffsetDateTime};

use crate::engines::{on_both, owner};

const LEASE: Duration = Duration::seconds(15);

async fn enqueue(tx: &mut Tx, org: OrgId, now: OffsetDateTime) -> String {
    let subject = BuildId::new().to_string();
    jobs::enqueue(tx, NewJob { org_id: org, kind: "build", subject: &subject }, now).await.unwrap();
    subject
}

async fn claim(tx: &mut Tx, lease: &str, now: OffsetDateTime) -> Option<Job> {
    jobs::claim(tx, Claim { lease, until: now + LEASE, share: i64::MAX }, now).await.unwrap()
}

on_both!(eight_at_once_claim_each_job_once, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let orgs = [owner(&mut tx, "ada").await.org_id, owner(&mut tx, "bob").await.org_id];
    for i in 0..80 {
        enqueue(&mut tx, orgs[i % 2], now).await;
    }
    tx.commit().await.unwrap();
    let claimers = (0..8).map(|hand| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut claimed = vec![];
            loop {
                let mut tx = db.begin().await.unwrap();
                let job = claim(&mut tx, &format!("{hand}-{}", claimed.len()), now).await;
                tx.commit().await.unwrap();
                match job {
                    Some(job) => claimed.push(job.subject),
                    None => return claimed,
                }
            }
        })
    });
    let mut all = vec![];
    for claimer in claimers.collect::<Vec<_>>() {
        all.extend(claimer.await.unwrap());
    }
    // One that found every free row locked has gone; what it left is still there for the next.
    let mut tx = db.begin().await.unwrap();
    while let Some(job) = claim(&mut tx, "last", now).await {
        all.push(job.subject);
    }
    assert_eq!(all.len(), 80);
    assert_eq!(all.into_iter().collect::<HashSet<_>>().len(), 80);
});

on_both!(a_job_is_in_the_hand_of_its_lease_alone, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await.org_id;
    let subject = enqueue(&mut tx, ada, now).await;
    jobs::enqueue(&mut tx, NewJob { org_id: ada, kind: "build", subject: &subject }, now).await.unwrap();
    let first = claim(&mut tx, "first", now).await.unwrap();
    assert!(claim(&mut tx, "second", now).await.is_none());
    assert!(jobs::renew(&mut tx, &first, now + LEASE * 2).await.unwrap());
    assert!(claim(&mut tx, "second", now + LEASE).await.is_none());

    let second = claim(&mut tx, "second", now + LEASE * 2).await.unwrap();
    assert_eq!((second.id, second.attempts), (first.id, 2));
    assert!(!jobs::renew(&mut tx, &first, now + LEASE * 9).await.unwrap());
    assert!(!jobs::finish(&mut tx, &first).await.unwrap());
    jobs::retry(&mut tx, &first, now, "late").await.unwrap();
    assert!(claim(&mut tx, "third", now + LEASE * 2).await.is_none());
    assert!(jobs::finish(&mut tx, &second).await.unwrap());
    assert!(claim(&mut tx, "third", now + LEASE * 9).await.is_none());
});

on_both!(a_retry_waits_and_a_job_given_back_does_not, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await.org_id;
    enqueue(&mut tx, ada, now).await;
    let job = claim(&mut tx, "a", now).await.unwrap();
    jobs::retry(&mut tx, &job, now + Duration::MINUTE, "no compiler").await.unwrap();
    assert!(claim(&mut tx, "b", now).await.is_none());
    let job = claim(&mut tx, "c", now + Duration::MINUTE).await.unwrap();
    assert_eq!(job.attempts, 2);
    jobs::give_back(&mut tx, &job).await.unwrap();
    assert_eq!(claim(&mut tx, "d", now + Duration::MINUTE).await.unwrap().attempts, 2);
    assert_eq!(jobs::release_all(&mut tx).await.unwrap(), 1);
    assert_eq!(claim(&mut tx, "e", now + Duration::MINUTE).await.unwrap().attempts, 3);
});

on_both!(a_tenant_with_many_jobs_does_not_starve_another, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let (ada, bob) = (owner(&mut tx, "ada").await.org_id, owner(&mut tx, "bob").await.org_id);
    let mut subjects = vec![];
    for _ in 0..5 {
        subjects.push(enqueue(&mut tx, ada, now).await);
    }
    let of_bob = enqueue(&mut tx, bob, now + Duration::SECOND).await;
    let later = now + Duration::MINUTE;
    let mut order = vec![];
    for hand in 0..3 {
        order.push(claim(&mut tx, &hand.to_string(), later).await.unwrap().subject);
    }
    assert_eq!(order, [subjects[0].clone(), of_bob, subjects[1].clone()]);
});

on_both!(eight_at_once_leave_an_organisation_its_share, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let [ada, bob] = [owner(&mut tx, "ada").await.org_id, owner(&mut tx, "bob").await.org_id];
    for _ in 0..8 {
        enqueue(&mut tx, ada, now).await;
    }
    tx.commit().await.unwrap();
    let hands = (0..8).map(|hand| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut tx = db.begin().await.unwrap();
            let lease = format!("hand {hand}");
            let job = jobs::claim(&mut tx, Claim { lease: &lease, until: now + LEASE, share: 2 }, now).await.unwrap();
            tx.commit().await.unwrap();
            job
        })
    });
    let mut in_hand = vec![];
    for hand in hands.collect::<Vec<_>>() {
        in_hand.extend(hand.await.unwrap());
    }
    assert_eq!(in_hand.len(), 2);

    let mut tx = db.begin().await.unwrap();
    let claim = Claim { lease: "next", until: now + LEASE, share: 2 };
    assert!(jobs::claim(&mut tx, claim, now).await.unwrap().is_none());
    let bobs = enqueue(&mut tx, bob, now).await;
    assert_eq!(jobs::claim(&mut tx, claim, now).await.unwrap().unwrap().subject, bobs);
    // A lease that has ended counts no longer.
    let later = Claim { lease: "later", until: now + LEASE * 2, share: 2 };
    assert!(jobs::claim(&mut tx, later, now + LEASE).await.unwrap().is_some());
});
