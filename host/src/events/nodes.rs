//! What has changed on other nodes, told here as on the node that changed it. What is missed counts for seconds: each cache
//! that decides access has a short life besides.

use std::sync::Arc;
use std::time::Duration;

use cloche_storage::changes::Changes;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::Event;
use crate::app::App;

/// After a database that did not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells of others' changes until asked to stop.
pub async fn hear(app: Arc<App>, stopping: CancellationToken) {
    tokio::select! {
        () = hear_on(&app) => {}
        () = stopping.cancelled() => {}
    }
}

async fn hear_on(app: &App) {
    loop {
        match app.db.changes().await {
            Ok(Some(changes)) => {
                let Err(error) = pass_on(app, changes).await;
                tracing::warn!(%error, "other nodes' changes are not heard for a moment");
            }
            Ok(None) => return,
            Err(error) => tracing::warn!(%error, "cannot listen to other nodes' changes: will try again"),
        }
        sleep(PAUSE).await;
    }
}

async fn pass_on(app: &App, mut changes: Changes) -> Result<std::convert::Infallible, cloche_storage::Error> {
    // Whatever was changed before this moment.
    app.events.tell(Event::All);
    loop {
        match changes.next().await?.as_deref() {
            Some("job") => app.wake.ring(),
            Some(told) => app.events.tell(event(told)),
            None => app.events.tell(Event::All),
        }
    }
}

/// What the database's triggers call it; what nobody knows here may be anything.
fn event(told: &str) -> Event {
    let (what, id) = told.split_once(' ').unwrap_or((told, ""));
    let event = match what {
        "build" => id.parse().ok().map(Event::Build),
        "server" => id.parse().ok().map(Event::Server),
        "template" => id.parse().ok().map(Event::Template),
        "grant" => id.parse().ok().map(Event::Grant),
        "plan" => id.parse().ok().map(Event::Plan),
        "rights" => Some(Event::Rights),
        _ => None,
    };
    event.unwrap_or(Event::All)
}
