//! The kinds of things that are a person's, or tell of them.

use cloche_domain::billing::SubscriptionStatus;
use cloche_domain::server::{Role, Scope, ServerStatus};
use cloche_domain::sign_in;
use cloche_domain::template::{CaseKind, CaseState, Concern, TemplateStatus};
use cloche_domain::{
    ApiKeyId, CallId, CaseId, CustomerId, Email, GrantId, IdentityId, InviteId, OauthClientId, OrgId, PasskeyId,
    PreviewId, ServerId, SessionId, Slug, SubscriptionId, TemplateId, UserId, VersionId,
};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::Value;
use sqlx::FromRow;
use time::OffsetDateTime;
use time::serde::rfc3339;

use super::{Page, page};
use crate::{Result, Tx};

/// Declares the kinds: the name in the file, the row, and the query with its key.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident, $name:literal, $sql:literal {
        $($(#[$attribute:meta])* $field:ident: $type:ty,)*
    })*) => {
        /// One kind of things.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind { $($(#[$doc])* $kind,)* }

        impl Kind {
            /// Each of them, in the order of the file.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// What it is called in the file.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// Those of a person that come after a key; the first ones after an empty one.
            pub async fn page(self, tx: &mut Tx, user: UserId, after: &str) -> Result<Page> {
                match self {
                    $(Self::$kind => {
                        #[derive(Serialize, FromRow)]
                        #[serde(rename_all = "camelCase")]
                        struct Row { $($(#[$attribute])* $field: $type,)* }
                        page::<Row>(tx, $sql, user, after).await
                    })*
                }
            }
        }
    };
}

kinds! {
    /// Where they belong.
    Organisation, "organisations", "SELECT o.id AS key, o.id, o.slug, o.name, m.role, m.created_at AS joined_at
        FROM memberships m JOIN orgs o ON o.id = m.org_id
        WHERE m.user_id = $1 AND o.id > $2 ORDER BY o.id LIMIT 200" {
        id: OrgId,
        slug: Slug,
        name: String,
        role: Role,
        #[serde(with = "rfc3339")]
        joined_at: OffsetDateTime,
    }
    /// What whoever bills the organisations that they own calls them.
    Billing, "billing", "SELECT b.org_id AS key, o.slug AS organisation, b.customer_id, b.subscription_id, b.status,
            b.period_ends_at
        FROM billing b JOIN orgs o ON o.id = b.org_id
        JOIN memberships m ON m.org_id = b.org_id AND m.user_id = $1 AND m.role = 'owner'
        WHERE b.customer_id IS NOT NULL AND b.org_id > $2 ORDER BY b.org_id LIMIT 200" {
        organisation: Slug,
        customer_id: CustomerId,
        subscription_id: Option<SubscriptionId>,
        status: Option<SubscriptionStatus>,
        #[serde(with = "rfc3339::option")]
        period_ends_at: Option<OffsetDateTime>,
    }
    /// Browsers that are signed in, or were until lately.
    Session, "sessions", "SELECT id AS key, id, created_at, seen_at, expires_at, address, user_agent
        FROM sessions WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT 200" {
        id: SessionId,
        #[serde(with = "rfc3339")]
        created_at: OffsetDateTime,
        #[serde(with = "rfc3339::option")]
        seen_at: Option<OffsetDateTime>,
        #[serde(with = "rfc3339")]
        expires_at: OffsetDateTime,
        address: Option<String>,
        user_agent: Option<String>,
    }
    /// As whom providers know them.
    Identity, "identities", "SELECT id AS key, id, provider, issuer, subject, shown, created_at, used_at
        FROM identities WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT 200" {
        id: IdentityId,
        provider: Slug,
        issuer: String,
        subject: String,
        shown: String,
        #[serde(with = "rfc3339")]
        created_at: OffsetDateTime,
        #[serde(with = "rfc3339")]
        used_at: OffsetDateTime,
    }
    /// As whom providers knew somebody with their address, for whom they were asked.
    PendingIdentity, "pendingIdentities", "SELECT token_sha256 AS key, provider, issuer, subject, shown, created_at,
            expires_at
        FROM pending_identities WHERE user_id = $1 AND token_sha256 > $2 ORDER BY token_sha256 LIMIT 200" {
        provider: Slug,
        issuer: String,
        subject: String,
        shown: String,
        #[serde(with = "rfc3339")]
        created_at: OffsetDateTime,
        #[serde(with = "rfc3339")]
        expires_at: OffsetDateTime,
    }
    /// Passkeys: what they are, not the keys.
    Passkey, "passkeys", "SELECT id AS key, id, credential_id, name, created_at, used_at
        FROM passkeys WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT 200" {
        id: PasskeyId,
        credential_id: String,
        name: String,
        #[serde(with = "rfc3339")]
        created_at: OffsetDateTime,
        #[serde(with = "rfc3339::option")]
        used_at: Option<OffsetDateTime>,
    }
    /// What they have begun of these in the last hour.
    Ceremony, "ceremonies", "SELECT token_sha256 AS key, kind, provider, address, created_at
        FROM ceremonies WHERE user_id = $1 AND token_sha256 > $2 ORDER BY token_sha256 LIMIT 200" {
        kind: sign_in::Ceremony,
        provider: Option<Slug>,
        address: String,
        #[serde(with = "rfc3339")]
        created_at: OffsetDateTime,
    }
    /// Keys: what they are, not the keys.
    ApiKey, "apiKeys", "SELECT k.id AS key, k.id, o.slug AS organisation, k.name, k.start, k.scopes, k.created_at,
            k.expires_at, k.last_used_at
        FROM api_keys k JOIN orgs o ON o.id = k.org_id WHERE k.user_id = $1 AND k.id > $2 ORDER BY k.id LIMIT 200" {
        id: ApiKeyId,
        organisation: Slug,
        name: String,
        start: String,
        #[sqlx(json)]
        scopes: Vec<Scope>,
        #[serde(with = "rfc3339")]
        created_at: OffsetDateTime,
        #[serde(with = "rfc3339::option")]
        expires_at: Option<OffsetDateTime>,
        #[serde(with = "rfc3339::option")]
        last_used_at: Option<OffsetDateTime>,
    }
    /// Invitations to their address, and those that they have sent.
    Invite, "invites", "SELECT i.id AS key, i.id, o.slug AS organisation, i.email, i.role, i.created_at, i.expires_at
        FROM invites i JOIN orgs o ON o.id = i.org_id
        WHERE (i.invited_by = $1 OR i.email = (SELECT email FROM users WHERE id = $1)) AND i.id > $2
        ORDER BY i.id LIMIT 200" {
        id: InviteId,
        organisation: Slug,
        email: Email,
        role: Role,
        #[serde(with = "rfc3339")]
        created_at: OffsetDateTime,
        #[serde(with = "rfc3339")]
        expires_at: OffsetDateTime,
    }
    /// Servers that they have made.
    Server, "servers", "SELECT s.id AS key, s.id, o.slug AS organisation, s.slug, s.name, s.status, s.created_at
        FROM servers s JOIN orgs o ON o.id = s.org_id
        JOIN memberships m ON m.org_id = s.org_id AND m.user_id = s.created_by
        WHERE s.created_by = $1 AND s.id > $2 ORDER BY s.id LIMIT 200" {
        id: ServerId,
        organisation: Slug,
        slug: Slug,
        name: String,
        status: ServerStatus,
        #[serde(with = "rfc3339")]
        created_at: OffsetDateTime,
    }
    /// Versions that they have made, with the code as they wrote it.
    Version, "versions", "SELECT v.id AS key, v.id, v.server_id, v.n, v.spec, v.created_at
        FROM versions v JOIN servers s ON s.id = v.server_id
        JOIN memberships m ON m.org_id = s.org_id AND m.user_id = v.created_by
        WHERE v.created_by = $1 AND v.id > $2 ORDER BY v.id LIMIT 20" {
        id: VersionId,
        server_id: ServerId,
        n: i64,
        #[sqlx(json)]
        spec: Value,
        #[serde(with = "rfc3339")]
        created_at: OffsetDateTime,
    }
    /// Drafts that are still kept.
    Preview, "previews", "SELECT p.id AS key, p.id, o.slug AS organisation, p.prompt, p.spec, p.model, p.created_at,
            p.expires_at
        FROM previews p JOIN orgs o ON o.id = p.org_id
        JOIN memberships m ON m.org_id = p.org_id AND m.user_id = p.user_id
        WHERE p.user_id = $1 AND p.id > $2 ORDER BY p.id LIMIT 20" {
        id: PreviewId,
        organisation: Slug,
        prompt: String,
        #[sqlx(json)]
        spec: Value,
        model: String,
        #[serde(with = "rfc3339")]
        created_at: OffsetDateTime,
        #[serde(with = "rfc3339")]
        expires_at: OffsetDateTime,
    }
    /// What they have allowed OAuth clients.
    Grant, "grants", "SELECT g.id AS key, g.id, g.client_id, c.name AS client_name, g.server_id, g.scope, g.created_at,
            g.revoked_at
        FROM oauth_grants g JOIN oauth_clients c ON c.client_id = g.client_id
        WHERE g.user_id = $1 AND g.id > $2 ORDER BY g.id LIMIT 200" {
        id: GrantId,
        client_id: OauthClientId,
        client_name: String,
        server_id: ServerId,
        scope: String,
        #[serde(with = "rfc3339")]
        created_at: OffsetDateTime,
        #[serde(with = "rfc3339::option")]
        revoked_at: Option<OffsetDateTime>,
    }
    /// Their calls, as far as they are still kept.
    Call, "calls", "SELECT c.id AS key, c.id, c.server_id, c.version_n, c.tool, c.client, c.started_at, c.wall_ms,
            c.outcome
        FROM calls c JOIN servers s ON s.id = c.server_id
        JOIN memberships m ON m.org_id = s.org_id AND m.user_id = c.user_id
        WHERE c.user_id = $1 AND c.id > $2 ORDER BY c.id LIMIT 1000" {
        id: CallId,
        server_id: ServerId,
        version_n: i64,
        tool: String,
        client: String,
        #[serde(with = "rfc3339")]
        started_at: OffsetDateTime,
        wall_ms: i64,
        outcome: String,
    }
    /// What their organisations have published.
    Template, "templates", "SELECT t.id AS key, t.id, o.slug AS organisation, t.slug, t.title, t.short_description,
            t.long_description, t.status, t.published_at
        FROM templates t JOIN orgs o ON o.id = t.org_id JOIN memberships m ON m.org_id = t.org_id AND m.user_id = $1
        WHERE t.id > $2 ORDER BY t.id LIMIT 200" {
        id: TemplateId,
        organisation: Slug,
        slug: Slug,
        title: String,
        short_description: String,
        long_description: String,
        status: TemplateStatus,
        #[serde(with = "rfc3339")]
        published_at: OffsetDateTime,
    }
    /// What they have said to the platform's admins about templates.
    Case, "cases", "SELECT k.id AS key, k.id, k.kind, k.concern, k.text, t.slug AS template, k.state, k.decision, k.created_at
        FROM template_cases k JOIN templates t ON t.id = k.template_id
        WHERE k.user_id = $1 AND k.id > $2 ORDER BY k.id LIMIT 200" {
        id: CaseId,
        kind: CaseKind,
        concern: Option<Concern>,
        text: String,
        template: Slug,
        state: CaseState,
        decision: Option<String>,
        #[serde(with = "rfc3339")]
        created_at: OffsetDateTime,
    }
    /// What the log says that they have done.
    Done, "audit", "SELECT a.org_id || '/' || (1000000000000 + a.seq) AS key, o.slug AS organisation, a.seq, a.at,
            a.action, a.resource_type, a.resource_id, a.reason, a.details
        FROM audit a JOIN orgs o ON o.id = a.org_id
        JOIN memberships m ON m.org_id = a.org_id AND m.user_id = a.actor
        WHERE a.actor = $1 AND a.org_id || '/' || (1000000000000 + a.seq) > $2 ORDER BY key LIMIT 1000" {
        organisation: Slug,
        seq: i64,
        #[serde(with = "rfc3339")]
        at: OffsetDateTime,
        action: String,
        resource_type: String,
        resource_id: String,
        reason: Option<String>,
        details: Option<JsonText>,
    }
}

/// JSON that is kept as text.
#[derive(sqlx::Type)]
#[sqlx(transparent)]
struct JsonText(String);

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<Value>(&self.0).map_err(S::Error::custom)?.serialize(serializer)
    }
}
