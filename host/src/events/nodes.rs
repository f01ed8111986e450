//! What has changed on other nodes, told here as on the node that changed it; and up to when all of that is known, which
//! is how long what is remembered of it counts.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cloche_domain::JobId;
use cloche_storage::changes::{Changes, Listener, Told, Watch};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::Event;
use crate::app::App;

/// After a database that did not answer.
const PAUSE: Duration = Duration::from_secs(1);
/// Between two looks whether all is known: as much later is it known that nothing was changed.
const BEAT: Duration = Duration::from_millis(200);

/// Tells of others' changes until asked to stop.
pub async fn hear(app: Arc<App>, stopping: CancellationToken) {
    tokio::select! {
        () = hear_on(&app) => {}
        () = stopping.cancelled() => {}
    }
}

async fn hear_on(app: &App) {
    // Of this node alone. What it says is a time since this moment, on whichever connection it is heard.
    let (own, began) = (format!("beat {}", JobId::new()), Instant::now());
    loop {
        let Err(error) = match app.db.changes(&own).await {
            Ok(Changes::Told(listener)) => tokio::select! {
                end = pass_on(app, listener, began) => end,
                end = beat(app, &own, began) => end,
            },
            Ok(Changes::Seen(watch)) => look(app, watch).await,
            Err(error) => Err(error),
        };
        tracing::warn!(%error, "others' changes are not heard for a moment");
        sleep(PAUSE).await;
    }
}

async fn pass_on(app: &App, mut listener: Listener, began: Instant) -> Result<Infallible, cloche_storage::Error> {
    // Whatever was changed before this moment.
    app.events.tell(Event::All);
    loop {
        match listener.next().await? {
            Told::Change(told) if told == "job" => app.wake.ring(),
            Told::Change(told) => app.events.tell(event(&told)),
            Told::Own(beat) => {
                // What was committed before it was said has been told.
                if let Some(said) = beat.parse().ok().and_then(|ms| began.checked_add(Duration::from_millis(ms))) {
                    app.events.heard_up_to(said);
                }
            }
            Told::Unknown => app.events.tell(Event::All),
        }
    }
}

/// Says the time, in milliseconds, to be heard behind everything that was changed before.
async fn beat(app: &App, own: &str, began: Instant) -> Result<Infallible, cloche_storage::Error> {
    loop {
        if app.events.is_wanted() {
            app.db.say(own, &began.elapsed().as_millis().to_string()).await?;
        }
        sleep(BEAT).await;
    }
}

async fn look(app: &App, mut watch: Watch) -> Result<Infallible, cloche_storage::Error> {
    loop {
        if app.events.is_wanted() {
            let now = Instant::now();
            if watch.has_changed().await? {
                app.events.tell(Event::All);
            }
            app.events.heard_up_to(now);
        }
        sleep(BEAT).await;
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
