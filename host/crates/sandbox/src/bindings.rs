//! Generated from `wit/`: the audited surface, as Rust types and traits.

wasmtime::component::bindgen!({
    path: "../../../wit",
    world: "tool-server",
    imports: { default: async | trappable },
    exports: { default: async },
});

pub(crate) use cloche::tool::{clock, http, kv, log, progress, random};
pub(crate) use exports::cloche::tool::tools;

impl http::Error {
    /// What was refused or failed, and how to mend it.
    pub(crate) fn text(&self) -> &str {
        let (Self::Denied(text)
        | Self::Invalid(text)
        | Self::Unreachable(text)
        | Self::Timeout(text)
        | Self::TooLarge(text)) = self;
        text
    }

    /// The same error in other words.
    pub(crate) fn with_text(self, text: String) -> Self {
        match self {
            Self::Denied(_) => Self::Denied(text),
            Self::Invalid(_) => Self::Invalid(text),
            Self::Unreachable(_) => Self::Unreachable(text),
            Self::Timeout(_) => Self::Timeout(text),
            Self::TooLarge(_) => Self::TooLarge(text),
        }
    }
}
