//! Components that no version refers to any more leave the disk, a while after the last one has gone.

use std::sync::Arc;
use std::time::Duration;

use cloche_domain::Sha256;
use cloche_storage::artifacts;
use tokio_util::sync::CancellationToken;

use super::Error;
use crate::app::App;

/// How often is looked, where no version has gone meanwhile.
const LOOK_EVERY: Duration = Duration::from_mins(10);

/// Says that a component is about to be laid down, so that it is known to whoever tidies up.
pub async fn lay(app: &App, sha256: Sha256) -> cloche_storage::Result<()> {
    let mut tx = app.db.begin().await?;
    artifacts::lay(&mut tx, sha256, app.clock.now()).await?;
    tx.commit().await
}

/// Tidies up as long as the platform runs.
pub async fn tidy(app: Arc<App>, stopping: CancellationToken) {
    loop {
        match sweep(&app).await {
            Ok(0) => {}
            Ok(components) => tracing::info!(components, "components deleted that no version refers to"),
            Err(error) => tracing::error!(%error, "cannot delete components: will try again"),
        }
        tokio::select! {
            () = app.artifacts.released.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stopping.cancelled() => return,
        }
    }
}

/// How many components were deleted.
async fn sweep(app: &App) -> Result<usize, Sweep> {
    let since = app.clock.now() - app.config.versions.component_life();
    let mut deleted = 0;
    for sha256 in artifacts::unused(&mut app.db.read().await?, since).await? {
        let mut tx = app.db.begin().await?;
        if artifacts::take(&mut tx, sha256, since).await? {
            // Before the row has gone for others: whoever lays it down again does so after this.
            app.artifacts.remove(sha256).await?;
            tx.commit().await?;
            app.sandbox.forget(sha256).await;
            deleted += 1;
        }
    }
    Ok(deleted)
}

#[derive(Debug, thiserror::Error)]
enum Sweep {
    #[error(transparent)]
    Artifacts(#[from] Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}
