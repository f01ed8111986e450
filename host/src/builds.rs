//! Builds: what their owners see, and how they are run.

mod failure;
mod outcome;
mod run;
mod smoke;

use cloche_domain::BuildId;
use cloche_storage::builds::{self, Build, BuildEvent};
use cloche_storage::members;

use crate::app::App;
use crate::http::auth::Member;

pub(crate) use outcome::Outcome;
pub(crate) use run::run;

/// One build of the organisation's, with what has happened in it. None if there is no such one.
pub async fn get(app: &App, member: &Member, id: BuildId) -> cloche_storage::Result<Option<(Build, Vec<BuildEvent>)>> {
    let mut tx = app.db.read().await?;
    match builds::get(&mut tx, member.org_id, id).await? {
        Some(build) => Ok(Some((build, builds::events(&mut tx, id, 0).await?))),
        None => Ok(None),
    }
}

/// What has happened in a build after event number `after`. None if the build is gone, or the member is.
pub async fn events(
    app: &App,
    member: &Member,
    id: BuildId,
    after: i64,
) -> cloche_storage::Result<Option<Vec<BuildEvent>>> {
    let mut tx = app.db.read().await?;
    if members::find(&mut tx, member.org_id, member.user_id).await?.is_none() {
        return Ok(None);
    }
    match builds::get(&mut tx, member.org_id, id).await? {
        Some(_) => Ok(Some(builds::events(&mut tx, id, after).await?)),
        None => Ok(None),
    }
}
