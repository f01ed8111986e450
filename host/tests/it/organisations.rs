//! `/v1/orgs`, `/v1/me`, `/v1/members` and `/v1/invites`: belonging to organisations, and ceasing to.

mod invites;
mod members;
pub mod personal;

use reqwest::Method;
use serde_json::{Value, json};

use crate::hosted::Hosted;
use crate::platform::{Caller, Platform, Setup, on_both};

const ADA: &str = "ada@example.com";
const ORG: &str = "/v1/me/org";
const ORGS: &str = "/v1/me/orgs";
const MEMBERS: &str = "/v1/members";

/// A member of ada's organisation at a browser, which acts in it.
async fn member(platform: &Platform, name: &str, role: &str) -> Caller {
    let email = format!("{name}@example.com");
    let browser = platform.sign_in(&email).await;
    platform.admin("member", &["--email", &email, "--org", "ada", "--role", role]);
    assert_eq!(browser.put(ORG, json!({"org": "ada"})).await.0, 200);
    browser
}

/// The id of whoever asks.
async fn id(of: &Caller) -> String {
    of.get("/v1/auth/me").await.1["user"]["id"].as_str().unwrap().to_owned()
}

/// The entries of the log that tell of an action, newest first.
async fn log(of: &Caller, action: &str) -> Vec<Value> {
    let (status, log) = of.get(&format!("/v1/audit?action={action}")).await;
    assert_eq!(status, 200, "{log}");
    log["entries"].as_array().unwrap().clone()
}

/// What an entry of the log says was changed: before, and after.
fn changed(entry: &Value) -> (&Value, &Value) {
    (&entry["before"], &entry["after"])
}

/// The slugs of all that someone belongs to, the current one with a star.
async fn belongs_to(person: &Caller) -> Vec<String> {
    let (_, list) = person.get(ORGS).await;
    let slug = |org: &Value| {
        let star = if org["current"] == true { "*" } else { "" };
        format!("{}{star}", org["slug"].as_str().unwrap())
    };
    list["orgs"].as_array().unwrap().iter().map(slug).collect()
}

on_both!(a_person_belongs_to_several_and_a_browser_acts_in_one, async |setup: Setup| {
    let platform = setup.start().await;
    let (ada, phone) = (platform.sign_in(ADA).await, platform.sign_in(ADA).await);
    let key = platform.with_key(&platform.api_key(ADA));
    platform.sign_in("bob@example.com").await;
    let (status, acme) = ada.post("/v1/orgs", json!({"name": " Acme, Inc. "})).await;
    assert_eq!((status, &acme["name"], &acme["slug"]), (201, &json!("Acme, Inc."), &json!("acme-inc")));
    assert_eq!(belongs_to(&ada).await, ["ada*", "acme-inc"]);
    let made = log(&ada, "org.created").await;
    assert_eq!(made.len(), 1, "that is in the log of the other one: {made:?}");
    assert_eq!(made[0]["after"]["slug"], "ada");

    let (status, me) = ada.put(ORG, json!({"org": "acme-inc"})).await;
    assert_eq!((status, &me["org"], &me["role"]), (200, &acme, &json!("owner")));
    assert_eq!(ada.get(ORG).await.1, acme);
    assert_eq!(belongs_to(&ada).await, ["ada", "acme-inc*"]);
    let made = json!({"slug": "acme-inc", "name": "Acme, Inc.", "plan": acme["plan"], "owner": id(&ada).await});
    assert_eq!(changed(&log(&ada, "org.created").await[0]), (&Value::Null, &made));
    assert_eq!(phone.get(ORG).await.1["slug"], "ada", "each browser by itself");
    assert_eq!(key.get(ORG).await.1["slug"], "ada", "a key stays where it was made");

    let (status, problem) = ada.put(ORG, json!({"org": "bob"})).await;
    assert_eq!((status, &problem["code"]), (404, &json!("not_found")));
    let nobodys = ada.put(ORG, json!({"org": "nobody"})).await.1;
    assert_eq!(nobodys["detail"].as_str().unwrap().replace("nobody", "bob"), problem["detail"].as_str().unwrap());
    assert_eq!(belongs_to(&ada).await, ["ada", "acme-inc*"]);
});

on_both!(five_organisations_a_day_are_made_by_one_person_whatever_becomes_of_them, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in(ADA).await;
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..20 {
        asked.spawn(ada.post("/v1/orgs", json!({"name": format!("number {n}"), "slug": format!("number-{n}")})));
    }
    let (made, refused): (Vec<_>, Vec<_>) = asked.join_all().await.into_iter().partition(|(status, _)| *status == 201);
    assert_eq!(made.len(), 5);
    assert!(refused.iter().all(|(status, problem)| *status == 429 && problem["code"] == "rate_limited"), "{refused:?}");
    let (_, one) = &made[0];
    assert_eq!(ada.put(ORG, json!({"org": one["slug"]})).await.0, 200);
    assert_eq!(ada.delete_with(ORG, json!({"name": one["name"]})).await.0, 204);
    assert_eq!(ada.post("/v1/orgs", json!({"name": "another"})).await.0, 429);
    assert_eq!(platform.sign_in("bob@example.com").await.post("/v1/orgs", json!({"name": "another"})).await.0, 201);
});

on_both!(an_organisation_gets_another_name_and_keeps_its_slug, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in(ADA).await;
    let viewer = member(&platform, "vic", "viewer").await;
    assert_eq!(viewer.patch(ORG, json!({"name": "Vic's"})).await.1["code"], "forbidden");
    for bad in ["", " ", "two\nlines", "hid\u{202E}den", &"x".repeat(81)] {
        assert_eq!(ada.patch(ORG, json!({"name": bad})).await.1["code"], "invalid_name", "{bad:?}");
        assert_eq!(ada.post("/v1/orgs", json!({"name": bad})).await.1["code"], "invalid_name", "{bad:?}");
    }
    let (status, org) = ada.patch(ORG, json!({"name": "Lovelace 漢字"})).await;
    assert_eq!((status, &org["name"], &org["slug"]), (200, &json!("Lovelace 漢字"), &json!("ada")));
    assert_eq!(viewer.get(ORG).await.1, org);
    let (before, after) = (json!({"name": "ada"}), json!({"name": "Lovelace 漢字"}));
    assert_eq!(changed(&log(&ada, "org.renamed").await[0]), (&before, &after));
});

on_both!(deleting_an_organisation_ends_all_it_had_and_nobody_gets_its_slug, async |setup: Setup| {
    let platform = setup.start().await;
    let (ada, bob) = (platform.sign_in(ADA).await, platform.sign_in("bob@example.com").await);
    let admin = member(&platform, "amy", "admin").await;
    assert_eq!(ada.post("/v1/orgs", json!({"name": "Other", "slug": "other"})).await.0, 201);
    let (key, server) = (platform.api_key(ADA), Hosted::demo(&ada, "weather").await);
    let program = platform.with_key(&key);
    assert_eq!(server.echo(&platform, &key).await.0, 200);

    assert_eq!(admin.delete_with(ORG, json!({"name": "ada"})).await.1["code"], "forbidden");
    assert_eq!(program.delete_with(ORG, json!({"name": "ada"})).await.1["code"], "session_needed");
    assert_eq!(ada.delete_with(ORG, json!({"name": "Ada"})).await.1["code"], "not_confirmed");
    assert_eq!(ada.request(Method::DELETE, ORG).send().await.unwrap().status(), 415, "nothing confirmed");
    assert_eq!(server.echo(&platform, &key).await.0, 200);

    assert_eq!(ada.delete_with(ORG, json!({"name": "ada"})).await, (204, Value::Null));
    assert_eq!(server.echo(&platform, &key).await.0, 401);
    assert_eq!(program.get("/v1/servers").await.0, 401);
    assert_eq!(belongs_to(&ada).await, ["other*"], "her browser falls back");
    assert_eq!(ada.get(&format!("/v1/servers/{}", server.id)).await.0, 404);
    assert_eq!(belongs_to(&admin).await, ["amy*"]);
    let (status, problem) = bob.post("/v1/orgs", json!({"name": "Mine now", "slug": "ada"})).await;
    assert_eq!((status, &problem["code"]), (409, &json!("slug_taken")));

    assert_eq!(ada.delete_with(ORG, json!({"name": "Other"})).await.0, 204);
    let home = belongs_to(&ada).await;
    assert!(home.len() == 1 && home[0].starts_with("ada-"), "one's last one is followed by one of one's own: {home:?}");
});

#[tokio::test]
async fn what_gives_rights_or_is_the_persons_own_is_not_for_an_api_key() {
    let platform = Platform::start().await;
    let ada = platform.sign_in(ADA).await;
    let (key, me) = (platform.with_key(&platform.api_key(ADA)), id(&ada).await);
    let (_, invite) = ada.post("/v1/invites", json!({"email": "bob@example.com", "role": "viewer"})).await;
    let resend = format!("/v1/invites/{}/resend", invite["id"].as_str().unwrap());
    for (method, path, body) in [
        (Method::POST, "/v1/orgs", json!({"name": "x"})),
        (Method::PUT, ORG, json!({"org": "ada"})),
        (Method::DELETE, ORG, json!({"name": "ada"})),
        (Method::GET, ORGS, Value::Null),
        (Method::POST, "/v1/invites", json!({"email": "eve@example.com", "role": "owner"})),
        (Method::POST, &resend, Value::Null),
        (Method::POST, "/v1/invites/accept", json!({"token": "x"})),
        (Method::PATCH, &format!("{MEMBERS}/{me}"), json!({"role": "owner"})),
        (Method::GET, "/v1/auth/sessions", Value::Null),
        (Method::DELETE, "/v1/auth/sessions", Value::Null),
        (Method::GET, "/v1/me/export", Value::Null),
        (Method::DELETE, "/v1/me", json!({"email": ADA})),
    ] {
        let answer = key.send(method.clone(), path, body).await;
        assert_eq!(answer.status(), 403, "{method} {path}");
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], "session_needed", "{method} {path}");
    }
    assert_eq!(key.get(MEMBERS).await.1["members"][0]["email"], ADA);
    assert_eq!(ada.get("/v1/auth/me").await.0, 200);
}

on_both!(what_is_made_while_its_organisation_goes_is_refused_or_made_elsewhere, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in(ADA).await;
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..30 {
        let (key, prompt) =
            (json!({"name": "script", "scopes": ["api"]}), json!({"prompt": "Two tools, echo and now"}));
        asked.spawn(ada.post("/v1/api-keys", key));
        asked.spawn(ada.post("/v1/servers/preview", prompt));
        asked.spawn(ada.get(&format!("/v1/servers?limit={}", n + 1)));
        if n == 5 {
            asked.spawn(ada.delete_with(ORG, json!({"name": "ada"})));
        }
    }
    let answers = asked.join_all().await;
    let broken: Vec<_> = answers.iter().filter(|(status, _)| *status >= 500 || *status == 401).collect();
    assert!(broken.is_empty(), "{broken:?}");
    assert!(answers.contains(&(204, Value::Null)), "{answers:?}");
    assert!(belongs_to(&ada).await[0].starts_with("ada-"));
});
