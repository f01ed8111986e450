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

use time::OffsetDateTime;

use crate::{Result, Tx};

/// Removes the codes and refresh tokens that expired before `now`: nobody can use them any more.
pub async fn sweep(tx: &mut Tx, now: OffsetDateTime) -> Result<()> {
    const CODES: &str = "DELETE FROM oauth_codes WHERE expires_at < $1";
    const TOKENS: &str = "DELETE FROM refresh_tokens WHERE expires_at < $1";
    for sql in [CODES, TOKENS] {
        on_conn!(*tx, c => sqlx::query(sql).bind(now).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}
