//! From one version to another: at once for every call that begins, never for one that has begun, and right whatever else
//! happens at that moment.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::hosted::{Hosted, call};
use crate::platform::{Caller, Platform, Setup, on_both};

/// A server whose `echo` says which version it is.
pub fn saying(text: &str) -> impl Fn(&mut Value) {
    let body = json!(format!("Ok(\"{text}\")"));
    move |spec| {
        spec["tools"][0]["implementation"] = body.clone();
        spec["tools"][0]["outputSchema"] = Value::Null;
    }
}

/// The same, after a second or so of computing.
pub fn slow(text: &str) -> impl Fn(&mut Value) {
    let body = format!("let began = time::now_ms();\nwhile time::now_ms() < began + 1000 {{}}\nOk(\"{text}\")");
    move |spec| {
        saying("")(spec);
        spec["tools"][0]["implementation"] = json!(body);
    }
}

pub async fn says(server: &Hosted, platform: &Platform, key: &str) -> String {
    let answer = server.send(platform, key, call("echo", &json!({"text": "?"}))).await;
    let answer: Value = answer.json().await.unwrap();
    answer["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer:#}")).to_owned()
}

pub fn at(server: &Hosted, n: i64, verb: &str) -> String {
    format!("/v1/servers/{}/versions/{n}/{verb}", server.id)
}

fn next(text: &str) -> Value {
    json!({"source": {"tools": {"echo": format!("Ok(\"{text}\")")}}})
}

async fn versions(owner: &Caller, server: &Hosted) -> Vec<Value> {
    let (status, page) = owner.get(&format!("/v1/servers/{}/versions", server.id)).await;
    assert_eq!(status, 200, "{page}");
    page["versions"].as_array().unwrap().clone()
}

on_both!(after_the_answer_every_call_is_the_new_versions, async |setup: Setup| {
    let platform = setup.start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = Hosted::of(&ada, "switching", saying("1")).await;
    assert_eq!(server.iterate(&ada, next("2")).await, (2, "live".to_owned()));

    // Others call all the time, so that there is always something remembered, and something being read.
    let calling: Vec<_> = (0..4)
        .map(|_| {
            let (server, key, caller) = (server.clone(), key.clone(), platform.with_key(&key));
            tokio::spawn(async move {
                let mut seen = [0_u32; 2];
                loop {
                    let request = caller.request(reqwest::Method::POST, &server.path());
                    let request = request.header("accept", "application/json, text/event-stream");
                    let request = request.bearer_auth(&key).json(&call("echo", &json!({"text": "?"})));
                    let Ok(answer) = request.send().await else { return seen };
                    let answer: Value = answer.json().await.unwrap();
                    let text = answer["result"]["content"][0]["text"].as_str().unwrap();
                    seen[text.parse::<usize>().unwrap() - 1] += 1;
                }
            })
        })
        .collect();
    let (mut slowest, mut late) = (Duration::ZERO, 0);
    for i in 0..40 {
        let n = 1 + i % 2;
        assert_eq!(ada.post(&at(&server, n, "activate"), json!({})).await.0, 204);
        let answered = Instant::now();
        for _ in 0..3 {
            late += u32::from(says(&server, &platform, &key).await != n.to_string());
        }
        slowest = slowest.max(answered.elapsed());
    }
    assert_eq!(late, 0, "of 120 calls, each begun after the answer to its activation");
    eprintln!("40 activations, three calls after each: none by the old version; the slowest three took {slowest:?}");
    for calling in calling {
        calling.abort();
    }
});

#[tokio::test]
async fn every_node_answers_by_the_new_version_within_a_second() {
    let one = Platform::setup().on_postgres().start().await;
    let two = one.another().await;
    let key = one.api_key("ada@example.com");
    let ada = one.with_key(&key);
    let server = Hosted::of(&ada, "switching", saying("1")).await;
    assert_eq!(server.iterate(&ada, next("2")).await, (2, "live".to_owned()));
    let mut latest = Duration::ZERO;
    for i in 0..20 {
        let n = 1 + i % 2;
        // It is remembered there, as of this moment.
        says(&server, &two, &key).await;
        let asked = Instant::now();
        assert_eq!(ada.post(&at(&server, n, "activate"), json!({})).await.0, 204);
        let answered = Instant::now();
        // When the last call began that the version before has answered.
        let mut before = asked;
        loop {
            let began = Instant::now();
            if says(&server, &two, &key).await == n.to_string() {
                break;
            }
            before = began;
        }
        latest = latest.max(before.saturating_duration_since(answered));
        assert!(before < answered + Duration::from_secs(1), "{:?} after the answer", before - answered);
    }
    // Paused, it answers nowhere; nor is it there when it is deleted.
    let called = async || answered_with(&server, &two, &key).await;
    assert_eq!(ada.post(&format!("/v1/servers/{}/pause", server.id), json!({})).await.0, 204);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(called().await, 503);
    assert_eq!(ada.delete(&format!("/v1/servers/{}", server.id)).await.0, 204);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(called().await, 404);
    eprintln!("20 activations: the other node's last answer by the version before was asked for {latest:?} after");
}

on_both!(what_is_written_beside_a_platform_counts_within_a_second, async |setup: Setup| {
    let platform = setup.config("[log]\nfilter = \"warn,sqlx::query=debug\"").start().await;
    let key = platform.api_key("ada@example.com");
    let server = Hosted::of(&platform.with_key(&key), "watched", saying("1")).await;
    let calling = async |until: &dyn Fn(u16, Duration) -> bool| {
        let began = Instant::now();
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let status = answered_with(&server, &platform, &key).await;
            if until(status, began.elapsed()) {
                return began.elapsed();
            }
        }
    };
    let reads = || platform.log().matches("v.component_sha256, v.spec").count();
    calling(&|_, passed| passed > Duration::from_secs(1)).await;
    let before = reads();
    calling(&|status, passed| status != 200 || passed > Duration::from_secs(3)).await;
    let often = reads() - before;
    assert!(before > 0 && often <= 1, "nothing was changed, and the server was read {often} times");
    // By another process: an operator's, or another node's.
    let paused = format!("UPDATE servers SET paused_at = created_at WHERE id = '{}'", server.id);
    assert_eq!(platform.sql(&paused).await, 1);
    let heard = calling(&|status, passed| status == 503 || passed > Duration::from_secs(5)).await;
    assert!(heard < Duration::from_secs(1), "heard of after {heard:?}");
    eprintln!("read {often} times in 3 s; a change from beside counted after {heard:?}");
});

#[tokio::test]
async fn what_ends_on_one_node_ends_on_every_other() {
    let one = Platform::setup().on_postgres().start().await;
    let two = one.another().await;
    let ada = one.sign_in("ada@example.com").await;
    let server = Hosted::of(&ada, "shared", saying("1")).await;
    let mut slowest = Duration::ZERO;
    for _ in 0..3 {
        let (_, made) = ada.post("/v1/api-keys", json!({"name": "short-lived", "scopes": ["mcp"]})).await;
        let key = made["key"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
        assert_eq!(says(&server, &two, &key).await, "1");
        assert_eq!(ada.delete(&format!("/v1/api-keys/{}", made["id"].as_str().unwrap())).await.0, 204);
        // What is remembered of a key would count for 5 s.
        let ended = Instant::now();
        while answered_with(&server, &two, &key).await != 401 {
            assert!(ended.elapsed() < Duration::from_secs(3), "the other node still believes the key");
        }
        slowest = slowest.max(ended.elapsed());
    }
    eprintln!("three keys deleted: the other node refused each within {slowest:?}");
}

async fn answered_with(server: &Hosted, node: &Platform, key: &str) -> u16 {
    server.send(node, key, call("echo", &json!({"text": "?"}))).await.status().as_u16()
}

#[tokio::test]
async fn a_call_in_flight_finishes_on_the_version_it_began_with() {
    let platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = Hosted::of(&ada, "slow", slow("one")).await;
    assert_eq!(server.iterate(&ada, next("two")).await, (2, "live".to_owned()));
    assert_eq!(ada.post(&at(&server, 1, "activate"), json!({})).await.0, 204);
    let (old, new) = tokio::join!(says(&server, &platform, &key), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(ada.post(&at(&server, 2, "activate"), json!({})).await.0, 204);
        says(&server, &platform, &key).await
    });
    assert_eq!((old.as_str(), new.as_str()), ("one", "two"));
}

on_both!(the_way_back_is_not_undone_by_a_build_under_way, async |setup: Setup| {
    let platform = setup.start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = Hosted::of(&ada, "contested", saying("one")).await;
    assert_eq!(server.iterate(&ada, next("two")).await, (2, "live".to_owned()));
    let (status, begun) = ada.post(&format!("/v1/servers/{}/iterate", server.id), next("three")).await;
    assert_eq!(status, 202);
    // While it is built: version 2 was a mistake.
    assert_eq!(ada.post(&at(&server, 1, "activate"), json!({})).await.0, 204);
    let path = format!("/v1/builds/{}", begun["buildId"].as_str().unwrap());
    let ended = loop {
        let (_, build) = ada.get(&path).await;
        if build["finishedAt"].is_string() {
            break build;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let last = ended["events"].as_array().unwrap().last().unwrap();
    assert_eq!(last["message"], "Built; version 1 answers, which is newer or was chosen since");
    assert_eq!(says(&server, &platform, &key).await, "one");
    let third = &versions(&ada, &server).await[0];
    assert_eq!((&third["n"], &third["state"], &third["active"]), (&json!(3), &json!("live"), &json!(false)));
    // It is there to be chosen; and the next build takes over as ever.
    assert_eq!(ada.post(&at(&server, 3, "activate"), json!({})).await.0, 204);
    assert_eq!(says(&server, &platform, &key).await, "three");
    assert_eq!(server.iterate(&ada, next("four")).await, (4, "live".to_owned()));
    assert_eq!(says(&server, &platform, &key).await, "four");
});

on_both!(of_builds_at_once_the_newest_answers_in_the_end, async |setup: Setup| {
    let platform = setup.start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = Hosted::of(&ada, "busy", saying("1")).await;
    let builds = (2..=4).map(|n| {
        let (server, ada) = (server.clone(), ada.clone());
        async move { server.iterate(&ada, next(&n.to_string())).await }
    });
    let ended = futures::future::join_all(builds).await;
    assert!(ended.iter().all(|(_, state)| state == "live"), "{ended:?}");
    let (_, shown) = ada.get(&format!("/v1/servers/{}", server.id)).await;
    assert_eq!(shown["activeVersion"], 4);
    let (_, source) = ada.get(&at(&server, 4, "source")).await;
    let said = says(&server, &platform, &key).await;
    assert_eq!(source["spec"]["tools"][0]["implementation"], format!("Ok(\"{said}\")"));
});

on_both!(a_server_deleted_during_its_build_stays_deleted, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    for wait in [0, 200, 500, 900] {
        let server = Hosted::begun(&ada, "brief", saying("one")).await;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        assert_eq!(ada.delete(&format!("/v1/servers/{}", server.id)).await.0, 204, "after {wait} ms");
        assert_eq!(ada.get(&format!("/v1/servers/{}", server.id)).await.0, 404);
    }
    // Its builder has let go, and builds the next.
    Hosted::of(&ada, "brief", saying("two")).await;
    let (_, list) = ada.get("/v1/servers").await;
    assert_eq!(list["servers"].as_array().unwrap().len(), 1);
    assert!(!platform.log().contains("ERROR"), "{}", platform.log());
});

on_both!(whatever_is_done_at_once_leaves_a_server_that_answers, async |setup: Setup| {
    let platform = setup.start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = Hosted::of(&ada, "torn", saying("1")).await;
    for n in 2..=4 {
        server.iterate(&ada, next(&n.to_string())).await;
    }
    // Each of 2 to 4 is activated and deleted at the same time, by several.
    let tasks = (0..24).map(|i| {
        let (ada, n) = (ada.clone(), 2 + i % 3);
        let (activate, version) = (at(&server, n, "activate"), format!("/v1/servers/{}/versions/{n}", server.id));
        async move { if i % 2 == 0 { ada.post(&activate, json!({})).await } else { ada.delete(&version).await } }
    });
    for (status, body) in futures::future::join_all(tasks).await {
        assert!([204, 404, 409].contains(&status), "{status} {body}");
    }
    let left = versions(&ada, &server).await;
    let active: Vec<_> = left.iter().filter(|version| version["active"] == true).collect();
    assert_eq!(active.len(), 1, "{left:#?}");
    assert_eq!(says(&server, &platform, &key).await, active[0]["n"].to_string());
});
