//! Why there is no artifact, in words that the author, or the model that repairs the code, can act on.

use cloche_domain::spec::SpecProblem;
use serde::{Deserialize, Serialize};

/// A compilation's end without an artifact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Refusal {
    #[error("{}", first_of(diagnostics))]
    CompileError { diagnostics: Vec<Diagnostic> },
    /// The component asks for a power that the spec doesn't declare.
    #[error("the code uses {interface}, which the server does not declare: {hint}")]
    UndeclaredCapability { interface: String, hint: String },
    /// An item that no tool may contain, refused before the compiler sees it.
    #[error("{}: `{item}` is not allowed: {hint}", place(tool.as_deref(), *line))]
    ForbiddenItem {
        /// None in the helpers.
        tool: Option<String>,
        line: usize,
        /// From 1.
        column: usize,
        item: String,
        hint: String,
    },
    #[error("{what} is too large: {actual}, and at most {limit} is allowed")]
    TooLarge { what: String, limit: u64, actual: u64 },
    #[error("compiling took more than {seconds} s: simplify the code, above all generics, macros and constants")]
    TimedOut { seconds: u64 },
    #[error("the specification has a problem: {}", problems.first().map_or_else(String::new, |p| format!("{} {}", p.pointer, p.message)))]
    InvalidSpec { problems: Vec<SpecProblem> },
    /// The machine's disk, not the build's own share of it.
    #[error("the disk of the machine that compiles is full: build again later; its operator has to make room")]
    StorageFull,
    /// The fault is ours or the machine's; the same spec may compile later.
    #[error("the compiler is unavailable: {reason}")]
    Unavailable { reason: String },
}

impl Refusal {
    #[expect(clippy::needless_pass_by_value, reason = "so that `map_err` takes it as it is")]
    pub(crate) fn unavailable(reason: impl ToString) -> Self {
        Self::Unavailable { reason: reason.to_string() }
    }
}

/// One message of the compiler, at the author's own line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{}{}: {message}", place(tool.as_deref(), *line), code.as_ref().map_or_else(String::new, |c| format!(" [{c}]")))]
pub struct Diagnostic {
    /// None in the helpers, and in code that the platform generates (then `line` is 0).
    pub tool: Option<String>,
    /// In the tool's body or the helpers, from 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_line: Option<usize>,
    pub message: String,
    /// rustc's, like `E0308`, or a lint's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What else the compiler says: labels, notes, proposals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The author's line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

fn place(tool: Option<&str>, line: usize) -> String {
    match (tool, line) {
        (Some(tool), _) => format!("tool {tool}, line {line}"),
        (None, 0) => "in generated code".to_owned(),
        (None, _) => format!("helpers, line {line}"),
    }
}

fn first_of(diagnostics: &[Diagnostic]) -> String {
    match diagnostics {
        [] => "the code does not compile".to_owned(),
        [only] => only.to_string(),
        [first, rest @ ..] => format!("{first} (and {} more)", rest.len()),
    }
}
