//! The log of one call.

use crate::hits::Hits;
use crate::{Bound, Level, LogLine};

/// Bytes of a line, before escaping.
const LINE: usize = 8 << 10;
/// What a line counts for at least.
const SHORTEST: u64 = 32;

/// The lines of one call, as many as fit.
pub(crate) struct Journal {
    lines: Vec<LogLine>,
    limit: u64,
    room: u64,
    full: bool,
    hits: Hits,
}

impl Journal {
    pub(crate) const fn new(limit: u64, hits: Hits) -> Self {
        Self { lines: Vec::new(), limit, room: limit, full: false, hits }
    }

    /// Keeps a line: cut, and with its control characters escaped, so that none can pass for another line or steer a
    /// terminal. The first that does not fit leaves a mark in its place.
    pub(crate) fn write(&mut self, at_ms: u64, level: Level, message: &str) {
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
            self.hits.note(Bound::bytes("log", self.limit, self.limit - self.room + size));
            let mark = "the log of this call is full: the lines after this are not kept";
            (Level::Warn, mark.to_owned())
        };
        self.lines.push(LogLine { at_ms, level, message });
    }

    /// What the SDK's panic hook wrote last.
    pub(crate) fn panic(&self) -> Option<&str> {
        let errors = self.lines.iter().rev().filter(|line| line.level == Level::Error);
        errors.map(|line| line.message.as_str()).find(|message| message.starts_with("panic"))
    }

    pub(crate) fn take_lines(&mut self) -> Vec<LogLine> {
        std::mem::take(&mut self.lines)
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
        let mut journal = Journal::new(1 << 20, Hits::default());
        journal.write(1, Level::Info, "a\r\nb\u{1b}[31m\u{202e}é");
        journal.write(2, Level::Info, &"é".repeat(LINE));
        let lines = journal.take_lines();
        assert_eq!(lines[0].message, "a\\r\\nb\\u{1b}[31m\\u{202e}é");
        assert_eq!(lines[1].message.len(), LINE + '…'.len_utf8());
    }

    #[test]
    fn a_full_log_says_so_once() {
        let mut journal = Journal::new(100, Hits::default());
        for _ in 0..10 {
            journal.write(0, Level::Info, "");
        }
        let lines = journal.take_lines();
        assert_eq!(lines.len(), 4);
        assert!(lines[3].message.contains("full"));
    }
}
