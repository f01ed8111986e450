//! An event's body: that something has happened to a customer. What it carries of that is not read.

use cloche_domain::{CustomerId, EventId};
use serde::Deserialize;

use super::shapes::Reference;
use crate::billing::{Event, Refusal};

/// Events after which a customer's subscriptions may be others; the documentation lists what each is about.
const KINDS: &[&str] = &[
    "charge.refunded",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "customer.deleted",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.updated",
    "invoice.paid",
    "invoice.payment_failed",
];

#[derive(Deserialize)]
struct Sent {
    id: EventId,
    #[serde(rename = "type")]
    kind: String,
    livemode: bool,
    /// Of a platform's connected account, none of which is ours.
    account: Option<String>,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    id: Option<String>,
    object: Option<String>,
    customer: Option<Reference>,
}

/// Reads a body that is signed. `live` is the mode that the platform's key is of.
pub(super) fn read(body: &[u8], live: bool) -> Result<Event, Refusal> {
    let sent: Sent = serde_json::from_slice(body).map_err(|error| Refusal::NoEvent(error.to_string()))?;
    if sent.livemode != live {
        return Err(Refusal::Mode { live: sent.livemode });
    }
    let Object { id, object, customer } = sent.data.object;
    let customer = match object.as_deref() {
        Some("customer") => id,
        _ => customer.map(Reference::into_id),
    };
    let ours = sent.account.is_none() && KINDS.contains(&sent.kind.as_str());
    let customer: Option<CustomerId> = customer.filter(|_| ours).and_then(|customer| customer.parse().ok());
    Ok(Event { id: sent.id, kind: sent.kind, customer })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read_of(kind: &str, object: &Value) -> Result<Event, Refusal> {
        let event =
            json!({"id": "evt_1", "object": "event", "type": kind, "livemode": false, "data": {"object": object}});
        read(event.to_string().as_bytes(), false)
    }

    #[test]
    fn an_event_says_whose_subscriptions_may_have_changed() {
        let of = |kind, object: &Value| read_of(kind, object).unwrap().customer.map(|it| it.to_string());
        let subscription = json!({"id": "sub_1", "object": "subscription", "customer": "cus_1"});
        let (cus_1, invoice) =
            (Some("cus_1".to_owned()), json!({"id": "in_1", "object": "invoice", "customer": {"id": "cus_1"}}));
        assert_eq!(of("customer.subscription.updated", &subscription), cus_1);
        assert_eq!(of("invoice.payment_failed", &invoice), cus_1);
        assert_eq!(of("customer.deleted", &json!({"id": "cus_1", "object": "customer"})), cus_1);
        for (kind, object) in [
            ("customer.subscription.trial_will_end", subscription.clone()),
            ("something.new", subscription),
            ("checkout.session.completed", json!({"id": "cs_1", "object": "checkout.session", "customer": null})),
            ("charge.refunded", json!({"id": "ch_1", "object": "charge"})),
            ("charge.refunded", json!({"id": "ch_1", "object": "charge", "customer": "../accounts"})),
        ] {
            assert_eq!(of(kind, &object), None, "{kind}: {object}");
        }
    }

    #[test]
    fn neither_the_other_mode_nor_another_account_counts() {
        let event = json!({"id": "evt_1", "type": "customer.deleted", "livemode": true, "account": "acct_1",
            "data": {"object": {"id": "cus_1", "object": "customer"}}});
        assert_eq!(read(event.to_string().as_bytes(), false), Err(Refusal::Mode { live: true }));
        assert_eq!(read(event.to_string().as_bytes(), true).unwrap().customer, None);
        for bad in ["", "{}", "[]", r#"{"id": "../1", "type": "a", "livemode": false, "data": {"object": {}}}"#] {
            assert!(matches!(read(bad.as_bytes(), false), Err(Refusal::NoEvent(_))), "{bad}");
        }
    }
}
