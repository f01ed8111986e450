//! APIs' descriptions: brought, looked at, chosen from; and what is refused.

mod published;
mod urls;

use reqwest::Method;
use serde_json::{Value, json};

use crate::hosted::Hosted;
use crate::platform::{Caller, Platform, Setup, on_both};

/// Brings a document: the status, and what is said of it.
async fn bring(caller: &Caller, import: Value) -> (u16, Value) {
    caller.post("/v1/imports", import).await
}

/// A small API: two operations that can be tools, and one that cannot.
fn notes() -> Value {
    json!({"openapi": "3.1.0", "info": {"title": "Notes API", "version": "1"}, "servers": [{"url": "https://notes.example/v1"}],
        "paths": {
            "/notes": {"get": {"operationId": "listNotes", "summary": "Lists notes", "tags": ["notes"], "parameters": [
                {"name": "q", "in": "query", "schema": {"type": "string"}}]}},
            "/notes/{id}": {
                "delete": {"operationId": "deleteNote", "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]},
                "put": {"parameters": [{"name": "id", "in": "path", "required": true}],
                    "requestBody": {"required": true, "content": {"multipart/form-data": {}}}}}},
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
        "security": [{"key": []}]})
}

async fn choose(caller: &Caller, import: &Value, choice: Value) -> (u16, Value) {
    caller.post(&format!("/v1/imports/{}/preview", import["importId"].as_str().unwrap()), choice).await
}

on_both!(a_description_is_kept_and_chosen_from, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let (status, brought) = bring(&ada, json!({"document": notes()})).await;
    assert_eq!((status, &brought["title"], &brought["importable"]), (201, &json!("Notes API"), &json!(2)));
    assert_eq!((&brought["tooLarge"], &brought["mostTools"]), (&json!(false), &json!(20)));
    assert_eq!(brought["auth"][0], json!({"name": "key", "kind": "header", "description": ""}));
    let refused: Vec<_> =
        brought["operations"].as_array().unwrap().iter().filter(|o| o["notImportable"].is_string()).collect();
    assert!(refused.len() == 1 && refused[0]["id"] == "PUT /notes/{id}", "{refused:?}");
    let kept = ada.get(&format!("/v1/imports/{}", brought["importId"].as_str().unwrap())).await;
    assert_eq!(kept, (200, brought.clone()));

    let (status, draft) = choose(&ada, &brought, json!({"operations": ["GET /notes", "DELETE /notes/{id}"]})).await;
    assert_eq!(status, 200, "{draft}");
    let spec = &draft["spec"];
    assert_eq!(spec["allowedHosts"], json!(["DELETE,GET notes.example/v1/notes"]));
    assert_eq!(spec["requiredSecrets"][0]["key"], "NOTES_API_KEY");
    assert_eq!(spec["requiredSecrets"][0]["hosts"], json!(["notes.example"]));
    assert_eq!(spec["tools"][0]["annotations"]["readOnlyHint"], true);
    assert_eq!(spec["tools"][1]["annotations"]["destructiveHint"], true);

    // The draft is one like another: edited, and made a server.
    let mut edited = spec.clone();
    edited["tools"][0]["description"] = json!("Finds notes");
    let new = json!({"name": "Notes", "slug": "notes", "previewId": draft["previewId"], "specEdit": edited});
    Hosted::create(&ada, new).await.live(&ada).await;
});

#[tokio::test]
async fn yaml_is_read_too_and_a_server_may_be_given() {
    let platform = Platform::start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let text = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get:\n      responses:\n        200: {description: ok}\n";
    let (_, without) = bring(&ada, json!({"document": text})).await;
    assert!(without["operations"][0]["notImportable"].as_str().unwrap().contains("give the API's address as `server`"));
    let (_, with) = bring(&ada, json!({"document": text, "server": "https://api.example.com/base/"})).await;
    let (status, draft) = choose(&ada, &with, json!({"operations": ["GET /a"]})).await;
    assert_eq!((status, &draft["spec"]["allowedHosts"]), (200, &json!(["GET api.example.com/base/a"])), "{draft}");
}

#[tokio::test]
async fn what_cannot_be_taken_says_what_to_do() {
    let platform = Platform::start().await;
    let ada = platform.sign_in("ada@example.com").await;
    for (import, status, code, part) in [
        (json!({"document": {"swagger": "2.0"}}), 422, "document_invalid", "swagger2openapi"),
        (json!({"document": "a: [b"}), 422, "document_invalid", "cannot be read"),
        (json!({"document": "x: &a [*a]"}), 422, "document_invalid", "anchors"),
        (json!({"document": {"openapi": "3.1.0", "info": {}, "paths": {}}}), 422, "document_invalid", "no operation"),
        (json!({"document": notes(), "server": "example.com"}), 422, "document_invalid", "https://api.example.com"),
        (json!({"document": 7}), 422, "invalid_json", "document"),
        (json!({"document": {}, "url": "https://a.example"}), 422, "invalid_json", "either"),
        (json!({"url": "here"}), 422, "document_unreachable", "https://"),
        (json!({"document": " ".repeat(17 << 20)}), 413, "document_too_large", "16777216"),
    ] {
        let (got, problem) = bring(&ada, import).await;
        assert_eq!((got, &problem["code"]), (status, &json!(code)), "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(part), "{problem}");
    }
    let (_, brought) = bring(&ada, json!({"document": notes()})).await;
    let many: Vec<_> = (0..21).map(|i| format!("GET /{i}")).collect();
    for (choice, code, part) in [
        (json!({"operations": []}), "choice_invalid", "at least one"),
        (json!({"operations": many}), "too_many_tools", "20 tools at most"),
        (json!({"operations": ["GET /none"]}), "choice_invalid", "not in the document"),
        (json!({"operations": ["GET /notes", "GET /notes"]}), "choice_invalid", "twice"),
        (json!({"operations": ["PUT /notes/{id}"]}), "choice_invalid", "multipart/form-data"),
        (
            json!({"operations": ["GET /notes"], "auth": "other"}),
            "choice_invalid",
            "no way to sign in called \"other\"",
        ),
    ] {
        let (status, problem) = choose(&ada, &brought, choice).await;
        assert_eq!((status, &problem["code"]), (422, &json!(code)), "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(part), "{problem}");
    }
}

on_both!(the_newest_ten_of_an_organisation_are_kept, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let mut brought = Vec::new();
    for _ in 0..2 {
        let at_once = futures::future::join_all((0..10).map(|_| bring(&ada, json!({"document": notes()})))).await;
        for (status, import) in at_once {
            assert_eq!(status, 201, "{import}");
            brought.push(import["importId"].as_str().unwrap().to_owned());
        }
    }
    let mut kept = 0;
    for id in &brought {
        let (status, said) = ada.get(&format!("/v1/imports/{id}")).await;
        assert!(matches!(status, 200 | 404), "{said}");
        kept += usize::from(status == 200);
    }
    assert_eq!(kept, 10);
});

#[tokio::test]
async fn a_description_is_for_who_brought_it() {
    let platform = Platform::start().await;
    let (ada, eve) = (platform.sign_in("ada@example.com").await, platform.sign_in("eve@example.com").await);
    assert_eq!(platform.anyone().send(Method::POST, "/v1/imports", json!({"document": notes()})).await.status(), 401);
    let (_, brought) = bring(&ada, json!({"document": notes()})).await;
    assert_eq!(choose(&eve, &brought, json!({"operations": ["GET /notes"]})).await.0, 404);
    let path = format!("/v1/imports/{}", brought["importId"].as_str().unwrap());
    assert_eq!(eve.get(&path).await.0, 404);
    // Nor for the others of the organisation: it is what one person has at hand.
    platform.admin("member", &["--email", "eve@example.com", "--org", "ada", "--role", "developer"]);
    assert_eq!(eve.send(Method::PUT, "/v1/me/org", json!({"org": "ada"})).await.status(), 200);
    assert_eq!(choose(&eve, &brought, json!({"operations": ["GET /notes"]})).await.0, 404);
    assert_eq!(eve.get(&path).await.0, 404);
    assert_eq!(ada.get(&path).await.0, 200);
}
