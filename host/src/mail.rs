//! Mail to people. On a platform of its own, without a mail server, it goes to the outbox and the terminal.

mod outbox;

use cloche_domain::Email;
use time::OffsetDateTime;

pub use outbox::Outbox;

/// One mail, in plain text.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to: Email,
    pub subject: String,
    pub text: String,
}

/// Why a mail did not leave.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot write mail to the outbox {folder}: {source}", folder = folder.display())]
    Outbox { folder: std::path::PathBuf, source: std::io::Error },
    #[error(transparent)]
    NoRandomness(#[from] crate::token::NoRandomness),
    #[error("cannot write the date of a mail: {0}")]
    Date(#[from] time::error::Format),
}

/// How mail leaves the platform.
#[derive(Clone, Debug)]
pub enum Mailer {
    Outbox(Outbox),
}

impl Mailer {
    /// Hands a mail over, dated `now`.
    pub async fn send(&self, mail: Mail, now: OffsetDateTime) -> Result<(), Error> {
        match self {
            Self::Outbox(outbox) => outbox.keep(mail, now).await,
        }
    }
}
