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
use crate::previews::{self, Begun};

const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AskForPreview)]
pub(in crate::http) struct Ask {
    prompt: String,
    /// Asks a model also where your organisation has a draft of these words that is less than a day old.
    #[serde(default)]
    fresh: bool,
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
    /// It was there already, and took no draft of the day, nor tokens.
    cached: bool,
    #[serde(with = "rfc3339")]
    expires_at: OffsetDateTime,
}

impl Shown {
    fn new(preview: Preview, cached: bool) -> Self {
        let Preview { id: preview_id, spec, model, demo, expires_at, .. } = preview;
        Self { preview_id, spec, model, demo, cached, expires_at }
    }
}

/// Drafts a server, and answers when the draft is there. It is one of the previews of the day, which is counted before a
/// model is asked, and given back where the platform or the model's provider fails; and it takes tokens.
#[utoipa::path(post, path = "/servers/preview", tag = "previews", request_body = Ask,
    responses((status = OK, body = Shown), Problem))]
pub(in crate::http) async fn draft(
    State(app): Shared,
    member: Member,
    Json(Ask { prompt, fresh }): Json<Ask>,
) -> Result<Json<Shown>, Problem> {
    Ok(Json(match previews::begin(&app, &member, prompt, fresh).await? {
        Begun::Kept(preview) => Shown::new(*preview, true),
        Begun::Open(question) => {
            let (text, _) = mpsc::channel(1);
            Shown::new(previews::draft(&app, &member, *question, text).await?, false)
        }
    }))
}

/// Drafts a server, and tells it as it is written: `text` events, then one `spec` (a preview) or `error` (a problem). It
/// counts like `POST /v1/servers/preview`; who goes away after text has come has used one of the day's previews.
#[utoipa::path(post, path = "/servers/preview/stream", tag = "previews", request_body = Ask,
    responses((status = OK, content_type = "text/event-stream", body = String), Problem))]
pub(in crate::http) async fn stream(
    State(app): Shared,
    member: Member,
    Json(Ask { prompt, fresh }): Json<Ask>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let begun = previews::begin(&app, &member, prompt, fresh).await?;
    Ok(Sse::new(told(app, member, begun)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

fn told(app: Arc<App>, member: Member, begun: Begun) -> impl Stream<Item = Result<Event, Infallible>> {
    async_stream::stream! {
        let question = match begun {
            Begun::Kept(preview) => {
                yield Ok(event("spec", &json!(Shown::new(*preview, true))));
                return;
            }
            Begun::Open(question) => question,
        };
        let (sender, mut text) = mpsc::channel(64);
        // A task, so that even a panic ends in an `error` event. Who goes away drops the stream, and with it the task and
        // its request to the model.
        let drafting = tokio::spawn(async move { previews::draft(&app, &member, *question, sender).await });
        let drafting = AbortOnDropHandle::new(drafting);
        while let Some(text) = text.recv().await {
            yield Ok(event("text", &json!({ "text": text })));
        }
        let problem = match drafting.await {
            Ok(Ok(preview)) => {
                yield Ok(event("spec", &json!(Shown::new(preview, false))));
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
