//! How far a call has come, for a client that asked to know: `progress::report(3, 10, "third page")`.

use crate::bindings::cloche::tool::progress;

/// `done` of `total`, and what is happening now.
pub fn report(done: impl Into<f64>, total: impl Into<f64>, message: impl AsRef<str>) {
    progress::report(done.into(), Some(total.into()), Some(message.as_ref()));
}

/// `done` so far, where nobody knows how much there is.
pub fn step(done: impl Into<f64>, message: impl AsRef<str>) {
    progress::report(done.into(), None, Some(message.as_ref()));
}
