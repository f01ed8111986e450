//! The words of the platform: ids, names, specs, capabilities, plans, states. Pure: nothing here reads or writes.

pub mod billing;
pub mod capability;
pub mod clock;
pub mod day;
pub mod diff;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod hidden_text;
pub mod id;
pub mod interfaces;
pub mod manifest;
pub mod origin;
pub mod plan;
pub mod report;
pub mod schema;
pub mod server;
pub mod sign_in;
pub mod slug;
pub mod spec;
pub mod template;
pub mod words;

pub use billing::{CustomerId, EventId, PriceId, SubscriptionId};
pub use clock::Clock;
pub use day::Day;
pub use id::{
    ApiKeyId, BuildId, CallId, CaseId, ClientId, GrantId, IdentityId, ImportId, InviteId, JobId, OrgId, PasskeyId,
    PreviewId, SecretId, ServerId, SessionId, TemplateId, UserId, VersionId,
};
pub use origin::{Actor, Origin, Via};
pub use slug::Slug;
pub use words::{Email, OauthClientId, SecretKey, Sha256, ToolName};
