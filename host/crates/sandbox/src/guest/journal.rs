//! The log of one call.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::hits::Hits;
use crate::{Axis, Bound, Level, LogLine};

/// Bytes of a line, before escaping.
const LINE: usize = 8 << 10;
/// What a line counts for at least.
const SHORTEST: u64 = 32;

/// Which of a program's standard streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Out,
    Err,
}

/// The log of one call. Clones share it.
#[derive(Clone)]
pub(crate) struct Journal(Arc<Mutex<Lines>>);

/// The lines of one call, as many as fit.
struct Lines {
    lines: Vec<LogLine>,
    limit: u64,
    room: u64,
    full: bool,
    hits: Hits,
    /// What a program has printed of a line that has not ended.
    printed: [Vec<u8>; 2],
}

impl Journal {
    pub(crate) fn new(limit: u64, hits: Hits) -> Self {
        let printed = [Vec::new(), Vec::new()];
        Self(Arc::new(Mutex::new(Lines { lines: Vec::new(), limit, room: limit, full: false, hits, printed })))
    }

    /// Keeps a line: cut, and with its control characters escaped, so that none can pass for another line or steer a
    /// terminal. The first that does not fit leaves a mark in its place.
    pub(crate) fn write(&self, at_ms: u64, level: Level, message: &str) {
        self.lines().write(at_ms, level, message);
    }

    /// Keeps what a program prints, line by line.
    pub(crate) fn print(&self, stream: Stream, at_ms: u64, bytes: &[u8]) {
        let mut lines = self.lines();
        for piece in bytes.split_inclusive(|&b| b == b'\n') {
            let (text, ended) = piece.strip_suffix(b"\n").map_or((piece, false), |text| (text, true));
            if !lines.full {
                // One byte more than is kept shows that it was cut.
                let room = (LINE + 1).saturating_sub(lines.printed[stream as usize].len());
                lines.printed[stream as usize].extend(&text[..text.len().min(room)]);
            }
            if ended {
                lines.end_line(stream, at_ms);
            }
        }
    }

    /// What the program said of its own panic, last.
    pub(crate) fn panic(&self) -> Option<String> {
        let lines = self.lines();
        let errors: Vec<_> =
            lines.lines.iter().filter(|line| line.level == Level::Error).map(|line| line.message.as_str()).collect();
        let last = errors.iter().rposition(|line| line.starts_with("panic") || line.contains(" panicked at "))?;
        // Rust's own hook puts the message on a line of its own.
        match errors.get(last + 1) {
            Some(message) if errors[last].ends_with(':') => Some(format!("{} {message}", errors[last])),
            _ => Some(errors[last].to_owned()),
        }
    }

    /// All lines; what was printed without an end of line is one as well.
    pub(crate) fn take_lines(&self, at_ms: u64) -> Vec<LogLine> {
        let mut lines = self.lines();
        for stream in [Stream::Out, Stream::Err] {
            if !lines.printed[stream as usize].is_empty() {
                lines.end_line(stream, at_ms);
            }
        }
        std::mem::take(&mut lines.lines)
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    fn end_line(&mut self, stream: Stream, at_ms: u64) {
        let line = std::mem::take(&mut self.printed[stream as usize]);
        let level = if stream == Stream::Out { Level::Info } else { Level::Error };
        self.write(at_ms, level, &String::from_utf8_lossy(&line));
    }

    fn write(&mut self, at_ms: u64, level: Level, message: &str) {
        if self.full {
            return;
        }
        let cut = &message[..message.floor_char_boundary(LINE)];
        let mut line = String::with_capacity(cut.len());
        for c in cut.chars() {
            if c.is_control() || is_direction(c) { line.extend(c.escape_default()) } else { line.push(c) }
        }
        if cut.len() < message.len() {
            line.push('…');
        }
        let size = (line.len() as u64).max(SHORTEST);
        let (level, message) = if let Some(room) = self.room.checked_sub(size) {
            self.room = room;
            (level, line)
        } else {
            self.full = true;
            self.hits.note(Bound::new(Axis::Log, self.limit, self.limit - self.room + size));
            let mark = "the log of this call is full: the lines after this are not kept";
            (Level::Warn, mark.to_owned())
        };
        self.lines.push(LogLine { at_ms, level, message });
    }
}

/// Marks that make text read in another order than it is written.
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_long_lines_cut() {
        let journal = Journal::new(1 << 20, Hits::default());
        journal.write(1, Level::Info, "a\r\nb\u{1b}[31m\u{202e}é");
        journal.write(2, Level::Info, &"é".repeat(LINE));
        let lines = journal.take_lines(0);
        assert_eq!(lines[0].message, "a\\r\\nb\\u{1b}[31m\\u{202e}é");
        assert_eq!(lines[1].message.len(), LINE + '…'.len_utf8());
    }

    #[test]
    fn a_full_log_says_so_once() {
        let journal = Journal::new(100, Hits::default());
        for _ in 0..10 {
            journal.write(0, Level::Info, "");
        }
        let lines = journal.take_lines(0);
        assert_eq!(lines.len(), 4);
        assert!(lines[3].message.contains("full"));
    }

    #[test]
    fn what_is_printed_becomes_lines() {
        let journal = Journal::new(1 << 20, Hits::default());
        journal.print(Stream::Out, 1, b"one\ntw");
        journal.print(Stream::Err, 2, b"thread 'main' panicked at src/lib.rs:1:2:\nno\n");
        journal.print(Stream::Out, 3, b"o\xff\n\x1b[0m");
        journal.print(Stream::Out, 4, &[b'x'; 2 * LINE]);
        assert_eq!(journal.panic().unwrap(), "thread 'main' panicked at src/lib.rs:1:2: no");
        let lines: Vec<_> =
            journal.take_lines(5).into_iter().map(|line| (line.at_ms, line.level, line.message)).collect();
        assert_eq!(lines[0], (1, Level::Info, "one".into()));
        assert_eq!(lines[2], (2, Level::Error, "no".into()));
        assert_eq!(lines[3], (3, Level::Info, "two\u{fffd}".into()));
        assert!(lines[4].2.starts_with("\\u{1b}[0mxx") && lines[4].2.ends_with('…'), "{:?}", lines[4]);
        assert_eq!(lines.len(), 5);
    }

    #[test]
    fn what_is_printed_without_end_fills_no_memory() {
        let journal = Journal::new(100, Hits::default());
        for _ in 0..1_000 {
            journal.print(Stream::Out, 0, &[b'x'; 4096]);
        }
        assert!(journal.lines().printed[0].capacity() < 3 * LINE);
        assert!(journal.take_lines(0)[0].message.contains("full"));
    }
}
