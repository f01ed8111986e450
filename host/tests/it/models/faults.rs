//! Providers that are silent, busy, broken, or no providers at all.

use std::time::{Duration, Instant};

use cloche::model::{DraftError, DraftRequest};
use serde_json::{Value, json};

use super::fake::{Fake, Reply, Step, anthropic, openai};
use super::{draft, draft_from, draft_with, failure, settings, spec};

#[tokio::test]
async fn silence_ends_in_a_timeout() {
    let begun = Step::Send((anthropic::start() + &anthropic::text(0, "{")).into());
    let start = Instant::now();
    assert_eq!(failure("anthropic", [Reply::steps(vec![Step::Hang])]).await, ("spec_timeout", 1));
    assert_eq!(failure("anthropic", [Reply::steps(vec![begun, Step::Hang])]).await, ("spec_timeout", 1));
    assert!(start.elapsed() < Duration::from_secs(8), "the whole time was waited for");
}

#[tokio::test]
async fn signs_of_life_alone_do_not_help_beyond_the_whole_time() {
    let ping = Step::Repeat(b"event: ping\ndata: {\"type\": \"ping\"}\n\n".to_vec(), Duration::from_millis(100));
    assert_eq!(failure("anthropic", [Reply::steps(vec![ping])]).await, ("spec_timeout", 1));
}

#[tokio::test]
async fn a_provider_that_is_silent_from_the_start_is_passed_over() {
    let silent = Fake::start([Reply::steps(vec![Step::Hang])]).await;
    let other = Fake::start([Reply::events(openai::answer(&spec().to_string()))]).await;
    let draft = draft(&[("anthropic", &silent.url), ("openai", &other.url)]).await.unwrap();
    assert_eq!(draft.model, "openai-1");
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_tried_again_only_before_its_first_word() {
    let good = || Reply::events(anthropic::answer(&spec().to_string()));
    for end in [Some(Step::Break), None] {
        let steps = |text: String, end| [Some(Step::Send(text.into())), end].into_iter().flatten().collect();
        let silent = Reply::steps(steps(anthropic::start(), end));
        let (outcome, fake) = draft_from("anthropic", [silent, good()]).await;
        assert!(outcome.is_ok());
        assert_eq!(fake.seen().len(), 2);
    }
    let begun = anthropic::start() + &anthropic::text(0, "Here");
    for steps in [vec![Step::Send(begun.clone().into()), Step::Break], vec![Step::Send(begun.into())]] {
        assert_eq!(failure("anthropic", [Reply::steps(steps), good()]).await, ("model_unavailable", 1));
    }
}

#[tokio::test]
async fn an_answer_without_its_last_event_is_whole_all_the_same() {
    let stream = openai::text(&spec().to_string()) + &openai::stop("stop").replace("data: [DONE]\n\n", "");
    for end in [vec![], vec![Step::Break], vec![Step::Hang]] {
        let steps = [Step::Send(stream.clone().into())].into_iter().chain(end).collect();
        assert!(draft_from("openai", [Reply::steps(steps)]).await.0.is_ok());
    }
}

#[tokio::test]
async fn a_short_retry_after_is_waited_for() {
    let busy = Reply::status(429, &anthropic::error("rate_limit_error")).header("retry-after", "1");
    let began = Instant::now();
    let (outcome, fake) = draft_from("anthropic", [busy, Reply::events(anthropic::answer(&spec().to_string()))]).await;
    assert!(outcome.is_ok());
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!(fake.seen().len(), 2);
}

#[tokio::test]
async fn a_long_retry_after_is_told_to_the_author() {
    let busy = Reply::status(429, &json!({"error": {"type": "tokens"}})).header("retry-after", "3600");
    let (outcome, fake) = draft_from("openai", [busy]).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.code(), fake.seen().len()), ("rate_limited", 1));
    assert_eq!(error.retry_after(), Some(Duration::from_hours(1)));
    assert!(error.to_string().contains("3600 seconds"), "{error}");
}

#[tokio::test]
async fn passing_errors_are_tried_again() {
    for status in [408, 500, 502, 503, 529] {
        let failing = Reply::status(status, &anthropic::error("api_error"));
        let good = Reply::events(anthropic::answer(&spec().to_string()));
        let (outcome, fake) = draft_from("anthropic", [failing, good]).await;
        assert!(outcome.is_ok(), "{status}");
        assert_eq!(fake.seen().len(), 2);
    }
    for kind in ["overloaded_error", "rate_limit_error"] {
        let failing = Reply::events(anthropic::start() + &anthropic::error_event(kind));
        let good = Reply::events(anthropic::answer(&spec().to_string()));
        assert!(draft_from("anthropic", [failing, good]).await.0.is_ok(), "{kind}");
    }
}

#[tokio::test]
async fn an_overloaded_provider_gives_way_to_the_next() {
    let overloaded = || Reply::status(529, &anthropic::error("overloaded_error"));
    let first = Fake::start([overloaded(), overloaded(), overloaded()]).await;
    let second = Fake::start([Reply::events(openai::answer(&spec().to_string()))]).await;
    let draft = draft(&[("anthropic", &first.url), ("openai", &second.url)]).await.unwrap();
    assert_eq!(draft.model, "openai-1");
    assert_eq!(first.seen().len(), 2);
    assert_eq!(failure("anthropic", [overloaded(), overloaded()]).await, ("model_unavailable", 2));
}

#[tokio::test]
async fn lasting_errors_are_not_tried_again() {
    for status in [400, 401, 403, 404, 413] {
        let refusal = Reply::status(status, &anthropic::error("invalid_request_error"));
        assert_eq!(failure("anthropic", [refusal]).await, ("model_unavailable", 1));
    }
    let html = || Reply::events("<html>Welcome</html>").header("content-type", "text/html");
    assert_eq!(failure("anthropic", [html()]).await, ("model_unavailable", 1));
    let elsewhere = Fake::start([Reply::events(openai::answer(&spec().to_string()))]).await;
    let redirect = Reply::status(307, &Value::Null).header("location", format!("{}/v1", elsewhere.url));
    assert_eq!(failure("openai", [redirect]).await, ("model_unavailable", 1));
    assert!(elsewhere.seen().is_empty(), "a redirect was followed");
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_gives_way_to_the_next() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let other = Fake::start([Reply::events(openai::answer(&spec().to_string()))]).await;
    assert!(draft(&[("openai", &nobody), ("openai", &other.url)]).await.is_ok());
    assert_eq!(draft(&[("openai", &nobody)]).await.unwrap_err().code(), "model_unavailable");
}

#[tokio::test]
async fn garbage_in_the_stream_is_no_answer() {
    for garbage in ["data: not JSON\n\n", "data: {\"unknown\": 1}\n\n", "\0\0\0", "data: \u{1}\n\n", "data: [1, 2\n\n"]
    {
        let replies = [0, 1].map(|_| Reply::events(garbage));
        assert_eq!(failure("openai", replies).await.0, "model_unavailable", "{garbage:?}");
    }
    let mut bytes = openai::text("{").into_bytes();
    bytes.extend(b"data: \xff\xfe\n\n");
    assert_eq!(failure("openai", [Reply::events(bytes)]).await, ("model_unavailable", 1));
}

#[tokio::test]
async fn a_stream_without_end_is_bounded() {
    let words = openai::delta(&json!({"content": "x".repeat(50_000)}));
    let endless = Step::Repeat(words.into(), Duration::ZERO);
    let fake = Fake::start([Reply::steps(vec![endless])]).await;
    let (outcome, text) = draft_with(&settings(&[("openai", &fake.url)]), DraftRequest::default()).await;
    assert_eq!(outcome.unwrap_err(), DraftError::TooLarge);
    assert!(text.len() < 2 << 20, "{} bytes were taken", text.len());
    let comments = Step::Repeat(format!(": {}\n", "x".repeat(200_000)).into(), Duration::ZERO);
    assert_eq!(failure("openai", [Reply::steps(vec![comments])]).await, ("spec_too_large", 1));
    let line = Step::Repeat(vec![b'x'; 100_000], Duration::ZERO);
    let begun = Step::Send(openai::text("{").into());
    assert_eq!(failure("openai", [Reply::steps(vec![begun, line])]).await, ("model_unavailable", 1));
}

#[tokio::test]
async fn a_server_that_knows_less_of_the_protocol_is_asked_plainly() {
    let unknown = Reply::status(400, &json!({"error": {"message": "response_format: extra fields not permitted"}}));
    let (outcome, fake) = draft_from("openai", [unknown, Reply::events(openai::answer(&spec().to_string()))]).await;
    assert!(outcome.is_ok());
    let plain = &fake.seen()[1].body;
    assert_eq!(plain["max_tokens"], 16_000);
    for newer in ["response_format", "stream_options", "max_completion_tokens"] {
        assert!(plain[newer].is_null(), "{newer}");
    }
    let refusals = [0, 1, 2].map(|_| Reply::status(422, &json!({"error": "no"})));
    assert_eq!(failure("openai", refusals).await, ("model_unavailable", 2));
}
