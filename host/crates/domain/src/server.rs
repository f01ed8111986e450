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
    }
}
