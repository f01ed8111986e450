//! Errors of organisations, their members, and what they pay for.

use axum::http::StatusCode;

use super::rate_limited;
use crate::http::problem::Problem;
use crate::{billing, invites, members, orgs};

impl From<members::Error> for Problem {
    fn from(error: members::Error) -> Self {
        use members::Error as E;
        match error {
            E::NotFound => Self::not_found("member"),
            E::Forbidden(_) | E::Outranked(_) | E::NoLonger => {
                Self::new(StatusCode::FORBIDDEN, "forbidden", error.to_string())
            }
            E::LastOwner => Self::new(StatusCode::CONFLICT, "last_owner", error.to_string()),
            E::Account(error) => error.into(),
            E::Storage(_) => Self::internal(&error),
        }
    }
}

impl From<invites::Error> for Problem {
    fn from(error: invites::Error) -> Self {
        use invites::Error as E;
        let detail = error.to_string();
        match error {
            E::NotFound => Self::not_found("invitation"),
            E::AlreadyMember(_) => Self::new(StatusCode::CONFLICT, "already_member", detail),
            E::AlreadyInvited(_) => Self::new(StatusCode::CONFLICT, "already_invited", detail),
            E::TooMany { retry_after, .. } => rate_limited(detail, retry_after),
            E::NotValid => Self::new(StatusCode::GONE, "invite_not_valid", detail),
            E::ForAnother => Self::new(StatusCode::FORBIDDEN, "invite_for_another", detail),
            E::Members(error) => error.into(),
            E::Account(error) => error.into(),
            E::Mail(_) | E::NoRandomness(_) | E::Storage(_) => Self::internal(&error),
        }
    }
}

impl From<orgs::Error> for Problem {
    fn from(error: orgs::Error) -> Self {
        use orgs::Error as E;
        let detail = error.to_string();
        match error {
            E::Name => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_name", detail),
            E::SlugTaken(_) => Self::new(StatusCode::CONFLICT, "slug_taken", detail),
            E::TooMany { retry_after, .. } => rate_limited(detail, retry_after),
            E::NotOwner(_) => Self::new(StatusCode::FORBIDDEN, "forbidden", detail),
            E::NotConfirmed(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not_confirmed", detail),
            E::Account(error) => error.into(),
            E::Members(error) => error.into(),
            E::Billing(error) => error.into(),
            E::Storage(_) => Self::internal(&error),
        }
    }
}

impl From<billing::Error> for Problem {
    fn from(error: billing::Error) -> Self {
        use billing::Error as E;
        use billing::Refusal as R;
        let detail = error.to_string();
        let conflict = |code| Self::new(StatusCode::CONFLICT, code, detail.clone());
        match error {
            E::Off => Self::new(StatusCode::NOT_FOUND, "billing_off", detail),
            E::NotOwner(_) => Self::new(StatusCode::FORBIDDEN, "forbidden", detail),
            E::NotSold { .. } => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "plan_not_sold", detail),
            E::AlreadySubscribed => conflict("already_subscribed"),
            E::NotSubscribed => conflict("not_subscribed"),
            E::SetByOperator(_) => conflict("plan_set_by_operator"),
            E::Meanwhile => conflict("checkout_meanwhile"),
            E::Unavailable | E::NotEnded => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "billing_unavailable", detail).retry_after(30)
            }
            E::NoEvent(refusal) => {
                tracing::warn!(%refusal, "what was sent as an event is refused");
                let code = match refusal {
                    R::Unreadable | R::Wrong | R::Old => "bad_signature",
                    R::Mode { .. } => "livemode_mismatch",
                    R::NoEvent(_) => "invalid_event",
                };
                Self::new(StatusCode::BAD_REQUEST, code, detail)
            }
            E::Members(error) => error.into(),
            E::Refused(_) | E::Storage(_) => Self::internal(&error),
        }
    }
}
