//! Structured logs, to standard error: standard output belongs to what a command prints. An event is one line, whatever
//! strangers wrote into its fields.

use std::fmt::{self, Debug, Write};
use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::util::TryInitError;

use crate::config::{Log, LogFormat};
use crate::hidden_text;

/// Why logging cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("log.filter: {0}")]
    Filter(#[from] ParseError),
    #[error("logging has begun already: {0}")]
    Begun(#[from] TryInitError),
}

/// Begins to log, for the whole process.
pub fn begin(settings: &Log) -> Result<(), Error> {
    use tracing_subscriber::util::SubscriberInitExt as _;
    let filter = EnvFilter::try_new(&settings.filter)?;
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    match settings.format {
        LogFormat::Text => lines.fmt_fields(debug_fn(field).delimited(" ")).finish().try_init()?,
        LogFormat::Json => lines.json().finish().try_init()?,
    }
    Ok(())
}

/// A field with its control and hidden characters escaped, so that none can pass for another line or steer a terminal.
fn field(writer: &mut Writer<'_>, field: &tracing::field::Field, value: &dyn Debug) -> fmt::Result {
    if field.name() != "message" {
        writer.write_str(field.name())?;
        writer.write_char('=')?;
    }
    write!(Escaped(writer), "{value:?}")
}

/// Escapes what is written through it.
struct Escaped<'a, 'w>(&'a mut Writer<'w>);

impl Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return self.0.write_str(text);
        }
        for c in text.chars() {
            if c.is_control() || hidden_text::is_hidden(c) {
                write!(self.0, "{}", c.escape_default())?;
            } else {
                self.0.write_char(c)?;
            }
        }
        Ok(())
    }
}
