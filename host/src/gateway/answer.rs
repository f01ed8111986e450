//! What a call gives its caller, and what is noted of it.

use std::time::Duration;

use cloche_sandbox::{CallError, CallReport, Output};
use serde_json::Value;

use super::Tool;

/// An answered call.
#[derive(Debug)]
pub struct Answer {
    pub outcome: Outcome,
    /// What it came to, as one stable word.
    pub code: &'static str,
    /// Units of fuel.
    pub fuel: u64,
    pub wall: Duration,
    /// Bytes.
    pub peak_memory: u64,
    /// Outbound requests.
    pub requests: usize,
}

/// The answer itself.
#[derive(Debug)]
pub enum Outcome {
    Output(Output),
    /// For the model to read: what happened, and what to do.
    Error(String),
}

impl Answer {
    /// The call did not begin.
    pub(super) fn refused(why: String) -> Self {
        Self {
            outcome: Outcome::Error(why),
            code: "invalid_arguments",
            fuel: 0,
            wall: Duration::ZERO,
            peak_memory: 0,
            requests: 0,
        }
    }

    pub(super) fn of(report: CallReport, tool: &Tool) -> Self {
        let checked = report.outcome.and_then(|output| match as_promised(&output, tool) {
            Ok(()) => Ok(output),
            Err(wrong) => Err(CallError::BadResult(wrong)),
        });
        let (code, outcome) = match checked {
            Ok(output) => ("ok", Outcome::Output(output)),
            Err(error) => (error.code(), Outcome::Error(error.to_string())),
        };
        Self {
            outcome,
            code,
            fuel: report.fuel_used,
            wall: report.wall,
            peak_memory: report.peak_memory_bytes,
            requests: report.requests.len(),
        }
    }
}

/// A tool with an output schema must give structured content that satisfies it (MCP, «Output Schema»).
fn as_promised(output: &Output, tool: &Tool) -> Result<(), String> {
    let Some(schema) = &tool.output else { return Ok(()) };
    let Some(structured) = &output.structured else {
        return Err("it has no structured content, which its outputSchema asks for".to_owned());
    };
    match schema.problems(&Value::Object(structured.clone())) {
        Some(wrong) => Err(format!("it is not as its outputSchema says: {wrong}")),
        None => Ok(()),
    }
}
