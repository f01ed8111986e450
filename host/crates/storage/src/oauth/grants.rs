//! What a person allowed a client on a server.

use cloche_domain::spec::ServerSpec;
use cloche_domain::{GrantId, OauthClientId, OrgId, ServerId, Slug, UserId};
use time::OffsetDateTime;

use crate::{Result, Tx};

/// What one person allowed one client on one server; the family of its tokens.
#[derive(Clone, Debug)]
pub struct Grant {
    pub id: GrantId,
    pub client_id: OauthClientId,
    pub user_id: UserId,
    pub server_id: ServerId,
    /// The server's.
    pub org_id: OrgId,
    /// Space-separated.
    pub scope: String,
    pub created_at: OffsetDateTime,
}

/// Stores a grant; false if there is one of this id already.
pub async fn insert_grant(tx: &mut Tx, grant: &Grant) -> Result<bool> {
    const SQL: &str = "INSERT INTO oauth_grants (id, client_id, user_id, server_id, org_id, scope, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING";
    let rows = on_conn!(*tx, c => sqlx::query(SQL)
        .bind(grant.id)
        .bind(&grant.client_id)
        .bind(grant.user_id)
        .bind(grant.server_id)
        .bind(grant.org_id)
        .bind(&grant.scope)
        .bind(grant.created_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Ends a grant, and with it every token of its family. Whether it held until now.
pub async fn revoke(tx: &mut Tx, id: GrantId, now: OffsetDateTime) -> Result<bool> {
    const SQL: &str = "UPDATE oauth_grants SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    let rows = on_conn!(*tx, c => sqlx::query(SQL).bind(id).bind(now).execute(c).await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// Whose a grant is, revoked or not.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Granted {
    pub org_id: OrgId,
    pub user_id: UserId,
    pub client_id: OauthClientId,
    pub server_id: ServerId,
}

pub async fn granted(tx: &mut Tx, id: GrantId) -> Result<Option<Granted>> {
    const SQL: &str = "SELECT org_id, user_id, client_id, server_id FROM oauth_grants WHERE id = $1";
    Ok(on_conn!(*tx, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}

/// A grant that holds now: not revoked, and its person still a member of the server's organisation.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Access {
    pub user_id: UserId,
    pub client_id: OauthClientId,
    pub server_id: ServerId,
    pub org_slug: Slug,
    pub slug: Slug,
    pub scope: String,
}

pub async fn access(tx: &mut Tx, id: GrantId) -> Result<Option<Access>> {
    const SQL: &str = "SELECT g.user_id, g.client_id, g.server_id, o.slug AS org_slug, s.slug, g.scope
        FROM oauth_grants g
        JOIN servers s ON s.id = g.server_id
        JOIN orgs o ON o.id = s.org_id
        JOIN memberships m ON m.org_id = s.org_id AND m.user_id = g.user_id
        WHERE g.id = $1 AND g.revoked_at IS NULL";
    Ok(on_conn!(*tx, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
}

/// A server as its consent page shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Target {
    pub org_id: OrgId,
    pub server_id: ServerId,
    pub server_name: String,
    pub org_name: String,
    /// Of the active version; none before the first build is live.
    #[sqlx(json(nullable))]
    pub spec: Option<ServerSpec>,
    /// What the active version's component imports.
    #[sqlx(json(nullable))]
    pub imports: Option<Vec<String>>,
}

/// The server at a path, if this person may use it.
pub async fn target(tx: &mut Tx, org: &Slug, slug: &Slug, user: UserId) -> Result<Option<Target>> {
    const SQL: &str = "SELECT s.org_id, s.id AS server_id, s.name AS server_name, o.name AS org_name, v.spec, v.imports
        FROM servers s
        JOIN orgs o ON o.id = s.org_id
        JOIN memberships m ON m.org_id = s.org_id AND m.user_id = $3
        LEFT JOIN versions v ON v.id = s.active_version_id
        WHERE o.slug = $1 AND s.slug = $2";
    Ok(on_conn!(*tx, c => sqlx::query_as(SQL).bind(org).bind(slug).bind(user).fetch_optional(c).await)?)
}
