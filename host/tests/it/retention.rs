//! Versions that are kept, versions that go, and the components that go with them.

use std::path::Path;
use std::time::Duration;

use cloche_storage::Db;
use serde_json::{Value, json};

use crate::hosted::Hosted;
use crate::market::{fork, publish};
use crate::platform::{Caller, Platform, Setup, on_both};
use crate::switches::{at, saying, says};
use crate::wizard::{create, path};

/// A component goes as soon as its last version has gone.
const AT_ONCE: &str = "[versions]\ncomponent_minutes = 0\n";

fn next(text: &str) -> Value {
    json!({"source": {"tools": {"echo": format!("Ok(\"{text}\")")}}})
}

/// The components that lie on the disk.
fn components(platform: &Platform) -> Vec<String> {
    let mut found = vec![];
    let mut open = vec![platform.data().join("artifacts")];
    while let Some(at) = open.pop() {
        let Ok(entries) = std::fs::read_dir(at) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() { open.push(path) } else { found.push(name(&path)) }
        }
    }
    found.sort();
    found
}

/// How many files of machine code there are.
fn machine_code(platform: &Platform) -> usize {
    let compiled = std::fs::read_dir(platform.data().join("cache/compiled")).unwrap();
    compiled.filter_map(|dir| std::fs::read_dir(dir.unwrap().path()).ok()).flatten().count()
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// Waits until these lie on the disk, and no others.
async fn left(platform: &Platform, mut expected: Vec<String>) {
    expected.sort();
    expected.dedup();
    for _ in 0..200 {
        if components(platform) == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(components(platform), expected);
}

async fn versions(owner: &Caller, id: &str) -> Vec<Value> {
    let (status, page) = owner.get(&format!("/v1/servers/{id}/versions?limit=100")).await;
    assert_eq!(status, 200, "{page}");
    page["versions"].as_array().unwrap().clone()
}

/// The digests of a server's components.
async fn digests(owner: &Caller, id: &str) -> Vec<String> {
    versions(owner, id).await.iter().filter_map(|version| version["sha256"].as_str().map(str::to_owned)).collect()
}

async fn numbers(owner: &Caller, id: &str) -> Vec<i64> {
    versions(owner, id).await.iter().map(|version| version["n"].as_i64().unwrap()).collect()
}

on_both!(beyond_those_that_are_kept_old_versions_go, async |setup: Setup| {
    let platform = setup.config(&format!("{AT_ONCE}keep = 2\ndays = 0\n")).start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = Hosted::of(&ada, "growing", saying("one")).await;
    for n in 2..=4 {
        server.iterate(&ada, next(&n.to_string())).await;
    }
    while numbers(&ada, &server.id).await != [4, 3] {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    left(&platform, digests(&ada, &server.id).await).await;
    let (_, log) = ada.get("/v1/audit?action=version.deleted").await;
    let rows: Vec<_> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["details"]["version"], &row["actor"], &row["via"]))
        .collect();
    assert_eq!(
        rows,
        [(&json!(2), &json!("platform"), &json!("platform")), (&json!(1), &json!("platform"), &json!("platform"))]
    );

    // The one that answers stays, however old; so does one that waits.
    assert_eq!(ada.post(&at(&server, 3, "activate"), json!({})).await.0, 204);
    let (_, source) = ada.get(&at(&server, 3, "source")).await;
    let mut spec = source["spec"].clone();
    spec["tools"][0]["title"] = json!("Better");
    assert_eq!(server.iterate(&ada, json!({"specEdit": spec})).await, (5, "needs_approval".to_owned()));
    for n in 6..=7 {
        // Code under the waiting one's text: it waits too.
        assert_eq!(server.iterate(&ada, next(&n.to_string())).await, (n, "needs_approval".to_owned()));
    }
    while numbers(&ada, &server.id).await != [7, 6, 5, 3] {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(says(&server, &platform, &key).await, "3");
    left(&platform, digests(&ada, &server.id).await).await;
});

on_both!(a_person_deletes_versions_but_not_what_is_needed, async |setup: Setup| {
    let platform = setup.config(AT_ONCE).start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let server = Hosted::of(&ada, "pruned", saying("one")).await;
    let place = |n: i64| format!("/v1/servers/{}/versions/{n}", server.id);
    let refused = async |n: i64, status: u16, code: &str| {
        let (got, problem) = ada.delete(&place(n)).await;
        assert_eq!((got, &problem["code"]), (status, &json!(code)), "{problem}");
    };
    refused(1, 409, "version_active").await;
    refused(9, 404, "not_found").await;
    assert_eq!(server.iterate(&ada, next("2")).await, (2, "live".to_owned()));
    assert_eq!(
        server.iterate(&ada, json!({"source": {"tools": {"echo": "nonsense"}}})).await,
        (3, "failed".to_owned())
    );
    let (_, begun) = ada.post(&format!("/v1/servers/{}/iterate", server.id), next("4")).await;
    refused(4, 409, "version_building").await;
    refused(2, 409, "version_active").await;
    for n in [1, 3] {
        assert_eq!(ada.delete(&place(n)).await.0, 204, "{n}");
        refused(n, 404, "not_found").await;
    }
    while !ada.get(&path("builds", &begun["buildId"])).await.1["finishedAt"].is_string() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(says(&server, &platform, &key).await, "4");
    left(&platform, digests(&ada, &server.id).await).await;
    // No number is given twice, and code goes on from the newest that is there.
    assert_eq!(ada.post(&at(&server, 2, "activate"), json!({})).await.0, 204);
    assert_eq!(ada.delete(&place(4)).await.0, 204);
    assert_eq!(server.iterate(&ada, json!({"source": {"helpers": "// more"}})).await, (5, "live".to_owned()));
    assert_eq!(says(&server, &platform, &key).await, "2");
    assert_eq!(numbers(&ada, &server.id).await, [5, 2]);

    let broken = Hosted::begun(&ada, "broken", |spec| spec["tools"][0]["implementation"] = json!("nonsense")).await;
    broken.clone().built(&ada).await.unwrap_err();
    let (status, problem) = ada.delete(&format!("/v1/servers/{}/versions/1", broken.id)).await;
    assert_eq!((status, &problem["code"]), (409, &json!("version_needed")));
    // A server whose first version is gone is shown by what it has.
    broken.iterate(&ada, json!({"source": {"tools": {"echo": "nonsense too"}}})).await;
    assert_eq!(ada.delete(&format!("/v1/servers/{}/versions/1", broken.id)).await.0, 204);
    assert_eq!(ada.get(&format!("/v1/servers/{}", broken.id)).await.0, 200);
});

on_both!(equal_components_are_shared_and_go_with_the_last, async |setup: Setup| {
    let platform = setup.config(AT_ONCE).start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let twin = async |slug: &str| {
        let made = create(&ada, slug, |_| {}).await;
        let hosted = Hosted { id: made["id"].as_str().unwrap().into(), url: made["mcpUrl"].as_str().unwrap().into() };
        hosted.live(&ada).await
    };
    let (one, two) = (twin("one").await, twin("two").await);
    let component = digests(&ada, &one.id).await;
    assert_eq!(digests(&ada, &two.id).await, component, "the same source gives the same bytes");
    assert_eq!(components(&platform), component);
    assert_eq!(ada.delete(&format!("/v1/servers/{}", one.id)).await.0, 204);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(components(&platform), component);
    assert_eq!(two.echo(&platform, &key).await.0, 200);
    assert_eq!(ada.delete(&format!("/v1/servers/{}", two.id)).await.0, 204);
    left(&platform, vec![]).await;
    while machine_code(&platform) > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    // Built and deleted again and again beside each other, the same bytes: what is there answers.
    let rounds = (0..4).map(|i| {
        let (ada, platform, key) = (&ada, &platform, &key);
        async move {
            for round in 0..2 {
                let server = twin(&format!("twin-{i}")).await;
                assert_eq!(server.echo(platform, key).await.0, 200, "{i} {round}");
                assert_eq!(ada.delete(&format!("/v1/servers/{}", server.id)).await.0, 204);
            }
        }
    });
    futures::future::join_all(rounds).await;
    left(&platform, vec![]).await;
});

#[tokio::test]
async fn a_component_stays_for_those_who_still_read_it() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let server = Hosted::of(&ada, "kept", saying("one")).await;
    let component = digests(&ada, &server.id).await;
    assert_eq!(ada.delete(&format!("/v1/servers/{}", server.id)).await.0, 204);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(components(&platform), component, "for an hour");
    // Its hour is up when it was touched so long ago; the next end of a server has someone look.
    assert_eq!(platform.sql("UPDATE artifacts SET touched_at = '2020-01-01T00:00:00Z'").await, 1);
    let other = Hosted::of(&ada, "other", saying("two")).await;
    let kept = digests(&ada, &other.id).await;
    let third = Hosted::of(&ada, "third", saying("three")).await;
    let fresh = digests(&ada, &third.id).await;
    assert_eq!(ada.delete(&format!("/v1/servers/{}", third.id)).await.0, 204);
    left(&platform, [kept, fresh].concat()).await;
}

#[tokio::test]
async fn a_build_whose_component_was_taken_away_lays_it_down_again() {
    let platform = Platform::start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    // Whoever tidies up takes the row of whatever is being laid down, until this is stopped.
    let db = platform.db().await;
    let Db::Sqlite { writes, .. } = &db else { panic!("this is SQLite") };
    let trigger =
        "CREATE TRIGGER tidy AFTER INSERT ON artifacts BEGIN DELETE FROM artifacts WHERE sha256 = NEW.sha256; END";
    sqlx::query(trigger).execute(writes).await.unwrap();
    let server = Hosted::begun(&ada, "stubborn", saying("one")).await;
    while !platform.log().contains("taken away before a version referred to it") {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    sqlx::query("DROP TRIGGER tidy").execute(writes).await.unwrap();
    db.close().await;
    let server = server.live(&ada).await;
    assert_eq!(says(&server, &platform, &key).await, "one");
    assert_eq!(components(&platform), digests(&ada, &server.id).await);
}

on_both!(a_templates_component_stays_when_its_server_goes, async |setup: Setup| {
    let platform = setup.config(AT_ONCE).start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let (shared, other) =
        (Hosted::of(&ada, "shared", saying("shared")).await, Hosted::of(&ada, "own", saying("own")).await);
    let template = publish(&ada, &shared, "Shared").await;
    let (_, shown) = ada.get("/v1/templates/shared").await;
    let sha256 = shown["componentSha256"].as_str().unwrap().to_owned();
    for server in [&shared, &other] {
        assert_eq!(ada.delete(&format!("/v1/servers/{}", server.id)).await.0, 204);
    }
    left(&platform, vec![sha256]).await;
    let fork = fork(&ada, template["slug"].as_str().unwrap(), "forked").await;
    assert_eq!(says(&fork, &platform, &key).await, "shared");
});
