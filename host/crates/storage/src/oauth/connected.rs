//! Which clients can get tokens, for people who look through them.

use cloche_domain::{GrantId, OauthClientId, OrgId, ServerId, Slug, UserId};
use sqlx::FromRow;
use time::OffsetDateTime;

use crate::{Result, Tx};

/// A client that a person let use a server, and that can still get tokens for it.
#[derive(Clone, Debug, FromRow)]
pub struct Connected {
    pub id: GrantId,
    pub client_id: OauthClientId,
    pub client_name: String,
    #[sqlx(json)]
    pub redirect_uris: Vec<String>,
    pub server_id: ServerId,
    pub server_name: String,
    pub server_slug: Slug,
    pub user_id: UserId,
    pub user_name: String,
    pub created_at: OffsetDateTime,
    /// When it last got a token.
    pub seen_at: OffsetDateTime,
}

/// Which of an organisation's are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Whose {
    pub org: OrgId,
    /// Those that this person let in; none: everybody's.
    pub user: Option<UserId>,
    /// Those of this server; none: of all.
    pub server: Option<ServerId>,
    /// Those older than this one.
    pub before: Option<GrantId>,
}

const CONNECTED: &str = "SELECT g.id, g.client_id, c.name AS client_name, c.redirect_uris, g.server_id,
        s.name AS server_name, s.slug AS server_slug, g.user_id, u.name AS user_name, g.created_at,
        (SELECT max(r.created_at) FROM refresh_tokens r WHERE r.grant_id = g.id) AS seen_at
    FROM servers s
    JOIN oauth_grants g ON g.server_id = s.id
    JOIN memberships m ON m.org_id = s.org_id AND m.user_id = g.user_id
    JOIN users u ON u.id = g.user_id
    JOIN oauth_clients c ON c.client_id = g.client_id
    WHERE s.org_id = $1 AND ($2 IS NULL OR s.id = $2) AND ($3 IS NULL OR g.user_id = $3) AND ($4 IS NULL OR g.id < $4)
        AND g.revoked_at IS NULL AND EXISTS (SELECT 1 FROM refresh_tokens r
            WHERE r.grant_id = g.id AND r.used_at IS NULL AND r.expires_at > $5)
    ORDER BY g.id DESC LIMIT $6";

/// The clients that can get tokens at `now`, the newest first.
pub async fn connected(tx: &mut Tx, whose: Whose, now: OffsetDateTime, limit: i64) -> Result<Vec<Connected>> {
    let w = whose;
    Ok(on_conn!(*tx, c => sqlx::query_as(CONNECTED).bind(w.org).bind(w.server).bind(w.user).bind(w.before).bind(now)
        .bind(limit).fetch_all(c).await)?)
}
