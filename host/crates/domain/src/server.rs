//! The states that servers, builds and people go through.

use crate::words::states;

states! {
    /// What a server's owner sees of it.
    ServerStatus {
        Building = "building",
        Live = "live",
        Paused = "paused",
        Failed = "failed",
        NeedsApproval = "needs_approval",
    }
}

states! {
    /// How far a build has come.
    BuildState {
        Queued = "queued",
        Generating = "generating",
        Compiling = "compiling",
        Inspecting = "inspecting",
        Testing = "testing",
        Deploying = "deploying",
        Live = "live",
        NeedsApproval = "needs_approval",
        Failed = "failed",
    }
}

impl BuildState {
    /// Nothing follows this state.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Live | Self::NeedsApproval | Self::Failed)
    }
}

states! {
    /// What a member may do in an organisation.
    Role {
        Owner = "owner",
        Admin = "admin",
        Developer = "developer",
        Reviewer = "reviewer",
        Viewer = "viewer",
    }
}

impl Role {
    /// Whether someone of this role gives others the role `other`, and takes it from them.
    pub const fn governs(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => !matches!(other, Self::Owner),
            Self::Developer | Self::Reviewer | Self::Viewer => false,
        }
    }

    /// Whether someone of this role looks after members, invitations and everyone's keys.
    pub const fn manages(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

states! {
    /// Whether a built version may answer.
    Review {
        /// It asks for no more than the one before it, or is the first.
        NotNeeded = "not_needed",
        Waiting = "waiting",
        Approved = "approved",
        Refused = "refused",
    }
}

states! {
    /// What an API key or a token is good for.
    Scope {
        /// The platform's API, as its owner.
        Api = "api",
        /// Calls to the owner's MCP servers.
        Mcp = "mcp",
        /// The marketplace's moderation; for keys of the platform's admins.
        Admin = "admin",
    }
}
