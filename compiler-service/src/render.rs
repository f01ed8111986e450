//! Spec → the files that rustc gets, and the way back from a file's line to the author's.
//!
//! `lib.rs` is the glue, `helpers.rs` the author's shared items, and each tool a file of its own: a fixed header, the
//! author's body, a footer. Tools are children of the helpers, so that they see every helper, `pub` or not.

use std::fmt::Write as _;
use std::str::FromStr as _;

use cloche_domain::spec::{ServerSpec, ToolSpec};
use proc_macro2::{TokenStream, TokenTree};

use crate::args;
use crate::compiler::Source;

/// Before the author's helpers; the lines that don't count.
const HELPERS_HEADER: &str = "use std::tool_prelude::*;\n";
/// Before the author's body.
const TOOL_HEADER: &str = "use super::*;\npub fn run(args: Args) -> Result<impl cloche_sdk::IntoOutput> {\n";

/// After a tool's body, where the helpers say what `Args` is.
const OWN_ARGS: &str = "pub type Args = super::Args;\n";

/// The rendered crate.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub source: Source,
    places: Vec<Place>,
}

/// Whose text a file holds, and from where to where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    file: String,
    /// None for the helpers.
    pub tool: Option<String>,
    header: usize,
    lines: usize,
}

impl Place {
    /// The author's line for a line of the file, both from 1. What lies in header or footer is the nearest line.
    pub(crate) fn line(&self, line: usize) -> usize {
        line.saturating_sub(self.header).clamp(1, self.lines.max(1))
    }

    /// Whether a line of the file is the author's own.
    pub(crate) fn holds(&self, line: usize) -> bool {
        (self.header + 1..=self.header + self.lines).contains(&line)
    }
}

impl Rendered {
    /// The place of a file; None for generated ones.
    pub(crate) fn place(&self, file: &str) -> Option<&Place> {
        self.places.iter().find(|place| place.file == file)
    }

    pub(crate) fn lines(&self) -> usize {
        self.source.files.iter().map(|(_, text)| text.lines().count()).sum()
    }
}

/// Renders a spec. The author's code must have passed [`crate::forbidden::check`]: its brackets are balanced.
pub(crate) fn render(spec: &ServerSpec) -> Rendered {
    let modules: Vec<String> = spec.tools.iter().enumerate().map(|(i, tool)| module(i, tool)).collect();
    let mut rendered =
        Rendered { source: Source { files: vec![("lib.rs".to_owned(), glue(spec, &modules))] }, places: Vec::new() };
    let mut footer = String::new();
    for module in &modules {
        let _ = writeln!(footer, "#[path = \"{module}.rs\"]\npub mod {module};");
    }
    rendered.add("helpers.rs".to_owned(), None, HELPERS_HEADER, &spec.helpers, &footer);
    let own_args = defines_args(&spec.helpers);
    for (module, tool) in modules.iter().zip(&spec.tools) {
        let args = if own_args { OWN_ARGS.to_owned() } else { args::render(&tool.input_schema) };
        let footer = format!("}}\n\n{args}");
        let name = Some(tool.name.to_string());
        rendered.add(format!("{module}.rs"), name, TOOL_HEADER, &tool.implementation, &footer);
    }
    rendered
}

impl Rendered {
    fn add(&mut self, file: String, tool: Option<String>, header: &str, code: &str, footer: &str) {
        let code = code.trim_end();
        // The footer begins on a line of its own: the code may end in a comment.
        let text = format!("{header}{code}\n{footer}");
        self.places.push(Place {
            file: file.clone(),
            tool,
            header: header.lines().count(),
            lines: code.lines().count(),
        });
        self.source.files.push((file, text));
    }
}

/// Whether the helpers say themselves what every tool's `Args` is, as those do that pass arguments on as they came:
/// `pub type Args = Map<String, Value>;`.
fn defines_args(helpers: &str) -> bool {
    let tokens: Vec<TokenTree> = TokenStream::from_str(helpers).into_iter().flatten().collect();
    let is =
        |token: &TokenTree, words: &[&str]| matches!(token, TokenTree::Ident(word) if words.iter().any(|w| word == w));
    tokens.windows(2).any(|pair| is(&pair[0], &["type", "struct", "enum"]) && is(&pair[1], &["Args"]))
}

/// `get-weather`, the second tool, is `tool_2_get_weather`.
fn module(index: usize, tool: &ToolSpec) -> String {
    format!("tool_{}_{}", index + 1, tool.name.as_str().replace('-', "_"))
}

fn glue(spec: &ServerSpec, modules: &[String]) -> String {
    let mut arms = String::new();
    for (module, tool) in modules.iter().zip(&spec.tools) {
        let name = tool.name.as_str();
        let _ = writeln!(
            arms,
            "        \"{name}\" => cloche_sdk::glue::run::<helpers::{module}::Args, _>(arguments, helpers::{module}::run),"
        );
    }
    format!(
        "#![no_std]\n\
         #![forbid(unsafe_code, deprecated)]\n\
         #![allow(unused, nonstandard_style)]\n\
         #![warn(unused_must_use, unreachable_code)]\n\
         mod helpers;\n\
         fn call(name: &str, arguments: &str) -> Result<cloche_sdk::Output, std::string::String> {{\n    \
         match name {{\n{arms}        _ => cloche_sdk::glue::unknown(name),\n    }}\n}}\n\
         cloche_sdk::export_server!(call);\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn spec(bodies: &[&str], helpers: &str) -> ServerSpec {
        let tools: Vec<_> = bodies
            .iter()
            .enumerate()
            .map(|(i, body)| json!({"name": format!("t-{i}"), "description": "d", "implementation": body}))
            .collect();
        serde_json::from_value(json!({"name": "S", "tools": tools, "helpers": helpers})).unwrap()
    }

    #[test]
    fn lines_lead_back_to_the_author() {
        let rendered = render(&spec(&["let a = 1;\nOk(a)", "Ok(())"], "fn f() {}\nfn g() {}"));
        let (_, text) = &rendered.source.files[2];
        let line = text.lines().position(|l| l == "Ok(a)").unwrap() + 1;
        let place = rendered.place("tool_1_t_0.rs").unwrap();
        assert_eq!((place.tool.as_deref(), place.line(line)), (Some("t-0"), 2));
        assert!(place.holds(line) && !place.holds(line + 1) && !place.holds(1));
        assert_eq!((place.line(1), place.line(99)), (1, 2));
        let helpers = rendered.place("helpers.rs").unwrap();
        assert_eq!((helpers.tool.as_deref(), helpers.line(3)), (None, 2));
        assert!(rendered.place("lib.rs").is_none());
    }

    #[test]
    fn helpers_may_say_what_args_is() {
        let rendered = |helpers| render(&spec(&["Ok(args.len())"], helpers)).source.files.swap_remove(2).1;
        for helpers in ["pub type Args = Map<String, Value>;", "#[derive(Deserialize)] pub struct Args { a: u8 }"] {
            assert!(rendered(helpers).ends_with("pub type Args = super::Args;\n"), "{helpers}");
        }
        for helpers in ["", "// type Args", "fn f() { type Args = u8; }", "const S: &str = \"struct Args\";"] {
            assert!(rendered(helpers).contains("pub struct Args"), "{helpers}");
        }
    }

    #[test]
    fn every_file_parses_even_after_a_comment() {
        let rendered = render(&spec(&["Ok(()) // done", "Ok(1)"], "// nothing"));
        for (name, text) in &rendered.source.files {
            assert!(syn::parse_file(text).is_ok(), "{name}:\n{text}");
        }
    }
}
