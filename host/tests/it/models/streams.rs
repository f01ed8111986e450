//! Each way in which a provider fails, through `preview/stream` of a real platform: exactly one terminal event, with the
//! right code, in its time.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::fake::{Fake, Reply, Step, anthropic, openai};
use super::spec;
use crate::platform::{Caller, Platform};
use crate::previews::events;

/// A failure: what it is called, what the provider sends at each request, and the code that its author is told.
type Case = (&'static str, fn() -> Vec<Reply>, &'static str);

/// Seconds of these settings: for the first byte, between two pieces, for all.
const CONFIG: &str = "[model]\nattempts = 2\nfirst_byte_timeout_s = 1\nstall_timeout_s = 1\ntotal_timeout_s = 4\n";
/// For all, and for a busy machine.
const IN_TIME: Duration = Duration::from_secs(8);

fn send(text: impl Into<Vec<u8>>) -> Step {
    Step::Send(text.into())
}

fn twice(reply: impl Fn() -> Reply) -> Vec<Reply> {
    vec![reply(), reply()]
}

const ANTHROPIC: [Case; 17] = [
    (
        "truncated at the bound of its output",
        || vec![Reply::events(anthropic::start() + &anthropic::tool(0, "{\"na") + &anthropic::stop("max_tokens"))],
        "spec_too_large",
    ),
    (
        "truncated by the window",
        || vec![Reply::events(anthropic::start() + &anthropic::stop("model_context_window_exceeded"))],
        "spec_too_large",
    ),
    (
        "the stream ends in the middle",
        || vec![Reply::events(anthropic::start() + &anthropic::text(0, "Here"))],
        "model_unavailable",
    ),
    ("invalid JSON, twice", || twice(|| Reply::events(anthropic::answer("{\"name\": "))), "spec_invalid"),
    (
        "a spec that cannot be built, twice",
        || twice(|| Reply::events(anthropic::answer("{\"name\": \"x\", \"tools\": []}"))),
        "spec_invalid",
    ),
    ("garbage in the stream", || twice(|| Reply::events("data: not JSON\n\n")), "model_unavailable"),
    ("no events at all", || vec![Reply::events("<html>").header("content-type", "text/html")], "model_unavailable"),
    ("stalled before the first byte", || vec![Reply::steps(vec![Step::Hang])], "spec_timeout"),
    (
        "stalled in the middle",
        || vec![Reply::steps(vec![send(anthropic::start() + &anthropic::text(0, "Here")), Step::Hang])],
        "spec_timeout",
    ),
    (
        "alive, and no word",
        || {
            vec![Reply::steps(vec![Step::Repeat(
                b"event: ping\ndata: {\"type\": \"ping\"}\n\n".to_vec(),
                Duration::from_millis(100),
            )])]
        },
        "spec_timeout",
    ),
    ("refused", || vec![Reply::events(anthropic::start() + &anthropic::stop("refusal"))], "spec_invalid"),
    (
        "429, for long",
        || vec![Reply::status(429, &anthropic::error("rate_limit_error")).header("retry-after", "3600")],
        "rate_limited",
    ),
    ("429, again and again", || twice(|| Reply::status(429, &anthropic::error("rate_limit_error"))), "rate_limited"),
    (
        "limited in the stream",
        || twice(|| Reply::events(anthropic::start() + &anthropic::error_event("rate_limit_error"))),
        "rate_limited",
    ),
    ("500", || twice(|| Reply::status(500, &anthropic::error("api_error"))), "model_unavailable"),
    ("529, overloaded", || twice(|| Reply::status(529, &anthropic::error("overloaded_error"))), "model_unavailable"),
    (
        "dropped",
        || vec![Reply::steps(vec![send(anthropic::start() + &anthropic::text(0, "Here")), Step::Break])],
        "model_unavailable",
    ),
];

const OPENAI: [Case; 16] = [
    (
        "truncated at the bound of its output",
        || vec![Reply::events(openai::text("{\"na") + &openai::stop("length"))],
        "spec_too_large",
    ),
    ("the stream ends in the middle", || vec![Reply::events(openai::text("{\"na"))], "model_unavailable"),
    ("invalid JSON, twice", || twice(|| Reply::events(openai::answer("{\"name\": "))), "spec_invalid"),
    (
        "a spec that cannot be built, twice",
        || twice(|| Reply::events(openai::answer("{\"name\": \"x\", \"tools\": []}"))),
        "spec_invalid",
    ),
    ("garbage in the stream", || twice(|| Reply::events("data: not JSON\n\n")), "model_unavailable"),
    ("no events at all", || vec![Reply::events("<html>").header("content-type", "text/html")], "model_unavailable"),
    ("stalled before the first byte", || vec![Reply::steps(vec![Step::Hang])], "spec_timeout"),
    ("stalled in the middle", || vec![Reply::steps(vec![send(openai::text("{\"na")), Step::Hang])], "spec_timeout"),
    (
        "alive, and no word",
        || vec![Reply::steps(vec![Step::Repeat(b": alive\n\n".to_vec(), Duration::from_millis(100))])],
        "spec_timeout",
    ),
    (
        "refused",
        || vec![Reply::events(openai::delta(&json!({"refusal": "No."})) + &openai::stop("stop"))],
        "spec_invalid",
    ),
    ("filtered", || vec![Reply::events(openai::text("{\"na") + &openai::stop("content_filter"))], "spec_invalid"),
    (
        "429, for long",
        || vec![Reply::status(429, &json!({"error": {"type": "tokens"}})).header("retry-after", "3600")],
        "rate_limited",
    ),
    ("429, again and again", || twice(|| Reply::status(429, &json!({"error": {"type": "tokens"}}))), "rate_limited"),
    ("500", || twice(|| Reply::status(500, &json!({"error": {}}))), "model_unavailable"),
    (
        "an error in the stream",
        || twice(|| Reply::events("data: {\"error\": {\"message\": \"overloaded\"}}\n\n")),
        "model_unavailable",
    ),
    ("dropped", || vec![Reply::steps(vec![send(openai::text("{\"na")), Step::Break])], "model_unavailable"),
];

#[tokio::test]
async fn each_failure_of_anthropic_ends_in_one_event() {
    each_ends_in_one_event("anthropic", &ANTHROPIC, &anthropic::answer(&spec().to_string())).await;
}

#[tokio::test]
async fn each_failure_of_openai_ends_in_one_event() {
    each_ends_in_one_event("openai", &OPENAI, &openai::answer(&spec().to_string())).await;
}

async fn each_ends_in_one_event(kind: &str, cases: &[Case], good: &str) {
    let model = Fake::start([]).await;
    let platform = Platform::setup().config(&format!("{CONFIG}{}", model.config(kind))).start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    for (what, replies, code) in cases {
        model.script(replies());
        let (name, told) = ended(&ada, what).await;
        assert_eq!((name.as_str(), &told["code"]), ("error", &json!(code)), "{kind}, {what}: {told}");
        assert!(told["detail"].as_str().is_some_and(|detail| detail.len() > 20), "{kind}, {what}: {told}");
    }
    // Nothing of it is left: the same words are answered.
    model.script([Reply::events(good)]);
    let (name, told) = ended(&ada, cases[0].0).await;
    assert_eq!((name.as_str(), &told["cached"]), ("spec", &json!(false)), "{told}");
}

/// The one terminal event of a stream, which comes in time and after `text` alone.
async fn ended(ada: &Caller, prompt: &str) -> (String, Value) {
    let began = Instant::now();
    let answer = ada.send(Method::POST, "/v1/servers/preview/stream", json!({"prompt": prompt})).await;
    assert_eq!(answer.status(), 200, "{prompt}");
    let mut told = events(&answer.text().await.unwrap());
    assert!(began.elapsed() < IN_TIME, "{prompt}: {:?}", began.elapsed());
    let last = told.pop().unwrap();
    assert!(told.iter().all(|(name, _)| name == "text"), "{prompt}: {told:?}");
    last
}
