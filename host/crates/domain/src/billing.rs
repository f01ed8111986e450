//! What an organisation pays for, in the words of whoever bills it.

use crate::words::{states, word};

states! {
    /// How often something is paid for.
    Interval {
        Month = "month",
        Year = "year",
    }
}

states! {
    /// Where a subscription stands (<https://docs.stripe.com/api/subscriptions/object#subscription_object-status>).
    SubscriptionStatus {
        /// The first payment has not been made.
        Incomplete = "incomplete",
        IncompleteExpired = "incomplete_expired",
        Trialing = "trialing",
        Active = "active",
        /// The last payment has failed, and is tried again.
        PastDue = "past_due",
        Canceled = "canceled",
        /// The last payment has failed, and is tried no more.
        Unpaid = "unpaid",
        /// A trial that has ended without a way to pay.
        Paused = "paused",
    }
}

impl SubscriptionStatus {
    /// Whether there is something to manage: neither over, nor not begun.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Trialing | Self::Active | Self::PastDue | Self::Unpaid | Self::Paused => true,
            Self::Incomplete | Self::IncompleteExpired | Self::Canceled => false,
        }
    }
}

/// Ids of others stand in paths, and come from outside.
fn id(text: &str) -> Result<String, &'static str> {
    let plain = (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if plain {
        Ok(text.to_owned())
    } else {
        Err("is not 1 to 255 letters, digits and underscores, like \"cus_NffrFeUfNV2Hib\"")
    }
}

word!(
    /// Who pays, as whoever bills them calls them: `cus_…`.
    CustomerId, "a customer's id", id
);
word!(
    /// What is paid for: `sub_…`.
    SubscriptionId, "a subscription's id", id
);
word!(
    /// What it costs: `price_…`.
    PriceId, "a price's id", id
);
word!(
    /// That something has happened: `evt_…`.
    EventId, "an event's id", id
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_others_lead_nowhere_else() {
        assert_eq!("cus_NffrFeUfNV2Hib".parse::<CustomerId>().unwrap().as_str(), "cus_NffrFeUfNV2Hib");
        for bad in ["", "cus_1/../../v1/refunds", "cus_1?expand=x", "cus 1", "cus_é", &"x".repeat(256)] {
            assert!(bad.parse::<CustomerId>().is_err(), "{bad}");
        }
    }
}
