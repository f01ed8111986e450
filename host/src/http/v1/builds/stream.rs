//! `/v1/builds/{id}/stream`: a WebSocket that tells what has happened, then what happens, and closes at the end.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use cloche_domain::BuildId;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::builds;
use crate::events::Event;
use crate::http::Shared;
use crate::http::auth::{self, Member};
use crate::http::path::Id;
use crate::http::problem::Problem;

/// How often the other side is asked whether it is there; the database is looked at too, in case an event was lost.
const PING: Duration = Duration::from_secs(15);

/// A WebSocket: every event of the build so far, then each as it comes, as JSON texts; closed after the last.
///
/// Refused where another site's page asks: a browser sends the cookie along from anywhere.
#[utoipa::path(get, path = "/builds/{id}/stream", tag = "builds", params(("id" = BuildId, Path)),
    responses((status = SWITCHING_PROTOCOLS), Problem))]
pub(in crate::http) async fn stream(
    State(app): Shared,
    member: Member,
    Id(id): Id<BuildId>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    if !auth::same_origin(&headers, &app.public_url) {
        return Err(auth::Error::CrossOrigin.into());
    }
    if builds::get(&app, &member, id).await?.is_none() {
        return Err(Problem::not_found("build"));
    }
    let upgrade =
        upgrade.map_err(|rejection| Problem::new(rejection.status(), "not_a_websocket", rejection.body_text()))?;
    Ok(upgrade.max_message_size(1024).on_upgrade(move |socket| async move {
        // Where it ends early, the other side is gone: there is nobody to tell.
        let _ = tell(&app, &member, id, socket).await;
    }))
}

/// Why a stream ends before its build.
#[derive(Debug, thiserror::Error)]
enum Gone {
    #[error("the other side is gone")]
    Closed(#[from] axum::Error),
    #[error(transparent)]
    Storage(#[from] cloche_storage::Error),
}

async fn tell(app: &Arc<App>, member: &Member, id: BuildId, mut socket: WebSocket) -> Result<(), Gone> {
    // Before the first look, so that nothing falls between the two.
    let mut changes = app.events.listen();
    let mut pings = interval(PING);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = 0;
    loop {
        let Some(events) = builds::events(app, member, id, last).await? else { break };
        for event in &events {
            last = event.seq;
            let text = serde_json::to_string(event).map_err(axum::Error::new)?;
            socket.send(Message::text(text)).await?;
        }
        if events.last().is_some_and(|event| event.state.is_final()) {
            break;
        }
        tokio::select! {
            () = changed(&mut changes, id) => {}
            _ = pings.tick() => socket.send(Message::Ping("".into())).await?,
            heard = socket.recv() => match heard {
                Some(Ok(Message::Close(_))) | None => return Ok(()),
                heard => { heard.transpose()?; }
            },
        }
    }
    socket.send(Message::Close(None)).await?;
    Ok(())
}

/// Returns when the build may have a new event, or may be gone.
async fn changed(changes: &mut Receiver<Event>, id: BuildId) {
    loop {
        match changes.recv().await {
            Ok(Event::Build(other)) if other != id => {}
            Ok(Event::Grant(_) | Event::Plan(_) | Event::Template(_)) => {}
            Ok(Event::Build(_) | Event::Server(_) | Event::Rights | Event::All) | Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => return std::future::pending().await,
        }
    }
}
