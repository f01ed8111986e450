//! rustc's JSON messages → the author's own tool and line, without a path of the machine.

use std::path::PathBuf;

use serde::Deserialize;

use crate::refusal::Diagnostic;
use crate::render::Rendered;

/// More messages help nobody.
const MOST: usize = 20;
/// Bytes of one text.
const TEXT: usize = 2_000;

#[derive(Deserialize)]
struct Message {
    message: String,
    code: Option<Code>,
    level: String,
    #[serde(default)]
    spans: Vec<Span>,
    #[serde(default)]
    children: Vec<Child>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Child {
    message: String,
    level: String,
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: usize,
    line_end: usize,
    column_start: usize,
    is_primary: bool,
    #[serde(default)]
    text: Vec<Line>,
    label: Option<String>,
    suggested_replacement: Option<String>,
    expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize)]
struct Line {
    text: String,
}

#[derive(Deserialize)]
struct Expansion {
    span: Span,
}

impl Span {
    /// Out of every macro, to the text that called it.
    fn called_from(&self) -> &Self {
        self.expansion.as_ref().map_or(self, |expansion| expansion.span.called_from())
    }
}

/// What the compiler said, sorted by weight.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    pub errors: Vec<Diagnostic>,
    pub warnings: Vec<Diagnostic>,
}

/// Reads rustc's stderr. `hidden` are the machine's paths, which no text may show.
pub(crate) fn read(stderr: &[u8], rendered: &Rendered, hidden: &[PathBuf]) -> Diagnostics {
    let reader = Reader { rendered, hidden: hidden.iter().map(|path| path.to_string_lossy().into_owned()).collect() };
    let mut diagnostics = Diagnostics::default();
    for line in stderr.split(|byte| *byte == b'\n') {
        let Ok(message) = serde_json::from_slice::<Message>(line) else {
            continue;
        };
        let into = match message.level.as_str() {
            // The count at the end has no place in the code.
            _ if message.spans.is_empty() && is_summary(&message.message) => continue,
            "error" | "error: internal compiler error" => &mut diagnostics.errors,
            "warning" => &mut diagnostics.warnings,
            _ => continue,
        };
        if into.len() < MOST {
            into.push(reader.diagnostic(&message));
        }
    }
    diagnostics
}

fn is_summary(message: &str) -> bool {
    message.starts_with("aborting due to")
        || message.ends_with("warning emitted")
        || message.ends_with("warnings emitted")
}

struct Reader<'a> {
    rendered: &'a Rendered,
    hidden: Vec<String>,
}

impl Reader<'_> {
    fn diagnostic(&self, message: &Message) -> Diagnostic {
        let mut diagnostic = Diagnostic {
            tool: None,
            line: 0,
            column: 0,
            end_line: None,
            message: self.clean(&message.message),
            code: message.code.as_ref().map(|code| self.clean(&code.code)),
            hint: self.hint(message),
            text: None,
        };
        let spans = || message.spans.iter().map(Span::called_from);
        let primary = || message.spans.iter().filter(|span| span.is_primary).map(Span::called_from);
        // The author's own line is the best place, a label on one the next best, our header's the last resort.
        let own = |span: &&Span| self.rendered.place(&span.file_name).is_some_and(|p| p.holds(span.line_start));
        let near = |span: &&Span| self.rendered.place(&span.file_name).is_some();
        if let Some(span) = primary().find(own).or_else(|| spans().find(own)).or_else(|| primary().find(near))
            && let Some(place) = self.rendered.place(&span.file_name)
        {
            diagnostic.tool.clone_from(&place.tool);
            diagnostic.line = place.line(span.line_start);
            diagnostic.column = span.column_start;
            let end = place.line(span.line_end);
            diagnostic.end_line = (end > diagnostic.line).then_some(end);
            let text = span.text.first().filter(|_| place.holds(span.line_start));
            diagnostic.text = text.map(|line| cut(&line.text));
        }
        diagnostic
    }

    /// Labels, notes and proposals, a line each.
    fn hint(&self, message: &Message) -> Option<String> {
        let labels = message.spans.iter().filter_map(|span| span.label.clone());
        let children = message.children.iter().filter(|child| !is_noise(&child.message)).map(|child| {
            let proposed = child.spans.iter().filter_map(|span| {
                let place = self.rendered.place(&span.called_from().file_name)?;
                let new = span.suggested_replacement.as_deref().map(str::trim).filter(|new| !new.is_empty())?;
                Some(format!("line {}: `{new}`", place.line(span.line_start)))
            });
            let proposed: Vec<String> = proposed.collect();
            let proposed = if proposed.is_empty() { String::new() } else { format!(" ({})", proposed.join(", ")) };
            format!("{}: {}{proposed}", child.level, child.message)
        });
        let mut lines: Vec<String> = Vec::new();
        for line in labels.chain(children).map(|text| self.clean(&text)) {
            if !line.is_empty() && !lines.contains(&line) {
                lines.push(line);
            }
        }
        (!lines.is_empty()).then(|| cut(&lines.join("\n")))
    }

    fn clean(&self, text: &str) -> String {
        let lines = text.lines().filter(|line| !line.contains("written to") && !line.contains("--verbose"));
        let mut clean = lines.collect::<Vec<_>>().join("\n").replace("cloche_std::", "std::");
        for path in &self.hidden {
            clean = without(&clean, path);
        }
        cut(&clean)
    }
}

fn is_noise(note: &str) -> bool {
    ["lint level is defined here", "this error originates in", "`#[", "`-D ", "the crate `"]
        .iter()
        .any(|start| note.starts_with(start))
        || note.contains("on by default")
        || note.contains("forbid(")
}

/// `text` with each word that begins with `path` made `…`.
fn without(text: &str, path: &str) -> String {
    let mut clean = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(path) {
        clean.push_str(&rest[..at]);
        clean.push('…');
        rest = &rest[at..];
        // A directory's own name may have such letters in it.
        rest = &rest[path.len()..];
        let end = rest.find(|c: char| c.is_whitespace() || "`'\",;:)".contains(c));
        rest = &rest[end.unwrap_or(rest.len())..];
    }
    clean + rest
}

fn cut(text: &str) -> String {
    let end = text.floor_char_boundary(TEXT);
    if end < text.len() { format!("{}…", &text[..end]) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_machine_are_hidden() {
        assert_eq!(
            without("crate found at `/opt/kit/lib/a.rlib` and /opt/kit", "/opt/kit"),
            "crate found at `…` and …"
        );
        assert_eq!(without("nothing here", "/opt/kit"), "nothing here");
        assert_eq!(without("at /opt/my kit/lib/a.rs: so", "/opt/my kit"), "at …: so");
    }

    #[test]
    fn long_texts_are_cut_at_a_letter() {
        assert!(cut(&"ä".repeat(3000)).len() <= TEXT + '…'.len_utf8());
    }
}
