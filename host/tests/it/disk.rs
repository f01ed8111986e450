//! A disk without room for one more page.

use std::fs;
use std::io::Write as _;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::hosted::Hosted;
use crate::platform::{Platform, cookie, token_of};
use crate::uploaded::{guest, spec, upload};

#[tokio::test]
async fn a_full_disk_is_told_and_calls_go_on() {
    let platform = Platform::setup().with_disk(64).start().await;
    let link = platform.printed().join("\n");
    let consume = json!({"token": token_of(&link)});
    let answer = platform.anyone().send(Method::POST, "/v1/auth/magic-link/consume", consume).await;
    let owner = platform.browser(&cookie(&answer).unwrap());
    let (_, made) = owner.post("/v1/api-keys", json!({"name": "test", "scopes": ["mcp"]})).await;
    let key = made["key"].as_str().unwrap();
    let server = Hosted::demo(&owner, "steady").await;
    assert_eq!(server.echo(&platform, key).await.0, 200);

    let ballast = platform.own_data().join("ballast");
    let mut file = fs::File::create(&ballast).unwrap();
    while file.write_all(&[b'x'; 4096]).is_ok() {}
    // What fits into pages that the database has already may still be written.
    let mut refused = None;
    for i in 0..200 {
        let (status, answer) = owner.post("/v1/api-keys", json!({"name": format!("key {i}"), "scopes": ["mcp"]})).await;
        assert_eq!(server.echo(&platform, key).await.0, 200, "calls need no room");
        if status != 201 {
            refused = Some((status, answer));
            break;
        }
    }
    let (status, problem) = refused.unwrap();
    assert_eq!((status, &problem["code"]), (503, &json!("storage_full")), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("disk is full"), "{problem}");
    for _ in 0..20 {
        assert_eq!(server.echo(&platform, key).await.0, 200);
    }
    assert_eq!(owner.get("/v1/servers").await.0, 200);

    fs::remove_file(&ballast).unwrap();
    drop(file);
    for _ in 0..50 {
        if owner.post("/v1/api-keys", json!({"name": "again", "scopes": ["mcp"]})).await.0 == 201 {
            assert_eq!(Hosted::demo(&owner, "after").await.echo(&platform, key).await.0, 200);
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("there is room again, and nothing can be written: {}", platform.log());
}

#[tokio::test]
async fn a_build_that_finds_no_room_says_so_and_the_next_one_goes_live() {
    let platform = Platform::setup().with_artifacts_disk(4).start().await;
    let key = platform.api_key("ada@example.com");
    let ada = platform.with_key(&key);
    let ballast = platform.own_data().join("artifacts/ballast");
    let mut file = fs::File::create(&ballast).unwrap();
    while file.write_all(&[b'x'; 4096]).is_ok() {}

    let server = Hosted::begun(&ada, "no-room", |_| {}).await;
    let why = server.built(&ada).await.unwrap_err();
    assert!(why.contains("storage_full") && why.contains("the platform's disk is full"), "{why}");
    let new = upload("uploaded", &guest("rust.wasm"), &spec(&["greet"], &["api.example.com".to_owned()]));
    let (status, problem) = ada.post("/v1/servers", new.clone()).await;
    assert_eq!((status, &problem["code"]), (503, &json!("storage_full")), "{problem}");

    fs::remove_file(&ballast).unwrap();
    drop(file);
    assert_eq!(Hosted::demo(&ada, "after").await.echo(&platform, &key).await.0, 200);
    Hosted::create(&ada, new).await.live(&ada).await;
}
