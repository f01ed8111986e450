//! Where lines go: to standard error, one write each; but those that each call leaves are gathered for a moment first, as
//! there may be tens of thousands of them a second.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

/// The target of the line that each call leaves.
pub const CALLS: &str = "cloche::calls";

/// How long a line may wait: the end of the process by SIGKILL may lose it.
const WAIT: Duration = Duration::from_millis(50);
/// Bytes of lines that wait.
const MOST: usize = 256 << 10;

/// The way to standard error. Clones share it; what still waits is written when one is dropped.
#[derive(Clone, Debug, Default)]
pub struct Lines(Arc<Gathered>);

#[derive(Debug, Default)]
struct Gathered {
    lines: Mutex<Vec<u8>>,
    begun: Condvar,
}

impl Lines {
    /// Begins to write what is gathered.
    pub(super) fn begin() -> io::Result<Self> {
        let lines = Self::default();
        let gathered = lines.0.clone();
        thread::Builder::new().name("cloche-log".to_owned()).spawn(move || gathered.write_on())?;
        Ok(lines)
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        let _ = write_out(&mut self.0.lines());
    }
}

impl Gathered {
    fn write_on(&self) {
        loop {
            let waiting = self.begun.wait_while(self.lines(), |lines| lines.is_empty());
            drop(waiting);
            thread::sleep(WAIT);
            let _ = write_out(&mut self.lines());
        }
    }

    fn lines(&self) -> MutexGuard<'_, Vec<u8>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what has waited. Nobody could be told that it cannot be.
fn write_out(lines: &mut Vec<u8>) -> io::Result<()> {
    let written = if lines.is_empty() { Ok(()) } else { io::stderr().write_all(lines) };
    lines.clear();
    written
}

/// One line on its way.
pub struct Line<'a> {
    gathered: &'a Gathered,
    may_wait: bool,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { gathered: &self.0, may_wait: false }
    }

    fn make_writer_for(&'a self, about: &Metadata<'_>) -> Line<'a> {
        // Spans have lines of their own where `log.stages` asks for them: several a call.
        Line { gathered: &self.0, may_wait: about.target() == CALLS || about.is_span() }
    }
}

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut lines = self.gathered.lines();
        let is_first = lines.is_empty();
        lines.extend_from_slice(line);
        if !self.may_wait || lines.len() > MOST {
            write_out(&mut lines)?;
        } else if is_first {
            self.gathered.begun.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_calls_wait_and_others_take_them_along() {
        let lines = Lines::default();
        let waiting = || lines.0.lines().len();
        let line = |may_wait| Line { gathered: &lines.0, may_wait };
        line(true).write_all(b"a call\n").unwrap();
        line(true).write_all(b"another\n").unwrap();
        assert_eq!(waiting(), "a call\nanother\n".len());
        line(false).write_all(b"").unwrap();
        line(false).write_all(b"\n").unwrap();
        assert_eq!(waiting(), 0);
        line(true).write_all(&vec![b'\n'; MOST + 1]).unwrap();
        assert_eq!(waiting(), 0);
    }

    #[test]
    fn lines_of_spans_wait_too() {
        let lines = Lines::default();
        let may_wait = |about: &tracing::Span| lines.make_writer_for(about.metadata().unwrap()).may_wait;
        assert!(may_wait(&tracing::info_span!("request")));
        assert!(may_wait(&tracing::debug_span!(target: "cloche::stage", "auth")));
    }
}
