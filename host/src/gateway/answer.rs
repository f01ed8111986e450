//! What a call gives its caller, and what is noted of it.

use cloche_sandbox::{CallError, CallReport, Output};
use cloche_storage::calls::Call;
use serde_json::Value;

use super::{Tool, record};

/// An answered call.
#[derive(Debug)]
pub struct Answer {
    pub outcome: Outcome,
    pub call: Call,
}

/// The answer itself.
#[derive(Debug)]
pub enum Outcome {
    Output(Output),
    /// For the model to read: what happened, and what to do.
    Error(String),
    /// The platform had no place for the call, whatever the tool.
    Overloaded(String),
}

impl Answer {
    /// The call did not begin.
    pub(super) fn refused(begun: Call, why: String) -> Self {
        Self { call: record::failed(begun, "invalid_arguments", &why), outcome: Outcome::Error(why) }
    }

    pub(super) fn of(begun: Call, mut report: CallReport, tool: &Tool) -> Self {
        let outcome = std::mem::replace(&mut report.outcome, Err(CallError::Stopped));
        let checked = outcome.and_then(|output| match as_promised(&output, tool) {
            Ok(()) => Ok(output),
            Err(wrong) => Err(CallError::BadResult(wrong)),
        });
        let call = record::ended(begun, &report, checked.as_ref().err());
        match checked {
            Ok(output) => Self { outcome: Outcome::Output(output), call },
            Err(error @ (CallError::Slots { .. } | CallError::Files)) => {
                Self { outcome: Outcome::Overloaded(error.to_string()), call }
            }
            Err(error) => Self { outcome: Outcome::Error(error.to_string()), call },
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
