//! What a plan gives, exactly: of many at once no more get through than there is room for, and who is refused is told what,
//! how many, and when again.

mod lowered;
mod settled;

use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::models::fake::{Fake, Reply, Step, openai};
use crate::platform::{Caller, Setup, on_both};
use crate::wizard::{Watch, draft, of_draft, path};

/// Asked for at once, of limits of three.
const AT_ONCE: usize = 20;
const PREVIEW: &str = "/v1/servers/preview";
const STREAM: &str = "/v1/servers/preview/stream";
/// No compiler answers there: what is asked for is counted, and not built.
const NO_COMPILER: &str = "[compiler]\nurl = \"http://127.0.0.1:1\"\n";

pub fn spec() -> Value {
    json!({
        "name": "Counter", "description": "Counts",
        "tools": [{"name": "count", "description": "Counts letters", "implementation": "Ok(args.text.len())",
                   "inputSchema": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}}],
    })
}

/// A model that begins, and goes on when a gate is open. Its answers take 1,114 tokens.
async fn held() -> (Fake, watch::Sender<bool>) {
    let (open, gate) = watch::channel(false);
    let reply = move || {
        let answer = openai::answer(&spec().to_string());
        let (begun, rest) = answer.split_at(answer.len() / 2);
        let steps = [Step::Send(begun.into()), Step::Await(gate.clone()), Step::Send(rest.into())];
        Reply::steps(steps.into_iter().collect())
    };
    (Fake::always(reply).await, open)
}

/// The answers to 20 requests at once that are there before `waiting` others.
async fn at_once<F: Future<Output = Response> + Send + 'static>(
    waiting: usize,
    ask: impl Fn(usize) -> F,
) -> (Vec<Response>, JoinSet<Response>) {
    let mut asked: JoinSet<_> = (0..AT_ONCE).map(ask).collect();
    let mut answers = vec![];
    while answers.len() < AT_ONCE - waiting {
        answers.push(asked.join_next().await.unwrap().unwrap());
    }
    (answers, asked)
}

async fn standing(caller: &Caller, what: &str) -> Value {
    let (status, usage) = caller.get("/v1/usage").await;
    assert_eq!(status, 200, "{usage}");
    usage["limits"].as_array().unwrap().iter().find(|limit| limit["what"] == what).unwrap().clone()
}

/// Waits until so much of something is used.
async fn settles(caller: &Caller, what: &str, used: u64) {
    for _ in 0..400 {
        if standing(caller, what).await["used"] == used {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("{used} {what} were expected to be used: {}", standing(caller, what).await);
}

/// The first moment of the next day. Nobody counts on two days: who comes just before midnight waits for it.
async fn midnight() -> OffsetDateTime {
    loop {
        let now = cloche_domain::Clock::default().now();
        let end = cloche_domain::Day::of(now).end();
        if end - now > time::Duration::minutes(2) {
            return end;
        }
        sleep(Duration::from_secs(1)).await;
    }
}

/// Holds a daily limit's refusal against what it must say.
async fn refused_until(midnight: OffsetDateTime, answer: Response, what: &str, limit: u64) -> Value {
    let wait: i64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    let left = (midnight - cloche_domain::Clock::default().now()).whole_seconds();
    assert!((left..left + 60).contains(&wait), "{wait} s, and {left} are left");
    refused(midnight, answer, what, limit).await
}

/// The same, whenever it may be tried again.
async fn refused(midnight: OffsetDateTime, answer: Response, what: &str, limit: u64) -> Value {
    assert_eq!(answer.status(), 429);
    let problem: Value = answer.json().await.unwrap();
    assert_eq!((&problem["code"], &problem["what"]), (&json!("rate_limited"), &json!(what)), "{problem}");
    assert_eq!(problem["limit"], limit, "{problem}");
    let resets = OffsetDateTime::parse(problem["resetsAt"].as_str().unwrap(), &Rfc3339).unwrap();
    assert_eq!(resets, midnight, "{problem}");
    problem
}

on_both!(of_twenty_drafts_at_once_three_are_made, async |setup: Setup| {
    let midnight = midnight().await;
    let (model, open) = held().await;
    let config = format!("plan = \"hobby\"\n[plans.hobby]\npreviews_per_day = 3\n{}", model.config("openai"));
    let platform = setup.config(&config).start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let at = |i: usize| [PREVIEW, STREAM][i % 2];
    let ask = |i: usize| ada.send(Method::POST, at(i), json!({"prompt": format!("wish {i}")}));
    // A stream's head is there before its draft is.
    let mut asked: JoinSet<_> = (0..AT_ONCE)
        .map(|i| {
            let answer = ask(i);
            async {
                let answer = answer.await;
                (answer.status().as_u16(), answer)
            }
        })
        .collect();
    model.sending(3).await;
    sleep(Duration::from_millis(500)).await;
    model.sending(3).await;
    open.send(true).unwrap();
    let (mut made, mut refused) = (0, 0);
    while let Some(answer) = asked.join_next().await {
        match answer.unwrap() {
            (200, answer) => {
                let text = answer.text().await.unwrap();
                assert!(text.contains("\"cached\":false"), "{text}");
                made += 1;
            }
            (_, answer) => {
                let problem = refused_until(midnight, answer, "previews", 3).await;
                assert_eq!((&problem["used"], &problem["larger"]), (&json!(3), &json!({"plan": "pro", "limit": 40})));
                refused += 1;
            }
        }
    }
    assert_eq!((made, refused, model.seen().len()), (3, 17, 3));
    assert_eq!(standing(&ada, "previews").await["used"], 3);
    assert_eq!(standing(&ada, "tokens").await["used"], 3 * 1114);
    // Another organisation has its own.
    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    assert_eq!(bob.post(PREVIEW, json!({"prompt": "wish"})).await.0, 200);
});

on_both!(of_twenty_builds_at_once_three_are_begun, async |setup: Setup| {
    let midnight = midnight().await;
    let config = format!("plan = \"hobby\"\n[plans.hobby]\nservers = 100\nbuilds_per_day = 3\n{NO_COMPILER}");
    let platform = setup.config(&config).start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let preview = draft(&ada).await;
    let ask = |i| ada.send(Method::POST, "/v1/servers", of_draft(&preview, &format!("server-{i}")));
    let mut begun = vec![];
    for answer in at_once(0, ask).await.0 {
        if answer.status() == 201 {
            begun.push(answer.json::<Value>().await.unwrap());
        } else {
            refused_until(midnight, answer, "builds", 3).await;
        }
    }
    assert_eq!(begun.len(), 3);
    assert_eq!(ada.get("/v1/servers").await.1["servers"].as_array().unwrap().len(), 3);
    // The next version is a build like another; and to delete a server gives none back.
    let iterate = format!("{}/iterate", path("servers", &begun[0]["id"]));
    let source = json!({"source": {"tools": {"echo": "Ok(\"two\")"}}});
    refused_until(midnight, ada.send(Method::POST, &iterate, source).await, "builds", 3).await;
    assert_eq!(ada.delete(&path("servers", &begun[0]["id"])).await.0, 204);
    assert_eq!(standing(&ada, "builds").await["used"], 3);
    // What no compiler could build is given back when it is given up.
    for server in &begun[1..] {
        let events = Watch::with_key(&platform, &server["buildId"], &key).await.into_events().await;
        assert_eq!(events.last().unwrap()["code"], "compiler_unavailable", "{events:#?}");
    }
    settles(&ada, "builds", 1).await;
});

on_both!(of_twenty_servers_at_once_three_are_made, async |setup: Setup| {
    let config = format!("plan = \"hobby\"\n[plans.hobby]\nservers = 3\nbuilds_per_day = 100\n{NO_COMPILER}");
    let platform = setup.config(&config).start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let preview = draft(&ada).await;
    let ask = |i| ada.send(Method::POST, "/v1/servers", of_draft(&preview, &format!("server-{i}")));
    let mut made = vec![];
    for answer in at_once(0, ask).await.0 {
        let (status, body) = (answer.status().as_u16(), answer.json::<Value>().await.unwrap());
        if status == 201 {
            made.push(body);
            continue;
        }
        assert_eq!((status, &body["code"], &body["what"]), (402, &json!("plan_limit"), &json!("servers")), "{body}");
        assert_eq!((&body["limit"], &body["used"], &body["resetsAt"]), (&json!(3), &json!(3), &Value::Null), "{body}");
        assert_eq!(body["larger"], json!({"plan": "pro", "limit": 10}));
        assert!(body["detail"].as_str().unwrap().contains("pro, which has 10"), "{body}");
    }
    assert_eq!(made.len(), 3);
    // What was refused took no build.
    assert_eq!(standing(&ada, "builds").await["used"], 3);
    assert_eq!(ada.delete(&path("servers", &made[0]["id"])).await.0, 204);
    assert_eq!(ada.post("/v1/servers", of_draft(&preview, "one-more")).await.0, 201);
    assert_eq!(ada.post("/v1/servers", of_draft(&preview, "too-many")).await.0, 402);
});

on_both!(of_twenty_drafts_at_once_as_many_as_have_tokens_are_made, async |setup: Setup| {
    let midnight = midnight().await;
    let (model, open) = held().await;
    let with = |tokens: &str| format!("[plans.self-hosted]\ntokens_per_day = {tokens}\n{}", model.config("openai"));
    let mut platform = setup.config(&with("\"unlimited\"")).start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    // What one draft may take is set aside as long as it is written.
    let one = tokio::spawn(ada.post(PREVIEW, json!({"prompt": "wish 00"})));
    model.sending(1).await;
    let most = standing(&ada, "tokens").await["used"].as_u64().unwrap();
    assert!((50_000..70_000).contains(&most), "{most}");
    open.send(true).unwrap();
    assert_eq!(one.await.unwrap().0, 200);
    assert_eq!(standing(&ada, "tokens").await["used"], 1114);

    assert!(platform.stop());
    open.send(false).unwrap();
    let limit = 3 * most + most / 2;
    platform.configure(&with(&limit.to_string()));
    platform.restart().await;
    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    let ask = |i: usize| bob.send(Method::POST, PREVIEW, json!({"prompt": format!("wish {i:02}")}));
    let (answers, mut drafting) = at_once(3, ask).await;
    for answer in answers {
        // Most of what is set aside is free again when the drafts are there.
        assert_eq!(answer.headers()["retry-after"], "61");
        let problem = refused(midnight, answer, "tokens", limit).await;
        assert!(problem.get("larger").is_none(), "{problem}");
    }
    assert_eq!(standing(&bob, "tokens").await["used"], 3 * most);
    open.send(true).unwrap();
    while let Some(answer) = drafting.join_next().await {
        assert_eq!(answer.unwrap().status(), 200);
    }
    // Settled with what they took, there is room again.
    assert_eq!(standing(&bob, "tokens").await["used"], 3 * 1114);
    assert_eq!(bob.post(PREVIEW, json!({"prompt": "wish 99"})).await.0, 200);
    // A preview that was refused for its tokens is none of the day's.
    assert_eq!(standing(&bob, "previews").await["used"], 4);
});
