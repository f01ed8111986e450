//! What is paid for: one customer, the answer to the last question, and each event once.

use cloche_domain::billing::SubscriptionStatus;
use cloche_domain::plan::Plan;
use cloche_domain::{Clock, CustomerId, EventId};
use cloche_storage::Db;
use cloche_storage::billing::{self, State};
use time::Duration;

use crate::engines::{on_both, owner};

fn customer(n: u32) -> CustomerId {
    format!("cus_{n}").parse().unwrap()
}

on_both!(an_organisation_has_one_customer_at_a_time, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let (ada, eve) = (owner(&mut tx, "ada").await.org_id, owner(&mut tx, "eve").await.org_id);
    assert_eq!(billing::get(&mut tx, ada).await.unwrap(), None);
    for _ in 0..2 {
        billing::open(&mut tx, ada).await.unwrap();
    }
    let kept = async |tx: &mut cloche_storage::Tx| billing::get(tx, ada).await.unwrap().unwrap().customer_id;
    billing::keep_customer(&mut tx, ada, 0, &customer(1)).await.unwrap();
    billing::keep_customer(&mut tx, ada, 0, &customer(2)).await.unwrap();
    assert_eq!(kept(&mut tx).await, Some(customer(1)));
    assert_eq!(billing::of_customer(&mut tx, &customer(1)).await.unwrap(), Some(ada));
    assert_eq!(billing::of_customer(&mut tx, &customer(2)).await.unwrap(), None);
    billing::forget_customer(&mut tx, ada).await.unwrap();
    // One that was made before is not kept any more.
    billing::keep_customer(&mut tx, ada, 0, &customer(1)).await.unwrap();
    assert_eq!(kept(&mut tx).await, None);
    billing::keep_customer(&mut tx, ada, 1, &customer(2)).await.unwrap();
    assert_eq!(kept(&mut tx).await, Some(customer(2)));
    assert_eq!(billing::get(&mut tx, eve).await.unwrap(), None);
});

on_both!(the_answer_to_the_last_question_stands, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await.org_id;
    assert_eq!(billing::ask(&mut tx, ada, now).await.unwrap(), None);
    billing::open(&mut tx, ada).await.unwrap();
    let first = billing::ask(&mut tx, ada, now).await.unwrap().unwrap();
    let second = billing::ask(&mut tx, ada, now).await.unwrap().unwrap();
    assert!(billing::told(&mut tx, ada, second).await.unwrap());
    assert!(!billing::told(&mut tx, ada, first).await.unwrap());
    assert!(!billing::told(&mut tx, ada, second).await.unwrap());
});

on_both!(an_event_is_done_once, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let event: EventId = "evt_1".parse().unwrap();
    assert!(!billing::is_done(&mut tx, &event).await.unwrap());
    assert!(billing::done(&mut tx, &event, now).await.unwrap());
    assert!(!billing::done(&mut tx, &event, now).await.unwrap());
    assert!(billing::is_done(&mut tx, &event).await.unwrap());
    billing::forget_events(&mut tx, now).await.unwrap();
    assert!(billing::is_done(&mut tx, &event).await.unwrap());
    billing::forget_events(&mut tx, now + Duration::SECOND).await.unwrap();
    assert!(!billing::is_done(&mut tx, &event).await.unwrap());
});

on_both!(those_are_due_whose_time_has_come, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let (ada, eve) = (owner(&mut tx, "ada").await.org_id, owner(&mut tx, "eve").await.org_id);
    for (org, n) in [(ada, 1), (eve, 2)] {
        billing::open(&mut tx, org).await.unwrap();
        billing::keep_customer(&mut tx, org, 0, &customer(n)).await.unwrap();
    }
    let state = State {
        subscription_id: Some("sub_1".parse().unwrap()),
        status: Some(SubscriptionStatus::Active),
        gives: Some(Plan::Pro),
        ..State::default()
    };
    billing::write(&mut tx, ada, &state, Some(now)).await.unwrap();
    assert_eq!(billing::get(&mut tx, ada).await.unwrap().unwrap().state, state);
    assert_eq!(billing::due(&mut tx, now - Duration::SECOND).await.unwrap(), []);
    assert_eq!(billing::due(&mut tx, now).await.unwrap(), [(ada, customer(1))]);
    // A checkout that was begun lately is looked at too, and none that was long ago.
    billing::begin_checkout(&mut tx, eve, now, now + Duration::HOUR).await.unwrap();
    billing::look_at_all(&mut tx, now, now + Duration::SECOND).await.unwrap();
    assert_eq!(billing::due(&mut tx, now).await.unwrap().len(), 1);
    billing::look_at_all(&mut tx, now, now - Duration::SECOND).await.unwrap();
    assert_eq!(billing::due(&mut tx, now).await.unwrap().len(), 2);
});
