//! Errors of use cases as callers see them: the one place where they are mapped to HTTP.

mod sign_in;

use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use cloche_domain::spec::bounds;
use serde_json::json;
use time::Duration;
use time::format_description::well_known::Rfc3339;

use super::auth;
use super::problem::Problem;
use crate::model::DraftError;
use crate::quotas::Over;
use crate::{
    accounts, api_keys, audit, billing, calls, gateway, imports, invites, members, orgs, personal, previews, quotas,
    servers, sessions, usage, versions,
};

impl From<cloche_storage::Error> for Problem {
    fn from(error: cloche_storage::Error) -> Self {
        Self::internal(&error)
    }
}

impl From<auth::Error> for Problem {
    fn from(error: auth::Error) -> Self {
        use auth::Error as E;
        let detail = error.to_string();
        let unauthorized = |code, detail| {
            Self::new(StatusCode::UNAUTHORIZED, code, detail)
                .header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"cloche\""))
        };
        match error {
            E::NotSignedIn => unauthorized("not_signed_in", detail),
            E::BadApiKey => unauthorized("bad_api_key", detail),
            E::MissingScope(scope) => {
                Self::new(StatusCode::FORBIDDEN, "insufficient_scope", detail).with("scope", scope)
            }
            E::SessionNeeded => Self::new(StatusCode::FORBIDDEN, "session_needed", detail),
            E::CrossOrigin => Self::new(StatusCode::FORBIDDEN, "cross_origin", detail),
            E::ApiKey(error) => error.into(),
            E::Session(error) => error.into(),
        }
    }
}

impl From<accounts::Error> for Problem {
    fn from(error: accounts::Error) -> Self {
        use accounts::Error as E;
        let detail = error.to_string();
        match error {
            E::TooManyLinks { retry_after } => rate_limited(detail, retry_after),
            E::LinkNotValid => Self::new(StatusCode::GONE, "link_not_valid", detail),
            E::NextNotLocal => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "next_not_local", detail),
            E::NoAccount => Self::new(StatusCode::GONE, "no_account", detail),
            E::NoSuchOrg(_)
            | E::NotAMember { .. }
            | E::NoFreeSlug(_)
            | E::Word(_)
            | E::NoRandomness(_)
            | E::Mail(_)
            | E::Session(_)
            | E::Storage(_) => Self::internal(&error),
        }
    }
}

impl From<sessions::Error> for Problem {
    fn from(error: sessions::Error) -> Self {
        use sessions::Error as E;
        match error {
            E::NotFound | E::NoSuchOrg(_) => Self::new(StatusCode::NOT_FOUND, "not_found", error.to_string()),
            E::NoRandomness(_) | E::Storage(_) => Self::internal(&error),
        }
    }
}

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

impl From<personal::Error> for Problem {
    fn from(error: personal::Error) -> Self {
        use personal::Error as E;
        let detail = error.to_string();
        match error {
            E::NotConfirmed(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not_confirmed", detail),
            E::OnlyOwner(orgs) => Self::new(StatusCode::CONFLICT, "only_owner", detail).with("organisations", orgs),
            E::Gone => Self::new(StatusCode::NOT_FOUND, "not_found", detail),
            E::Billing(error) => error.into(),
            E::Date(_) | E::Storage(_) => Self::internal(&error),
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

/// A part of a second is waited for whole.
fn rate_limited(detail: String, retry_after: Duration) -> Problem {
    let seconds = u64::try_from(retry_after.whole_seconds()).unwrap_or_default() + 1;
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail).retry_after(seconds)
}

impl From<api_keys::Error> for Problem {
    fn from(error: api_keys::Error) -> Self {
        use api_keys::Error as E;
        match error {
            E::Name | E::NoScope | E::Days => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_api_key", error.to_string())
            }
            E::NotFound => Self::not_found("API key"),
            E::Members(error) => error.into(),
            E::NoRandomness(_) | E::Storage(_) => Self::internal(&error),
        }
    }
}

impl From<DraftError> for Problem {
    fn from(error: DraftError) -> Self {
        let status = match error {
            DraftError::TooLarge | DraftError::Invalid { .. } | DraftError::Refused { .. } => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            DraftError::Timeout => StatusCode::GATEWAY_TIMEOUT,
            DraftError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            DraftError::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
        };
        let problem = Self::new(status, error.code(), error.to_string());
        match error.retry_after() {
            Some(wait) => problem.retry_after(wait.as_secs()),
            None => problem,
        }
    }
}

impl From<quotas::Error> for Problem {
    fn from(error: quotas::Error) -> Self {
        let detail = error.to_string();
        let Over { what, limit, used, resets_at, retry_after, larger, .. } = match error {
            quotas::Error::Over(over) => *over,
            quotas::Error::Storage(_) => return Self::internal(&error),
        };
        let problem = match retry_after {
            Some(wait) => rate_limited(detail, wait),
            None => Self::new(StatusCode::PAYMENT_REQUIRED, "plan_limit", detail),
        };
        let problem = problem.with("what", what).with("limit", limit).with("used", used);
        let problem = problem.with("resetsAt", resets_at.and_then(|at| at.format(&Rfc3339).ok()));
        match larger {
            Some((plan, gives)) => problem.with("larger", json!({"plan": plan, "limit": gives})),
            None => problem,
        }
    }
}

impl From<usage::Error> for Problem {
    fn from(error: usage::Error) -> Self {
        match error {
            usage::Error::NotFound => Self::not_found("server"),
            usage::Error::Storage(_) => Self::internal(&error),
        }
    }
}

impl From<previews::Error> for Problem {
    fn from(error: previews::Error) -> Self {
        use previews::Error as E;
        let detail = error.to_string();
        let unprocessable = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail.clone());
        match error {
            E::Forbidden(_) => Self::new(StatusCode::FORBIDDEN, "forbidden", detail),
            E::PromptEmpty => unprocessable("prompt_empty"),
            E::PromptTooLong(_) => unprocessable("prompt_too_long"),
            E::SecretInPrompt(findings) => {
                let findings: Vec<_> = findings
                    .iter()
                    .map(|f| json!({ "kind": f.kind, "start": f.start, "end": f.end, "hint": f.hint }))
                    .collect();
                unprocessable("secret_in_prompt").with("findings", findings)
            }
            E::Quota(error) => error.into(),
            E::Draft(error) => error.into(),
            E::Storage(_) => Self::internal(&error),
        }
    }
}

impl From<servers::Error> for Problem {
    fn from(error: servers::Error) -> Self {
        use servers::Error as E;
        let detail = error.to_string();
        let unprocessable = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail.clone());
        match error {
            E::NotFound => Self::not_found("server"),
            E::Forbidden(_) => Self::new(StatusCode::FORBIDDEN, "forbidden", detail),
            E::SlugTaken(_) => Self::new(StatusCode::CONFLICT, "slug_taken", detail),
            E::PreviewExpired => Self::new(StatusCode::GONE, "preview_expired", detail),
            E::Quota(error) => error.into(),
            E::Wish(error) => error.into(),
            E::Overtaken { .. } => Self::new(StatusCode::CONFLICT, "version_conflict", detail),
            E::NoCode => unprocessable("no_source"),
            E::NoModel => Self::new(StatusCode::SERVICE_UNAVAILABLE, "model_unavailable", detail),
            E::ToolCountMismatch { .. } => unprocessable("tool_count_mismatch"),
            E::Text { what, .. } => unprocessable("text_invalid").with("member", what),
            E::SlugFixed => unprocessable("slug_fixed"),
            E::UnsafeText(hidden) => unprocessable("unsafe_text").with("pointer", hidden.pointer),
            E::SecretInCode(pasted) => unprocessable("secret_in_code").with("pointer", pasted.pointer),
            E::SpecInvalid(problems) => unprocessable("spec_invalid").with("problems", problems),
            E::ComponentInvalid(_) => unprocessable("component_invalid"),
            E::ComponentTooLarge { limit, .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "component_too_large", detail).with("limit", limit)
            }
            E::UnknownTool(name) => unprocessable("unknown_tool").with("tool", name),
            E::UnknownSecret(key) => unprocessable("unknown_secret").with("key", key),
            E::SecretInvalid { key, .. } => unprocessable("secret_invalid").with("key", key),
            E::Vault(_) | E::Artifacts(_) | E::Storage(_) => Self::internal(&error),
        }
    }
}

impl From<imports::Error> for Problem {
    fn from(error: imports::Error) -> Self {
        use cloche_openapi::Error as D;
        use imports::Error as E;
        let detail = error.to_string();
        let unprocessable = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail.clone());
        match error {
            E::NotFound => Self::new(StatusCode::NOT_FOUND, "not_found", detail),
            E::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, "imports_busy", detail).retry_after(5),
            E::Url(_) | E::Unreachable { .. } => unprocessable("document_unreachable"),
            E::Document(error) => match error {
                D::TooLarge(_) => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "document_too_large", detail),
                D::Unreadable { .. }
                | D::Swagger(_)
                | D::Version(_)
                | D::NotOpenApi
                | D::TooMany(_)
                | D::Empty
                | D::Server(_) => unprocessable("document_invalid"),
                D::TooManyChosen(_) => unprocessable("too_many_tools").with("limit", bounds::TOOLS),
                D::NoneChosen
                | D::UnknownOperation(_)
                | D::ChosenTwice(_)
                | D::NotImportable { .. }
                | D::UnknownAuth(_) => unprocessable("choice_invalid"),
                D::Spec(problems) => unprocessable("spec_invalid").with("problems", problems),
            },
            E::Server(error) => error.into(),
            E::Kept(_) | E::Stopped(_) | E::Storage(_) => Self::internal(&error),
        }
    }
}

impl From<gateway::Error> for Problem {
    fn from(error: gateway::Error) -> Self {
        use gateway::Error as E;
        let detail = error.to_string();
        let unavailable = |code| Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail);
        match error {
            E::NotFound | E::OtherServer => Self::not_found("server"),
            E::Building => unavailable("server_building").retry_after(2),
            E::NotLive(_) => unavailable("server_not_live"),
            E::Tools(_) | E::Sandbox(_) | E::Vault(_) | E::Storage(_) => Self::internal(&error),
        }
    }
}

impl From<gateway::TooMuch> for Problem {
    fn from(error: gateway::TooMuch) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_much_at_once", error.to_string());
        problem.with("limit", error.limit).with("used", error.used).retry_after(1)
    }
}

impl From<audit::Error> for Problem {
    fn from(error: audit::Error) -> Self {
        match error {
            audit::Error::Forbidden(_) => Self::new(StatusCode::FORBIDDEN, "forbidden", error.to_string()),
            audit::Error::NoSuchRow { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "no_such_row", error.to_string())
            }
            audit::Error::Broken(_) | audit::Error::Storage(_) => Self::internal(&error),
        }
    }
}

impl From<calls::Error> for Problem {
    fn from(error: calls::Error) -> Self {
        use calls::Error as E;
        match error {
            E::NotFound => Self::not_found("call"),
            E::NoTool(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "no_such_tool", error.to_string()),
            E::Server(error) => error.into(),
            // To its owner this is the server's state, which they can change, and no failure.
            E::Gateway(gateway::Error::Building) => {
                Self::new(StatusCode::CONFLICT, "server_building", error.to_string())
            }
            E::Gateway(gateway::Error::NotLive(_)) => {
                Self::new(StatusCode::CONFLICT, "server_not_live", error.to_string())
            }
            E::Gateway(error) => error.into(),
            E::Storage(_) => Self::internal(&error),
        }
    }
}

impl From<versions::Error> for Problem {
    fn from(error: versions::Error) -> Self {
        use versions::Error as E;
        match error {
            E::NotFound => Self::not_found("built version"),
            E::NoVersion => Self::not_found("version"),
            E::Active(_) => Self::new(StatusCode::CONFLICT, "version_active", error.to_string()),
            E::Building(_) => Self::new(StatusCode::CONFLICT, "version_building", error.to_string()),
            E::Only(_) => Self::new(StatusCode::CONFLICT, "version_needed", error.to_string()),
            E::MayNotReview(_) => Self::new(StatusCode::FORBIDDEN, "forbidden", error.to_string()),
            E::Reason => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "reason_needed", error.to_string()),
            E::Decided(_) => Self::new(StatusCode::CONFLICT, "already_decided", error.to_string()),
            E::Superseded { .. } => Self::new(StatusCode::CONFLICT, "superseded", error.to_string()),
            E::Waiting(_) => Self::new(StatusCode::CONFLICT, "needs_approval", error.to_string()),
            E::Refused(_) => Self::new(StatusCode::CONFLICT, "version_refused", error.to_string()),
            E::Server(error) => error.into(),
            E::Uploaded(_) => Self::new(StatusCode::NOT_FOUND, "no_source", error.to_string()),
            E::NotAttested(_) => Self::new(StatusCode::NOT_FOUND, "not_attested", error.to_string()),
            E::Artifacts(_) | E::Damaged(_) | E::Disowned | E::Source(_) | E::NotCompared | E::Storage(_) => {
                Self::internal(&error)
            }
        }
    }
}
