//! `/v1/servers/preview`: a draft, at once or as it is written.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use cloche_domain::PreviewId;
use cloche_domain::spec::ServerSpec;
use cloche_storage::previews::Preview;
use futures::Stream;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use time::serde::rfc3339;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::Shared;
use crate::http::auth::Member;
use crate::http::json::Json;
use crate::http::problem::Problem;
use crate::previews::{self, Checked};

const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AskForPreview)]
pub(in crate::http) struct Ask {
    prompt: String,
}

/// A draft as its author sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Preview)]
pub(in crate::http) struct Shown {
    preview_id: PreviewId,
    spec: ServerSpec,
    model: String,
    demo: bool,
    #[serde(with = "rfc3339")]
    expires_at: OffsetDateTime,
}

impl From<Preview> for Shown {
    fn from(preview: Preview) -> Self {
        let Preview { id: preview_id, spec, model, demo, expires_at, .. } = preview;
        Self { preview_id, spec, model, demo, expires_at }
    }
}

/// Drafts a server, and answers when the draft is there.
#[utoipa::path(post, path = "/servers/preview", tag = "previews", request_body = Ask,
    responses((status = OK, body = Shown), Problem))]
pub(in crate::http) async fn draft(
    State(app): Shared,
    member: Member,
    Json(Ask { prompt }): Json<Ask>,
) -> Result<Json<Shown>, Problem> {
    let prompt = previews::check(&app, &member, prompt).await?;
    let (text, _) = mpsc::channel(1);
    Ok(Json(previews::draft(&app, &member, prompt, text).await?.into()))
}

/// Drafts a server, and tells it as it is written: `text` events, then one `spec` (a preview) or `error` (a problem).
#[utoipa::path(post, path = "/servers/preview/stream", tag = "previews", request_body = Ask,
    responses((status = OK, content_type = "text/event-stream", body = String), Problem))]
pub(in crate::http) async fn stream(
    State(app): Shared,
    member: Member,
    Json(Ask { prompt }): Json<Ask>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let prompt = previews::check(&app, &member, prompt).await?;
    Ok(Sse::new(told(app, member, prompt)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

fn told(app: Arc<App>, member: Member, prompt: Checked) -> impl Stream<Item = Result<Event, Infallible>> {
    let (sender, mut text) = mpsc::channel(64);
    // A task, so that even a panic ends in an `error` event. Who goes away drops the stream, and with it the task and
    // its request to the model.
    let drafting = tokio::spawn(async move { previews::draft(&app, &member, prompt, sender).await });
    let drafting = AbortOnDropHandle::new(drafting);
    async_stream::stream! {
        while let Some(text) = text.recv().await {
            yield Ok(event("text", &json!({ "text": text })));
        }
        let problem = match drafting.await {
            Ok(Ok(preview)) => {
                yield Ok(event("spec", &json!(Shown::from(preview))));
                return;
            }
            Ok(Err(error)) => Problem::from(error),
            Err(error) => Problem::internal(&error),
        };
        yield Ok(event("error", &problem.body()));
    }
}

fn event(name: &str, data: &serde_json::Value) -> Event {
    Event::default().event(name).data(data.to_string())
}
