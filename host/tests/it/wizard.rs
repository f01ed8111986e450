//! What the wizard does: draft, create, and watch the build.

use std::time::Duration;

use futures::StreamExt as _;
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::platform::{Caller, Platform};

/// How long a build may take on a machine that does much else.
const BUILD: Duration = Duration::from_mins(2);

/// Every state of a build that goes well.
pub const TO_LIVE: [&str; 7] = ["queued", "generating", "compiling", "inspecting", "testing", "deploying", "live"];

/// The demo draft.
pub async fn draft(caller: &Caller) -> Value {
    let (status, preview) = caller.post("/v1/servers/preview", json!({"prompt": "An echo, and the time"})).await;
    assert_eq!(status, 200, "{preview}");
    preview
}

/// The demo draft's spec, changed.
pub fn edited(preview: &Value, change: impl FnOnce(&mut Value)) -> Value {
    let mut spec = preview["spec"].clone();
    change(&mut spec);
    spec
}

/// What `POST servers` takes, of the demo draft.
pub fn of_draft(preview: &Value, slug: &str) -> Value {
    json!({"name": "Demo", "slug": slug, "previewId": preview["previewId"]})
}

/// A server of the demo draft, with its spec changed.
pub async fn create(caller: &Caller, slug: &str, change: impl FnOnce(&mut Value)) -> Value {
    let preview = draft(caller).await;
    let mut body = of_draft(&preview, slug);
    body["specEdit"] = edited(&preview, change);
    let (status, server) = caller.post("/v1/servers", body).await;
    assert_eq!(status, 201, "{server}");
    server
}

/// The path below `/v1` of a part of an answer: `path("servers", &server["id"])`.
pub fn path(of: &str, id: &Value) -> String {
    format!("/v1/{of}/{}", id.as_str().unwrap())
}

/// A build's stream. Each item is an event.
pub struct Watch(tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>);

impl Watch {
    /// Opens the stream; fails with the status of the answer that is no upgrade.
    pub async fn open(platform: &Platform, build: &Value, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let url = format!("{}{}/stream", platform.url.replace("http", "ws"), path("builds", build));
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// With an API key.
    pub async fn with_key(platform: &Platform, build: &Value, key: &str) -> Self {
        Self::open(platform, build, &[("authorization", &format!("Bearer {key}"))]).await.unwrap()
    }

    /// The next event; none when the platform has closed the stream, or is gone.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            match tokio::time::timeout(BUILD, self.0.next()).await.expect("the build's next event") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return None,
            }
        }
    }

    /// All events to the end of the stream.
    pub async fn into_events(mut self) -> Vec<Value> {
        let mut events = vec![];
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

/// The states that events tell of, after a look at their numbers.
pub fn states(events: &[Value]) -> Vec<&str> {
    for (i, event) in events.iter().enumerate() {
        assert_eq!(event["seq"], i + 1, "{events:#?}");
    }
    events.iter().map(|event| event["state"].as_str().unwrap()).collect()
}

/// A request without a body, by its status alone.
pub async fn status(caller: &Caller, method: Method, path: &str) -> u16 {
    caller.request(method, path).send().await.unwrap().status().as_u16()
}
