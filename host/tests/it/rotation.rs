//! A new key for the secrets of servers: what was sealed opens, and the old key is no longer needed.

use std::fs;

use cloche_storage::Db;
use cloche_storage::secrets::{self, Sealed};
use serde_json::json;

use crate::hosted::Hosted;
use crate::platform::{Platform, Setup, on_both};

async fn sealed(db: &Db, server: &Hosted) -> Vec<Sealed> {
    secrets::of_server(&mut db.read().await.unwrap(), server.id.parse().unwrap()).await.unwrap()
}

/// The names of the keys on the disk, oldest first.
fn keys(platform: &Platform) -> Vec<String> {
    let files = fs::read_dir(platform.data().join("keys/secrets")).unwrap();
    let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names.into_iter().map(|name| name.strip_suffix(".key").unwrap().to_owned()).collect()
}

on_both!(every_secret_is_sealed_anew_under_a_new_key, async |setup: Setup| {
    let url = setup.database_url();
    let mut platform = setup.start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let server = Hosted::begun(&ada, "keeps", |spec| {
        spec["allowedHosts"] = json!(["a.example"]);
        let secret = |i| json!({"key": format!("KEY_{i}"), "hosts": ["a.example"]});
        spec["requiredSecrets"] = (10..30).map(secret).collect();
    })
    .await;
    let server = server.live(&ada).await;
    for i in 10..30 {
        let path = format!("/v1/servers/{}/secrets/KEY_{i}", server.id);
        assert_eq!(ada.put(&path, json!({"value": format!("value {i}")})).await.0, 204);
    }
    let db = Db::open(&url).await.unwrap();
    let before = sealed(&db, &server).await;
    let [first] = keys(&platform).try_into().unwrap();

    let said = platform.admin("rotate-keys", &[]);
    let [_, second] = <[String; 2]>::try_from(keys(&platform)).unwrap();
    let told = format!("made the key {second}; secrets sealed anew: 20\nno longer used: {first}; remove");
    assert!(said.starts_with(&told), "{said}");
    let after = sealed(&db, &server).await;
    assert_eq!((before.len(), after.len()), (20, 20));
    for (old, new) in before.iter().zip(&after) {
        assert_eq!((&old.key, &old.key_id, &new.key_id), (&new.key, &first, &second));
        assert!(old.id != new.id && old.wrapped_key != new.wrapped_key && old.ciphertext != new.ciphertext);
    }

    // A second rotation, with a row that no longer opens: that one stays as it is, and so does the need for its key.
    let broken = Sealed { ciphertext: vec![7; 40], ..after[3].clone() };
    let mut tx = db.begin().await.unwrap();
    assert!(secrets::reseal(&mut tx, broken.id, &broken).await.unwrap());
    tx.commit().await.unwrap();
    let said = platform.admin("rotate-keys", &[]);
    let third = keys(&platform).pop().unwrap();
    assert!(said.contains("sealed anew: 19\n") && said.contains("secret KEY_13 of") && said.contains(&first), "{said}");
    assert!(!said.contains(&format!("{second};")) && !said.contains("value"), "{said}");
    let rows = sealed(&db, &server).await;
    let kept: Vec<_> = rows.iter().filter(|row| row.key_id != third).map(|row| row.key.as_str()).collect();
    assert_eq!(kept, ["KEY_13"]);

    // Without the first key, the platform starts, and sets values under the newest.
    fs::remove_file(platform.data().join(format!("keys/secrets/{first}.key"))).unwrap();
    assert!(platform.stop());
    platform.restart().await;
    let path = format!("/v1/servers/{}/secrets/KEY_13", server.id);
    assert_eq!(ada.put(&path, json!({"value": "mended"})).await.0, 204);
    let rows = sealed(&db, &server).await;
    assert!(rows.iter().all(|row| row.key_id == third), "{rows:?}");
});

on_both!(rotations_side_by_side_and_values_set_meanwhile_lose_nothing, async |setup: Setup| {
    let url = setup.database_url();
    let platform = setup.start().await;
    let ada = platform.sign_in("ada@example.com").await;
    let server = Hosted::begun(&ada, "keeps", |spec| {
        spec["allowedHosts"] = json!(["a.example"]);
        spec["requiredSecrets"] = json!([{"key": "KEY", "hosts": ["a.example"]}]);
    })
    .await;
    let server = server.live(&ada).await;
    let path = format!("/v1/servers/{}/secrets/KEY", server.id);
    assert_eq!(ada.put(&path, json!({"value": "the first"})).await.0, 204);
    let rotate = || {
        tokio::task::spawn_blocking({
            let mut command = platform.admin_command("rotate-keys");
            move || command.output().unwrap()
        })
    };
    let (one, other) = (rotate(), rotate());
    let mut set = 1;
    while !(one.is_finished() && other.is_finished()) {
        assert_eq!(ada.put(&path, json!({"value": format!("number {set}")})).await.0, 204);
        set += 1;
    }
    for done in [one.await.unwrap(), other.await.unwrap()] {
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let newest = keys(&platform).pop().unwrap();
    let db = Db::open(&url).await.unwrap();
    let [row] = sealed(&db, &server).await.try_into().unwrap();
    assert!(set > 2 && row.key_id == newest, "{set} {row:?}");
    let vault = cloche::vault::Vault::open(&platform.data().join("keys/secrets"), &cloche_domain::Clock::default());
    let value = vault.unwrap().unseal(&row).unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(&value), format!("number {}", set - 1));
});
