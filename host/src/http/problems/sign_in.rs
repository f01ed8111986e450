//! Errors of signing in at providers and with passkeys.

use axum::http::StatusCode;

use super::rate_limited;
use crate::http::problem::Problem;
use crate::{ceremonies, identities, passkeys};

impl From<ceremonies::Error> for Problem {
    fn from(error: ceremonies::Error) -> Self {
        let detail = error.to_string();
        match error {
            ceremonies::Error::TooMany { retry_after } => rate_limited(detail, retry_after),
            ceremonies::Error::Storage(_) => Self::internal(&error),
        }
    }
}

impl From<identities::Error> for Problem {
    fn from(error: identities::Error) -> Self {
        use identities::Error as E;
        let detail = error.to_string();
        let (status, code) = match error {
            E::NoProvider(_) => (StatusCode::NOT_FOUND, "no_such_provider"),
            E::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "provider_unavailable"),
            E::NotBelieved(_) => (StatusCode::BAD_GATEWAY, "provider_not_believed"),
            E::Refused(_) => (StatusCode::BAD_GATEWAY, "provider_refused"),
            E::Cancelled(_) => (StatusCode::FORBIDDEN, "sign_in_cancelled"),
            E::Unverified(_) => (StatusCode::FORBIDDEN, "email_not_verified"),
            E::NoAddress(_) => (StatusCode::FORBIDDEN, "email_missing"),
            E::Expired => (StatusCode::GONE, "sign_in_expired"),
            E::OtherBrowser => (StatusCode::FORBIDDEN, "sign_in_other_browser"),
            E::OtherProvider => (StatusCode::FORBIDDEN, "sign_in_other_provider"),
            E::OtherAccount(_) => (StatusCode::FORBIDDEN, "sign_in_other_account"),
            E::Taken(_) => (StatusCode::CONFLICT, "identity_taken"),
            E::TooMany => (StatusCode::CONFLICT, "too_many_identities"),
            E::TooManyMails { retry_after } => return rate_limited(detail, retry_after),
            E::ConsentNotValid => (StatusCode::GONE, "link_not_valid"),
            E::ConsentElsewhere => (StatusCode::FORBIDDEN, "link_other_browser"),
            E::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            E::Ceremony(error) => return error.into(),
            E::Account(error) => return error.into(),
            E::Session(error) => return error.into(),
            E::Mail(_) | E::NoRandomness(_) | E::Storage(_) => return Self::internal(&error),
        };
        Self::new(status, code, detail)
    }
}

impl From<passkeys::Error> for Problem {
    fn from(error: passkeys::Error) -> Self {
        use passkeys::Error as E;
        let detail = error.to_string();
        let (status, code) = match error {
            E::Unavailable => (StatusCode::CONFLICT, "passkeys_unavailable"),
            E::Name => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_name"),
            E::Form => (StatusCode::UNPROCESSABLE_ENTITY, "credential_invalid"),
            E::TooMany => (StatusCode::CONFLICT, "too_many_passkeys"),
            E::Known => (StatusCode::CONFLICT, "passkey_known"),
            E::Expired => (StatusCode::GONE, "challenge_expired"),
            E::NotValid => (StatusCode::FORBIDDEN, "passkey_not_valid"),
            E::NotKnown => (StatusCode::FORBIDDEN, "passkey_not_known"),
            E::Copied => (StatusCode::FORBIDDEN, "passkey_copied"),
            E::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            E::Ceremony(error) => return error.into(),
            E::Account(error) => return error.into(),
            E::Session(error) => return error.into(),
            E::Kept(_) | E::Challenge(_) | E::NoRandomness(_) | E::Storage(_) => return Self::internal(&error),
        };
        Self::new(status, code, detail)
    }
}
