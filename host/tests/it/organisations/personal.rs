//! What is a person's own: as a file, and deleted.

use std::path::Path;

use cloche_storage::Db;
use reqwest::Method;
use reqwest::header::{CONTENT_DISPOSITION, SET_COOKIE};
use serde_json::{Value, json};
use sqlx::Row as _;

use super::{ADA, ORG, belongs_to, id, log, member};
use crate::hosted::Hosted;
use crate::oauth::dance::Tokens;
use crate::platform::{Caller, Platform, Setup, cookie, on_both, token_of};

const EXPORT: &str = "/v1/me/export";
const BOB: &str = "bob@example.com";

async fn exported(person: &Caller) -> Value {
    let answer = person.request(Method::GET, EXPORT).send().await.unwrap();
    assert_eq!(answer.headers()[CONTENT_DISPOSITION], "attachment; filename=\"cloche-export.json\"");
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

on_both!(the_file_holds_what_is_ones_own_and_no_secret, async |setup: Setup| {
    let platform = setup.start().await;
    let token = json!({"token": token_of(&platform.admin("sign-in-link", &["--email", ADA]))});
    let signed_in = platform.anyone().send(Method::POST, "/v1/auth/magic-link/consume", token).await;
    let secret_cookie = cookie(&signed_in).unwrap();
    let (ada, bob) = (platform.browser(&secret_cookie), platform.sign_in(BOB).await);
    let key = platform.api_key(ADA);
    let server = Hosted::of(&ada, "weather", |spec| {
        spec["allowedHosts"] = json!(["api.example.com"]);
        spec["requiredSecrets"] = json!([{"key": "API_KEY", "hosts": ["api.example.com"]}]);
    })
    .await;
    let at = format!("/v1/servers/{}", server.id);
    assert_eq!(ada.put(&format!("{at}/secrets/API_KEY"), json!({"value": "top-secret-value"})).await.0, 204);
    let tokens = Tokens::of(&platform, &ada, &server).await;
    assert_eq!(ada.post(&format!("{at}/try"), json!({"tool": "now"})).await.0, 200);
    assert_eq!(ada.post("/v1/invites", json!({"email": "guest@example.com", "role": "viewer"})).await.0, 201);
    assert_eq!(bob.post("/v1/servers/preview", json!({"prompt": "Two tools of bob"})).await.0, 200);
    // Records of calls are written a moment later.
    let mut file = exported(&ada).await;
    while file["calls"] == json!([]) {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        file = exported(&ada).await;
    }

    assert_eq!(file["account"]["email"], ADA);
    let of = |kind: &str, field: &str| {
        let rows = file[kind].as_array().unwrap_or_else(|| panic!("no {kind} in {file}"));
        rows.iter().map(|row| row[field].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((of("organisations", "slug"), of("organisations", "role")), (vec!["ada".into()], vec!["owner".into()]));
    assert_eq!(of("sessions", "address"), ["127.0.0.1"]);
    assert_eq!(of("apiKeys", "start"), [&key[..12]]);
    assert_eq!(of("invites", "email"), ["guest@example.com"]);
    assert_eq!(of("servers", "id"), [server.id.as_str()]);
    assert_eq!(of("versions", "serverId"), [server.id.as_str()]);
    assert!(file["versions"][0]["spec"]["tools"][0]["implementation"].is_string());
    assert_eq!(of("previews", "organisation"), ["ada"]);
    assert_eq!(of("grants", "clientName"), ["Weather app"]);
    assert_eq!(of("calls", "tool"), ["now"]);
    assert!(of("audit", "action").contains(&"server.created".to_owned()), "{file}");
    let text = file.to_string();
    let session = secret_cookie.split('=').nth(1).unwrap();
    for (what, secret) in [
        ("key", &key[12..]),
        ("session", session),
        ("token", &tokens.refresh),
        ("access", &tokens.access),
        ("secret", "top-secret-value"),
        ("other", "bob"),
    ] {
        assert!(!text.contains(secret), "the file holds a {what}");
    }
    let bobs = exported(&bob).await;
    assert_eq!((&bobs["servers"], &bobs["account"]["email"]), (&json!([]), &json!(BOB)));
});

#[tokio::test]
async fn leaving_ends_the_right_to_take_an_organisations_code_along() {
    let platform = Platform::start().await;
    let ada = platform.sign_in(ADA).await;
    let dan = member(&platform, "dan", "developer").await;
    Hosted::demo(&dan, "weather").await;
    assert_eq!(exported(&dan).await["versions"].as_array().unwrap().len(), 1);
    assert_eq!(ada.delete(&format!("/v1/members/{}", id(&dan).await)).await.0, 204);
    let file = exported(&dan).await;
    for kind in ["servers", "versions", "previews"] {
        assert_eq!(file[kind], json!([]), "{kind}");
    }
    assert!(file["audit"].as_array().unwrap().iter().all(|row| row["organisation"] == "dan"), "{file}");
}

/// More of a kind than a page holds: each comes once, in order.
#[tokio::test]
async fn a_file_of_many_pages_is_whole() {
    let platform = Platform::start().await;
    let ada = platform.sign_in(ADA).await;
    for n in 0..45 {
        assert_eq!(ada.post("/v1/servers/preview", json!({"prompt": format!("Tools, number {n}")})).await.0, 200);
    }
    let file = exported(&ada).await;
    let prompts: Vec<_> = file["previews"].as_array().unwrap().iter().map(|row| row["prompt"].clone()).collect();
    assert_eq!(prompts, (0..45).map(|n| json!(format!("Tools, number {n}"))).collect::<Vec<_>>());
}

on_both!(an_account_is_deleted_with_all_it_owns, async |setup: Setup| {
    let platform = setup.start().await;
    let (ada, phone) = (platform.sign_in(ADA).await, platform.sign_in(ADA).await);
    let (key, server) = (platform.api_key(ADA), Hosted::demo(&ada, "weather").await);
    let tokens = Tokens::of(&platform, &ada, &server).await;
    for (status, problem) in [
        ada.delete_with("/v1/me", json!({"email": BOB})).await,
        ada.delete_with("/v1/me", json!({"email": "ada@example.org"})).await,
    ] {
        assert_eq!((status, &problem["code"]), (422, &json!("not_confirmed")));
    }
    for bearer in [&key, &tokens.access] {
        assert_eq!(server.echo(&platform, bearer).await.0, 200);
    }
    let answer = ada.send(Method::DELETE, "/v1/me", json!({"email": " ADA@example.com"})).await;
    assert_eq!(answer.status(), 204);
    assert!(answer.headers()[SET_COOKIE].to_str().unwrap().starts_with("cloche_session=; "));
    for browser in [&ada, &phone, &platform.with_key(&key)] {
        assert_eq!(browser.get("/v1/auth/me").await.0, 401);
    }
    for bearer in [&key, &tokens.access] {
        assert_eq!(server.echo(&platform, bearer).await.0, 401);
    }
    let again = platform.sign_in(ADA).await;
    assert_eq!(again.get("/v1/servers").await.1["servers"], json!([]));
    assert!(belongs_to(&again).await[0].starts_with("ada-"), "a slug is never given twice");
});

on_both!(the_only_owner_of_what_others_need_stays_until_they_have_another, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in(ADA).await;
    let amy = member(&platform, "amy", "admin").await;
    assert_eq!(ada.post("/v1/orgs", json!({"name": "Alone", "slug": "alone"})).await.0, 201);
    let (status, problem) = ada.delete_with("/v1/me", json!({"email": ADA})).await;
    assert_eq!((status, &problem["code"], &problem["organisations"]), (409, &json!("only_owner"), &json!(["ada"])));
    assert_eq!(belongs_to(&ada).await, ["ada*", "alone"], "nothing of it was done");

    let adas = id(&ada).await;
    let amys = format!("/v1/members/{}", id(&amy).await);
    assert_eq!(ada.patch(&amys, json!({"role": "owner"})).await.0, 200);
    assert_eq!(ada.delete_with("/v1/me", json!({"email": ADA})).await.0, 204);
    let entry = &log(&amy, "member.left").await[0];
    assert_eq!((&entry["actor"], &entry["reason"]), (&json!(adas), &json!("the account was deleted")));
    assert_eq!(amy.get("/v1/members").await.1["members"].as_array().unwrap().len(), 1);
    assert_eq!(amy.get(ORG).await.1["slug"], "ada");
    assert_eq!(amy.post("/v1/orgs", json!({"name": "x", "slug": "alone"})).await.1["code"], "slug_taken");
});

/// Looks through every column of every table.
#[tokio::test]
async fn of_a_deleted_account_the_database_keeps_the_id_alone_in_others_logs() {
    let platform = Platform::start().await;
    platform.sign_in(ADA).await;
    let rita = member(&platform, "rita", "owner").await;
    let ritas = id(&rita).await;
    let server = Hosted::demo(&rita, "ritas-server").await;
    Tokens::of(&platform, &rita, &server).await;
    platform.admin("api-key", &["--email", "rita@example.com"]);
    rita.put(ORG, json!({"org": "rita"})).await;
    Hosted::demo(&rita, "own-server").await;
    rita.post("/v1/invites", json!({"email": "guest@example.com", "role": "viewer"})).await;
    let before = places(&platform.data(), &ritas).await;
    assert!(before.contains(&"sessions.user_id".to_owned()) && before.contains(&"api_keys.user_id".to_owned()));
    assert_eq!(rita.delete_with("/v1/me", json!({"email": "rita@example.com"})).await.0, 204);
    let after = places(&platform.data(), &ritas).await;
    let kept = ["audit.actor", "audit.resource_id", "servers.created_by", "versions.created_by"];
    assert!(after.iter().all(|place| kept.contains(&place.as_str())), "{after:?}");
    for words in ["rita@example.com", "own-server", "guest@example.com"] {
        let found = places(&platform.data(), words).await;
        // What was mailed counts for a day; the links of the operator's sign-ins are forgotten after it too.
        let for_a_day = ["invites_mailed.email", "magic_links.email"];
        assert!(found.iter().all(|place| for_a_day.contains(&place.as_str())), "{words} in {found:?}");
    }
}

/// The columns in which a text stands somewhere.
pub async fn places(data: &Path, text: &str) -> Vec<String> {
    let db = Db::open(&format!("sqlite://{}", data.join("cloche.db").display())).await.unwrap();
    let Db::Sqlite { reads, .. } = &db else { panic!("this is SQLite") };
    let tables = sqlx::query("SELECT name FROM sqlite_schema WHERE type = 'table'").fetch_all(reads).await.unwrap();
    let mut found = Vec::new();
    for table in tables {
        let table: String = table.get(0);
        let columns =
            sqlx::query("SELECT name FROM pragma_table_info($1)").bind(&table).fetch_all(reads).await.unwrap();
        for column in columns {
            let column: String = column.get(0);
            let sql = format!("SELECT count(*) FROM \"{table}\" WHERE instr(CAST(\"{column}\" AS TEXT), $1) > 0");
            let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(text).fetch_one(reads).await.unwrap();
            if rows > 0 {
                found.push(format!("{table}.{column}"));
            }
        }
    }
    db.close().await;
    found
}
