//! The compiler service: a server's specification in, a component out. The source is hostile, and nothing here is worth
//! stealing: no database, no network, no secret.
//!
//! [`Local`] compiles in this process's own jail; [`Remote`] asks a `compiler-service` over HTTP. Both are a [`Compiler`].

mod args;
mod compiler;
mod component;
mod diagnostics;
mod forbidden;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod jail;
mod limits;
mod local;
mod refusal;
mod remote;
mod render;
mod rustc;
pub mod service;
mod toolchain;
mod upload;

pub use compiler::{Artifact, Compiler, Event, EventSink, Source};
pub use component::{ManifestError, imports, read_manifest};
pub use jail::{Launcher, jail_main};
pub use limits::Limits;
pub use local::Local;
pub use refusal::{Diagnostic, Refusal};
pub use remote::Remote;
pub use toolchain::{Toolchain, ToolchainError};
pub use upload::{Adopted, Unfit, adopt};
