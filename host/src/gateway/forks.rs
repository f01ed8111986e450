//! Calls of forks, which end when the template that the server was made from is taken down.

use std::pin::Pin;
use std::sync::atomic::Ordering;

use cloche_domain::TemplateId;
use cloche_storage::templates;
use tokio::sync::broadcast::error::RecvError;

use super::Known;
use crate::app::App;
use crate::events::Event;

/// What callers are told of a fork whose template was taken down.
pub(super) const STOPPED: &str = "is stopped: the template that it was made from was taken down; its page says why";

/// What a call comes to; none where its server was stopped before it came to anything: the call is to be dropped then.
pub(super) async fn unless_stopped<T>(
    app: &App,
    known: &Known,
    mut call: Pin<&mut impl Future<Output = T>>,
) -> Option<T> {
    let Some(template) = known.live.template_id else { return Some(call.await) };
    let mut changes = app.events.listen();
    // What was decided between the moment at which the server was read and this one.
    if app.gateway.words.load(Ordering::SeqCst) != known.words && is_stopped(app, template).await {
        return None;
    }
    loop {
        let told = tokio::select! {
            // Whoever took it down is answered after this was told: from then on nothing of the call gets out.
            biased;
            told = changes.recv() => told,
            done = &mut call => return Some(done),
        };
        let concerned = match told {
            Ok(Event::Template(told)) => told == template,
            Ok(Event::All) | Err(RecvError::Lagged(_)) => true,
            Ok(_) => false,
            Err(RecvError::Closed) => return Some(call.await),
        };
        if concerned && is_stopped(app, template).await {
            return None;
        }
    }
}

/// Whoever cannot be asked says no.
async fn is_stopped(app: &App, template: TemplateId) -> bool {
    let asked = async { templates::is_taken_down(&mut app.db.read().await?, template).await };
    asked.await.unwrap_or_else(|error: cloche_storage::Error| {
        tracing::error!(%template, %error, "cannot ask whether a template was taken down: the call ends");
        true
    })
}
