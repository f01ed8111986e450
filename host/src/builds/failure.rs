//! Why a run of a build ends without a live version: for good, or for now.

use cloche_compiler::Refusal;
use cloche_storage::builds::Failure;
use serde_json::json;

use crate::artifacts;

/// What ends a run.
#[derive(Debug, thiserror::Error)]
pub(super) enum End {
    /// Trying again would end the same: the author has to change something.
    #[error("{}", .0.message)]
    Failed(Failure),
    /// The job is in another hand, or was deleted: nothing is to be written.
    #[error("the job is in another hand")]
    LeaseLost,
    /// Trying again may help.
    #[error("the compiler is not available: {0}")]
    Compiler(String),
    #[error("the sandbox is not available: {0}")]
    Sandbox(String),
    #[error("the component was taken away before a version referred to it")]
    TakenAway,
    #[error("the attestation cannot be written: {0}")]
    Attestation(#[from] serde_json::Error),
    #[error(transparent)]
    Artifacts(#[from] artifacts::Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

impl End {
    pub(super) fn failed(code: &str, message: impl Into<String>) -> Self {
        Self::Failed(Failure { code: code.to_owned(), message: message.into(), diagnostics: Vec::new() })
    }

    /// What is told where the platform has no room for what was built, or for building it.
    pub(super) fn storage_full(&self) -> Option<Failure> {
        cloche_storage::is_disk_full(self).then(|| Failure {
            code: "storage_full".to_owned(),
            message: "the platform's disk is full: build again later; its operator has to make room".to_owned(),
            diagnostics: Vec::new(),
        })
    }

    /// What is told when trying again is given up. The inside of our own failures stays in the log.
    pub(super) fn give_up(self, attempts: i64) -> Failure {
        let (code, what) = match self {
            Self::Failed(failure) => return failure,
            Self::Compiler(_) => ("compiler_unavailable", "the compiler is not available"),
            Self::Sandbox(_) => ("sandbox_unavailable", "the sandbox is not available"),
            _ => ("internal", "something failed on our side"),
        };
        Failure {
            code: code.to_owned(),
            message: format!("{what}, {attempts} times: try again later, and if it stays so, quote the build's id"),
            diagnostics: Vec::new(),
        }
    }
}

impl From<Refusal> for End {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        let code = json!(refusal)["code"].as_str().unwrap_or("compile_error").to_owned();
        let diagnostics = match refusal {
            Refusal::Unavailable { reason } => return Self::Compiler(reason),
            Refusal::CompileError { diagnostics } => diagnostics.iter().map(|diagnostic| json!(diagnostic)).collect(),
            // In the form of a compiler's message.
            Refusal::ForbiddenItem { tool, line, column, item, hint } => vec![json!({
                "tool": tool, "line": line, "column": column, "message": format!("`{item}` is not allowed"), "hint": hint,
            })],
            _ => Vec::new(),
        };
        Self::Failed(Failure { code, message, diagnostics })
    }
}
