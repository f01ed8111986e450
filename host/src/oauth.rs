//! The authorization server: OAuth 2.1 for public clients, one audience a token (RFC 8707).
//!
//! A client is registered (RFC 7591) or describes itself at a URL (`clients`); a person allows it one server
//! (`authorize`), which makes a grant; the grant's code and refresh tokens are each good once (`tokens`); access tokens are
//! signed, and good while the grant holds (`access`).

pub mod access;
pub mod authorize;
pub mod clients;
pub mod connected;
mod document;
mod params;
mod redirect;
pub mod tokens;

pub use access::Bearers;
pub use params::Params;
pub use redirect::{RedirectError, RedirectUri, is_loopback};

use cloche_domain::words::WordError;

use crate::app::App;
use crate::mount::{Mount, origin};
use crate::{keys, token};

/// The one scope: calls to the server that the token is for.
pub const SCOPE: &str = "mcp";

/// Why a request is refused, in RFC 6749's words.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    InvalidRequest(String),
    #[error("{0}")]
    InvalidClient(String),
    #[error("{0}")]
    InvalidClientMetadata(String),
    #[error(transparent)]
    InvalidRedirectUri(#[from] RedirectError),
    #[error("{0}")]
    InvalidGrant(&'static str),
    #[error("the scope is not {SCOPE}: ask for that, or leave the scope out")]
    InvalidScope,
    #[error("resource {0:?} is no MCP server of this platform: send the server's own URL, as its metadata gives it")]
    InvalidTarget(String),
    #[error("grant_type must be authorization_code or refresh_token")]
    UnsupportedGrantType,
    #[error("response_type must be code")]
    UnsupportedResponseType,
    #[error("the person did not allow it")]
    AccessDenied,
    #[error("{limit} clients have registered from this address in a day: use one of them, or wait")]
    TooManyClients { limit: u32 },
    #[error("try again: {0}")]
    Storage(#[from] cloche_storage::Error),
    #[error("try again: {0}")]
    Keys(#[from] keys::Error),
    #[error("try again: {0}")]
    NoRandomness(#[from] token::NoRandomness),
}

impl Error {
    /// The `error` of RFC 6749 §4.1.2.1 and §5.2, RFC 7591 §3.2.2 and RFC 8707 §2.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient(_) => "invalid_client",
            Self::InvalidClientMetadata(_) => "invalid_client_metadata",
            Self::InvalidRedirectUri(_) => "invalid_redirect_uri",
            Self::InvalidGrant(_) => "invalid_grant",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget(_) => "invalid_target",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::AccessDenied => "access_denied",
            Self::TooManyClients { .. } => "temporarily_unavailable",
            Self::Storage(_) | Self::Keys(_) | Self::NoRandomness(_) => "server_error",
        }
    }

    /// What the asker may read: nothing of the inside.
    pub fn description(&self) -> String {
        match self {
            Self::Storage(_) | Self::Keys(_) | Self::NoRandomness(_) => {
                "something failed on our side: try again".to_owned()
            }
            other => other.to_string(),
        }
    }
}

impl From<WordError> for Error {
    fn from(error: WordError) -> Self {
        Self::InvalidRequest(error.to_string())
    }
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Who signs: the platform's address, character for character as its metadata gives it (RFC 8414 §3.3).
pub fn issuer(app: &App) -> &str {
    origin(&app.public_url)
}

/// The server that a `resource` parameter names.
fn target(app: &App, resource: &str) -> Result<Mount> {
    Mount::parse(&app.public_url, resource).ok_or_else(|| Error::InvalidTarget(resource.chars().take(200).collect()))
}

/// Whether `scope` asks for no more than there is.
fn check_scope(scope: Option<&str>) -> Result<()> {
    let ours = scope.unwrap_or_default().split_ascii_whitespace().all(|one| one == SCOPE);
    if ours { Ok(()) } else { Err(Error::InvalidScope) }
}
