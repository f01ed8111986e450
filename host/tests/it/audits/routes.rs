//! Every route that changes something writes to the log, and there is no route of which nobody has said whether it does.

use std::collections::BTreeMap;

use cloche_domain::{IdentityId, PasskeyId};
use reqwest::Method;
use reqwest::header::ORIGIN;
use serde_json::{Value, json};

use super::log;
use crate::billing::stripe::Stripe;
use crate::hosted::Hosted;
use crate::platform::{Caller, Platform, Setup, on_both, token_of};
use crate::switches::{at, saying};

/// A route that is driven once: what stands for its parameters, what is sent, and what the log then says. Names in braces
/// are filled in from the scene, also in the body.
struct Row {
    route: &'static str,
    with: &'static [(&'static str, &'static str)],
    body: &'static str,
    action: &'static str,
}

const fn row(route: &'static str, body: &'static str, action: &'static str) -> Row {
    Row { route, with: &[], body, action }
}

/// Of a version, by its number.
const fn of_version(route: &'static str, n: &'static str, body: &'static str, action: &'static str) -> Row {
    // The one parameter that a row chooses.
    const NUMBERS: [[(&str, &str); 1]; 4] = [[("n", "1")], [("n", "2")], [("n", "3")], [("n", "4")]];
    let with: &[(&str, &str)] = &NUMBERS[(n.as_bytes()[0] - b'1') as usize];
    Row { route, with, body, action }
}

/// In this order.
const ROWS: &[Row] = &[
    row("POST /v1/api-keys", r#"{"name": "k", "scopes": ["mcp"]}"#, "api_key.created"),
    row("DELETE /v1/api-keys/{key}", "", "api_key.deleted"),
    row("POST /v1/servers", r#"{"name": "S", "slug": "second", "previewId": "{preview}"}"#, "server.created"),
    row("PATCH /v1/servers/{id}", r#"{"name": "Renamed"}"#, "server.described"),
    row("PUT /v1/servers/{id}/secrets/{secret}", r#"{"value": "a-value-7f3a"}"#, "secret.set"),
    row("DELETE /v1/servers/{id}/secrets/{secret}", "", "secret.deleted"),
    row("POST /v1/servers/{id}/pause", "", "server.paused"),
    row("POST /v1/servers/{id}/resume", "", "server.resumed"),
    of_version("POST /v1/servers/{id}/versions/{n}/approve", "2", r#"{"reason": "fine"}"#, "version.approved"),
    of_version("POST /v1/servers/{id}/versions/{n}/refuse", "3", r#"{"reason": "no"}"#, "version.refused"),
    of_version("POST /v1/servers/{id}/versions/{n}/activate", "1", "", "version.activated"),
    of_version("DELETE /v1/servers/{id}/versions/{n}", "3", "", "version.deleted"),
    row("POST /v1/servers/{id}/iterate", r#"{"source": {}}"#, "version.created"),
    row(
        "POST /v1/templates",
        r#"{"serverId": "{id}", "slug": "published", "title": "S", "category": "data", "shortDescription": "s"}"#,
        "template.published",
    ),
    row("POST /v1/templates/{template}/reports", r#"{"concern": "other", "text": "t"}"#, "template.reported"),
    row("PATCH /v1/templates/{template}/visibility", r#"{"visibility": "unpublished"}"#, "template.unpublished"),
    row("DELETE /v1/servers/{id}", "", "server.deleted"),
    row(
        "POST /v1/imports",
        r#"{"document": {"openapi": "3.0.0", "info": {"title": "T", "version": "1"}, "servers": [{"url": "https://api.example.com"}],
            "paths": {"/a": {"get": {"responses": {"200": {"description": "ok"}}}}}}}"#,
        "import.created",
    ),
    row("POST /v1/billing/checkout", r#"{"plan": "pro"}"#, "billing.checkout_started"),
    row("PATCH /v1/me/org", r#"{"name": "Ada's"}"#, "org.renamed"),
    row("PATCH /v1/members/{member}", r#"{"role": "viewer"}"#, "member.role_changed"),
    row("DELETE /v1/members/{member}", "", "member.removed"),
    row("POST /v1/invites", r#"{"email": "new@example.com", "role": "viewer"}"#, "invite.created"),
    row("POST /v1/invites/{invite}/resend", "", "invite.resent"),
    row("DELETE /v1/invites/{invite}", "", "invite.withdrawn"),
    row("DELETE /v1/me/identities/{identity}", "", "identity.removed"),
    row("PATCH /v1/me/passkeys/{passkey}", r#"{"name": "renamed"}"#, "passkey.renamed"),
    row("DELETE /v1/me/passkeys/{passkey}", "", "passkey.removed"),
    row("DELETE /v1/auth/sessions/{session}", "", "session.ended"),
    row("DELETE /v1/auth/sessions?keepThis=true", "", "sessions.ended"),
    row("POST /v1/auth/logout", "", "session.ended"),
    row("POST /v1/auth/magic-link/consume", r#"{"token": "{token}"}"#, "session.begun"),
];

/// Those that write nothing, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("POST /v1/auth/magic-link", "nobody has shown yet who they are, and there may be no account"),
    ("POST /v1/auth/providers/{provider}/start", "nobody has shown yet who they are"),
    ("POST /v1/auth/providers/{provider}/callback", "needs a provider: identities.rs has what it writes"),
    ("POST /v1/auth/identities/agree", "needs a provider: identities.rs has what it writes"),
    ("POST /v1/me/identities", "nothing is connected before the provider has answered"),
    ("POST /v1/auth/passkeys/challenge", "nobody has shown yet who they are"),
    ("POST /v1/auth/passkeys", "needs an authenticator: passkeys.rs has what it writes"),
    ("POST /v1/me/passkeys/challenge", "nothing is added before the authenticator has answered"),
    ("POST /v1/me/passkeys", "needs an authenticator: passkeys.rs has what it writes"),
    ("POST /v1/servers/preview", "a draft is its author's own for a day, and changes nothing"),
    ("POST /v1/servers/preview/stream", "the same, as a stream"),
    ("POST /v1/billing/portal", "opens a page; what is changed there comes by an event"),
    ("POST /v1/billing/webhook", "signed by Stripe, and nobody's: billing.rs has what it writes"),
    ("POST /v1/imports/{id}/preview", "a draft, as from a model"),
    ("POST /v1/templates/{slug}/fork", "a preview; what is made of it is a server"),
    ("POST /v1/templates/{slug}/appeal", "needs a decision: templates/moderate.rs has what it writes"),
    ("POST /v1/servers/{id}/template/update", "needs a fork: templates/updates.rs has what it writes"),
    ("PATCH /v1/admin/templates/{slug}", "by admins, in the platform's own log too: templates/moderate.rs"),
    ("PATCH /v1/admin/cases/{id}", "by admins, in the platform's own log: templates/moderate.rs"),
    ("DELETE /v1/clients/{id}", "needs a client that somebody let in: oauth/connected.rs has what it writes"),
    ("POST /v1/servers/{id}/try", "a call, which the record of calls has"),
    ("POST /mcp/{org}/{slug}", "a call, which the record of calls has"),
    (
        "POST /v1/orgs",
        "the log of the new one begins with it, not that of the one it was asked from (organisations.rs)",
    ),
    ("PUT /v1/me/org", "where a browser acts is its person's own, and belongs to no organisation"),
    ("DELETE /v1/me/org", "its log is gone with it"),
    ("DELETE /v1/me", "what it owned is gone with its log; the logs of others tell that it left (personal.rs)"),
    ("POST /v1/invites/accept", "in the log of the organisation that is joined, which invited (invites.rs)"),
    ("POST /oauth/register", "a client belongs to no organisation"),
    ("POST /oauth/authorize", "a form of the consent page, and no JSON: audits.rs has what it writes"),
    ("POST /oauth/token", "a form, and no JSON; a code that is used twice is in audits.rs"),
    ("POST /oauth/revoke", "a form, and no JSON: audits.rs has what it writes"),
];

/// The routes of the platform's own description that change something.
async fn changing(platform: &Platform) -> Vec<String> {
    let (_, document) = platform.anyone().get("/v1/openapi.json").await;
    let mut routes = vec![];
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            if ["POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
                routes.push(format!("{method} {path}"));
            }
        }
    }
    routes
}

/// A route's shape: parameters are called as it likes, and a query is none of it.
fn shape(route: &str) -> String {
    let route = route.split('?').next().unwrap_or_default();
    route.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

/// What there is to change: a server with a version that answers and two that wait, a key, a draft and a link.
async fn scene(platform: &Platform, ada: &Caller) -> BTreeMap<&'static str, String> {
    let server = Hosted::of(ada, "scene", |spec| {
        saying("one")(spec);
        spec["allowedHosts"] = json!(["api.example.com"]);
        spec["requiredSecrets"] = json!([{"key": "API_KEY", "hosts": ["api.example.com"]}]);
    })
    .await;
    let (_, source) = ada.get(&at(&server, 1, "source")).await;
    for n in 2..=3 {
        let mut spec = source["spec"].clone();
        spec["tools"][0]["title"] = json!(format!("Title {n}"));
        assert_eq!(server.iterate(ada, json!({"specEdit": spec})).await, (n, "needs_approval".to_owned()));
    }
    let (_, draft) = ada.post("/v1/servers/preview", json!({"prompt": "Two tools, echo and now"})).await;
    let (_, key) = ada.post("/v1/api-keys", json!({"name": "to be deleted", "scopes": ["mcp"]})).await;
    platform.admin("member", &["--email", "zoe@example.com", "--org", "ada", "--role", "developer"]);
    let (_, zoe) = platform.sign_in("zoe@example.com").await.get("/v1/auth/me").await;
    let (_, invite) = ada.post("/v1/invites", json!({"email": "guest@example.com", "role": "viewer"})).await;
    let (identity, passkey) = identity_and_passkey(platform).await;
    let (_, sessions) = platform.sign_in("ada@example.com").await.get("/v1/auth/sessions").await;
    let phone = sessions["sessions"].as_array().unwrap().iter().find(|session| session["current"] == true).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    BTreeMap::from([
        ("id", server.id),
        ("template", "published".to_owned()),
        ("key", text(&key["id"])),
        ("secret", "API_KEY".to_owned()),
        ("member", text(&zoe["user"]["id"])),
        ("invite", text(&invite["id"])),
        ("identity", identity),
        ("passkey", passkey),
        ("session", text(&phone["id"])),
        ("preview", text(&draft["previewId"])),
        ("token", token_of(&platform.admin("sign-in-link", &["--email", "ada@example.com"]))),
    ])
}

/// Of ada's, as a provider and an authenticator would have left them.
async fn identity_and_passkey(platform: &Platform) -> (String, String) {
    let (identity, passkey) = (IdentityId::new(), PasskeyId::new());
    let from = "created_at FROM users WHERE email = 'ada@example.com'";
    let sql = format!(
        "INSERT INTO identities (id, user_id, provider, issuer, subject, shown, used_at, created_at)
        SELECT '{identity}', id, 'corp', 'https://corp.example', 'ada', 'ada', created_at, {from}"
    );
    assert_eq!(platform.sql(&sql).await, 1);
    let sql = format!(
        "INSERT INTO passkeys (id, user_id, credential_id, credential, name, created_at)
        SELECT '{passkey}', id, 'AA', '{{}}', 'laptop', {from}"
    );
    assert_eq!(platform.sql(&sql).await, 1);
    (identity.to_string(), passkey.to_string())
}

fn filled(text: &str, with: &BTreeMap<&'static str, String>, row: &Row) -> String {
    let own = row.with.iter().map(|(name, value)| (*name, (*value).to_owned()));
    let all = with.iter().map(|(name, value)| (*name, value.clone())).chain(own);
    all.fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), &value))
}

on_both!(every_route_that_changes_something_is_in_the_log, async |setup: Setup| {
    let platform = setup.config(&Stripe::start().await.config("enterprise")).start().await;
    let reader = platform.with_key(&platform.api_key("ada@example.com"));
    let ada = platform.sign_in("ada@example.com").await;
    let known: Vec<_> =
        ROWS.iter().map(|row| row.route).chain(EXCEPTIONS.iter().map(|(route, _)| *route)).map(shape).collect();
    for route in changing(&platform).await {
        let shape = shape(&route);
        assert!(known.contains(&shape), "{route} is new: say in ROWS what it writes, or in EXCEPTIONS why nothing");
    }
    let scene = scene(&platform, &ada).await;
    let mut sessions = vec![];
    for row in ROWS {
        let before = log(&reader, "limit=1").await[0]["seq"].as_i64().unwrap();
        let (method, path) = row.route.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let mut request = ada.request(method, &filled(path, &scene, row)).header(ORIGIN, &platform.url);
        if !row.body.is_empty() {
            request = request.json(&serde_json::from_str::<Value>(&filled(row.body, &scene, row)).unwrap());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        assert!(status.is_success(), "{}: {status} {}", row.route, answer.text().await.unwrap());
        // What the platform does meanwhile is in it too.
        let entries = log(&reader, "limit=100").await;
        let new = entries.iter().filter(|entry| entry["seq"].as_i64().unwrap() > before);
        let own: Vec<_> = new.filter(|entry| entry["action"] == row.action).collect();
        assert_eq!(own.len(), 1, "{} should write {}: {:#?}", row.route, row.action, entries.first());
        assert!(own[0]["actor"].as_str().unwrap().starts_with("usr_"), "{}", own[0]);
        assert_eq!(own[0]["address"], "127.0.0.1", "{}", own[0]);
        assert!(own[0]["via"].as_str().unwrap().starts_with("ses_"), "{}", own[0]);
        assert!(!own[0].to_string().contains("value-7f3a"), "a secret is in the log: {}", own[0]);
        sessions.push(own[0]["via"].clone());
    }
    let [first, .., ended, begun] = &sessions[..] else { panic!("{sessions:?}") };
    assert!(first == ended && begun != ended, "the session that is ended is the one that asked: {sessions:?}");
});
