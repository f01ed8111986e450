//! Loads, limits and runs components. Everything that a call may use is handed to it in one value, the [`Grant`]: this
//! crate sees no database, no API and no other tenant.

mod admission;
mod background;
mod bindings;
mod bound;
mod compile;
mod compiling;
mod egress;
mod engine;
mod error;
mod grant;
mod guest;
mod hits;
mod memory;
mod precompiled;
mod report;
mod sandbox;
mod secrets;
mod settings;
mod wasi;

pub use bound::{Axis, Bound};
pub use compile::{CompilerProgram, compile_main};
#[cfg(any(test, feature = "fuzzing"))]
pub use egress::fuzzing;
pub use egress::may_reach;
pub use error::{Error, Result};
pub use grant::{Grant, Kv, KvError, Progress, ToolCall};
pub use report::{CallError, CallReport, Content, EgressRecord, Level, LogLine, Output, Resource};
pub use sandbox::{Loaded, Sandbox};
pub use secrets::{Secret, Secrets};
pub use settings::{EgressSettings, Settings};

/// The target of the spans of a call's stages, here and in the host: they are told where somebody measures.
pub const STAGE: &str = "cloche::stage";
