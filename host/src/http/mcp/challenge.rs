//! Refusals that tell a client how to get in (RFC 6750 §3, RFC 9728 §5.1).

use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::http::problem::Problem;
use crate::mount::Mount;
use crate::oauth::SCOPE;
use crate::oauth::access::Denial;

/// The same for every place, whether there is a server or not.
pub(super) fn response(app: &App, mount: &Mount, denial: &Denial) -> Response {
    let (status, code, error) = match denial {
        Denial::Missing => (StatusCode::UNAUTHORIZED, "token_missing", None),
        Denial::Invalid => (StatusCode::UNAUTHORIZED, "invalid_token", Some("invalid_token")),
        Denial::Scope => (StatusCode::FORBIDDEN, "insufficient_scope", Some("insufficient_scope")),
        Denial::Unavailable(error) => return Problem::internal(error).into_response(),
    };
    let mut challenge =
        format!("Bearer resource_metadata=\"{}\", scope=\"{SCOPE}\"", mount.metadata_url(&app.public_url));
    if let Some(error) = error {
        challenge = format!("{challenge}, error=\"{error}\", error_description=\"{denial}\"");
    }
    let problem = Problem::new(status, code, denial.to_string());
    match HeaderValue::try_from(challenge) {
        Ok(challenge) => problem.header(WWW_AUTHENTICATE, challenge).into_response(),
        Err(_) => problem.into_response(),
    }
}
