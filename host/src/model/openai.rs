//! Chat completions as OpenAI defined them and many servers speak them, streamed:
//! <https://platform.openai.com/docs/api-reference/chat-streaming>.

use reqwest::RequestBuilder;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::answer::{Answer, Broken, Stop};
use super::prompt::{self, Ask};
use super::settings::Provider;

/// What ends the stream, in place of an event.
pub(super) const DONE: &str = "[DONE]";

/// How much of the protocol a server knows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// All of it.
    Full,
    /// What was there from the beginning: for a server that refuses the rest.
    Plain,
}

pub(super) fn request(request: RequestBuilder, provider: &Provider, ask: &Ask, dialect: Dialect) -> RequestBuilder {
    let mut body = json!({
        "model": provider.model,
        "stream": true,
        "messages": [
            {"role": "system", "content": prompt::SYSTEM},
            {"role": "user", "content": ask.message()},
        ],
    });
    match dialect {
        Dialect::Full => {
            body["max_completion_tokens"] = json!(provider.max_output_tokens);
            body["stream_options"] = json!({"include_usage": true});
            // Not strict: a strict schema cannot say «any JSON Schema», which a tool's input is.
            let schema = json!({"name": "server", "strict": false, "schema": prompt::spec_schema()});
            body["response_format"] = json!({"type": "json_schema", "json_schema": schema});
        }
        Dialect::Plain => body["max_tokens"] = json!(provider.max_output_tokens),
    }
    let request = request.json(&body);
    match provider.api_key.expose_secret() {
        "" => request,
        key => request.bearer_auth(key),
    }
}

/// Takes one event in; gives the text that it adds.
pub(super) fn take(answer: &mut Answer, event: &Value) -> Result<String, Broken> {
    if !event["error"].is_null() {
        return Err(Broken::Said(event["error"].to_string()));
    }
    if let Some(count) = event["usage"]["prompt_tokens"].as_u64() {
        answer.input_tokens = count;
        answer.output_tokens = event["usage"]["completion_tokens"].as_u64().unwrap_or_default();
    }
    let choice = &event["choices"][0];
    if let Some(said) = choice["delta"]["refusal"].as_str() {
        answer.declined.get_or_insert_default().push_str(said);
    }
    match choice["finish_reason"].as_str() {
        Some("length") => answer.stop = Some(Stop::Cut),
        Some("content_filter") => answer.stop = Some(Stop::Refused(String::new())),
        Some(_) => answer.stop = Some(Stop::Done),
        None => {}
    }
    let piece = choice["delta"]["content"].as_str().unwrap_or_default();
    answer.text.push_str(piece);
    Ok(piece.to_owned())
}
