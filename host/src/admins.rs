//! Admins of the platform: people who look after the marketplace. The operator makes them, at the command line alone.

use cloche_domain::{Actor, Email, OrgId, Origin, UserId};
use cloche_storage::accounts as store;
use serde_json::json;

use crate::accounts;
use crate::app::App;
use crate::audit::{self, Done};

/// Why nobody's rights were changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("nobody with the address {0} is an admin of this platform")]
    NoAdmin(Email),
    #[error(transparent)]
    Account(#[from] accounts::Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Makes a person an admin; who has no account gets one.
pub async fn grant(app: &App, email: &Email) -> Result<UserId> {
    let user = accounts::find_or_make(app, email).await?.user_id;
    set(app, user, true).await?;
    Ok(user)
}

/// Makes a person an admin no longer.
pub async fn revoke(app: &App, email: &Email) -> Result<UserId> {
    let user = store::user_of(&mut app.db.read().await?, email).await?;
    match user {
        Some(user) if set(app, user, false).await? => Ok(user),
        _ => Err(Error::NoAdmin(email.clone())),
    }
}

/// Whether this changes anything.
async fn set(app: &App, user: UserId, is_admin: bool) -> Result<bool> {
    let mut tx = audit::begin(app, OrgId::PLATFORM).await?;
    let was = store::is_admin(&mut tx, user).await?;
    if was != is_admin {
        store::set_admin(&mut tx, user, is_admin.then(|| app.clock.now())).await?;
        let done = Done::of("admin.changed", ("user", &user));
        let done = done.changed(json!({"admin": was}), json!({"admin": is_admin}));
        audit::note_by(app, (Actor::Operator, &Origin::COMMAND_LINE), OrgId::PLATFORM, &mut tx, done).await?;
    }
    tx.commit().await?;
    Ok(was != is_admin)
}
