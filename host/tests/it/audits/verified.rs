//! `cloche audit verify`: what was changed, or is missing, is found, in the database and in a file, without a running
//! platform.

use reqwest::Method;
use serde_json::{Value, json};

use crate::platform::{Caller, Platform, Setup, on_both};

const VERIFY: [&str; 2] = ["audit", "verify"];

/// Makes so many rows.
async fn change(ada: &Caller, times: usize) {
    for n in 0..times {
        let (status, _) = ada.post("/v1/api-keys", json!({"name": format!("key {n}"), "scopes": ["mcp"]})).await;
        assert_eq!(status, 201);
    }
}

async fn export(reader: &Caller, query: &str) -> String {
    let answer = reader.request(Method::GET, &format!("/v1/audit/export{query}")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/x-ndjson");
    answer.text().await.unwrap()
}

async fn newest(ada: &Caller) -> i64 {
    ada.get("/v1/audit?limit=1").await.1["entries"][0]["seq"].as_i64().unwrap()
}

on_both!(what_was_touched_in_the_database_is_found, async |setup: Setup| {
    let mut platform = setup.start().await;
    let ada = platform.sign_in("ada@example.com").await;
    platform.sign_in("bob@example.com").await;
    change(&ada, 5).await;
    let last = newest(&ada).await;
    assert!(platform.stop());
    let (good, said) = platform.beside(&VERIFY, &[]);
    assert!(
        good && said.contains(&format!("ada: {last} rows")) && said.contains("bob: ") && said.contains("sealed by key"),
        "{said}"
    );
    let (good, said) = platform.beside(&VERIFY, &["--org", "ada"]);
    assert!(good && !said.contains("bob"), "{said}");
    let (good, said) = platform.beside(&VERIFY, &["--org", "eve"]);
    assert!(!good && said.contains("no organisation eve"), "{said}");

    let ada = "(SELECT id FROM orgs WHERE slug = 'ada')";
    let row = |n: i64| format!("WHERE org_id = {ada} AND seq = {n}");
    let cases = [
        (format!("UPDATE audit SET address = '192.0.2.9' {}", row(4)), "row 4 was changed"),
        (format!("UPDATE audit SET action = 'nothing' {}", row(last)), "was changed"),
        (format!("DELETE FROM audit {}", row(2)), "row 2 is missing"),
        (format!("DELETE FROM audit {}", row(1)), "row 1 is missing"),
        (format!("DELETE FROM audit {}", row(last)), "missing at the end"),
        (format!("DELETE FROM audit WHERE org_id = {ada}"), "missing at the end"),
        (format!("DELETE FROM audit_heads WHERE org_id = {ada}"), "no seal"),
        (format!("UPDATE audit_heads SET sealed = NULL WHERE org_id = {ada}"), "no seal"),
        (format!("UPDATE audit_heads SET seq = seq - 1 WHERE org_id = {ada}"), "the seal is not as it was written"),
        (
            format!(
                "UPDATE audit_heads SET sealed = (SELECT h.sealed FROM audit_heads h WHERE h.org_id <> {ada}) WHERE org_id = {ada}"
            ),
            "the seal is not as it was written",
        ),
    ];
    for table in ["audit", "audit_heads"] {
        platform.sql(&format!("CREATE TABLE {table}_kept AS SELECT * FROM {table}")).await;
    }
    for (sql, found) in cases {
        assert!(platform.sql(&sql).await > 0, "{sql}");
        let (good, said) = platform.beside(&VERIFY, &["--org", "ada"]);
        assert!(!good && said.contains("ada: ") && said.contains(found), "{sql}: {said}");
        assert!(!platform.beside(&VERIFY, &[]).0, "{sql}");
        for table in ["audit", "audit_heads"] {
            platform.sql(&format!("DELETE FROM {table}")).await;
            platform.sql(&format!("INSERT INTO {table} SELECT * FROM {table}_kept")).await;
        }
        assert!(platform.beside(&VERIFY, &[]).0, "it is as it was before: {sql}");
    }
});

/// Lines, changed.
fn with(file: &str, change: impl FnOnce(&mut Vec<String>)) -> String {
    let mut lines: Vec<_> = file.lines().map(str::to_owned).collect();
    change(&mut lines);
    lines.into_iter().map(|line| line + "\n").collect()
}

on_both!(what_was_touched_in_a_file_is_found, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in("ada@example.com").await;
    change(&ada, 5).await;
    let file = export(&ada, "").await;
    platform.file("log.ndjson", &file);
    platform.file("k.json", platform.anyone().get("/.well-known/cloche-attestation-keys.json").await.1.to_string());
    let verify = ["audit", "verify", "log.ndjson", "--key", "k.json"];
    let (good, said) = platform.tool(&verify);
    assert!(good && said.contains("none changed, none missing") && said.contains("sealed by key"), "{said}");
    let (good, said) = platform.tool(&verify[..3]);
    assert!(good && said.contains("not looked at"), "{said}");

    let stranger = Platform::start().await;
    let theirs = stranger.anyone().get("/.well-known/cloche-attestation-keys.json").await.1.to_string();
    let end = file.lines().count() - 1;
    for (changed, found) in [
        (
            with(&file, |lines| {
                lines[2] = lines[2].replace("127.0.0.1", "192.0.2.9");
            }),
            "was changed",
        ),
        (with(&file, |lines| lines[3] = lines[3].replace("\"key ", "\"KEY ")), "was changed"),
        (with(&file, |lines| drop(lines.remove(3))), "row 3 is missing"),
        (with(&file, |lines| lines.swap(2, 3)), "row 2 is missing"),
        (with(&file, |lines| drop(lines.remove(end - 1))), "missing at the end"),
        (with(&file, |lines| drop(lines.pop())), "cut off"),
        (with(&file, |lines| drop(lines.remove(0))), "line 1"),
        (
            with(&file, |lines| {
                let mut last: Value = serde_json::from_str(&lines[end]).unwrap();
                last["sealed"] = Value::Null;
                lines[end] = last.to_string();
            }),
            "no seal",
        ),
        (with(&file, |lines| lines.push(lines[1].clone())), "after the seal"),
        (with(&file, |lines| lines[0] = lines[0].replace("\"after\":0", "\"after\":1")), "was changed"),
        (file[..file.len() - 20].to_owned(), "cut off"),
        (String::new(), "is empty"),
        ("{}\n".to_owned(), "no line of an exported log"),
    ] {
        platform.file("log.ndjson", &changed);
        let (good, said) = platform.tool(&verify);
        assert!(!good && said.contains(found), "{found}: {said}");
    }
    platform.file("log.ndjson", &file);
    platform.file("k.json", theirs);
    let (good, said) = platform.tool(&verify);
    assert!(!good && said.contains("by a key that is trusted"), "{said}");
});

on_both!(a_file_kept_elsewhere_shows_what_a_database_alone_cannot, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in("ada@example.com").await;
    change(&ada, 3).await;
    let early = platform.db().await;
    let (seq, sealed) = kept(&early).await;
    early.close().await;
    change(&ada, 3).await;
    platform.file("log.ndjson", export(&ada, "").await);
    // From a row on, for who has the rest.
    let more = export(&ada, &format!("?after={seq}")).await;
    platform.file("more.ndjson", &more);
    assert_eq!(more.lines().count(), 2 + 3);
    let here = |name: &str| platform.data().parent().unwrap().join(name).display().to_string();
    let (good, said) = platform.tool(&["audit", "verify", "more.ndjson"]);
    assert!(good && said.contains("ada: 3 rows"), "{said}");
    for name in ["log.ndjson", "more.ndjson"] {
        let (good, said) = platform.beside(&VERIFY, &[&here(name)]);
        assert!(good && said.contains("the database has the same rows"), "{said}");
    }
    // Whoever can write the database puts everything back to what it was: rows, and the seal of that time.
    assert!(platform.sql(&format!("DELETE FROM audit WHERE seq > {seq}")).await > 0);
    assert_eq!(platform.sql(&format!("UPDATE audit_heads SET {sealed}")).await, 1);
    let (good, _) = platform.beside(&VERIFY, &[]);
    assert!(good, "by itself, the database looks whole");
    let (good, said) = platform.beside(&VERIFY, &[&here("log.ndjson")]);
    assert!(!good && said.contains("missing there at the end"), "{said}");
    // Other rows in their place are others.
    change(&ada, 4).await;
    let (good, said) = platform.beside(&VERIFY, &[&here("log.ndjson")]);
    assert!(!good && said.contains("is not the one in the database"), "{said}");
});

/// How far the one log has come, and what puts its seal back to that.
async fn kept(db: &cloche_storage::Db) -> (i64, String) {
    let mut tx = db.read().await.unwrap();
    let ada = "ada".parse().unwrap();
    let [(org, _)] = cloche_storage::audit::orgs(&mut tx, Some(&ada)).await.unwrap()[..] else { panic!("one log") };
    let kept = cloche_storage::audit::head(&mut tx, org).await.unwrap().unwrap();
    let sealed = kept.sealed.unwrap().replace('\'', "''");
    (kept.head.seq, format!("seq = {}, sha256 = '{}', sealed = '{sealed}'", kept.head.seq, kept.head.sha256))
}

#[tokio::test]
async fn a_long_log_is_exported_whole() {
    let platform = Platform::start().await;
    let ada = platform.sign_in("ada@example.com").await;
    // More than a page of rows.
    for _ in 0..11 {
        let made = (0..100).map(|n| ada.post("/v1/api-keys", json!({"name": format!("k{n}"), "scopes": ["mcp"]})));
        assert!(futures::future::join_all(made).await.iter().all(|(status, _)| *status == 201));
    }
    let file = export(&ada, "").await;
    let last: Value = serde_json::from_str(file.lines().last().unwrap()).unwrap();
    assert!(last["head"].as_i64().unwrap() > 1100, "{last}");
    platform.file("log.ndjson", &file);
    let (good, said) = platform.tool(&["audit", "verify", "log.ndjson"]);
    assert!(good, "{said}");
}

#[tokio::test]
async fn there_must_be_something_to_verify() {
    let platform = Platform::start().await;
    let (good, said) = platform.tool(&["audit", "verify", "--data", "nowhere"]);
    assert!(!good && (said.contains("is --data right") || said.contains("attestation keys in nowhere")), "{said}");
    let (good, said) = platform.beside(&VERIFY, &[]);
    assert!(!good && said.contains("nothing was noted in this database"), "{said}");
    let (good, said) = platform.tool(&["audit", "verify", "missing.ndjson"]);
    assert!(!good && said.contains("missing.ndjson"), "{said}");
}
