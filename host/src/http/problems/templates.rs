//! Errors of the marketplace.

use axum::http::StatusCode;

use super::rate_limited;
use crate::http::problem::Problem;
use crate::templates;

impl From<templates::Error> for Problem {
    fn from(error: templates::Error) -> Self {
        use templates::Error as E;
        let detail = error.to_string();
        let conflict = |code| Self::new(StatusCode::CONFLICT, code, detail.clone());
        let unprocessable = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail.clone());
        match error {
            E::NotFound | E::NoRelease | E::NoCase => Self::new(StatusCode::NOT_FOUND, "not_found", detail),
            E::Forbidden(_) => Self::new(StatusCode::FORBIDDEN, "forbidden", detail),
            E::NotLive => conflict("server_not_live"),
            E::IsFork => conflict("fork_not_publishable"),
            E::NotAttested(_) => conflict("not_attested"),
            E::Changed(_) | E::ChangedSince => conflict("version_conflict"),
            E::Invalid(problems) => unprocessable("listing_invalid").with("problems", problems),
            E::Blocked(findings) => unprocessable("publish_blocked").with("findings", findings),
            E::SlugTaken(_) | E::NoFreeSlug => conflict("slug_taken"),
            E::TakenDown | E::SameAsTakenDown(_) => conflict("template_taken_down"),
            E::Hidden => conflict("template_hidden"),
            E::SlugFixed(_) => unprocessable("slug_fixed"),
            E::Reason => unprocessable("reason_needed"),
            E::AlreadyReported => conflict("already_reported"),
            E::AlreadyAppealed => conflict("already_appealed"),
            E::TooMany { retry_after, .. } => rate_limited(detail, retry_after),
            E::NothingToAppeal => conflict("nothing_to_appeal"),
            E::Decided => conflict("already_decided"),
            E::SecondAdmin => conflict("second_admin_needed"),
            E::Own => Self::new(StatusCode::FORBIDDEN, "own_template", detail),
            E::Already(_) => conflict("already_so"),
            E::Version(error) => error.into(),
            E::Server(error) => error.into(),
            E::Artifacts(_) | E::Storage(_) => Self::internal(&error),
        }
    }
}
