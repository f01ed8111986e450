//! How the platform does: asked of its parts, for whoever wonders whether it is the platform or they.

use std::future::Future;
use std::time::{Duration, Instant};

use cloche_storage::jobs;
use serde::Serialize;
use time::OffsetDateTime;
use time::serde::rfc3339;
use tokio::sync::Mutex;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::app::App;

/// How long what was found out is told again: the parts are asked no more often, however many people look.
const FRESH: Duration = Duration::from_secs(5);
/// How long a part has to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a job waits before builds are said to be late.
const LATE: time::Duration = time::Duration::seconds(30);

/// How a part does, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StatusState)]
pub enum State {
    Ok,
    /// It works, with something missing or late.
    Degraded,
    Down,
}

/// What a part does for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StatusPartName)]
pub enum Name {
    Api,
    Database,
    /// Runs tools.
    Calls,
    /// Compiles tools.
    Compiler,
    /// Takes what is to be built in its turn.
    Builds,
    /// Drafts tools.
    Model,
}

/// One part of the platform.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StatusPart)]
pub struct Part {
    name: Name,
    state: State,
    /// How long its answer took, in milliseconds; null where it was not asked.
    took_ms: Option<u64>,
    /// What is wrong, or to be known.
    detail: Option<&'static str>,
}

/// How the platform does.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// As its worst part does.
    status: State,
    #[serde(with = "rfc3339")]
    checked_at: OffsetDateTime,
    parts: Vec<Part>,
}

/// What was last found out.
#[derive(Debug, Default)]
pub struct Board(Mutex<Option<(Instant, Status)>>);

/// How the platform does, found out now or a few seconds ago.
pub async fn status(app: &App) -> Status {
    let mut last = app.status.0.lock().await;
    if let Some((at, status)) = &*last
        && at.elapsed() < FRESH
    {
        return status.clone();
    }
    let status = ask(app).await;
    *last = Some((Instant::now(), status.clone()));
    status
}

async fn ask(app: &App) -> Status {
    let now = app.clock.now();
    let database = probe(Name::Database, async { app.db.ping().await.map_err(|error| error.to_string()) });
    let compiler = probe(Name::Compiler, async {
        app.compiler.ready().await.map(|_| ()).map_err(|refusal| format!("{refusal:?}"))
    });
    let waiting =
        async { timeout(PATIENCE, async { jobs::waiting_since(&mut app.db.read().await?, now).await }).await };
    let (mut database, mut compiler, waiting) = tokio::join!(database, compiler, waiting);
    if database.state == State::Down {
        database.detail =
            Some("It does not answer. Calls of servers that were used lately go on; all else waits for it.");
    }
    if compiler.state == State::Down {
        compiler.state = State::Degraded;
        compiler.detail = Some("Nothing can be built just now. Servers that are built go on answering.");
    }
    let is_late = match waiting {
        Ok(Ok(since)) => since.is_some_and(|since| since + LATE < now),
        _ => true,
    };
    let mut parts = vec![told(Name::Api, State::Ok, None), database];
    parts.push(if app.sandbox.has_room() {
        told(Name::Calls, State::Ok, None)
    } else {
        told(
            Name::Calls,
            State::Degraded,
            Some("As many calls run as this machine takes. New ones wait, or are told to come again."),
        )
    });
    parts.push(compiler);
    parts.push(if is_late {
        told(Name::Builds, State::Degraded, Some("What is to be built waits longer than it should."))
    } else {
        told(Name::Builds, State::Ok, None)
    });
    let demo = Some("No model is set on this platform: drafts are a demo's.");
    parts.push(told(Name::Model, State::Ok, demo.filter(|_| app.models.count() == 0)));
    let worst = parts.iter().map(|part| part.state).max().unwrap_or(State::Ok);
    Status { status: worst, checked_at: now, parts }
}

fn told(name: Name, state: State, detail: Option<&'static str>) -> Part {
    Part { name, state, took_ms: None, detail }
}

/// Asks a part. What is wrong with it goes to the log.
async fn probe(name: Name, answer: impl Future<Output = Result<(), String>>) -> Part {
    let began = Instant::now();
    let answer = timeout(PATIENCE, answer).await.unwrap_or_else(|_| Err("no answer in time".to_owned()));
    let state = match answer {
        Ok(()) => State::Ok,
        Err(error) => {
            tracing::warn!(part = ?name, %error, "a part of the platform does not answer");
            State::Down
        }
    };
    Part { name, state, took_ms: u64::try_from(began.elapsed().as_millis()).ok(), detail: None }
}
