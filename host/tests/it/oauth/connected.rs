//! The clients that people have let in: who sees which, and their end.

use serde_json::{Value, json};

use super::dance::{Tokens, refresh};
use crate::hosted::Hosted;
use crate::platform::{Setup, on_both};

fn servers(page: &Value) -> Vec<(String, bool)> {
    let clients = page["clients"].as_array().unwrap_or_else(|| panic!("{page:#}"));
    let of = |one: &Value| (one["server"]["slug"].as_str().unwrap().to_owned(), one["mine"] == true);
    clients.iter().map(of).collect()
}

on_both!(clients_that_hold_tokens_are_seen_and_revoked, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let (first, second) = (Hosted::demo(&ada, "first").await, Hosted::demo(&ada, "second").await);
    platform.admin("member", &["--email", "bob@example.com", "--org", "ada", "--role", "developer"]);
    let bob = platform.sign_in("bob@example.com").await;
    assert_eq!(bob.put("/v1/me/org", json!({"org": "ada"})).await.0, 200);
    let hers = Tokens::of(&platform, &ada, &first).await;
    let his = Tokens::of(&platform, &bob, &second).await;

    let (status, all) = ada.get("/v1/clients").await;
    assert_eq!(status, 200);
    assert_eq!(servers(&all), [("second".to_owned(), false), ("first".to_owned(), true)], "{all:#}");
    let one = &all["clients"][0];
    assert_eq!((&one["client"]["name"], &one["client"]["host"]), (&json!("Weather app"), &json!("client.example")));
    assert_eq!((&one["client"]["id"], &one["person"]["name"]), (&json!(his.client), &json!("bob")));
    assert!(one["connectedAt"].as_str() <= one["lastSeenAt"].as_str(), "{one:#}");
    assert_eq!(servers(&bob.get("/v1/clients").await.1), [("second".to_owned(), true)]);
    let of_first = format!("/v1/clients?server={}", first.id);
    assert_eq!(servers(&ada.get(&of_first).await.1), [("first".to_owned(), true)]);
    assert_eq!(servers(&bob.get(&of_first).await.1), []);
    let (_, page) = ada.get("/v1/clients?limit=1").await;
    let next = format!("/v1/clients?limit=1&cursor={}", page["nextCursor"].as_str().unwrap());
    assert_eq!(servers(&ada.get(&next).await.1), [("first".to_owned(), true)]);
    assert_eq!(ada.get(&next).await.1["nextCursor"], Value::Null);
    assert_eq!(ada.get("/v1/clients?server=nothing").await.1["code"], "invalid_query");

    // Of another organisation there is nothing, and nothing to revoke.
    let eve = platform.sign_in("eve@example.com").await;
    assert_eq!(servers(&eve.get("/v1/clients").await.1), []);
    assert_eq!(servers(&eve.get(&of_first).await.1), []);
    let place = |i: usize| format!("/v1/clients/{}", all["clients"][i]["id"].as_str().unwrap());
    assert_eq!(eve.delete(&place(0)).await.0, 404);
    assert_eq!(bob.delete(&place(1)).await.0, 404, "another member's is not his to end");
    assert_eq!(first.echo(&platform, &hers.access).await.0, 200);

    // One's own, and anybody's for who looks after the organisation: from the next call on.
    assert_eq!(bob.delete(&place(0)).await.0, 204);
    assert_eq!(second.echo(&platform, &his.access).await.0, 401);
    assert_eq!(refresh(&platform, &his.client, &his.refresh).await.1["error"], "invalid_grant");
    assert_eq!(bob.delete(&place(0)).await.0, 404);
    let again = Tokens::of(&platform, &bob, &second).await;
    let (_, all) = ada.get("/v1/clients").await;
    assert_eq!(ada.delete(&format!("/v1/clients/{}", all["clients"][0]["id"].as_str().unwrap())).await.0, 204);
    assert_eq!(second.echo(&platform, &again.access).await.0, 401);
    assert_eq!(servers(&ada.get("/v1/clients").await.1), [("first".to_owned(), true)]);
    let (_, log) = ada.get("/v1/audit?action=grant.revoked").await;
    assert_eq!(log["entries"].as_array().unwrap().len(), 2, "{log:#}");
    assert_eq!(log["entries"][1]["details"]["client"], json!(his.client));

    // Whose tokens have all expired holds none any more.
    platform.sql("UPDATE refresh_tokens SET expires_at = '2020-01-01T00:00:00Z'").await;
    assert_eq!(servers(&ada.get("/v1/clients").await.1), []);
});
