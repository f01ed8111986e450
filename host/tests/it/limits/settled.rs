//! What is settled when a draft is there, or comes to nothing; and how use is shown.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{PREVIEW, STREAM, midnight, settles, spec, standing};
use crate::hosted::{Hosted, call};
use crate::models::fake::{Fake, Reply, Step, anthropic, openai};
use crate::platform::{Setup, on_both};

on_both!(a_draft_counts_unless_the_platform_or_the_provider_fails, async |setup: Setup| {
    midnight().await;
    let model = Fake::start([]).await;
    let config =
        format!("[model]\nattempts = 1\nfirst_byte_timeout_s = 1\nstall_timeout_s = 1\n{}", model.config("anthropic"));
    let platform = setup.config(&config).start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let begun = || Step::Send((anthropic::start() + &anthropic::text(0, "Here it is")).into());
    let cut = anthropic::start() + &anthropic::tool(0, "{\"name\"") + &anthropic::stop("max_tokens");
    let refused = anthropic::start() + &anthropic::stop("refusal");
    let broken = || Reply::events(anthropic::answer("{\"name\""));
    let good = Reply::events(anthropic::answer(&spec().to_string()));
    // The replies, what is told, and how much is used after them: previews, and tokens, about where nothing was counted.
    let cases: Vec<(Vec<Reply>, &str, u64)> = vec![
        (vec![Reply::status(500, &json!({}))], "model_unavailable", 0),
        (vec![Reply::status(429, &json!({}))], "rate_limited", 0),
        (vec![Reply::steps(vec![begun(), Step::Hang])], "spec_timeout", 0),
        (vec![Reply::steps(vec![begun(), Step::Break])], "model_unavailable", 0),
        (vec![broken(), broken()], "spec_invalid", 0),
        (vec![Reply::events(cut)], "spec_too_large", 1),
        (vec![Reply::events(refused)], "spec_invalid", 2),
        (vec![good], "", 3),
    ];
    let mut tokens = 0;
    for (i, (replies, code, previews)) in cases.into_iter().enumerate() {
        model.script(replies);
        let (_, told) = ada.post(PREVIEW, json!({"prompt": format!("wish {i}")})).await;
        assert_eq!(told["code"].as_str().unwrap_or_default(), code, "{told}");
        assert_eq!(standing(&ada, "previews").await["used"], previews, "{i}: {code}");
        let used = standing(&ada, "tokens").await["used"].as_u64().unwrap();
        // What a provider refuses takes none; what was read and written stays counted, whoever failed.
        assert_eq!(used > tokens, i > 1, "{i}: {code}: {tokens} and {used}");
        tokens = used;
    }
    assert_eq!(standing(&ada, "tokens").await["limit"], Value::Null);
    let (_, usage) = ada.get("/v1/usage").await;
    let today = usage["days"].as_array().unwrap().last().unwrap();
    assert_eq!(today["drafts"], 3);
    assert_eq!(today["inputTokens"].as_u64().unwrap() + today["outputTokens"].as_u64().unwrap(), tokens);
});

on_both!(who_goes_away_has_used_a_draft_once_text_has_come, async |setup: Setup| {
    midnight().await;
    let model = Fake::start([]).await;
    let platform = setup.config(&model.config("anthropic")).start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    model.script([Reply::steps(vec![Step::Send(anthropic::start().into()), Step::Hang])]);
    let silent = tokio::spawn(ada.send(Method::POST, STREAM, json!({"prompt": "first"})));
    model.sending(1).await;
    assert_eq!(standing(&ada, "previews").await["used"], 1, "it is counted before the model is asked");
    drop(silent.await.unwrap());
    model.sending(0).await;
    settles(&ada, "previews", 0).await;
    settles(&ada, "tokens", 1025).await;

    let begun = anthropic::start() + &anthropic::text(0, &"word ".repeat(100));
    model.script([Reply::steps(vec![Step::Send(begun.into()), Step::Hang])]);
    let mut stream = ada.send(Method::POST, STREAM, json!({"prompt": "second"})).await;
    assert!(stream.chunk().await.unwrap().unwrap().starts_with(b"event: text"));
    drop(stream);
    model.sending(0).await;
    // What was set aside is given back but for what was read and written: 500 bytes are 125 tokens, about.
    let used = async || standing(&ada, "tokens").await["used"].as_u64().unwrap();
    while used().await > 10_000 {
        sleep(Duration::from_millis(50)).await;
    }
    assert!((2_051..=2_175).contains(&used().await), "{}", used().await);
    assert_eq!(standing(&ada, "previews").await["used"], 1);
    // There is nothing of either that could be used, or is found again.
    model.script([Reply::events(anthropic::answer(&spec().to_string()))]);
    let (_, third) = ada.post(PREVIEW, json!({"prompt": "second"})).await;
    assert_eq!(third["cached"], false, "{third}");
});

on_both!(use_is_shown_by_day_and_by_server, async |setup: Setup| {
    midnight().await;
    let model = Fake::always(|| Reply::events(openai::answer(&spec().to_string()))).await;
    let prices = "input_price = 3.0\noutput_price = 15.0\n";
    let platform = setup.config(&(model.config("openai") + prices)).start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = Hosted::begun(&ada, "counter", |_| {}).await.live(&ada).await;
    for text in [json!("four"), json!("twelve"), json!(7)] {
        server.send(&platform, &key, call("count", &json!({"text": text}))).await;
    }
    let at = format!("/v1/usage?server={}", server.id);
    let mut usage = Value::Null;
    for _ in 0..100 {
        usage = ada.get(&at).await.1;
        if usage["days"][29]["calls"] == 3 {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    let today = &usage["days"][29];
    assert_eq!(today["day"], cloche_domain::Day::of(cloche_domain::Clock::default().now()).to_string());
    assert_eq!((&today["calls"], &today["errors"], &today["builds"]), (&json!(3), &json!(1), &json!(1)), "{usage:#}");
    assert!(today["fuel"].as_i64() > Some(1_000), "{today}");
    // The draft was made before there was a server.
    assert_eq!((&today["drafts"], &today["inputTokens"]), (&json!(0), &json!(0)));
    let (_, usage) = ada.get("/v1/usage").await;
    let today = usage["days"][29].clone();
    assert_eq!((&today["calls"], &today["drafts"], &today["inputTokens"]), (&json!(3), &json!(1), &json!(1025)));
    assert_eq!(today["cost"], (1025.0 * 3.0 + 89.0 * 15.0) / 1e6);
    assert_eq!(usage["days"].as_array().unwrap().len(), 30);
    assert_eq!(
        (&usage["servers"][0]["serverId"], &usage["servers"][0]["name"]),
        (&json!(server.id), &json!("counter"))
    );
    assert_eq!(usage["servers"][0]["calls"], 3);
    assert_eq!(usage["plan"], "self-hosted");

    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    let (status, problem) = bob.get(&at).await;
    assert_eq!((status, &problem["code"]), (404, &json!("not_found")));
    let (_, theirs) = bob.get("/v1/usage").await;
    assert_eq!((&theirs["servers"], &theirs["days"][29]["calls"]), (&json!([]), &json!(0)));
    assert_eq!(ada.get("/v1/usage?server=x").await.1["code"], "invalid_query");
    assert_eq!(platform.anyone().get("/v1/usage").await.0, 401);
    // What was used stays used.
    assert_eq!(ada.delete(&format!("/v1/servers/{}", server.id)).await.0, 204);
    let (_, after) = ada.get("/v1/usage").await;
    assert_eq!((&after["days"][29], &after["servers"][0]["name"]), (&today, &Value::Null));
});
