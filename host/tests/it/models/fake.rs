//! A local server that speaks the providers' documented wire formats, byte for byte as a test says.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response, Uri};
use serde_json::{Value, json};
use tokio::sync::watch;

/// What a server does after its response head.
pub enum Step {
    Send(Vec<u8>),
    /// Sends this again and again.
    Repeat(Vec<u8>, Duration),
    /// Goes on when a gate is open.
    Await(watch::Receiver<bool>),
    /// Says nothing more, and keeps the connection open.
    Hang,
    /// Ends the connection without ending the body.
    Break,
}

/// One response.
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    steps: Vec<Step>,
}

impl Reply {
    /// An event stream, all of it in one chunk.
    pub fn events(text: impl Into<Vec<u8>>) -> Self {
        Self::steps(vec![Step::Send(text.into())])
    }

    pub fn steps(steps: Vec<Step>) -> Self {
        let kind = ("content-type", "text/event-stream; charset=utf-8".to_owned());
        Self { status: 200, headers: vec![kind], steps }
    }

    /// An event stream cut into chunks of so many bytes.
    pub fn chunks(text: &str, size: usize) -> Self {
        Self::steps(text.as_bytes().chunks(size).map(|c| Step::Send(c.to_vec())).collect())
    }

    pub fn status(status: u16, body: &Value) -> Self {
        let kind = ("content-type", "application/json".to_owned());
        Self { status, headers: vec![kind], steps: vec![Step::Send(body.to_string().into())] }
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(n, _)| *n != name);
        self.headers.push((name, value.into()));
        self
    }

    fn into_response(self, open: watch::Sender<usize>) -> Response<Body> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        open.send_modify(|count| *count += 1);
        let open = Open(open);
        let body = async_stream::stream! {
            let _open = open;
            for step in self.steps {
                match step {
                    // A pause, or hyper would join what is sent at once into one write.
                    Step::Send(bytes) => {
                        yield Ok(Bytes::from(bytes));
                        tokio::task::yield_now().await;
                    }
                    Step::Repeat(bytes, pause) => loop {
                        yield Ok(Bytes::from(bytes.clone()));
                        tokio::time::sleep(pause).await;
                    },
                    Step::Await(mut gate) => {
                        let _ = gate.wait_for(|open| *open).await;
                    }
                    Step::Hang => std::future::pending().await,
                    Step::Break => yield Err("broken off"),
                }
            }
        };
        response.body(Body::from_stream(body)).unwrap()
    }
}

/// Counts the bodies that are still being sent.
struct Open(watch::Sender<usize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Seen {
    /// The user's message.
    pub fn user(&self) -> Value {
        let messages = self.body["messages"].as_array().unwrap();
        serde_json::from_str(messages.last().unwrap()["content"].as_str().unwrap()).unwrap()
    }
}

/// Replies in their order.
type Script = Box<dyn Iterator<Item = Reply> + Send>;

/// A running server; it ends with the test's runtime.
pub struct Fake {
    pub url: String,
    script: Arc<Mutex<Script>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    open: watch::Receiver<usize>,
}

impl Fake {
    /// Gives these replies in order; a request beyond them gets 404.
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::following(Box::new(replies.into_iter().collect::<Vec<_>>().into_iter())).await
    }

    /// Gives the same reply to each request.
    pub async fn always(reply: impl Fn() -> Reply + Send + 'static) -> Self {
        Self::following(Box::new(std::iter::repeat_with(reply))).await
    }

    /// Gives these replies from now on.
    pub fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        *self.script.lock().unwrap() = Box::new(replies.into_iter().collect::<Vec<_>>().into_iter());
    }

    /// Settings with this server as a platform's one model; lines of its provider may follow.
    pub fn config(&self, kind: &str) -> String {
        let url = &self.url;
        format!("[[model.providers]]\nname = \"local\"\nkind = \"{kind}\"\nbase_url = \"{url}\"\nmodel = \"m\"\n")
    }

    async fn following(script: Script) -> Self {
        let script = Arc::new(Mutex::new(script));
        let replies = script.clone();
        let seen = Arc::new(Mutex::new(vec![]));
        let (opening, open) = watch::channel(0);
        let requests = seen.clone();
        let app = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| async move {
            let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
            requests.lock().unwrap().push(Seen { path: uri.path().to_owned(), headers, body });
            let reply = replies.lock().unwrap().next();
            let reply = reply.unwrap_or_else(|| Reply::status(404, &json!({"error": "not in the script"})));
            Ok::<_, Infallible>(reply.into_response(opening))
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, script, seen, open }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Waits until this many responses are being sent.
    pub async fn sending(&self, count: usize) {
        let mut open = self.open.clone();
        let reached = tokio::time::timeout(Duration::from_secs(5), open.wait_for(|now| *now == count)).await;
        assert!(reached.is_ok(), "{count} responses were expected to be open");
    }
}

/// <https://platform.claude.com/docs/en/build-with-claude/streaming>
pub mod anthropic {
    use super::{Value, json};

    fn event(data: &Value) -> String {
        format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap())
    }

    pub fn start() -> String {
        let usage = json!({"input_tokens": 25, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 1000,
                           "output_tokens": 1});
        let message = json!({"id": "msg_01", "type": "message", "role": "assistant", "content": [], "model": "claude-x",
                             "stop_reason": null, "stop_sequence": null, "usage": usage});
        event(&json!({"type": "message_start", "message": message})) + &event(&json!({"type": "ping"}))
    }

    pub fn text(index: u32, text: &str) -> String {
        block(index, &json!({"type": "text", "text": ""}), |piece| json!({"type": "text_delta", "text": piece}), text)
    }

    pub fn tool(index: u32, input: &str) -> String {
        let start = json!({"type": "tool_use", "id": "toolu_01", "name": "submit_server", "input": {}});
        block(index, &start, |piece| json!({"type": "input_json_delta", "partial_json": piece}), input)
    }

    fn block(index: u32, start: &Value, delta: fn(&str) -> Value, text: &str) -> String {
        let mut events = event(&json!({"type": "content_block_start", "index": index, "content_block": start}));
        let letters: Vec<char> = text.chars().collect();
        for piece in letters.chunks(7) {
            let delta = delta(&piece.iter().collect::<String>());
            events += &event(&json!({"type": "content_block_delta", "index": index, "delta": delta}));
        }
        events + &event(&json!({"type": "content_block_stop", "index": index}))
    }

    pub fn stop(reason: &str) -> String {
        stop_with(&json!({"stop_reason": reason, "stop_sequence": null}))
    }

    pub fn stop_with(delta: &Value) -> String {
        event(&json!({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 89}}))
            + &event(&json!({"type": "message_stop"}))
    }

    pub fn error(kind: &str) -> Value {
        json!({"type": "error", "error": {"type": kind, "message": "Overloaded"}})
    }

    pub fn error_event(kind: &str) -> String {
        event(&error(kind))
    }

    /// A whole answer by tool call.
    pub fn answer(input: &str) -> String {
        start() + &text(0, "Here is the server.") + &tool(1, input) + &stop("tool_use")
    }
}

/// <https://platform.openai.com/docs/api-reference/chat-streaming>
pub mod openai {
    use super::{Value, json};

    fn chunk(choice: &Value, usage: &Value) -> String {
        let choices = if choice.is_null() { json!([]) } else { json!([choice]) };
        let chunk = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_694_268_190, "model": "gpt-x",
                           "system_fingerprint": "fp_1", "choices": choices, "usage": usage});
        format!("data: {chunk}\n\n")
    }

    pub fn delta(delta: &Value) -> String {
        chunk(&json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": null}), &Value::Null)
    }

    pub fn text(text: &str) -> String {
        let letters: Vec<char> = text.chars().collect();
        let start = delta(&json!({"role": "assistant", "content": "", "refusal": null}));
        letters.chunks(7).fold(start, |all, piece| all + &delta(&json!({"content": piece.iter().collect::<String>()})))
    }

    pub fn stop(reason: &str) -> String {
        chunk(&json!({"index": 0, "delta": {}, "logprobs": null, "finish_reason": reason}), &Value::Null)
            + &chunk(&Value::Null, &json!({"prompt_tokens": 1025, "completion_tokens": 89, "total_tokens": 1114}))
            + "data: [DONE]\n\n"
    }

    /// A whole answer.
    pub fn answer(json: &str) -> String {
        text(json) + &stop("stop")
    }
}
