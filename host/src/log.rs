//! Structured logs, to standard error: standard output belongs to what a command prints. An event is one line, whatever
//! strangers wrote into its fields.

mod lines;

use std::fmt::{self, Debug, Write};
use std::io;
use std::io::IsTerminal as _;

use cloche_sandbox::STAGE;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::util::TryInitError;

use crate::config::{Log, LogFormat};
use crate::hidden_text;
pub use lines::{CALLS, Lines};

/// Why logging cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("log.filter: {0}")]
    Filter(#[from] ParseError),
    #[error("logging has begun already: {0}")]
    Begun(#[from] TryInitError),
    #[error("no thread to write the log with: {0}")]
    Thread(#[from] io::Error),
}

/// Begins to log, for the whole process: until what this gives is dropped at its end.
pub fn begin(settings: &Log) -> Result<Lines, Error> {
    use tracing_subscriber::util::SubscriberInitExt as _;
    let mut filter = EnvFilter::try_new(&settings.filter)?;
    let mut ends = FmtSpan::NONE;
    if settings.stages {
        filter = filter.add_directive(format!("{STAGE}=debug").parse()?);
        ends = FmtSpan::CLOSE;
    }
    let colours = std::io::stderr().is_terminal();
    let lines = Lines::begin()?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(lines.clone()).with_ansi(colours);
    let log = log.with_span_events(ends);
    match settings.format {
        LogFormat::Text => log.fmt_fields(debug_fn(field).delimited(" ")).finish().try_init()?,
        LogFormat::Json => log.json().finish().try_init()?,
    }
    Ok(lines)
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
