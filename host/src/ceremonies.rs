//! Signing in at a provider or with a passkey, and adding one: begun by a browser, ended once by what comes back to it.

use cloche_domain::Sha256;
use cloche_domain::sign_in::Ceremony;
use cloche_storage::ceremonies::{self, Begun, New};
use secrecy::SecretString;
use time::Duration;

use crate::app::App;
use crate::token;

/// How long a person may take at a provider, or to find their security key.
pub(crate) const LIFE: Duration = Duration::minutes(10);
/// What the limit on beginnings counts over.
const WINDOW: Duration = Duration::HOUR;

/// Why none is begun.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("too many sign-ins were begun from your network: wait")]
    TooMany { retry_after: Duration },
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

/// Begins a ceremony, if there is room for one more from its address. What it is to be ended with is in `new.token`.
pub(crate) async fn begin(app: &App, new: &New<'_>) -> Result<(), Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    ceremonies::lock(&mut tx).await?;
    ceremonies::forget(&mut tx, now - WINDOW).await?;
    let begun = ceremonies::begun_since(&mut tx, new.address, now - WINDOW).await?;
    if let Some(over) = begun.len().checked_sub(app.config.sign_in.starts_per_address as usize) {
        let retry_after = begun.get(over).map_or(WINDOW, |freed| *freed + WINDOW - now);
        return Err(Error::TooMany { retry_after });
    }
    ceremonies::insert(&mut tx, new, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends a passkey's ceremony: whatever comes of it, its challenge was answered.
pub(crate) async fn end(app: &App, kind: Ceremony, ceremony: &SecretString) -> cloche_storage::Result<Option<Begun>> {
    let digest: Sha256 = token::digest(ceremony);
    let mut tx = app.db.begin().await?;
    let begun = ceremonies::end(&mut tx, digest, kind, app.clock.now()).await?;
    tx.commit().await?;
    Ok(begun)
}
