//! The Anthropic Messages API: <https://platform.claude.com/docs/en/api/messages>, streamed.

use reqwest::RequestBuilder;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::answer::{Answer, Broken, Stop};
use super::prompt::{self, Ask};
use super::settings::Provider;

/// The spec comes as the input of a tool: code in it is then escaped by the API and not by the model. The model is
/// asked and not forced to call it, because newer models refuse to be forced; a spec written as text is taken as well.
pub(super) fn request(request: RequestBuilder, provider: &Provider, ask: &Ask) -> RequestBuilder {
    request.header("anthropic-version", "2023-06-01").header("x-api-key", provider.api_key.expose_secret()).json(
        &json!({
            "model": provider.model,
            "max_tokens": provider.max_output_tokens,
            "stream": true,
            "system": [{"type": "text", "text": prompt::SYSTEM, "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": ask.message()}],
            "tools": [{
                "name": "submit_server",
                "description": "Hands in the whole server. Call it exactly once.",
                "input_schema": prompt::spec_schema(),
                // Otherwise each value is held back until it is whole: long silences, taken for a stall.
                "eager_input_streaming": true,
            }],
            "tool_choice": {"type": "auto", "disable_parallel_tool_use": true},
        }),
    )
}

/// Takes one event in; gives the text that it adds.
pub(super) fn take(answer: &mut Answer, event: &Value) -> Result<String, Broken> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match event["type"].as_str() {
        Some("message_start") => {
            let usage = &event["message"]["usage"];
            let cached = ["cache_creation_input_tokens", "cache_read_input_tokens"];
            let count = |key: &str| usage[key].as_u64().unwrap_or_default();
            answer.input_tokens = count("input_tokens") + cached.into_iter().map(count).sum::<u64>();
        }
        Some("content_block_delta") => {
            let delta = &event["delta"];
            let (into, piece) = match delta["type"].as_str() {
                Some("text_delta") => (&mut answer.text, text(&delta["text"])),
                Some("input_json_delta") => (&mut answer.submitted, text(&delta["partial_json"])),
                _ => return Ok(String::new()),
            };
            into.push_str(&piece);
            return Ok(piece);
        }
        Some("message_delta") => {
            if let Some(count) = event["usage"]["output_tokens"].as_u64() {
                answer.output_tokens = count;
            }
            let delta = &event["delta"];
            match delta["stop_reason"].as_str() {
                Some("max_tokens" | "model_context_window_exceeded") => answer.stop = Some(Stop::Cut),
                Some("refusal") => answer.stop = Some(Stop::Refused(text(&delta["stop_details"]["explanation"]))),
                Some(_) => answer.stop = Some(Stop::Done),
                None => {}
            }
        }
        Some("message_stop") => answer.over = true,
        Some("error") => {
            return Err(match event["error"]["type"].as_str() {
                Some("rate_limit_error") => Broken::Busy,
                _ => Broken::Said(event["error"].to_string()),
            });
        }
        // `ping`, the bounds of blocks, and what is added in later versions.
        _ => {}
    }
    Ok(String::new())
}
