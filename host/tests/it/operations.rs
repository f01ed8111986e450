//! Every operation of the API: who may ask for it, and what is sent. A route that is not here fails the tests that read
//! this table.

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anyone, signed in or not.
    Anyone,
    /// Every member of the organisation, or every person about themselves.
    Member,
    /// Members of these roles; the others are told so.
    Roles(&'static [&'static str]),
    /// Members of these roles; to the others it is as if there were no such thing.
    Seen(&'static [&'static str]),
    /// Members of these roles, of whatever organisation.
    Everywhere(&'static [&'static str]),
    /// Admins of the platform.
    Admins,
}

use Who::{Admins, Anyone, Everywhere, Member, Roles, Seen};

/// Those who change servers.
const CHANGE: Who = Roles(&["owner", "admin", "developer"]);
/// Those who decide on versions.
const DECIDE: Who = Roles(&["owner", "reviewer"]);
/// Those who look after members.
const MANAGE: Who = Roles(&["owner", "admin"]);
const OWNER: Who = Roles(&["owner"]);
/// Those who read the audit log.
const AUDIT: Who = Roles(&["owner", "admin", "reviewer"]);

/// One operation.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Method and path, as in the API's own description.
    pub route: &'static str,
    pub who: Who,
    /// The body, as JSON; empty where there is none. `ROLE` stands for the asker's role.
    pub body: &'static str,
    /// What the first who may is answered: a status that is no success where success has another condition, which the test
    /// that drives the operation does not make.
    pub answer: u16,
}

const fn op(route: &'static str, who: Who, answer: u16, body: &'static str) -> Operation {
    Operation { route, who, body, answer }
}

pub const OPERATIONS: &[Operation] = &[
    op("POST /v1/auth/magic-link", Anyone, 202, r#"{"email": "someone@example.com"}"#),
    op("POST /v1/auth/magic-link/consume", Anyone, 410, r#"{"token": "made-up"}"#),
    op("GET /v1/auth/providers", Anyone, 200, ""),
    op("POST /v1/auth/providers/{provider}/start", Anyone, 404, "{}"),
    op("POST /v1/auth/providers/{provider}/callback", Anyone, 404, r#"{"state": "made-up"}"#),
    op("POST /v1/auth/identities/agree", Anyone, 410, r#"{"token": "made-up"}"#),
    // By its default address the platform is at a number, for which there are no passkeys.
    op("POST /v1/auth/passkeys/challenge", Anyone, 409, ""),
    op("POST /v1/auth/passkeys", Anyone, 409, r#"{"token": "made-up", "credential": {}}"#),
    op("GET /v1/auth/me", Member, 200, ""),
    op("GET /v1/auth/sessions", Member, 200, ""),
    op("DELETE /v1/auth/sessions/{id}", Member, 404, ""),
    op("GET /v1/me/export", Member, 200, ""),
    op("GET /v1/me/identities", Member, 200, ""),
    op("POST /v1/me/identities", Member, 404, r#"{"provider": "none"}"#),
    op("DELETE /v1/me/identities/{id}", Member, 404, ""),
    op("GET /v1/me/passkeys", Member, 200, ""),
    op("POST /v1/me/passkeys", Member, 409, r#"{"token": "made-up", "name": "a", "credential": {}}"#),
    op("POST /v1/me/passkeys/challenge", Member, 409, ""),
    op("PATCH /v1/me/passkeys/{id}", Member, 404, r#"{"name": "a"}"#),
    op("DELETE /v1/me/passkeys/{id}", Member, 404, ""),
    op("DELETE /v1/me", Member, 422, r#"{"email": "another@example.com"}"#),
    op("GET /v1/me/orgs", Member, 200, ""),
    op("POST /v1/orgs", Member, 201, r#"{"name": "Another of ROLE"}"#),
    op("GET /v1/me/org", Member, 200, ""),
    op("PUT /v1/me/org", Member, 200, r#"{"org": "ada"}"#),
    op("PATCH /v1/me/org", MANAGE, 200, r#"{"name": "Ada"}"#),
    op("DELETE /v1/me/org", OWNER, 422, r#"{"name": "not its name"}"#),
    op("GET /v1/members", Member, 200, ""),
    op("PATCH /v1/members/{id}", MANAGE, 200, r#"{"role": "viewer"}"#),
    op("DELETE /v1/members/{id}", MANAGE, 204, ""),
    op("GET /v1/invites", MANAGE, 200, ""),
    op("POST /v1/invites", MANAGE, 201, r#"{"email": "guest-of-ROLE@example.com", "role": "viewer"}"#),
    op("POST /v1/invites/accept", Member, 410, r#"{"token": "made-up"}"#),
    op("POST /v1/invites/{id}/resend", MANAGE, 200, ""),
    op("DELETE /v1/invites/{id}", MANAGE, 204, ""),
    op("GET /v1/usage", Member, 200, ""),
    op("GET /v1/billing", Member, 200, ""),
    op("GET /v1/billing/plans", Anyone, 200, ""),
    op("POST /v1/billing/portal", OWNER, 409, ""),
    op("POST /v1/billing/checkout", OWNER, 201, r#"{"plan": "pro"}"#),
    op("POST /v1/billing/webhook", Anyone, 400, "{}"),
    op("GET /v1/api-keys", Member, 200, ""),
    op("POST /v1/api-keys", Member, 201, r#"{"name": "mine", "scopes": ["api"]}"#),
    op("GET /v1/clients", Member, 200, ""),
    op("DELETE /v1/clients/{id}", Member, 404, ""),
    op("GET /v1/reviews", Member, 200, ""),
    op("GET /v1/status", Anyone, 200, ""),
    op("POST /v1/servers/preview", CHANGE, 200, r#"{"prompt": "Two tools, echo and now"}"#),
    op("POST /v1/servers/preview/stream", CHANGE, 200, r#"{"prompt": "Two tools, echo and now"}"#),
    op(
        "POST /v1/imports",
        CHANGE,
        201,
        r#"{"document": {"openapi": "3.1.0", "info": {"title": "T"}, "paths": {"/a": {"get": {}}}}}"#,
    ),
    // A description is for who brought it alone.
    op("GET /v1/imports/{id}", Member, 404, ""),
    op("POST /v1/imports/{id}/preview", CHANGE, 404, r#"{"operations": ["GET /a"]}"#),
    op("GET /v1/servers", Member, 200, ""),
    op(
        "POST /v1/servers",
        CHANGE,
        410,
        r#"{"name": "New", "slug": "new", "previewId": "prv_01m8c9r4fae2d9d5860ny4kcfp"}"#,
    ),
    op("GET /v1/servers/{id}", Member, 200, ""),
    op("PATCH /v1/servers/{id}", CHANGE, 200, r#"{"name": "Hers, by ROLE"}"#),
    op("GET /v1/servers/{id}/versions", Member, 200, ""),
    op("POST /v1/servers/{id}/iterate", CHANGE, 202, r#"{"source": {"helpers": "// again"}}"#),
    op("POST /v1/servers/{id}/try", CHANGE, 200, r#"{"tool": "now"}"#),
    op("GET /v1/servers/{id}/calls", Member, 200, ""),
    op("GET /v1/servers/{id}/calls/{call}", Member, 200, ""),
    op("GET /v1/servers/{id}/logs", Member, 200, ""),
    op("GET /v1/servers/{id}/versions/{n}/capabilities", Member, 200, ""),
    op("GET /v1/servers/{id}/versions/{n}/component", Member, 200, ""),
    op("GET /v1/servers/{id}/versions/{n}/source", Member, 200, ""),
    op("GET /v1/servers/{id}/versions/{n}/attestation", Member, 200, ""),
    op("GET /v1/servers/{id}/versions/{n}/diff", Member, 200, ""),
    op("POST /v1/servers/{id}/versions/{n}/approve", DECIDE, 409, r#"{"reason": "read it"}"#),
    op("POST /v1/servers/{id}/versions/{n}/refuse", DECIDE, 409, r#"{"reason": "read it"}"#),
    op("POST /v1/servers/{id}/versions/{n}/activate", CHANGE, 204, ""),
    // The version that was just chosen answers, and is not to be deleted.
    op("DELETE /v1/servers/{id}/versions/{n}", CHANGE, 409, ""),
    op("POST /v1/servers/{id}/pause", CHANGE, 204, ""),
    op("POST /v1/servers/{id}/resume", CHANGE, 204, ""),
    op("PUT /v1/servers/{id}/secrets/{key}", CHANGE, 204, r#"{"value": "a-new-value"}"#),
    op("DELETE /v1/servers/{id}/secrets/{key}", CHANGE, 204, ""),
    op("GET /v1/templates", Anyone, 200, ""),
    // The published one is hers; this server is not there.
    op(
        "POST /v1/templates",
        OWNER,
        404,
        r#"{"serverId": "srv_01m8c9r4fae2d9d5860ny4kcfp", "title": "T", "category": "data", "shortDescription": "s"}"#,
    ),
    op("GET /v1/templates/{slug}", Anyone, 200, ""),
    op("GET /v1/templates/{slug}/releases/{n}/source", Anyone, 200, ""),
    op("GET /v1/templates/{slug}/releases/{n}/component", Anyone, 200, ""),
    op("GET /v1/templates/{slug}/releases/{n}/attestation", Anyone, 200, ""),
    op("PATCH /v1/templates/{slug}/visibility", OWNER, 200, r#"{"visibility": "published"}"#),
    op("POST /v1/templates/{slug}/fork", Everywhere(&["owner", "admin", "developer"]), 200, ""),
    op(
        "POST /v1/templates/{slug}/reports",
        Everywhere(&["owner", "admin", "developer", "reviewer", "viewer"]),
        201,
        r#"{"concern": "other", "text": "By ROLE"}"#,
    ),
    op("POST /v1/templates/{slug}/appeal", OWNER, 409, r#"{"text": "Nothing was decided"}"#),
    op("GET /v1/servers/{id}/template", Member, 200, ""),
    op("POST /v1/servers/{id}/template/update", CHANGE, 409, r#"{"release": 1}"#),
    op("GET /v1/admin/templates", Admins, 200, ""),
    op("PATCH /v1/admin/templates/{slug}", Admins, 200, r#"{"action": "hide", "reason": "Known"}"#),
    op("GET /v1/admin/cases", Admins, 200, ""),
    op("PATCH /v1/admin/cases/{id}", Admins, 404, r#"{"upheld": false, "reason": "Nothing"}"#),
    op("GET /v1/admin/audit", Admins, 200, ""),
    op("GET /v1/builds/{id}", Member, 200, ""),
    op("GET /v1/builds/{id}/stream", Member, 400, ""),
    op("GET /v1/audit", AUDIT, 200, ""),
    op("GET /v1/audit/export", AUDIT, 200, ""),
    op("POST /mcp/{org}/{slug}", Member, 200, r#"{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}"#),
    op("DELETE /v1/api-keys/{id}", Seen(&["owner", "admin"]), 204, ""),
    op("DELETE /v1/servers/{id}", CHANGE, 204, ""),
    op("POST /v1/auth/logout", Anyone, 204, ""),
    op("DELETE /v1/auth/sessions", Member, 204, ""),
    op("GET /v1/openapi.json", Anyone, 200, ""),
    op("GET /health", Anyone, 200, ""),
    op("GET /ready", Anyone, 200, ""),
    op("GET /.well-known/oauth-authorization-server", Anyone, 200, ""),
    op("GET /.well-known/oauth-protected-resource/mcp/{org}/{slug}", Anyone, 200, ""),
    op("GET /.well-known/cloche-attestation-keys.json", Anyone, 200, ""),
    op("GET /oauth/jwks.json", Anyone, 200, ""),
    op("GET /oauth/page.css", Anyone, 200, ""),
    op("POST /oauth/register", Anyone, 400, "{}"),
    op("GET /oauth/authorize", Anyone, 400, ""),
    op("POST /oauth/authorize", Anyone, 400, ""),
    op("POST /oauth/token", Anyone, 400, ""),
    op("POST /oauth/revoke", Anyone, 400, ""),
];
