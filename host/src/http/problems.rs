//! Errors of use cases as callers see them: the one place where they are mapped to HTTP.

mod orgs;
mod servers;
mod sign_in;
mod templates;

use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use cloche_domain::spec::bounds;
use serde_json::json;
use time::Duration;
use time::format_description::well_known::Rfc3339;

use super::auth;
use super::problem::Problem;
use crate::model::DraftError;
use crate::oauth::connected;
use crate::quotas::Over;
use crate::{accounts, api_keys, audit, imports, personal, previews, quotas, sessions, usage};

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
            E::NotAdmin => Self::new(StatusCode::FORBIDDEN, "not_an_admin", detail),
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

/// A part of a second is waited for whole.
fn rate_limited(detail: String, retry_after: Duration) -> Problem {
    let seconds = u64::try_from(retry_after.whole_seconds()).unwrap_or_default() + 1;
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail).retry_after(seconds)
}

impl From<api_keys::Error> for Problem {
    fn from(error: api_keys::Error) -> Self {
        use api_keys::Error as E;
        match error {
            E::Name | E::NoScope | E::Days | E::NotAdmin => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_api_key", error.to_string())
            }
            E::NotFound => Self::not_found("API key"),
            E::Members(error) => error.into(),
            E::NoRandomness(_) | E::Storage(_) => Self::internal(&error),
        }
    }
}

impl From<connected::Error> for Problem {
    fn from(error: connected::Error) -> Self {
        use connected::Error as E;
        match error {
            E::NotFound => Self::new(StatusCode::NOT_FOUND, "not_found", error.to_string()),
            E::Members(error) => error.into(),
            E::Storage(_) => Self::internal(&error),
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
