//! Errors of servers, their versions and their calls.

use axum::http::StatusCode;

use crate::http::problem::Problem;
use crate::{calls, gateway, servers, versions};

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
            E::ForkRefExpired => Self::new(StatusCode::GONE, "fork_ref_expired", detail),
            E::ForkRefOther => Self::new(StatusCode::CONFLICT, "fork_ref_mismatch", detail),
            E::SpecEditOnFork => Self::new(StatusCode::BAD_REQUEST, "spec_edit_forbidden_on_fork", detail),
            E::TemplateGone => Self::new(StatusCode::CONFLICT, "template_unavailable", detail),
            E::TakenDown => Self::new(StatusCode::CONFLICT, "template_taken_down", detail),
            E::NotAFork => Self::new(StatusCode::CONFLICT, "not_a_fork", detail),
            E::NotNewest(newest) => {
                Self::new(StatusCode::CONFLICT, "not_newest_release", detail).with("newest", newest)
            }
            E::HasRelease(n) => Self::new(StatusCode::CONFLICT, "release_taken", detail).with("version", n),
            E::UpToDate => Self::new(StatusCode::CONFLICT, "up_to_date", detail),
            E::Vault(_) | E::Artifacts(_) | E::Storage(_) => Self::internal(&error),
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
