//! The API, `/v1`: each handler translates, and a use case does the work.

pub(super) mod admin;
pub(super) mod api_keys;
pub(super) mod audit;
pub(super) mod auth;
pub(super) mod billing;
pub(super) mod builds;
pub(super) mod calls;
pub(super) mod clients;
pub(super) mod identities;
pub(super) mod imports;
pub(super) mod invites;
pub(super) mod me;
pub(super) mod members;
pub(super) mod orgs;
pub(super) mod passkeys;
pub(super) mod previews;
pub(super) mod providers;
pub(super) mod reviews;
pub(super) mod servers;
pub(super) mod sessions;
pub(super) mod status;
pub(super) mod templates;
pub(super) mod usage;
pub(super) mod versions;
