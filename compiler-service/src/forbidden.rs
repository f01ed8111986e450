//! What no tool may contain, found in the tokens before the compiler sees them.
//!
//! The boundary is the jail; this gives better messages, and keeps a body inside its braces. Tokens rather than a syntax
//! tree: they are seen inside macros too, and what doesn't parse is left to rustc, which says it better.

use std::str::FromStr as _;

use proc_macro2::{Delimiter, LexError, Span, TokenStream, TokenTree};

use crate::refusal::{Diagnostic, Refusal};

const READS_FILES: &str = "code can't read files while it is compiled; put the text into the code as a constant";
const READS_ENVIRONMENT: &str = "there is no environment; take the value as an argument";
/// Brackets in brackets. Deeper code would overflow a stack, ours or the compiler's.
const NESTING: usize = 100;
const ASSEMBLY: &str = "write it in plain Rust";

/// Checks one piece of the author's code; `tool` is None for the helpers. `literal` bounds each literal's bytes.
pub(crate) fn check(tool: Option<&str>, code: &str, literal: usize) -> Result<(), Refusal> {
    let author = Author { tool, literal };
    let tokens = TokenStream::from_str(code).map_err(|error| author.unbalanced(code, &error))?;
    author.stream(tokens, 1)
}

struct Author<'a> {
    tool: Option<&'a str>,
    literal: usize,
}

impl Author<'_> {
    fn unbalanced(&self, code: &str, error: &LexError) -> Refusal {
        let at = error.span().start();
        let lines = code.lines().count().max(1);
        let line = at.line.clamp(1, lines);
        let diagnostic = Diagnostic {
            tool: self.tool.map(str::to_owned),
            line,
            column: at.column + 1,
            end_line: None,
            message: "a bracket, a quote or a comment is not closed, or closed twice".to_owned(),
            code: None,
            hint: Some("count the { } ( ) [ ] and quotes from here".to_owned()),
            text: code.lines().nth(line - 1).map(str::to_owned),
        };
        Refusal::CompileError { diagnostics: vec![diagnostic] }
    }

    fn refuse(&self, span: Span, item: &str, hint: &str) -> Result<(), Refusal> {
        let at = span.start();
        Err(Refusal::ForbiddenItem {
            tool: self.tool.map(str::to_owned),
            line: at.line,
            column: at.column + 1,
            item: item.to_owned(),
            hint: hint.to_owned(),
        })
    }

    fn too_large(&self, what: &str, span: Span, limit: usize, actual: usize) -> Refusal {
        let place = self.tool.map_or_else(|| "the helpers".to_owned(), |tool| format!("tool {tool}"));
        Refusal::TooLarge {
            what: format!("{what} in {place}, line {}", span.start().line),
            limit: limit as u64,
            actual: actual as u64,
        }
    }

    fn stream(&self, tokens: TokenStream, depth: usize) -> Result<(), Refusal> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (i, token) in tokens.iter().enumerate() {
            let before = i.checked_sub(1).and_then(|i| tokens.get(i));
            match token {
                TokenTree::Group(group) if depth == NESTING => {
                    return Err(self.too_large("the nesting of brackets", group.span_open(), NESTING, NESTING + 1));
                }
                TokenTree::Group(group) => self.stream(group.stream(), depth + 1)?,
                TokenTree::Literal(literal) if literal.to_string().len() > self.literal => {
                    let size = literal.to_string().len();
                    return Err(self.too_large("a literal", literal.span(), self.literal, size));
                }
                TokenTree::Ident(ident) => self.ident(ident, before, &tokens[i + 1..])?,
                TokenTree::Punct(hash) if hash.as_char() == '#' => self.attribute(hash.span(), &tokens[i + 1..])?,
                TokenTree::Literal(_) | TokenTree::Punct(_) => {}
            }
        }
        Ok(())
    }

    fn ident(
        &self,
        ident: &proc_macro2::Ident,
        before: Option<&TokenTree>,
        after: &[TokenTree],
    ) -> Result<(), Refusal> {
        let span = ident.span();
        let name = ident.to_string();
        let name = name.trim_start_matches("r#");
        let called = is_punct(after.first(), '!') && !is_punct(after.get(1), '=');
        // `core::include` or `use core::{include as x}`: a macro by another name.
        let named = called || is_punct(before, ':') || matches!(after.first(), Some(TokenTree::Ident(i)) if i == "as");
        match name {
            "unsafe" => self.refuse(span, "unsafe", "a tool never needs it; write it in safe Rust"),
            "extern" => self.refuse(span, "extern", "there is nothing to link to; use what `cloche_sdk` re-exports"),
            "include" if named => self.refuse(span, "include!", READS_FILES),
            "include_str" | "include_bytes" => self.refuse(span, &format!("{name}!"), READS_FILES),
            "env" if called => self.refuse(span, "env!", READS_ENVIRONMENT),
            "option_env" => self.refuse(span, "option_env!", READS_ENVIRONMENT),
            "asm" if named => self.refuse(span, "asm!", ASSEMBLY),
            "global_asm" | "naked_asm" => self.refuse(span, &format!("{name}!"), ASSEMBLY),
            "mod" if is_punct(after.get(1), ';') => {
                self.refuse(span, "mod …;", "there are no other files; write the module's body in braces")
            }
            _ => Ok(()),
        }
    }

    fn attribute(&self, span: Span, after: &[TokenTree]) -> Result<(), Refusal> {
        let inner = is_punct(after.first(), '!');
        let Some(TokenTree::Group(group)) = after.get(usize::from(inner)) else {
            return Ok(());
        };
        if group.delimiter() != Delimiter::Bracket {
            return Ok(());
        }
        if inner {
            return self.refuse(span, "#![…]", "attributes of the whole crate are set by the platform; remove it");
        }
        for name in attribute_words(group.stream()) {
            let hint = match name.as_str() {
                "path" => "there are no other files; write the module's body in braces",
                "link" | "link_name" | "link_section" | "no_mangle" | "export_name" | "used" => {
                    "the component's interface is made by the platform"
                }
                "proc_macro" | "proc_macro_derive" | "proc_macro_attribute" => "a tool can't be a procedural macro",
                "global_allocator" | "panic_handler" | "feature" => "this is set by the platform; remove it",
                _ => continue,
            };
            return self.refuse(span, &format!("#[{name}]"), hint);
        }
        Ok(())
    }
}

/// The names of an attribute, those behind a `cfg_attr` too.
fn attribute_words(tokens: TokenStream) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(word) => words.push(word.to_string().trim_start_matches("r#").to_owned()),
            TokenTree::Group(group) if words.last().is_some_and(|word| word == "cfg_attr") => {
                words.extend(attribute_words(group.stream()));
            }
            _ => {}
        }
    }
    words
}

fn is_punct(token: Option<&TokenTree>, char: char) -> bool {
    matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == char)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(code: &str) -> Option<String> {
        match check(Some("t"), code, 1000) {
            Err(Refusal::ForbiddenItem { item, .. }) => Some(item),
            Ok(()) => None,
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn items_that_reach_outside_are_refused_wherever_they_stand() {
        for (code, expected) in [
            ("unsafe { *p }", "unsafe"),
            ("extern \"C\" { fn f(); }", "extern"),
            ("extern crate proc_macro;", "extern"),
            ("let x = include_str!(\"/etc/passwd\");", "include_str!"),
            ("use core::include_bytes as b;", "include_bytes!"),
            ("use core::{include as i};", "include!"),
            ("core::include!(\"x\")", "include!"),
            ("core::r#include_str!(\"x\")", "include_str!"),
            ("macro_rules! m { () => { env!(\"HOME\") } }", "env!"),
            ("option_env!(\"HOME\")", "option_env!"),
            ("use core::arch::asm;", "asm!"),
            ("global_asm!(\"\")", "global_asm!"),
            ("mod secrets;", "mod …;"),
            ("#[path = \"/etc/passwd\"] mod m {}", "#[path]"),
            ("#[cfg_attr(all(), path = \"/etc/passwd\")] mod m {}", "#[path]"),
            ("#[link_section = \"x\"] static X: u8 = 0;", "#[link_section]"),
            ("#![feature(x)]", "#![…]"),
            ("#[proc_macro] fn f() {}", "#[proc_macro]"),
        ] {
            assert_eq!(item(code).as_deref(), Some(expected), "{code}");
        }
    }

    #[test]
    fn ordinary_code_is_not() {
        for code in [
            "let include = 1; let env = 2; if env != 3 { include + 1 }",
            "let asm = \"unsafe extern include!\"; // unsafe { include_str!() }",
            "mod parts { pub fn f() {} } #[derive(Deserialize)] #[serde(rename = \"path\")] struct S { path: u8 }",
            "let path = args.path; std::env::var(\"X\")",
        ] {
            assert_eq!(item(code), None, "{code}");
        }
    }

    #[test]
    fn a_body_can_not_leave_its_braces() {
        for code in ["} pub fn evil() {", "Ok(())\n}\n", "/* open", "(]", "\"open", "let x = 'ab;"] {
            match check(None, code, 1000) {
                Err(Refusal::CompileError { diagnostics }) => {
                    assert!(diagnostics[0].line <= code.lines().count(), "{code}: {diagnostics:?}");
                }
                other => assert!(other.is_err() || code.contains('\''), "{code}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_forbidden_item_is_placed_and_a_literal_bounded() {
        let Err(Refusal::ForbiddenItem { line, column, .. }) = check(None, "let a = 1;\n  unsafe { }", 9) else {
            panic!();
        };
        assert_eq!((line, column), (2, 3));
        let code = format!("let a = \"{}\";", "x".repeat(20));
        assert!(matches!(check(None, &code, 10), Err(Refusal::TooLarge { actual: 22, .. })));
        let code = format!("{}{}", "(".repeat(30_000), ")".repeat(30_000));
        assert!(matches!(check(None, &code, 10), Err(Refusal::TooLarge { limit: 100, .. })));
    }
}
