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

/// The query of a [`Connected`], with the condition whose index it goes by.
macro_rules! connected {
    ($which:literal) => {
        concat!(
            "SELECT g.id, g.client_id, c.name AS client_name, c.redirect_uris, g.server_id, s.name AS server_name,
        s.slug AS server_slug, g.user_id, u.name AS user_name, g.created_at,
        (SELECT max(r.created_at) FROM refresh_tokens r WHERE r.grant_id = g.id) AS seen_at
    FROM oauth_grants g
    JOIN servers s ON s.id = g.server_id
    JOIN users u ON u.id = g.user_id
    JOIN oauth_clients c ON c.client_id = g.client_id
    WHERE ",
            $which,
            " AND g.id < $4 AND g.revoked_at IS NULL
        AND EXISTS (SELECT 1 FROM memberships m WHERE m.org_id = g.org_id AND m.user_id = g.user_id)
        AND EXISTS (SELECT 1 FROM refresh_tokens r WHERE r.grant_id = g.id AND r.used_at IS NULL AND r.expires_at > $5)
    ORDER BY g.id DESC LIMIT $6"
        )
    };
}

const OF_ORG: &str = connected!("g.org_id = $1 AND $2 IS NULL AND $3 IS NULL");
const OF_MEMBER: &str = connected!("g.org_id = $1 AND $2 IS NULL AND g.user_id = $3");
const OF_SERVER: &str = connected!("g.server_id = $2 AND s.org_id = $1 AND ($3 IS NULL OR g.user_id = $3)");

impl Whose {
    /// How they are read.
    pub const fn sql(&self) -> &'static str {
        match (self.server, self.user) {
            (Some(_), _) => OF_SERVER,
            (None, Some(_)) => OF_MEMBER,
            (None, None) => OF_ORG,
        }
    }
}

/// The clients that can get tokens at `now`, the newest first.
pub async fn connected(tx: &mut Tx, whose: Whose, now: OffsetDateTime, limit: i64) -> Result<Vec<Connected>> {
    let Whose { org, user, server, before } = whose;
    Ok(on_conn!(*tx, c => sqlx::query_as(whose.sql()).bind(org).bind(server).bind(user)
        .bind(before.unwrap_or(GrantId::LAST)).bind(now).bind(limit).fetch_all(c).await)?)
}
