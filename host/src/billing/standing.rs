//! What an organisation's subscriptions give it.

use cloche_domain::billing::SubscriptionStatus;
use cloche_domain::plan::Plan;
use cloche_storage::billing::State;
use time::{Duration, OffsetDateTime};

use super::Subscription;

/// What stands now, after what stood before: of several subscriptions, that which gives the largest plan. One at a price
/// that no plan has gives what it gave: its price may be missing from the settings.
pub(super) fn after(before: &State, subscriptions: &[Subscription], grace: Duration, now: OffsetDateTime) -> State {
    let rank =
        |of: &&Subscription| (gives(of.status, of.plan, true), of.status.is_open(), of.created_at, of.id.clone());
    let Some(best) = subscriptions.iter().max_by_key(rank) else { return State::default() };
    let past_due = best.status == SubscriptionStatus::PastDue;
    let past_due_since = past_due.then(|| before.past_due_since.unwrap_or(now));
    let within = past_due_since.is_none_or(|since| now < since + grace);
    let plan = best.plan.or(before.gives);
    State {
        subscription_id: Some(best.id.clone()),
        status: Some(best.status),
        price_id: Some(best.price.clone()),
        paid_every: best.every,
        gives: gives(best.status, plan, within),
        period_ends_at: best.period_ends_at,
        ends_at: best.ends_at,
        past_due_since,
    }
}

/// The plan that a subscription gives in its state.
fn gives(status: SubscriptionStatus, plan: Option<Plan>, within_grace: bool) -> Option<Plan> {
    use SubscriptionStatus as S;
    match status {
        S::Active | S::Trialing => plan,
        S::PastDue => plan.filter(|_| within_grace),
        S::Incomplete | S::IncompleteExpired | S::Canceled | S::Unpaid | S::Paused => None,
    }
}

#[cfg(test)]
mod tests {
    use cloche_domain::SubscriptionId;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-03-02 12:00 UTC);
    const GRACE: Duration = Duration::days(7);

    fn subscription(id: &str, status: SubscriptionStatus, plan: Option<Plan>) -> Subscription {
        Subscription {
            id: id.parse().unwrap(),
            status,
            price: "price_1".parse().unwrap(),
            every: None,
            plan,
            created_at: NOW,
            period_ends_at: None,
            ends_at: None,
        }
    }

    fn chosen(before: &State, all: &[Subscription], now: OffsetDateTime) -> (Option<SubscriptionId>, Option<Plan>) {
        let state = after(before, all, GRACE, now);
        (state.subscription_id, state.gives)
    }

    #[test]
    fn each_state_gives_its_plan_or_none() {
        use SubscriptionStatus as S;
        for &status in S::ALL {
            let paid = matches!(status, S::Active | S::Trialing | S::PastDue);
            let one = [subscription("sub_1", status, Some(Plan::Pro))];
            assert_eq!(chosen(&State::default(), &one, NOW).1, paid.then_some(Plan::Pro), "{status}");
        }
        assert_eq!(after(&State::default(), &[], GRACE, NOW), State::default());
    }

    #[test]
    fn what_is_overdue_stays_for_the_grace_and_no_longer() {
        let late = [subscription("sub_1", SubscriptionStatus::PastDue, Some(Plan::Pro))];
        let first = after(&State::default(), &late, GRACE, NOW);
        assert_eq!((first.gives, first.past_due_since), (Some(Plan::Pro), Some(NOW)));
        let end = NOW + GRACE;
        assert_eq!(after(&first, &late, GRACE, end - Duration::SECOND), first);
        let over = after(&first, &late, GRACE, end);
        assert_eq!((over.gives, over.past_due_since), (None, Some(NOW)));
        // Paid after all; the next time begins anew.
        let paid = after(&over, &[subscription("sub_1", SubscriptionStatus::Active, Some(Plan::Pro))], GRACE, end);
        assert_eq!((paid.gives, paid.past_due_since), (Some(Plan::Pro), None));
        assert_eq!(after(&paid, &late, GRACE, end).past_due_since, Some(end));
    }

    #[test]
    fn of_several_the_one_that_gives_most_counts() {
        use SubscriptionStatus as S;
        let (pro, team) =
            (subscription("sub_1", S::Active, Some(Plan::Pro)), subscription("sub_2", S::Active, Some(Plan::Team)));
        let unpaid = subscription("sub_3", S::Unpaid, Some(Plan::Enterprise));
        for all in [[pro.clone(), team.clone(), unpaid.clone()], [unpaid.clone(), team, pro]] {
            assert_eq!(chosen(&State::default(), &all, NOW), (Some("sub_2".parse().unwrap()), Some(Plan::Team)));
        }
        // What can be managed comes before what was never begun.
        let incomplete = subscription("sub_4", S::Incomplete, Some(Plan::Team));
        let both = [incomplete, unpaid];
        assert_eq!(chosen(&State::default(), &both, NOW), (Some("sub_3".parse().unwrap()), None));
    }

    #[test]
    fn a_price_that_no_plan_has_changes_nothing() {
        let unknown = [subscription("sub_1", SubscriptionStatus::Active, None)];
        assert_eq!(chosen(&State::default(), &unknown, NOW).1, None);
        let before = State { gives: Some(Plan::Pro), ..State::default() };
        assert_eq!(chosen(&before, &unknown, NOW).1, Some(Plan::Pro));
    }
}
