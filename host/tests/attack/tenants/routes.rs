//! Another tenant's ids, wherever the platform takes one.

use std::time::Duration;

use cloche_domain::{
    BuildId, CallId, CaseId, GrantId, IdentityId, ImportId, InviteId, PasskeyId, PreviewId, ServerId, SessionId, UserId,
};
use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION};
use serde_json::{Value, json};

use super::GROUP;
use crate::attack::{Attack, attack};
use crate::hosted::{Hosted, call};
use crate::platform::{Caller, Platform};
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, another_tenants_id_in_every_route, "everything that belongs to a tenant, and that it exists"),
    attack!(GROUP, another_tenants_draft_in_a_body, "drafts, which hold prompts"),
    attack!(GROUP, another_tenants_server_by_mcp, "tools that can be called"),
];

/// What a route takes besides ids. A route with an id and a body is not there by itself: it has a row here.
const BODIES: &[(&str, &str)] = &[
    ("POST /v1/imports/{id}/preview", r#"{"operations": ["GET /a"]}"#),
    ("PUT /v1/servers/{id}/secrets/{key}", r#"{"value": "stolen-or-not"}"#),
    ("PATCH /v1/servers/{id}", r#"{"name": "Mine"}"#),
    ("PATCH /v1/templates/{slug}/visibility", r#"{"visibility": "published"}"#),
    ("POST /v1/templates/{slug}/fork", "{}"),
    ("POST /v1/templates/{slug}/reports", r#"{"concern": "other", "text": "Mine"}"#),
    ("POST /v1/templates/{slug}/appeal", r#"{"text": "Mine"}"#),
    ("POST /v1/servers/{id}/template/update", r#"{"release": 1}"#),
    ("PATCH /v1/admin/templates/{slug}", r#"{"action": "hide", "reason": "Mine"}"#),
    ("PATCH /v1/admin/cases/{id}", r#"{"upheld": true, "reason": "Mine"}"#),
    ("POST /v1/servers/{id}/pause", "{}"),
    ("POST /v1/servers/{id}/resume", "{}"),
    ("POST /v1/servers/{id}/try", r#"{"tool": "now"}"#),
    ("POST /v1/servers/{id}/iterate", r#"{"source": {}}"#),
    ("POST /v1/servers/{id}/versions/{n}/approve", r#"{"reason": "mine now"}"#),
    ("POST /v1/servers/{id}/versions/{n}/refuse", r#"{"reason": "mine now"}"#),
    ("POST /v1/servers/{id}/versions/{n}/activate", "{}"),
    ("PATCH /v1/members/{id}", r#"{"role": "viewer"}"#),
    ("POST /v1/invites/{id}/resend", "{}"),
    ("PATCH /v1/me/passkeys/{id}", r#"{"name": "Mine"}"#),
];

/// What stands for each parameter: the victim's, and one that nobody has.
struct Ids {
    server: [String; 2],
    build: [String; 2],
    api_key: [String; 2],
    call: [String; 2],
    member: [String; 2],
    invite: [String; 2],
    session: [String; 2],
    import: [String; 2],
    identity: [String; 2],
    passkey: [String; 2],
    template: [String; 2],
    case: [String; 2],
    client: [String; 2],
}

impl Ids {
    /// The path with its parameters filled: of the victim, and of nobody.
    fn fill(&self, template: &str) -> [String; 2] {
        let filled = |which: usize| {
            let mut before = "";
            let segments = template.split('/').map(|segment| {
                let value = match (before, segment) {
                    ("servers", "{id}") => self.server[which].as_str(),
                    ("builds", "{id}") => self.build[which].as_str(),
                    ("imports", "{id}") => self.import[which].as_str(),
                    ("api-keys", "{id}") => self.api_key[which].as_str(),
                    ("members", "{id}") => self.member[which].as_str(),
                    ("invites", "{id}") => self.invite[which].as_str(),
                    ("sessions", "{id}") => self.session[which].as_str(),
                    ("identities", "{id}") => self.identity[which].as_str(),
                    ("passkeys", "{id}") => self.passkey[which].as_str(),
                    ("templates", "{slug}") => self.template[which].as_str(),
                    ("cases", "{id}") => self.case[which].as_str(),
                    ("clients", "{id}") => self.client[which].as_str(),
                    (_, "{key}") => "API_KEY",
                    (_, "{n}") => "1",
                    (_, "{call}") => self.call[which].as_str(),
                    (before, parameter) if parameter.starts_with('{') => {
                        panic!("{template}: say here what stands for {parameter} after {before}")
                    }
                    (_, fixed) => fixed,
                };
                before = segment;
                value.to_owned()
            });
            segments.collect::<Vec<_>>().join("/")
        };
        [filled(0), filled(1)]
    }
}

async fn another_tenants_id_in_every_route(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let (ada, eve) = (Tenant::new(&platform, "ada").await, Tenant::new(&platform, "eve").await);
    let ids = victim(&platform, &ada).await;
    let routes = routes(&platform).await;
    assert!(routes.len() >= 8, "{routes:?}");
    for (method, template) in &routes {
        let [theirs, nobodys] = ids.fill(template);
        for caller in [&eve.browser, &platform.with_key(&eve.key), &platform.anyone()] {
            let (of_theirs, of_nobodys) =
                (ask(caller, method, template, &theirs).await, ask(caller, method, template, &nobodys).await);
            // What is not for a key at all, or for admins of the platform, says so before it looks.
            let before = ["\"session_needed\"", "\"not_an_admin\"", "\"insufficient_scope\""];
            let refused = matches!(of_theirs.0, 404 | 401) || before.iter().any(|code| of_theirs.1.contains(code));
            let hidden = refused && alike(&of_theirs, &theirs) == alike(&of_nobodys, &nobodys);
            scene.guard(
                "what is another's is as if it were not there",
                hidden,
                (method, theirs.as_str(), of_theirs, of_nobodys),
            );
        }
    }
    // What takes things away comes last, and of that the server, with which all else of it goes.
    let (mut last, first): (Vec<_>, Vec<_>) = routes.iter().partition(|(method, _)| *method == Method::DELETE);
    last.reverse();
    last.sort_by_key(|(_, template)| template == "/v1/servers/{id}");
    for (method, template) in first.into_iter().chain(last) {
        let [theirs, _] = ids.fill(template);
        let own = ask(&ada.browser, method, template, &theirs).await;
        assert!(own.0 != 404, "the owner is refused too, so that nothing was shown: {method} {theirs}: {own:?}");
    }
    let what = format!("the owner gets something at each of {} routes with an id", routes.len());
    scene.control(what, true, ());
}

/// One object of each kind, and an id of each kind that nobody has.
async fn victim(platform: &Platform, owner: &Tenant) -> Ids {
    platform.admin("member", &["--email", "vic@example.com", "--org", "ada", "--role", "developer"]);
    let (_, members) = owner.browser.get("/v1/members").await;
    let invite = json!({"email": "guest@example.com", "role": "viewer"});
    let (_, invite) = owner.browser.post("/v1/invites", invite).await;
    let phone = platform.sign_in("ada@example.com").await;
    let (_, sessions) = phone.get("/v1/auth/sessions").await;
    let (_, draft) = owner.browser.post("/v1/servers/preview", json!({"prompt": "Two tools, echo and now"})).await;
    let mut spec = draft["spec"].clone();
    spec["allowedHosts"] = json!(["api.example.com"]);
    spec["requiredSecrets"] = json!([{"key": "API_KEY", "hosts": ["api.example.com"]}]);
    let new = json!({"name": "Hers", "slug": "hers", "previewId": draft["previewId"], "specEdit": spec});
    let (_, server) = owner.browser.post("/v1/servers", new).await;
    let text = |name: &str| server[name].as_str().unwrap().to_owned();
    Hosted { id: text("id"), url: text("mcpUrl") }.live(&owner.browser).await;
    let (_, made) = owner.browser.post("/v1/api-keys", json!({"name": "hers", "scopes": ["mcp"]})).await;
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let api = json!({"openapi": "3.1.0", "info": {"title": "Hers"}, "servers": [{"url": "https://api.example.com"}],
        "paths": {"/a": {"get": {}}}});
    let (_, brought) = owner.browser.post("/v1/imports", json!({"document": api})).await;
    let at = format!("/v1/servers/{}", id(&server));
    let (_, tried) = owner.browser.post(&format!("{at}/try"), json!({"tool": "now"})).await;
    // Records are written a moment later.
    while owner.browser.get(&format!("{at}/calls/{}", id(&tried))).await.0 != 200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // A template that its owner has withdrawn: everyone may see the others.
    let template = "a-template-of-hers-that-is-withdrawn";
    let published = json!({"serverId": server["id"], "slug": template, "title": "Hers", "category": "data",
        "shortDescription": "Hers"});
    assert_eq!(owner.browser.post("/v1/templates", published).await.0, 201);
    let report = json!({"concern": "other", "text": "Hers"});
    let (_, case) = owner.browser.post(&format!("/v1/templates/{template}/reports"), report).await;
    let withdrawn = json!({"visibility": "unpublished"});
    assert_eq!(owner.browser.patch(&format!("/v1/templates/{template}/visibility"), withdrawn).await.0, 200);
    // As a provider, an authenticator and a client would have left them.
    let (identity, passkey, grant) = (IdentityId::new(), PasskeyId::new(), GrantId::new());
    let from = "created_at FROM users WHERE email = 'ada@example.com'";
    let rows = [
        format!(
            "INSERT INTO identities (id, user_id, provider, issuer, subject, shown, used_at, created_at)
            SELECT '{identity}', id, 'corp', 'https://corp.example', 'ada', 'ada', created_at, {from}"
        ),
        format!(
            "INSERT INTO passkeys (id, user_id, credential_id, credential, name, created_at)
            SELECT '{passkey}', id, 'AA', '{{}}', 'laptop', {from}"
        ),
        format!(
            "INSERT INTO oauth_clients (client_id, name, redirect_uris, metadata, address, created_at)
            SELECT 'https://client.example/c', 'hers', '[]', '{{}}', '', {from}"
        ),
        format!(
            "INSERT INTO oauth_grants (id, client_id, user_id, server_id, org_id, scope, created_at)
            SELECT '{grant}', 'https://client.example/c', id, '{0}', (SELECT org_id FROM servers WHERE id = '{0}'), 'mcp', {from}",
            id(&server)
        ),
    ];
    for row in rows {
        assert_eq!(platform.sql(&row).await, 1);
    }
    Ids {
        template: [template.to_owned(), "a-template-that-nobody-has-made".to_owned()],
        case: [case["caseId"].as_str().unwrap().to_owned(), CaseId::new().to_string()],
        client: [grant.to_string(), GrantId::new().to_string()],
        identity: [identity.to_string(), IdentityId::new().to_string()],
        passkey: [passkey.to_string(), PasskeyId::new().to_string()],
        call: [id(&tried), CallId::new().to_string()],
        import: [brought["importId"].as_str().unwrap().to_owned(), ImportId::new().to_string()],
        build: [text("buildId"), BuildId::new().to_string()],
        server: [id(&server), ServerId::new().to_string()],
        member: [id(&members["members"][1]), UserId::new().to_string()],
        invite: [id(&invite), InviteId::new().to_string()],
        session: [id(&sessions["sessions"][0]), SessionId::new().to_string()],
        api_key: [id(&made), id(&made).replace(|c: char| c.is_ascii_digit(), "7")],
    }
}

/// Every route of the platform's own description that takes an id.
async fn routes(platform: &Platform) -> Vec<(Method, String)> {
    let (_, document) = platform.anyone().get("/v1/openapi.json").await;
    let paths = document["paths"].as_object().unwrap();
    // A provider is the operator's, and no tenant's.
    let with_ids =
        paths.iter().filter(|(path, _)| path.starts_with("/v1/") && path.contains('{') && !path.contains("{provider}"));
    with_ids
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys().filter_map(|name| name.to_uppercase().parse().ok());
            methods.map(|method: Method| (method, path.clone()))
        })
        .collect()
}

async fn ask(caller: &Caller, method: &Method, template: &str, path: &str) -> (u16, String) {
    let mut request = caller.request(method.clone(), path);
    let row = BODIES.iter().find(|(route, _)| *route == format!("{method} {template}"));
    if let Some((_, body)) = row {
        request = request.json(&serde_json::from_str::<Value>(body).unwrap());
    } else {
        let has_none = [Method::GET, Method::DELETE].contains(method);
        assert!(has_none, "{method} {template} is new: say in BODIES what is sent to it");
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// An answer, whatever the request's own id and those of the path.
fn alike(answer: &(u16, String), path: &str) -> (u16, String) {
    let ids = path.split('/').filter(|segment| segment.len() > 20);
    (answer.0, ids.fold(nameless(&answer.1), |text, id| text.replace(id, "ID")))
}

/// A problem without its request's id.
fn nameless(text: &str) -> String {
    let Ok(mut problem) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    problem.as_object_mut().and_then(|problem| problem.remove("requestId"));
    problem.to_string()
}

async fn another_tenants_draft_in_a_body(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let (ada, eve) = (Tenant::new(&platform, "ada").await, Tenant::new(&platform, "eve").await);
    let (_, draft) = ada.browser.post("/v1/servers/preview", json!({"prompt": "Two tools, echo and now"})).await;
    let new = |preview: &Value| json!({"name": "Mine", "slug": "mine", "previewId": preview});
    let without = |problem: &Value| nameless(&problem.to_string());
    let theirs = eve.browser.post("/v1/servers", new(&draft["previewId"])).await;
    let nobodys = eve.browser.post("/v1/servers", new(&json!(PreviewId::new()))).await;
    scene.guard(
        "another's draft is as if it were not there",
        theirs.0 == 410 && without(&theirs.1) == without(&nobodys.1),
        (&theirs, &nobodys),
    );
    let own = ada.browser.post("/v1/servers", new(&draft["previewId"])).await;
    scene.control("its owner makes a server of the same draft", own.0 == 201, own);
}

async fn another_tenants_server_by_mcp(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let (ada, eve) = (Tenant::new(&platform, "ada").await, Tenant::new(&platform, "eve").await);
    let server = ada.server("Ok(\"hers\")").await;
    let said = ada.attack(&platform, &server, json!({})).await;
    scene.control("the owner's key calls it", said.text == "hers", said);
    let path = server.path();
    let metadata = |path: &str| format!("/.well-known/oauth-protected-resource{path}");
    let absent = path.replace("ada-server", "no-server");
    for token in [Some(eve.key.as_str()), Some("clo_made-up"), None] {
        for message in [call("attack", &json!({})), json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})] {
            let ask = async |path: &str| {
                let mut request = platform.anyone().request(Method::POST, path).json(&message);
                request = request.header(ACCEPT, "application/json, text/event-stream");
                if let Some(token) = token {
                    request = request.header(AUTHORIZATION, format!("Bearer {token}"));
                }
                let answer = request.send().await.unwrap();
                let challenge = format!("{:?}", answer.headers().get("www-authenticate"));
                (answer.status().as_u16(), nameless(&answer.text().await.unwrap()) + &challenge)
            };
            let theirs = ask(&path).await;
            let nobodys = ask(&absent).await;
            let hidden = matches!(theirs.0, 401 | 404)
                && theirs.1.replace("ada-server", "S") == nobodys.1.replace("no-server", "S");
            scene.guard("another's server is as if it were not there", hidden, (token, theirs, nobodys));
        }
    }
    let (theirs, nobodys) =
        (platform.anyone().get(&metadata(&path)).await, platform.anyone().get(&metadata(&absent)).await);
    let hidden = theirs.1.to_string().replace("ada-server", "S") == nobodys.1.to_string().replace("no-server", "S");
    scene.guard("nor do the public metadata tell of it", theirs.0 == nobodys.0 && hidden, (theirs, nobodys));
    // Other spellings of the place reach the same check, or nothing.
    for spelling in [
        "/mcp/ADA/ada-server",
        "/mcp/ada/ada-server/",
        "/mcp//ada/ada-server",
        "/mcp/eve/../ada/ada-server",
        "/mcp/eve%2f..%2fada/ada-server",
        "/mcp/ada/ada%2dserver",
        "/MCP/ada/ada-server",
    ] {
        let request = platform.anyone().request(Method::POST, spelling).json(&call("attack", &json!({})));
        let request = request.header(ACCEPT, "application/json, text/event-stream");
        let answer = request.header(AUTHORIZATION, format!("Bearer {}", eve.key)).send().await.unwrap();
        let text = answer.text().await.unwrap();
        scene.guard("however its place is spelled", !text.contains("hers"), (spelling, text));
    }
}
