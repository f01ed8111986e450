//! The log of who changed what, and from where: what is in it, how it is read, and what is found out about it later.

mod routes;
mod verified;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::hosted::Hosted;
use crate::oauth::dance::{Tokens, code, post, redeem, register};
use crate::platform::{Caller, Platform, Setup, on_both};
use crate::switches::saying;

/// Entries, newest first.
async fn log(reader: &Caller, query: &str) -> Vec<Value> {
    let (status, page) = reader.get(&format!("/v1/audit?{query}")).await;
    assert_eq!(status, 200, "{query}: {page}");
    page["entries"].as_array().unwrap().clone()
}

fn seqs(entries: &[Value]) -> Vec<i64> {
    entries.iter().map(|entry| entry["seq"].as_i64().unwrap()).collect()
}

on_both!(an_entry_says_who_by_what_from_where_and_what_changed, async |setup: Setup| {
    let platform = setup.start().await;
    let key = platform.api_key("ada@example.com");
    let (program, browser) = (platform.with_key(&key), platform.sign_in("ada@example.com").await);
    let server = Hosted::of(&program, "noted", saying("one")).await;
    let (_, keys) = program.get("/v1/api-keys").await;
    let key_id = &keys["apiKeys"][0]["id"];
    let (_, me) = browser.get("/v1/auth/me").await;

    let made = &log(&program, "action=server.created").await[0];
    assert_eq!((&made["via"], &made["actor"], &made["address"]), (key_id, &me["user"]["id"], &json!("127.0.0.1")));
    assert_eq!((&made["before"], &made["after"]["slug"]), (&Value::Null, &json!("noted")));
    let live = &log(&program, "action=version.activated").await[0];
    assert_eq!(
        (&live["via"], &live["actor"], &live["address"]),
        (&json!("platform"), &json!("platform"), &Value::Null)
    );
    assert_eq!((&live["before"], &live["after"]), (&json!({"activeVersion": null}), &json!({"activeVersion": 1})));
    let by_operator = &log(&program, "actor=operator&action=api_key.created").await[0];
    assert_eq!((&by_operator["via"], &by_operator["address"]), (&json!("command_line"), &Value::Null));
    let began = &log(&program, "action=session.begun").await[0];
    assert_eq!((&began["via"], &began["address"]), (&began["resourceId"], &json!("127.0.0.1")));
    assert_eq!(browser.patch(&format!("/v1/servers/{}", server.id), json!({"name": "New"})).await.0, 200);
    let renamed = &log(&program, "limit=1").await[0];
    assert_eq!((&renamed["action"], &renamed["via"]), (&json!("server.described"), &began["resourceId"]));
    let first = &log(&program, "until=2100-01-01T00:00:00Z").await;
    let first = first.last().unwrap();
    assert_eq!((&first["seq"], &first["action"]), (&json!(1), &json!("org.created")));
});

on_both!(what_is_allowed_to_a_client_and_its_end_are_noted, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let server = Hosted::of(&ada, "granted", saying("one")).await;
    let tokens = Tokens::of(&platform, &ada, &server).await;
    let granted = &log(&ada, "limit=1").await[0];
    assert_eq!((&granted["action"], &granted["resourceType"]), (&json!("grant.created"), &json!("grant")));
    assert_eq!(
        (&granted["details"]["client"], &granted["details"]["server"]),
        (&json!(tokens.client), &json!(server.id))
    );
    assert!(granted["via"].as_str().unwrap().starts_with("ses_") && granted["address"] == "127.0.0.1");

    let fields = [("token", tokens.refresh.as_str()), ("client_id", &tokens.client)];
    for _ in 0..2 {
        assert_eq!(post(&platform, "/oauth/revoke", &fields).await.0, 200);
    }
    let ended = log(&ada, "action=grant.revoked").await;
    assert_eq!(ended.len(), 1, "the second time nothing changed");
    assert_eq!((&ended[0]["via"], &ended[0]["resourceId"]), (&json!(tokens.client), &granted["resourceId"]));
    assert_eq!((&ended[0]["actor"], &ended[0]["address"]), (&granted["actor"], &json!("127.0.0.1")));

    // A code that is used twice ends what it gave: by the platform, at the request of whoever has it.
    let client = register(&platform).await;
    let code = code(&ada, &client, &server.url).await;
    assert_eq!(redeem(&platform, &client, &code, &[]).await.0, 200);
    assert_eq!(redeem(&platform, &client, &code, &[]).await.0, 400);
    let ended = &log(&ada, "action=grant.revoked&limit=1").await[0];
    assert_eq!((&ended["actor"], &ended["via"]), (&json!("platform"), &json!(client)));
    assert!(ended["reason"].as_str().unwrap().contains("used before"), "{ended}");
});

#[tokio::test]
async fn the_log_is_filtered_and_paged() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let server = Hosted::of(&ada, "one", saying("one")).await;
    for n in 0..6 {
        assert_eq!(ada.patch(&format!("/v1/servers/{}", server.id), json!({"name": format!("n{n}")})).await.0, 200);
    }
    let all = seqs(&log(&ada, "").await);
    let mut paged = vec![];
    let mut cursor = String::new();
    loop {
        let (_, page) = ada.get(&format!("/v1/audit?limit=4{cursor}")).await;
        paged.extend(seqs(page["entries"].as_array().unwrap()));
        if page["nextCursor"].is_null() {
            break;
        }
        cursor = format!("&cursor={}", page["nextCursor"]);
    }
    assert_eq!(paged, all);
    let of_server = log(&ada, &format!("resourceType=server&resourceId={}", server.id)).await;
    assert!(of_server.len() >= 8 && of_server.iter().all(|entry| entry["resourceId"] == server.id.as_str()));
    let renamed = log(&ada, "action=server.described").await;
    assert_eq!(renamed.len(), 6);
    let me = renamed[0]["actor"].as_str().unwrap();
    assert!(log(&ada, &format!("actor={me}")).await.iter().all(|entry| entry["actor"] == me));
    let (since, until) = (renamed[3]["at"].as_str().unwrap(), renamed[1]["at"].as_str().unwrap());
    assert_eq!(log(&ada, &format!("since={since}&until={until}")).await, renamed[2..=3]);
    for bad in [
        "actor=nobody",
        "since=yesterday",
        "until=5",
        "action=%00",
        "resourceId=a%00",
        "limit=x",
        "cursor=-",
        "colour=red",
    ] {
        let (status, problem) = ada.get(&format!("/v1/audit?{bad}")).await;
        assert_eq!((status, &problem["code"]), (400, &json!("invalid_query")), "{bad}");
    }
}

on_both!(fifty_changes_at_once_leave_one_whole_log, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let made =
        join_all((0..50).map(|n| ada.post("/v1/api-keys", json!({"name": format!("k{n}"), "scopes": ["mcp"]})))).await;
    assert!(made.iter().all(|(status, _)| *status == 201));
    assert_eq!(log(&ada, "action=api_key.created&limit=100").await.len(), 50);
    let (good, said) = platform.beside(&["audit", "verify"], &[]);
    assert!(good && said.contains("none changed, none missing"), "{said}");
});

#[tokio::test]
async fn only_those_who_may_read_the_log_export_it() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    for (role, status) in [("viewer", 403), ("developer", 403), ("admin", 200), ("reviewer", 200)] {
        let email = format!("{role}@example.com");
        platform.admin("member", &["--email", &email, "--org", "ada", "--role", role]);
        let member = platform.with_key(&platform.admin("api-key", &["--email", &email, "--org", "ada"]));
        assert_eq!(member.get("/v1/audit/export").await.0, status, "{role}");
    }
    assert_eq!(platform.anyone().get("/v1/audit/export").await.0, 401);
    for (after, status, code) in [
        ("99999", 422, "no_such_row"),
        ("-1", 422, "no_such_row"),
        ("-9223372036854775808", 422, "no_such_row"),
        ("9223372036854775807", 422, "no_such_row"),
        ("x", 400, "invalid_query"),
    ] {
        let (got, problem) = ada.get(&format!("/v1/audit/export?after={after}")).await;
        assert_eq!((got, &problem["code"]), (status, &json!(code)), "{after}");
    }
    // Another organisation's log is another file.
    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    let theirs = bob.request(Method::GET, "/v1/audit/export").send().await.unwrap().text().await.unwrap();
    assert!(theirs.contains("\"slug\":\"bob\"") && !theirs.contains("viewer@example.com"), "{theirs}");
}
