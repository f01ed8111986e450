//! What is used of a plan's limits, and set aside; and the sums of days.

use cloche_domain::plan::Counted;
use cloche_domain::{Clock, Day, ServerId};
use cloche_storage::Db;
use cloche_storage::quotas::{self, Use};
use cloche_storage::usage::{self, Used};
use time::Duration;

use crate::engines::{on_both, owner};

on_both!(what_is_set_aside_counts_until_it_is_settled_or_lapses, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let (ada, bob) = (owner(&mut tx, "ada").await, owner(&mut tx, "bob").await);
    let now = Clock::default().now();
    let day = Day::of(now);
    let of = |subject| Use { org_id: ada.org_id, day, what: Counted::Tokens, subject };
    quotas::take(&mut tx, &of("a"), 500, Some(now + Duration::MINUTE)).await.unwrap();
    quotas::take(&mut tx, &of("b"), 30, None).await.unwrap();
    let used = async |tx: &mut _, org, what, at| quotas::used(tx, org, day, what, at).await.unwrap();
    assert_eq!(used(&mut tx, ada.org_id, Counted::Tokens, now).await, 530);
    assert_eq!(used(&mut tx, ada.org_id, Counted::Tokens, now + Duration::HOUR).await, 30);
    assert_eq!(used(&mut tx, ada.org_id, Counted::Builds, now).await, 0);
    assert_eq!(used(&mut tx, bob.org_id, Counted::Tokens, now).await, 0);
    assert!(quotas::settle(&mut tx, &of("a"), 7).await.unwrap());
    assert!(!quotas::settle(&mut tx, &of("a"), 9).await.unwrap(), "it is settled once");
    assert!(!quotas::settle(&mut tx, &of("b"), 9).await.unwrap());
    assert_eq!(used(&mut tx, ada.org_id, Counted::Tokens, now + Duration::HOUR).await, 37);
    quotas::give_back(&mut tx, &of("b")).await.unwrap();
    assert_eq!(used(&mut tx, ada.org_id, Counted::Tokens, now).await, 7);
    quotas::forget_before(&mut tx, ada.org_id, day).await.unwrap();
    assert_eq!(used(&mut tx, ada.org_id, Counted::Tokens, now).await, 7);
    quotas::forget_before(&mut tx, ada.org_id, Day::of(day.end())).await.unwrap();
    assert_eq!(used(&mut tx, ada.org_id, Counted::Tokens, now).await, 0);
});

on_both!(days_are_summed_by_server_and_kept_when_it_is_gone, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let (ada, bob) = (owner(&mut tx, "ada").await, owner(&mut tx, "bob").await);
    let today = Day::of(Clock::default().now());
    let (one, two) = (ServerId::new(), ServerId::new());
    let used = Used { calls: 2, errors: 1, fuel: 10, wall_ms: 3, builds: 1, ..Used::default() };
    let drafted = Used { drafts: 1, input_tokens: 5, output_tokens: 6, cost_micros: 7, ..Used::default() };
    for (org, server, day, used) in [
        (ada.org_id, Some(one), today, &used),
        (ada.org_id, Some(one), today, &used),
        (ada.org_id, Some(two), today.back(1), &used),
        (ada.org_id, None, today, &drafted),
        (ada.org_id, Some(one), today.back(30), &used),
        (bob.org_id, Some(one), today, &used),
    ] {
        usage::add(&mut tx, org, server, day, used).await.unwrap();
    }
    let days = usage::days(&mut tx, ada.org_id, today.back(29), None).await.unwrap();
    assert_eq!(days.iter().map(|of| of.day).collect::<Vec<_>>(), [today.back(1), today]);
    let all = Used { calls: 4, errors: 2, fuel: 20, wall_ms: 6, builds: 2, ..drafted };
    assert_eq!((days[0].used, days[1].used), (used, all));
    let of_one = usage::days(&mut tx, ada.org_id, today.back(29), Some(one)).await.unwrap();
    assert_eq!((of_one.len(), of_one[0].used.calls), (1, 4));
    let servers = usage::servers(&mut tx, ada.org_id, today.back(29), 9).await.unwrap();
    let servers: Vec<_> = servers.iter().map(|of| (of.server_id, of.used.calls)).collect();
    assert_eq!(servers, [(two, 2), (one, 4)]);
    usage::forget_before(&mut tx, today).await.unwrap();
    assert_eq!(usage::days(&mut tx, ada.org_id, today.back(400), None).await.unwrap().len(), 1);
    assert_eq!(usage::days(&mut tx, bob.org_id, today, None).await.unwrap().len(), 1);
});
