//! What becomes of a version that was built.

use cloche_domain::server::BuildState;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It answers from now on.
    Answers,
    /// It asks for more than the one that answers, and has to be approved.
    Waits,
    /// Another answers, which is newer, or which a person has chosen meanwhile.
    StandsBy { active: i64 },
}

impl Outcome {
    pub(crate) const fn state(self) -> BuildState {
        match self {
            Self::Answers | Self::StandsBy { .. } => BuildState::Live,
            Self::Waits => BuildState::NeedsApproval,
        }
    }

    /// What the build's stream says.
    pub(crate) fn message(self) -> String {
        match self {
            Self::Answers => "Live".to_owned(),
            Self::Waits => {
                "It asks for more than the active version: an owner or a reviewer has to approve it".to_owned()
            }
            Self::StandsBy { active } => format!("Built; version {active} answers, which is newer or was chosen since"),
        }
    }

    /// What the log says.
    pub(crate) const fn said(self) -> &'static str {
        match self {
            Self::Answers => "build is live",
            Self::Waits => "build waits for approval",
            Self::StandsBy { .. } => "build is ready, and another version answers",
        }
    }

    /// What the audit log calls it.
    pub(crate) const fn action(self) -> &'static str {
        match self {
            Self::Answers => "version.activated",
            Self::Waits => "version.waiting",
            Self::StandsBy { .. } => "version.built",
        }
    }
}
