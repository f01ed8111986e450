//! What people do at the marketplace.

use serde_json::{Value, json};

use crate::hosted::Hosted;
use crate::platform::{Caller, Platform};

/// What an owner says of a template.
pub fn listing(server: &Hosted, title: &str) -> Value {
    json!({
        "serverId": server.id, "title": title, "category": "utilities",
        "shortDescription": "Repeats what it is told, and tells the time",
    })
}

/// Publishes a live server: its template.
pub async fn publish(owner: &Caller, server: &Hosted, title: &str) -> Value {
    let (status, template) = owner.post("/v1/templates", listing(server, title)).await;
    assert!([200, 201].contains(&status), "{template:#}");
    template
}

/// The reference to fork a template.
pub async fn preview(caller: &Caller, slug: &str) -> Value {
    let (status, preview) = caller.post(&format!("/v1/templates/{slug}/fork"), json!({})).await;
    assert_eq!(status, 200, "{preview:#}");
    preview
}

/// What `POST /v1/servers` takes to make a fork.
pub fn of_preview(preview: &Value, slug: &str) -> Value {
    json!({"name": "Mine", "slug": slug, "previewId": preview["previewId"], "templateId": preview["templateId"]})
}

/// Forks a template.
pub async fn fork(caller: &Caller, template: &str, slug: &str) -> Hosted {
    let preview = preview(caller, template).await;
    Hosted::create(caller, of_preview(&preview, slug)).await
}

/// A platform's admin, by an API key that may do nothing else.
pub fn admin(platform: &Platform, email: &str) -> Caller {
    platform.admin("grant", &["--email", email]);
    platform.with_key(&platform.admin("api-key", &["--email", email, "--scopes", "admin"]))
}

/// What an admin decides, having looked at what there is.
pub async fn moderate(admin: &Caller, slug: &str, action: &str) -> (u16, Value) {
    let mut decision = json!({"action": action, "reason": "It does harm"});
    if action == "verify" {
        let (_, seen) = admin.get("/v1/admin/templates?limit=100").await;
        let templates = seen["templates"].as_array().cloned().unwrap_or_else(|| panic!("{seen:#}"));
        let seen = templates.into_iter().find(|seen| seen["slug"] == slug).expect("the template");
        decision["release"] = seen["release"].clone();
        decision["updatedAt"] = seen["updatedAt"].clone();
    }
    admin.patch(&format!("/v1/admin/templates/{slug}"), decision).await
}
