//! The clients that people have let in: who sees which, and their end.

use cloche_domain::GrantId;
use cloche_storage::oauth::Whose;
use serde_json::{Value, json};

use super::dance::{Tokens, refresh};
use crate::hosted::Hosted;
use crate::plans;
use crate::platform::{Platform, Setup, on_both};

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

/// Five hundred members more, of each organisation that has a server, and five thousand clients that they let in.
async fn crowd(platform: &Platform) {
    let (number, count) = if platform.database_is_postgres() {
        ("lpad((N)::text, 26, '0')", "generate_series(1, MANY) AS g(n)")
    } else {
        (
            "printf('%026d', N)",
            "(WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < MANY) SELECT n FROM g)",
        )
    };
    let id = |kind: &str, of: &str| format!("'{kind}_' || {}", number.replace('N', of));
    let many = |many: &str| count.replace("MANY", many);
    // The servers of both are told apart by the ends of their numbers.
    let of = "(SELECT count(*) FROM servers o WHERE o.id < s.id)";
    let user = id("usr", &format!("2 * (n % 500) + {of}"));
    let grant = id("grt", &format!("2 * n + {of}"));
    for (rows, sql) in [
        (
            1_000,
            format!(
                "INSERT INTO users (id, email, name, created_at)
                 SELECT {user}, n || s.slug || '@example.com', 'Someone', s.created_at FROM servers s, {}",
                many("500")
            ),
        ),
        (
            1_000,
            format!(
                "INSERT INTO memberships (org_id, user_id, role, created_at)
                 SELECT s.org_id, {user}, 'viewer', s.created_at FROM servers s, {}",
                many("500")
            ),
        ),
        (
            10_000,
            format!(
                "INSERT INTO oauth_grants (id, client_id, user_id, server_id, org_id, scope, created_at)
                 SELECT {grant}, c.client_id, {user}, s.id, s.org_id, 'mcp', s.created_at
                 FROM servers s, {}, (SELECT client_id FROM oauth_clients LIMIT 1) AS c",
                many("5000")
            ),
        ),
        (
            10_000,
            "INSERT INTO refresh_tokens (token_sha256, grant_id, created_at, expires_at)
             SELECT g.id, g.id, r.created_at, r.expires_at
             FROM oauth_grants g, (SELECT created_at, expires_at FROM refresh_tokens LIMIT 1) AS r
             WHERE NOT EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.grant_id = g.id)"
                .to_owned(),
        ),
    ] {
        assert_eq!(platform.sql(&sql).await, rows, "{sql}");
    }
    platform.sql("ANALYZE").await;
}

on_both!(thousands_of_clients_are_listed_from_an_index, async |setup: Setup| {
    let platform = setup.start().await;
    let (ada, bob) = (platform.sign_in("ada@example.com").await, platform.sign_in("bob@example.com").await);
    let (server, _) = (Hosted::demo(&ada, "hers").await, Hosted::demo(&bob, "his").await);
    Tokens::of(&platform, &ada, &server).await;
    crowd(&platform).await;
    let (_, page) = ada.get("/v1/clients?limit=100").await;
    assert_eq!((servers(&page).len(), page["nextCursor"].is_string()), (100, true));
    let next = format!("/v1/clients?limit=100&cursor={}", page["nextCursor"].as_str().unwrap());
    let (_, page) = ada.get(&next).await;
    assert_eq!(servers(&page), vec![("hers".to_owned(), false); 100]);

    let db = platform.db().await;
    let id = |of: &Value| of["id"].as_str().unwrap().to_owned();
    let (_, me) = ada.get("/v1/auth/me").await;
    let whose = Whose { org: id(&me["org"]).parse().unwrap(), user: None, server: None, before: None };
    let (user, server) = (id(&page["clients"][0]["person"]).parse().ok(), server.id.parse().ok());
    for (whose, index) in [
        (whose, "oauth_grants_by_org"),
        (Whose { user, ..whose }, "oauth_grants_by_member"),
        (Whose { server, ..whose }, "oauth_grants_by_server"),
        (Whose { server, user, ..whose }, "oauth_grants_by_"),
    ] {
        let shown = |id: Option<String>| id.map_or_else(|| "NULL".to_owned(), |id| format!("'{id}'"));
        let values = [
            shown(Some(whose.org.to_string())),
            shown(whose.server.map(|id| id.to_string())),
            shown(whose.user.map(|id| id.to_string())),
            shown(Some(GrantId::LAST.to_string())),
            "'2026-01-01T00:00:00Z'".to_owned(),
            "51".to_owned(),
        ];
        let filled = |sql: String, (i, value): (usize, &String)| sql.replace(&format!("${}", i + 1), value);
        let plan = plans::of(&db, &values.iter().enumerate().fold(whose.sql().to_owned(), filled)).await;
        // Where half of all are theirs, the ids' own order serves as well.
        let by_id = plan.contains("Index Scan Backward using oauth_grants_pkey");
        assert!(plan.contains(index) || by_id, "{whose:?}\n{plan}");
        // A person has few.
        let sorted = plan.contains("TEMP B-TREE") || plan.contains("Sort");
        assert!(!sorted || whose.user.is_some(), "{whose:?}\n{plan}");
    }
    db.close().await;
});
