//! The vault's rows and keys.

use std::time::Duration;

use cloche_domain::{Clock, ServerId};
use cloche_storage::Db;
use cloche_storage::secrets::{self as store, Sealed};
use serde_json::json;

use super::{GROUP, MARK, VALUE, holds_value, local, server};
use crate::attack::{Attack, attack};
use crate::hosted::{Hosted, call};
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;
use crate::upstream::{Upstream, ok};

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, ciphertext_moved_to_another_row, "secrets, from one who can write the database"),
    attack!(GROUP, value_replaced_in_the_middle_of_a_call, "the new value, and the end of the old one"),
    attack!(GROUP, platform_key_rotated, "secrets, through a change of the platform's key"),
];

const ASK: &str = r#"let answer = http::get(args.text.unwrap_or_default()).header("authorization", "{API_KEY}").send()?;
Ok(answer.text())"#;

pub(super) async fn database(platform: &Platform) -> Db {
    Db::open(&format!("sqlite://{}", platform.data().join("cloche.db").display())).await.unwrap()
}

pub(super) async fn row(db: &Db, server: &Hosted) -> Sealed {
    let server: ServerId = server.id.parse().unwrap();
    store::of_server(&mut db.read().await.unwrap(), server).await.unwrap().remove(0)
}

pub(super) async fn write(db: &Db, row: &Sealed) {
    let mut tx = db.begin().await.unwrap();
    store::put(&mut tx, row, Clock::default().now()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn ciphertext_moved_to_another_row(scene: &Scene) {
    let (hers, mine) = (Upstream::new(|_| ok("", b"thanks")).await, Upstream::new(|_| ok("", b"thanks")).await);
    let mut platform = local().start().await;
    let (ada, eve) = (Tenant::new(&platform, "ada").await, Tenant::new(&platform, "eve").await);
    let victim = server(&ada, ASK, &hers, &[]).await;
    let thief = server(&eve, ASK, &mine, &[]).await;
    let path = format!("/v1/servers/{}/secrets/API_KEY", thief.id);
    assert_eq!(eve.browser.put(&path, json!({"value": "my own word"})).await.0, 204);

    let db = database(&platform).await;
    let (theirs, own) = (row(&db, &victim).await, row(&db, &thief).await);
    // A restart, so that only what is in the row counts.
    for (how, forged) in [
        ("as it was", own.clone()),
        ("the ciphertext", Sealed { ciphertext: theirs.ciphertext.clone(), ..own.clone() }),
        ("ciphertext and data key", Sealed { id: own.id, server_id: own.server_id, ..theirs.clone() }),
        ("all but the server", Sealed { server_id: own.server_id, ..theirs.clone() }),
        ("its data key", Sealed { wrapped_key: theirs.wrapped_key.clone(), ..own.clone() }),
        ("one bit", Sealed { ciphertext: turned(&own.ciphertext), ..own.clone() }),
        ("its end", Sealed { ciphertext: own.ciphertext[..5].to_vec(), ..own.clone() }),
        ("nothing at all", Sealed { ciphertext: vec![], wrapped_key: vec![], ..own.clone() }),
    ] {
        platform.kill();
        if how == "all but the server" {
            // The id is the row's own: it can only be there once.
            let mut tx = db.begin().await.unwrap();
            store::delete(&mut tx, theirs.server_id, &theirs.key).await.unwrap();
            tx.commit().await.unwrap();
        }
        write(&db, &forged).await;
        platform.restart().await;
        let before = mine.requests().len();
        let answer = thief.send(&platform, &eve.key, call("attack", &json!({"text": mine.url("/")}))).await;
        let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
        let sent = mine.requests()[before..].to_vec();
        if how == "as it was" {
            let own = sent.iter().any(|request| request.contains("my own word"));
            scene.control("a row that is rewritten as it was is opened and sent", own, (status, text));
            continue;
        }
        scene.guard("a row with another's ciphertext in it does not open", sent.is_empty(), (how, &text, &sent));
        let silent = status >= 500 && !holds_value(&text) && !text.contains("my own word");
        scene.guard("and the answer tells nothing of it", silent, (how, status, text));
    }
    write(&db, &own).await;
    write(&db, &theirs).await;
    platform.kill();
    platform.restart().await;
    let said = ada.attack(&platform, &victim, json!({"text": hers.url("/")})).await;
    scene.guard("put back, both open", said.text == "thanks" && hers.requests()[0].contains(VALUE), said);
    scene.keeps_secret(MARK);
    scene.look_through(&platform.log());
}

fn turned(bytes: &[u8]) -> Vec<u8> {
    let mut turned = bytes.to_vec();
    *turned.last_mut().unwrap() ^= 1;
    turned
}

async fn value_replaced_in_the_middle_of_a_call(scene: &Scene) {
    let upstream = Upstream::paced(|_| ok("", b"thanks"), Duration::from_millis(20)).await;
    let platform = scene.platform(local()).await;
    let ada = Tenant::new(&platform, "ada").await;
    let body = r#"let mut last = String::new();
        for _ in 0..args.n.unwrap_or(1) {
            last = http::get(args.text.clone().unwrap_or_default()).header("authorization", "{API_KEY}").send()?.text();
        }
        Ok(last)"#;
    let server = server(&ada, body, &upstream, &[]).await;
    let path = format!("/v1/servers/{}/secrets/API_KEY", server.id);
    let slow = ada.attack(&platform, &server, json!({"text": upstream.url("/"), "n": 3}));
    let replace = async {
        while upstream.requests().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        ada.browser.put(&path, json!({"value": "the new one"})).await.0
    };
    let (said, status) = tokio::join!(slow, replace);
    assert_eq!(status, 204);
    let during = upstream.requests();
    scene.control("the call that was under way had begun with the old value", during[0].contains(VALUE), &during);
    let whole = during.iter().all(|request| request.contains(VALUE) || request.contains("the new one"));
    scene.guard("it ends well, each request with one whole value", said.text == "thanks" && whole, (said, during));
    let before = upstream.requests().len();
    let said = ada.attack(&platform, &server, json!({"text": upstream.url("/")})).await;
    let after = upstream.requests()[before..].to_vec();
    let new = after.len() == 1 && after[0].contains("the new one") && !after[0].contains(MARK);
    scene.guard("the next call has the new one alone", new, (said, after));
}

async fn platform_key_rotated(scene: &Scene) {
    let upstream = Upstream::new(|request| ok("", request.as_bytes())).await;
    let mut platform = local().start().await;
    let ada = Tenant::new(&platform, "ada").await;
    let server = server(&ada, ASK, &upstream, &[]).await;
    let keys = platform.data().join("keys/secrets");
    let old = std::fs::read_dir(&keys).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&old).unwrap();
    // A newer key beside the old one: what was sealed opens with its own key, what is new with the new one.
    let newer = keys.join("zzzz.key");
    std::fs::copy(&old, &newer).unwrap();
    std::fs::write(&newer, text.chars().rev().collect::<String>().trim()).unwrap();
    platform.kill();
    platform.restart().await;
    let said = ada.attack(&platform, &server, json!({"text": upstream.url("/")})).await;
    let opened = upstream.requests().last().is_some_and(|request| request.contains(VALUE));
    scene.control("with the old key beside a newer one, the secret opens and is sent", opened, said);
    // Without its own key, and with the newer one under its name.
    for swap in [false, true] {
        platform.kill();
        std::fs::remove_file(&old).unwrap();
        if swap {
            std::fs::copy(&newer, &old).unwrap();
        }
        platform.restart().await;
        let before = upstream.requests().len();
        let answer = server.send(&platform, &ada.key, call("attack", &json!({"text": upstream.url("/")}))).await;
        let (status, answer) = (answer.status().as_u16(), answer.text().await.unwrap());
        let sent = upstream.requests().len() > before;
        let silent = status >= 500 && !sent && !answer.contains("zzzz") && !answer.contains("keys");
        scene.guard("under another key nothing opens, and the answer says nothing of keys", silent, (status, answer));
        std::fs::write(&old, &text).unwrap();
    }
    scene.look_through(&platform.log());
}
