//! Who does something, and by what means: what the audit log notes of each change.

use std::fmt;
use std::str::FromStr;

use crate::words::as_text;
use crate::{ApiKeyId, OauthClientId, SessionId, UserId};

/// A text that names nobody, or no means.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {wanted}")]
pub struct OriginError {
    text: String,
    wanted: &'static str,
}

impl OriginError {
    fn new(text: &str, wanted: &'static str) -> Self {
        Self { text: text.chars().take(80).collect(), wanted }
    }
}

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    User(UserId),
    /// Whoever has the command line of the machine.
    Operator,
    /// The platform itself: a build that ends, a rule that is kept.
    Platform,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => id.fmt(f),
            Self::Operator => f.write_str("operator"),
            Self::Platform => f.write_str("platform"),
        }
    }
}

impl FromStr for Actor {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        match text {
            "operator" => Ok(Self::Operator),
            "platform" => Ok(Self::Platform),
            id => id.parse().map(Self::User).map_err(|_| OriginError::new(id, "a user's id, operator or platform")),
        }
    }
}

as_text!(Actor);

/// By what means something is done. In text, the id says of what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// A browser that is signed in.
    Session(SessionId),
    ApiKey(ApiKeyId),
    /// An application, by a token that a person has allowed it.
    Client(OauthClientId),
    /// Whoever bills organisations, by a message that they have signed.
    Webhook,
    /// `cloche` on the machine itself.
    CommandLine,
    /// Nothing from outside.
    Platform,
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(id) => id.fmt(f),
            Self::ApiKey(id) => id.fmt(f),
            Self::Client(id) => id.fmt(f),
            Self::Webhook => f.write_str("webhook"),
            Self::CommandLine => f.write_str("command_line"),
            Self::Platform => f.write_str("platform"),
        }
    }
}

impl FromStr for Via {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let fixed = match text {
            "webhook" => Some(Self::Webhook),
            "command_line" => Some(Self::CommandLine),
            "platform" => Some(Self::Platform),
            _ => None,
        };
        fixed
            .or_else(|| text.parse().map(Self::Session).ok())
            .or_else(|| text.parse().map(Self::ApiKey).ok())
            .or_else(|| text.parse().map(Self::Client).ok())
            .ok_or_else(|| {
                OriginError::new(
                    text,
                    "the id of a session, an API key or an OAuth client, webhook, command_line or platform",
                )
            })
    }
}

as_text!(Via);

/// Where a change comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub via: Via,
    /// The network address, where it comes over the network.
    pub address: Option<String>,
}

impl Origin {
    /// The operator's command line.
    pub const COMMAND_LINE: Self = Self { via: Via::CommandLine, address: None };
    /// The platform itself.
    pub const PLATFORM: Self = Self { via: Via::Platform, address: None };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_and_how_round_trip() {
        let user = Actor::User(UserId::new());
        for actor in [user, Actor::Operator, Actor::Platform] {
            assert_eq!(actor.to_string().parse::<Actor>().unwrap(), actor);
        }
        let document = "https://client.example/about".parse().unwrap();
        for via in [
            Via::Session(SessionId::new()),
            Via::ApiKey(ApiKeyId::new()),
            Via::Client(document),
            Via::Client(crate::ClientId::new().to_string().parse().unwrap()),
            Via::Webhook,
            Via::CommandLine,
            Via::Platform,
        ] {
            assert_eq!(via.to_string().parse::<Via>().unwrap(), via);
        }
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for text in ["", "root", "srv_00000000000000000000000000", "Operator"] {
            assert!(text.parse::<Actor>().is_err(), "{text}");
            assert!(text.parse::<Via>().is_err(), "{text}");
        }
    }
}
