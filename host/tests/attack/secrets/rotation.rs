//! A new key for the platform, while servers are in use.

use std::fs;
use std::time::Duration;

use cloche_domain::ServerId;
use cloche_storage::secrets as store;
use serde_json::json;

use super::vault::{database, row, write};
use super::{GROUP, MARK, VALUE, holds_value, local, server};
use crate::attack::{Attack, attack};
use crate::hosted::call;
use crate::scene::Scene;
use crate::tenant::Tenant;
use crate::upstream::{Upstream, ok};

pub const ATTACKS: &[Attack] =
    &[attack!(GROUP, platform_key_rotated_in_the_middle_of_calls, "secrets, from whoever has the platform's old key")];

/// Asks again and again.
const ASKS: &str = r#"let mut last = String::new();
for _ in 0..args.n.unwrap_or(1) {
    last = http::get(args.text.clone().unwrap_or_default()).header("authorization", "{API_KEY}").send()?.text();
}
Ok(last)"#;

async fn platform_key_rotated_in_the_middle_of_calls(scene: &Scene) {
    scene.keeps_secret(MARK);
    let upstream = Upstream::paced(|_| ok("", b"thanks"), Duration::from_millis(5)).await;
    let mut platform = local().start().await;
    let (ada, eve) = (Tenant::new(&platform, "ada").await, Tenant::new(&platform, "eve").await);
    let used = server(&ada, ASKS, &upstream, &[]).await;
    // Nobody has called it yet: its secret is opened after the rotation, by a platform that began before.
    let idle = server(&eve, ASKS, &upstream, &[]).await;
    let db = database(&platform).await;
    let (old, other) = (row(&db, &used).await, row(&db, &idle).await);
    assert_eq!(old.key_id, other.key_id);

    let slow = || ada.attack(&platform, &used, json!({"text": upstream.url("/"), "n": 10}));
    let calls = async { tokio::join!(slow(), slow(), slow()) };
    let rotate = async {
        while upstream.requests().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let under_way = upstream.requests().len();
        let said = tokio::task::block_in_place(|| platform.admin("rotate-keys", &[]));
        // A value that is set while the old key is still there.
        let path = format!("/v1/servers/{}/secrets/API_KEY", idle.id);
        let (status, _) = eve.browser.put(&path, json!({"value": format!("{VALUE}, the new one")})).await;
        (said, under_way, status)
    };
    let ((one, two, three), (said, under_way, status)) = tokio::join!(calls, rotate);
    let during = upstream.requests();
    let ended = [&one, &two, &three].iter().all(|said| said.text == "thanks");
    let whole = ended && during.len() == 30 && under_way < 30 && during.iter().all(|request| request.contains(VALUE));
    scene.guard(
        "calls that are under way end well, each request with the whole value",
        whole,
        (one, two, three, under_way),
    );
    scene.guard("and a value is set meanwhile", status == 204, status);
    let (new, newest) = (row(&db, &used).await, row(&db, &idle).await);
    let sealed = new.key_id > old.key_id && newest.key_id == new.key_id && new.wrapped_key != old.wrapped_key;
    scene.guard("every secret is sealed under the new key", sealed, (&new.key_id, &newest.key_id, &said));
    let told = said.contains(&new.key_id) && said.contains(&format!("no longer used: {}", old.key_id));
    scene.guard("the command says which key is no longer needed, and no value", told && !holds_value(&said), said);

    // The old key is gone, as after a leak; the platform is the same as before.
    fs::remove_file(platform.data().join(format!("keys/secrets/{}.key", old.key_id))).unwrap();
    let before = upstream.requests().len();
    let said = eve.attack(&platform, &idle, json!({"text": upstream.url("/")})).await;
    let sent = upstream.requests()[before..].iter().any(|request| request.contains("the new one"));
    scene.guard(
        "the platform that has run all along opens what is under the new key",
        said.text == "thanks" && sent,
        said,
    );
    platform.kill();
    platform.restart().await;
    let before = upstream.requests().len();
    let said = ada.attack(&platform, &used, json!({"text": upstream.url("/")})).await;
    let sent = upstream.requests()[before..].iter().any(|request| request.contains(VALUE));
    scene.guard("and so does the next", said.text == "thanks" && sent, said);

    platform.kill();
    let server: ServerId = used.id.parse().unwrap();
    let mut tx = db.begin().await.unwrap();
    store::delete(&mut tx, server, &old.key).await.unwrap();
    tx.commit().await.unwrap();
    write(&db, &old).await;
    platform.restart().await;
    let answer = used.send(&platform, &ada.key, call("attack", &json!({"text": upstream.url("/")}))).await;
    let status = answer.status().as_u16();
    scene.control("a row that was not sealed anew is lost with its key", status >= 500, status);
    scene.look_through(&platform.log());
}
