//! The order of what is trending: kept beside each template, so that a list is read from an index, and brought up to date
//! as time goes by.

use std::sync::Arc;
use std::time::Duration;

use cloche_storage::templates;
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// How often. A fork counts at once; this is for age, and for what was paused or deleted.
const EVERY: Duration = Duration::from_mins(10);

/// Keeps the order for as long as the platform runs.
pub async fn rank(app: Arc<App>, stopping: CancellationToken) {
    loop {
        if let Err(error) = templates::rank_all(&app.db, app.clock.now()).await {
            tracing::warn!(%error, "templates keep their order for now: will try again");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stopping.cancelled() => return,
        }
    }
}
