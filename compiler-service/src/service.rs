//! The compiler over HTTP: `POST /v1/compile` takes a spec and answers with a line of JSON for each event, and one last
//! line with the artifact or the refusal. `GET /ready`. There is no authentication: it listens where only the platform is.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use cloche_domain::spec::ServerSpec;
use futures::StreamExt as _;
use futures::stream;
use serde::{Deserialize, Serialize};
use tokio::task::{JoinError, JoinSet};

use crate::compiler::{Artifact, Compiler, Event, EventSink};
use crate::refusal::Refusal;

/// Bytes of a request: twenty tools at their bounds, escaped as JSON.
const BODY: usize = 16 << 20;

/// One line of the answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Line {
    Event(Event),
    /// The last one.
    Artifact(Box<Artifact>),
    /// The last one.
    Refusal(Refusal),
}

/// The routes, on top of any compiler.
pub fn router(compiler: Arc<dyn Compiler>) -> Router {
    Router::new()
        .route("/v1/compile", post(compile))
        .route("/ready", get(ready))
        .layer(DefaultBodyLimit::max(BODY))
        .with_state(compiler)
}

async fn ready(State(compiler): State<Arc<dyn Compiler>>) -> Response {
    match compiler.ready().await {
        Ok(toolchain) => axum::Json(serde_json::json!({ "toolchain": toolchain })).into_response(),
        Err(refusal) => (StatusCode::SERVICE_UNAVAILABLE, axum::Json(refusal)).into_response(),
    }
}

async fn compile(State(compiler): State<Arc<dyn Compiler>>, body: Bytes) -> Response {
    let spec: ServerSpec = match serde_json::from_slice(&body) {
        Ok(spec) => spec,
        Err(e) => {
            return (StatusCode::BAD_REQUEST, format!("the body is no server specification: {e}\n")).into_response();
        }
    };
    let (events, received) = EventSink::channel();
    // The stream owns the task: a client that goes away drops it, and with it the jailed process.
    let mut task = JoinSet::new();
    task.spawn(async move { compiler.compile(&spec, events).await });
    let lines = stream::unfold(Some((received, task)), |state| async move {
        let (mut received, mut task) = state?;
        match received.recv().await {
            Some(event) => Some((Line::Event(event), Some((received, task)))),
            // The task held the other end: it is over.
            None => Some((last(task.join_next().await?), None)),
        }
    });
    let body = Body::from_stream(lines.map(|line| encode(&line)));
    ([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response()
}

fn last(result: Result<Result<Artifact, Refusal>, JoinError>) -> Line {
    match result {
        Ok(Ok(artifact)) => Line::Artifact(Box::new(artifact)),
        Ok(Err(refusal)) => Line::Refusal(refusal),
        Err(broken) => Line::Refusal(Refusal::unavailable(broken)),
    }
}

fn encode(line: &Line) -> serde_json::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    Ok(bytes)
}
