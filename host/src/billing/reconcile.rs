//! Looks at what is paid for where nobody has told of a change: an event may be lost, and a grace ends by itself.

use std::sync::Arc;
use std::time::Duration;

use cloche_storage::billing as store;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::follow::{CHECKOUT, Cause, follow};
use super::{Error, Result};
use crate::app::App;

/// Between two looks for accounts that are due.
const EVERY: Duration = Duration::from_secs(5);
/// How long an event is known: it is sent again for three days, and by hand for a month.
const EVENTS: time::Duration = time::Duration::days(40);

/// Compares every account when the platform starts, and each when it is due, as long as the platform runs.
pub async fn reconcile(app: Arc<App>, stopping: CancellationToken) {
    if app.billing.is_none() {
        return;
    }
    let mut begun = false;
    loop {
        let look = async {
            if !begun {
                begin(&app).await?;
                begun = true;
            }
            look(&app).await
        };
        let looked = tokio::select! {
            looked = look => looked,
            () = stopping.cancelled() => return,
        };
        if let Err(error) = looked {
            tracing::warn!(%error, "what organisations pay for is not compared yet");
        }
        tokio::select! {
            () = sleep(EVERY) => {}
            () = stopping.cancelled() => return,
        }
    }
}

/// What happened while the platform was down was told to nobody.
async fn begin(app: &App) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    store::forget_events(&mut tx, now - EVENTS).await?;
    store::look_at_all(&mut tx, now, now - CHECKOUT).await?;
    Ok(tx.commit().await?)
}

async fn look(app: &App) -> Result<()> {
    for (org, customer) in store::due(&mut app.db.read().await?, app.clock.now()).await? {
        match follow(app, org, &customer, Cause::Compared).await {
            // One that is refused keeps the others waiting no longer.
            Err(error @ Error::Refused(_)) => tracing::error!(%org, %error, "what it pays for cannot be compared"),
            done => done?,
        }
    }
    Ok(())
}
