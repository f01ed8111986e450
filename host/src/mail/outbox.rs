//! Mail kept as files that any mail program opens, and shown in the terminal.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc2822;
use time::macros::format_description;

use super::{Error, Mail};
use crate::token;

const FILE_TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second].[subsecond digits:6]");

/// A folder of mails, one `<time>-<id>.eml` each, for its owner's eyes only.
#[derive(Clone, Debug)]
pub struct Outbox {
    folder: PathBuf,
    from: String,
}

impl Outbox {
    /// An outbox in `folder`, made when the first mail comes; mail is from `no-reply@host`.
    pub fn new(folder: PathBuf, host: &str) -> Self {
        Self { folder, from: format!("no-reply@{host}") }
    }

    pub(super) async fn keep(&self, mail: Mail, now: OffsetDateTime) -> Result<(), Error> {
        let id = hex::encode(token::random_bytes::<8>()?);
        let name = format!("{}-{id}.eml", now.format(FILE_TIME)?);
        let message = self.message(&mail, &id, &now.format(&Rfc2822)?);
        let folder = self.folder.clone();
        let work = tokio::task::spawn_blocking(move || {
            write_private(&folder, &name, message.as_bytes())?;
            // Whoever reads the terminal may have gone: the file stands.
            let _ = writeln!(io::stdout(), "\nMail to {}: {}\n\n{}", mail.to, mail.subject, mail.text);
            Ok(())
        });
        let written = work.await.unwrap_or_else(|stopped| Err(io::Error::other(stopped)));
        written.map_err(|source| Error::Outbox { folder: self.folder.clone(), source })
    }

    /// RFC 5322, in UTF-8.
    fn message(&self, mail: &Mail, id: &str, date: &str) -> String {
        let Mail { to, subject, text } = mail;
        let Self { from, .. } = self;
        let head = format!(
            "From: Cloche <{from}>\nTo: <{to}>\nSubject: {subject}\nDate: {date}\nMessage-ID: <{id}.{from}>\n\
             MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
        );
        format!("{head}\n{text}").replace('\n', "\r\n")
    }
}

/// Writes a file that appears whole, readable by its owner alone.
fn write_private(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let partial = folder.join(format!(".{name}"));
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial)?.write_all(bytes)?;
    fs::rename(partial, folder.join(name))
}
