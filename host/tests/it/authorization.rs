//! Who may do what: every operation of the API's own description, asked by everybody.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use crate::billing::stripe::Stripe;
use crate::hosted::Hosted;
use crate::operations::{OPERATIONS, Operation, Who};
use crate::platform::{Caller, Platform};

const ROLES: [&str; 5] = ["viewer", "developer", "reviewer", "admin", "owner"];

/// The routes of the API's own description, as `GET /v1/servers`, and the ways to ask each: one of them is enough.
async fn described(platform: &Platform) -> BTreeMap<String, Vec<Value>> {
    let (_, document) = platform.anyone().get("/v1/openapi.json").await;
    let paths = document["paths"].as_object().unwrap();
    let all = &document["security"];
    let routes = paths.iter().flat_map(|(path, operations)| {
        operations.as_object().unwrap().iter().map(move |(method, operation)| {
            let ways = operation.get("security").unwrap_or(all);
            (format!("{} {path}", method.to_uppercase()), ways.as_array().unwrap().clone())
        })
    });
    routes.collect()
}

/// What the ids of a path stand for, all of one organisation.
pub struct Place {
    org: String,
    slug: String,
    server: String,
    build: String,
    call: String,
    api_key: String,
    member: String,
    invite: String,
    session: String,
    import: String,
}

impl Place {
    /// A live server of ada's with a secret, a second version, and a call; and one of everything else.
    pub async fn of(platform: &Platform, ada: &Caller) -> Self {
        let server = Hosted::of(ada, "hers", |spec| {
            spec["allowedHosts"] = json!(["api.example.com"]);
            spec["requiredSecrets"] = json!([{"key": "API_KEY", "hosts": ["api.example.com"]}]);
        });
        let server = server.await;
        let listing = json!({"serverId": server.id, "slug": "hers", "title": "Hers", "category": "data",
            "shortDescription": "Hers"});
        assert_eq!(ada.post("/v1/templates", listing).await.0, 201);
        let (_, shown) = ada.post(&format!("/v1/servers/{}/iterate", server.id), json!({"source": {}})).await;
        let build = shown["buildId"].as_str().unwrap().to_owned();
        let (_, tried) = ada.post(&format!("/v1/servers/{}/try", server.id), json!({"tool": "now"})).await;
        let call = tried["id"].as_str().unwrap().to_owned();
        // Records are written a moment later.
        while ada.get(&format!("/v1/servers/{}/calls/{call}", server.id)).await.0 != 200 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let id = |of: &Value| of["id"].as_str().unwrap().to_owned();
        let (_, key) = ada.post("/v1/api-keys", json!({"name": "hers", "scopes": ["mcp"]})).await;
        let (_, invite) = ada.post("/v1/invites", json!({"email": "guest@example.com", "role": "viewer"})).await;
        platform.admin("member", &["--email", "zoe@example.com", "--org", "ada", "--role", "developer"]);
        let (_, zoe) = platform.sign_in("zoe@example.com").await.get("/v1/auth/me").await;
        let (_, sessions) = platform.sign_in("zoe@example.com").await.get("/v1/auth/sessions").await;
        let api = json!({"openapi": "3.1.0", "info": {"title": "Hers"}, "paths": {"/a": {"get": {}}}});
        let (_, brought) = ada.post("/v1/imports", json!({"document": api})).await;
        Self {
            org: "ada".to_owned(),
            slug: "hers".to_owned(),
            server: server.id,
            build,
            call,
            api_key: id(&key),
            member: id(&zoe["user"]),
            invite: id(&invite),
            session: id(&sessions["sessions"][0]),
            import: brought["importId"].as_str().unwrap().to_owned(),
        }
    }

    /// A path with what its parameters stand for.
    pub fn fill(&self, template: &str) -> String {
        let mut before = "";
        let segments = template.split('/').map(|segment| {
            let value = match (before, segment) {
                ("servers", "{id}") => self.server.as_str(),
                ("builds", "{id}") => self.build.as_str(),
                ("api-keys", "{id}") => self.api_key.as_str(),
                ("members", "{id}") => self.member.as_str(),
                ("invites", "{id}") => self.invite.as_str(),
                ("sessions", "{id}") => self.session.as_str(),
                ("imports", "{id}") => self.import.as_str(),
                // One's own alone: nobody of the organisation has these.
                ("identities", "{id}") => "idn_01m8c9r4fae2d9d5860ny4kcfp",
                ("clients", "{id}") => "grt_01m8c9r4fae2d9d5860ny4kcfp",
                ("cases", "{id}") => "cas_01m8c9r4fae2d9d5860ny4kcfp",
                ("passkeys", "{id}") => "psk_01m8c9r4fae2d9d5860ny4kcfp",
                (_, "{provider}") => "none",
                (_, "{org}") => self.org.as_str(),
                (_, "{slug}") => self.slug.as_str(),
                (_, "{key}") => "API_KEY",
                (_, "{n}") => "1",
                (_, "{call}") => self.call.as_str(),
                (before, parameter) if parameter.starts_with('{') => {
                    panic!("{template}: say here what stands for {parameter} after {before}")
                }
                (_, fixed) => fixed,
            };
            before = segment;
            value
        });
        segments.collect::<Vec<_>>().join("/")
    }
}

/// Asks for an operation: the status, and the problem's code where it is one.
async fn ask((role, caller): (&str, &Caller), operation: &Operation, path: &str) -> (u16, String) {
    let (method, _) = operation.route.split_once(' ').unwrap();
    let mut request = caller.request(method.parse::<Method>().unwrap(), path);
    if path.starts_with("/mcp/") {
        request = request.header(ACCEPT, "application/json, text/event-stream");
    }
    if !operation.body.is_empty() {
        request = request.json(&serde_json::from_str::<Value>(&operation.body.replace("ROLE", role)).unwrap());
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    if answer.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream") {
        return (status, String::new());
    }
    let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default();
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

/// A platform that has everything: one that bills has more than one of one's own.
async fn billing() -> Platform {
    Platform::setup().config(&Stripe::start().await.config("enterprise")).start().await
}

/// A member of ada's organisation, at a browser.
async fn member(platform: &Platform, role: &str) -> Caller {
    let email = format!("{role}@example.com");
    platform.admin("member", &["--email", &email, "--org", "ada", "--role", role]);
    let browser = platform.sign_in(&email).await;
    assert_eq!(browser.put("/v1/me/org", json!({"org": "ada"})).await.0, 200);
    browser
}

#[tokio::test]
async fn every_operation_is_for_whom_it_is_for() {
    let platform = billing().await;
    let ada = platform.sign_in("ada@example.com").await;
    let place = Place::of(&platform, &ada).await;
    let eve = platform.sign_in("eve@example.com").await;
    let mut members = Vec::new();
    for role in ROLES {
        members.push((role, member(&platform, role).await));
    }
    let (_, made) = ada.post("/v1/api-keys", json!({"name": "calls only", "scopes": ["mcp"]})).await;
    let calls_only = platform.with_key(made["key"].as_str().unwrap());
    let all = platform.with_key(&platform.api_key("ada@example.com"));
    platform.admin("grant", &["--email", "zoe@example.com"]);
    let admin = platform.sign_in("zoe@example.com").await;

    let described = described(&platform).await;
    for operation in OPERATIONS {
        let (_, template) = operation.route.split_once(' ').unwrap();
        let path = place.fill(template);
        let ways = &described[operation.route];
        // Those who may not come first: were they let in, what follows would show it.
        let nobody = ask(("nobody", &platform.anyone()), operation, &path).await;
        if operation.who == Who::Anyone {
            assert_eq!(nobody.0, operation.answer, "{operation:?}, anyone: {nobody:?}");
            // What a browser sends from the page of consent is answered by a page, whoever sends it.
            let open = ways.contains(&json!({})) || operation.route == "POST /oauth/authorize";
            assert!(open, "{operation:?}, described as not for anyone: {ways:?}");
            continue;
        }
        assert_eq!(nobody.0, 401, "{operation:?}, anyone: {nobody:?}");
        assert!(!ways.contains(&json!({})), "{operation:?}, described as for anyone");
        if template.starts_with("/mcp/") {
            assert_eq!(ask(("another", &eve), operation, &path).await.0, 401, "{operation:?}, another's browser");
            assert_eq!(ask(("owner", &all), operation, &path).await.0, operation.answer, "{operation:?}, by a key");
            continue;
        }
        if operation.who == Who::Admins {
            for (role, member) in members.iter().map(|(role, member)| (*role, member)).chain([("another", &eve)]) {
                let refused = ask((role, member), operation, &path).await;
                assert_eq!(refused, (403, "not_an_admin".to_owned()), "{operation:?}, {role}");
            }
            assert_eq!(ask(("key", &all), operation, &path).await.1, "insufficient_scope", "{operation:?}, by a key");
            assert!(ways.contains(&json!({"apiKey": ["admin"]})), "{operation:?}, described as by {ways:?}");
            let answer = ask(("admin", &admin), operation, &path).await;
            assert_eq!(answer.0, operation.answer, "{operation:?}, an admin: {answer:?}");
            continue;
        }
        if template.contains('{') && !matches!(operation.who, Who::Everywhere(_)) {
            let other = ask(("another", &eve), operation, &path).await;
            assert_eq!(other.0, 404, "{operation:?}, another: {other:?}");
        }
        let (status, code) = ask(("key", &calls_only), operation, &path).await;
        let by_key = ways.contains(&json!({"apiKey": ["api"]}));
        let refusal = if by_key { "insufficient_scope" } else { "session_needed" };
        assert_eq!(
            (status, code.as_str()),
            (403, refusal),
            "{operation:?}, by a key for calls, described as by {ways:?}"
        );
        let (may, otherwise) = match operation.who {
            Who::Anyone | Who::Member | Who::Admins => (&ROLES[..], 403),
            Who::Roles(roles) | Who::Everywhere(roles) => (roles, 403),
            Who::Seen(roles) => (roles, 404),
        };
        for (role, member) in members.iter().filter(|(role, _)| !may.contains(role)) {
            let refused = ask((role, member), operation, &path).await;
            let code = if otherwise == 403 { "forbidden" } else { "not_found" };
            assert_eq!(refused, (otherwise, code.to_owned()), "{operation:?}, {role}");
        }
        let mut done = false;
        for (role, member) in members.iter().filter(|(role, _)| may.contains(role)) {
            let answer = ask((role, member), operation, &path).await;
            // What one has taken away is gone for the next.
            let gone = done
                && operation.route.starts_with("DELETE")
                && ["not_found", "unknown_secret"].contains(&answer.1.as_str());
            assert!(answer.0 == operation.answer || gone, "{operation:?}, {role}: {answer:?}");
            done = true;
        }
        assert!(done, "{operation:?}: nobody may");
    }
}

#[tokio::test]
async fn every_operation_is_in_the_table_of_who_may() {
    let platform = billing().await;
    let described: BTreeSet<_> = described(&platform).await.into_keys().collect();
    let told: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.route.to_owned()).collect();
    assert_eq!(told.len(), OPERATIONS.len(), "an operation stands in the table twice");
    let missing: Vec<_> = described.difference(&told).collect();
    assert!(missing.is_empty(), "say in operations.rs who may: {missing:?}");
    let gone: Vec<_> = told.difference(&described).collect();
    assert!(gone.is_empty(), "operations.rs has what the API has not: {gone:?}");
}
