//! The jail: one compiler process on untrusted source, without privileges.
//!
//! [`jail_main`] is the inside: a fresh, single-threaded process of our own binary gives up its rights and then becomes
//! the compiler. [`run`] is the outside: it starts that process, reads its messages, and ends it in time.

mod calls;
mod confine;
mod run;

pub use confine::jail_main;
pub(crate) use confine::{Confinement, EXIT_NOT_CONFINED};
pub use run::Launcher;
pub(crate) use run::{Ending, JailError, Task, run};
