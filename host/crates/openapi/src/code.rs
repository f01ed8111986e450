//! The code of a tool. All that a document says stands in string literals that are written here, with everything but
//! printable ASCII escaped.

use std::fmt::Write as _;

use crate::arguments::Parameter;
use crate::auth::Form;
use crate::body::{Content, Format};
use crate::draft::{Keys, Prepared};
use crate::operation::Piece;
use crate::place::{Place, Style};

/// What the tools share.
pub(crate) const SHARED: &str = include_str!("code/shared.rs");

/// A line that is longer is written as several.
const WIDTH: usize = 110;
/// Bytes of a comment.
const COMMENT: usize = 200;

/// The body of a tool.
pub(crate) fn tool(prepared: &Prepared<'_>, keys: &Keys) -> String {
    let operation = prepared.operation;
    let mut code = format!("// {} {}\n", operation.method, comment(operation.path));
    let _ = write!(code, "Call::new({}, {})", literal(operation.method), url(prepared));
    let mut then = |step: String| {
        code.push_str("\n    .");
        code.push_str(&step);
    };
    then(format!("set(\"Accept\", {})", literal(&prepared.accept)));
    for credential in &prepared.credentials {
        let Some(keys) = keys.of(credential) else { continue };
        then(match (&credential.form, keys) {
            (Form::Bearer, [key, ..]) => format!("set(\"Authorization\", \"Bearer {{{key}}}\")"),
            (Form::Basic, [user, password, ..]) => {
                format!("set(\"Authorization\", \"Basic {{{user}}}:{{{password}}}\")")
            }
            (Form::Header(name), [key, ..]) => format!("set({}, \"{{{key}}}\")", literal(name)),
            (Form::Query(name), [key, ..]) => format!("secret({}, \"{{{key}}}\")", literal(name)),
            (Form::Cookie(name), [key, ..]) => format!("set(\"Cookie\", {})", literal(&format!("{name}={{{key}}}"))),
            (_, []) | (Form::Basic, [_]) => continue,
        });
    }
    for Parameter { name, place, argument } in &prepared.arguments.parameters {
        let value = format!("args.get({})", literal(&argument.name));
        match place {
            Place::Path { .. } => {}
            Place::Query(style) => then(format!("query({}, {value}, {})", literal(name), style.code())),
            Place::Header => then(format!("header({}, {value})?", literal(name))),
        }
    }
    body(prepared, &mut then);
    then("send()".to_owned());
    code
}

fn body(prepared: &Prepared<'_>, then: &mut impl FnMut(String)) {
    let arguments = &prepared.arguments;
    let Some(body) = &arguments.body else { return };
    match (&body.content, &body.format) {
        (Content::Fields(fields), Format::Form) => {
            for (field, argument) in fields.iter().zip(&arguments.of_body) {
                let value = format!("args.get({})", literal(&argument.name));
                then(format!("form({}, {value}, {})", literal(field.name), field.style.code()));
            }
        }
        (Content::Fields(fields), Format::Json(kind) | Format::Text(kind)) => {
            let named = || fields.iter().zip(&arguments.of_body).map(|(field, argument)| (field.name, &argument.name));
            let same = named().filter(|(name, argument)| name == argument).map(|(name, _)| literal(name));
            let other = named().filter(|(name, argument)| name != argument);
            let other = other.map(|(name, argument)| format!("({}, {})", literal(argument), literal(name)));
            let (same, other) = (list(&same.collect::<Vec<_>>()), list(&other.collect::<Vec<_>>()));
            let step = if body.required { "json" } else { "optional_json" };
            then(format!("{step}({}, fields(&args, {same}, {other}))?", literal(kind)));
        }
        (Content::Whole(_), format) => {
            let name = arguments.of_body.first().map_or("body", |argument| argument.name.as_str());
            let value = format!("args.get({})", literal(name));
            then(match format {
                Format::Json(kind) => format!("json_body({}, {value})?", literal(kind)),
                Format::Text(kind) => format!("text_body({}, {value})", literal(kind)),
                Format::Form => format!("form(\"\", {value}, {})", Style::Exploded.code()),
            });
        }
    }
}

/// The address: a literal, or `format!` of one.
fn url(prepared: &Prepared<'_>) -> String {
    let mut text = prepared.base.replace('{', "%7B").replace('}', "%7D");
    let mut parts = Vec::new();
    for piece in &prepared.pieces {
        match piece {
            Piece::Text(piece) => text.push_str(piece),
            Piece::Parameter(name) => {
                let Some(parameter) = prepared.arguments.in_path(name) else { continue };
                let function = match parameter.place {
                    Place::Path { segments: true } => "segments",
                    _ => "segment",
                };
                text.push_str("{}");
                parts.push(format!("{function}(&args, {})?", literal(&parameter.argument.name)));
            }
        }
    }
    let text = literal(&text);
    if parts.is_empty() {
        return text;
    }
    let line = format!("format!({text}, {})", parts.join(", "));
    if line.len() <= WIDTH { line } else { format!("format!(\n    {text},\n    {},\n)", parts.join(",\n    ")) }
}

/// `&["a", "b"]`, in lines of some width.
fn list(items: &[String]) -> String {
    let line = items.join(", ");
    if line.len() <= WIDTH / 2 {
        return format!("&[{line}]");
    }
    let mut lines = String::from("&[\n");
    let mut width = 0;
    for item in items {
        if width > 0 && width + item.len() > WIDTH - 10 {
            lines.push('\n');
            width = 0;
        }
        lines.push_str(if width == 0 { "        " } else { " " });
        let _ = write!(lines, "{item},");
        width += item.len() + 2;
    }
    lines + "\n    ]"
}

/// A string literal of this text. In it stands nothing but printable ASCII, and no quote that would end it.
fn literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                literal.push('\\');
                literal.push(c);
            }
            ' '..='~' => literal.push(c),
            c => {
                let _ = write!(literal, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    literal + "\""
}

/// A text within a line comment: it ends where its line does.
fn comment(text: &str) -> String {
    text.chars().take(COMMENT).map(|c| if (' '..='~').contains(&c) { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_literal() {
        for (text, expected) in [
            ("plain {KEY}", "\"plain {KEY}\""),
            ("\"); evil(\"", "\"\\\"); evil(\\\"\""),
            ("\\", "\"\\\\\""),
            ("a\nb\r\u{0}", "\"a\\u{a}b\\u{d}\\u{0}\""),
            ("\u{202E}é", "\"\\u{202e}\\u{e9}\""),
        ] {
            assert_eq!(literal(text), expected);
        }
        assert_eq!(comment("/a\n} evil(); //\u{2028}"), "/a?} evil(); //?");
    }
}
