//! How long records of calls are kept: so many days, and so many of each server.

use std::collections::HashSet;
use std::time::Duration;

use cloche_domain::{Day, ServerId};
use cloche_storage::{Db, calls, usage};
use time::OffsetDateTime;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config;
use crate::usage::KEPT;

/// Between two looks for what is too old or too much.
const EVERY: Duration = Duration::from_mins(1);
/// Rows deleted at a time, so that nobody waits long.
const STEP: i64 = 1_000;
/// A server is looked at when it has got a part of what is kept of it, one so-many-th.
const MANY: u32 = 10;
/// Steps of one look: half a million rows a minute are more than are written.
const STEPS: usize = 500;

/// Deletes what need not be kept any longer, until asked to stop.
pub(super) async fn keep(app: &App, stopping: &CancellationToken) {
    let mut known = false;
    loop {
        let look = async {
            if !known {
                // Whatever an earlier process has left, or other settings have kept.
                let servers = calls::servers(&mut app.db.read().await?).await?;
                app.calls.may_have_many(servers);
                known = true;
            }
            let keep = app.config.calls.per_server;
            let mut servers = app.calls.take_those_with((keep / MANY).max(1));
            sweep(&app.db, app.clock.now(), &app.config.calls, &mut servers).await
        };
        let swept = tokio::select! {
            swept = look => swept,
            () = stopping.cancelled() => return,
        };
        if let Err(error) = swept {
            tracing::warn!(%error, "old records of calls are not deleted yet");
            // Those that this look has not come to.
            known = false;
        }
        tokio::select! {
            () = sleep(EVERY) => {}
            () = stopping.cancelled() => return,
        }
    }
}

/// One look: at the oldest of all, then at each of these servers, which are taken out once they have no more than they may.
async fn sweep(
    db: &Db,
    now: OffsetDateTime,
    settings: &config::Calls,
    servers: &mut HashSet<ServerId>,
) -> cloche_storage::Result<()> {
    let before = now - time::Duration::days(settings.days.into());
    let mut steps = STEPS;
    let full = i64::unsigned_abs(STEP);
    let mut deleted = full;
    while deleted == full && steps > 0 {
        let mut tx = db.begin().await?;
        deleted = calls::expire(&mut tx, before, STEP).await?;
        tx.commit().await?;
        steps -= 1;
    }
    let mut tx = db.begin().await?;
    usage::forget_before(&mut tx, Day::of(now).back(KEPT)).await?;
    tx.commit().await?;
    if deleted == full {
        tracing::warn!("more records of calls grow too old than are deleted in one look");
    }
    while let Some(&server) = servers.iter().next() {
        let mut tx = db.begin().await?;
        let deleted = calls::trim(&mut tx, server, settings.per_server.into(), STEP).await?;
        tx.commit().await?;
        if deleted < full {
            servers.remove(&server);
        }
    }
    Ok(())
}
