//! Why there is no draft, in the contract's codes and in words for the author.

use std::time::Duration;

/// Why there is no draft.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// The answer ran into the model's or our bound.
    #[error("the draft became too large and was cut off: ask for fewer tools, or simpler ones")]
    TooLarge,
    /// What the model wrote is no spec, also after it was told what is wrong.
    #[error(
        "the model's draft cannot be used, and its second try neither: {problems}. Try again, or say it more simply"
    )]
    Invalid { problems: String },
    /// The model, or its provider's filter, declined.
    #[error("the model declined to draft this{}: change the description and try again", because(.said))]
    Refused { said: String },
    /// No complete answer in time.
    #[error("the model did not answer in time: try again, or ask for fewer tools")]
    Timeout,
    /// Nobody answered. What went wrong is for the operator, in the log.
    #[error("no model could answer: try again in a few minutes")]
    Unavailable,
    /// The provider wants fewer requests.
    #[error("the model's provider is taking no more requests: try again {}", when(*.retry_after))]
    RateLimited { retry_after: Option<Duration> },
}

impl DraftError {
    /// The contract's code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "spec_too_large",
            Self::Invalid { .. } | Self::Refused { .. } => "spec_invalid",
            Self::Timeout => "spec_timeout",
            Self::Unavailable => "model_unavailable",
            Self::RateLimited { .. } => "rate_limited",
        }
    }

    /// Whether it comes of what the author asked for. Where it does not, no draft is counted: only the tokens that it took.
    pub fn is_the_authors(&self) -> bool {
        match self {
            Self::TooLarge | Self::Refused { .. } => true,
            Self::Invalid { .. } | Self::Timeout | Self::Unavailable | Self::RateLimited { .. } => false,
        }
    }

    /// How long to wait before the next try, where the provider said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } => *retry_after,
            _ => None,
        }
    }
}

fn because(said: &str) -> String {
    match said.trim() {
        "" => String::new(),
        said => format!(" ({said})"),
    }
}

fn when(retry_after: Option<Duration>) -> String {
    match retry_after {
        Some(wait) => format!("in {} seconds", wait.as_secs()),
        None => "in a few minutes".to_owned(),
    }
}
