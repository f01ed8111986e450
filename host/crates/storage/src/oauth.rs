//! OAuth: clients, what people allowed them (grants), and the codes and refresh tokens that come of it.

mod clients;
mod codes;
mod connected;
mod grants;
mod refresh;

pub use clients::{Client, client, registrations_since, save_client};
pub use codes::{Code, insert_code, redeem_code};
pub use connected::{Connected, Whose, connected};
pub use grants::{Access, Grant, Granted, Target, access, granted, insert_grant, revoke, target};
pub use refresh::{Refresh, find_refresh, insert_refresh, use_refresh};

use time::{Duration, OffsetDateTime};

use crate::{Result, Tx};

/// For how long what has expired is kept: a grant outlives the page on which it was given, so that this is answered once.
const KEPT: Duration = Duration::days(1);

/// Removes the codes and refresh tokens that expired a day before `now`, and the grants that have none left: nobody can use
/// them any more.
pub async fn sweep(tx: &mut Tx, now: OffsetDateTime) -> Result<()> {
    const GRANTS: &str = "DELETE FROM oauth_grants WHERE id IN (SELECT grant_id FROM oauth_codes WHERE expires_at < $1
            UNION SELECT grant_id FROM refresh_tokens WHERE expires_at < $1)
        AND NOT EXISTS (SELECT 1 FROM oauth_codes c WHERE c.grant_id = oauth_grants.id AND c.expires_at >= $1)
        AND NOT EXISTS (SELECT 1 FROM refresh_tokens r WHERE r.grant_id = oauth_grants.id AND r.expires_at >= $1)";
    const CODES: &str = "DELETE FROM oauth_codes WHERE expires_at < $1";
    const TOKENS: &str = "DELETE FROM refresh_tokens WHERE expires_at < $1";
    for sql in [GRANTS, CODES, TOKENS] {
        on_conn!(*tx, c => sqlx::query(sql).bind(now - KEPT).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}
