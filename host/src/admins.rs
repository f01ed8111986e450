//! Admins of the platform: people who look after the marketplace. The operator makes them, at the command line alone.

use cloche_domain::{Actor, Email, OrgId, Origin, UserId};
use cloche_storage::accounts as store;
use serde_json::json;

use crate::accounts::{self, Result};
use crate::app::App;
use crate::audit::{self, Done};

/// Makes a person an admin, or one no longer; who has no account gets one.
pub async fn set_admin(app: &App, email: &Email, is_admin: bool) -> Result<UserId> {
    let user = accounts::find_or_make(app, email).await?.user_id;
    let mut tx = audit::begin(app, OrgId::PLATFORM).await?;
    let was = store::is_admin(&mut tx, user).await?;
    if was != is_admin {
        store::set_admin(&mut tx, user, is_admin.then(|| app.clock.now())).await?;
        let done =
            Done::of("admin.changed", ("user", &user)).changed(json!({"admin": was}), json!({"admin": is_admin}));
        audit::note_by(app, (Actor::Operator, &Origin::COMMAND_LINE), OrgId::PLATFORM, &mut tx, done).await?;
    }
    tx.commit().await?;
    Ok(user)
}
