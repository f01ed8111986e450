//! What is kept between calls: by whom may it be found?

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::GROUP;
use crate::attack::{Attack, attack};
use crate::hosted::Hosted;
use crate::platform::Platform;
use crate::scene::Scene;
use crate::tenant::Tenant;

pub const ATTACKS: &[Attack] = &[
    attack!(GROUP, cache_key_without_a_tenant, "each tenant's store and secrets, where two run the same component"),
    attack!(GROUP, forged_machine_code_in_the_cache, "the process: machine code is run as it is"),
];

/// Keeps `text` where there is one, and returns what was kept.
const KEEPS: &str = "if let Some(text) = args.text { kv::set(\"word\", text)?; }
Ok(kv::get_text(\"word\")?.unwrap_or_default())";

async fn cache_key_without_a_tenant(scene: &Scene) {
    let platform = scene.platform(Platform::setup()).await;
    let (ada, eve) = (Tenant::new(&platform, "ada").await, Tenant::new(&platform, "eve").await);
    let same = async |owner: &Tenant| {
        Hosted::of(&owner.browser, "same-slug", |spec| spec["tools"][0] = crate::tenant::tool("attack", KEEPS)).await
    };
    let (hers, mine) = (same(&ada).await, same(&eve).await);
    let digest = async |owner: &Tenant, server: &Hosted| {
        owner.browser.get(&format!("/v1/servers/{}/versions", server.id)).await.1["versions"][0]["sha256"].clone()
    };
    let (a, b) = (digest(&ada, &hers).await, digest(&eve, &mine).await);
    let equal = a.is_string()
        && a == b
        && ada.attack(&platform, &hers, json!({"text": "ada's word"})).await.text == "ada's word";
    scene.control(
        "both servers have one slug and one component's digest: a key of either would mix them up",
        equal,
        (a, b),
    );
    for round in 0..10 {
        let said = eve.attack(&platform, &mine, json!({})).await;
        let expected = if round == 0 { "" } else { "eve's word" };
        scene.guard("each finds its own", said.text == expected && !said.error, said);
        eve.attack(&platform, &mine, json!({"text": "eve's word"})).await;
        let said = ada.attack(&platform, &hers, json!({})).await;
        scene.guard("and the other's is unchanged", said.text == "ada's word", said);
        let said = eve.attack(&platform, &hers, json!({})).await;
        scene.guard(
            "a place that was just used is another's still",
            said.text.is_empty() && said.answer["result"].is_null(),
            said,
        );
    }
}

async fn forged_machine_code_in_the_cache(scene: &Scene) {
    let mut platform = Platform::start().await;
    let ada = Tenant::new(&platform, "ada").await;
    let make = async |slug: &str, word: &str| {
        let body = format!("Ok({word:?})");
        Hosted::of(&ada.browser, slug, |spec| spec["tools"][0] = crate::tenant::tool("attack", &body)).await
    };
    let (victim, other) = (make("victim", "right").await, make("other", "wrong").await);
    let digest = async |server: &Hosted| {
        let (_, versions) = ada.browser.get(&format!("/v1/servers/{}/versions", server.id)).await;
        versions["versions"][0]["sha256"].as_str().unwrap().to_owned()
    };
    let (victims, others) = (digest(&victim).await, digest(&other).await);
    let cache = platform.data().join("cache");
    let code = |sha256: &str, extension: &str| file_named(&cache, &format!("{sha256}.{extension}"));
    let artifact = file_named(&platform.data().join("artifacts"), &format!("{victims}.wasm"));
    let (kept, whole, tag) = (
        fs::read(&artifact).unwrap(),
        fs::read(code(&victims, "cwasm")).unwrap(),
        fs::read(code(&victims, "mac")).unwrap(),
    );

    // Without the component itself, what is answered can only come from the compiled code.
    fs::remove_file(&artifact).unwrap();
    platform.kill();
    platform.restart().await;
    let said = ada.attack(&platform, &victim, json!({})).await;
    scene.control(
        "with the component gone, a restarted platform runs what lies in the cache",
        said.text == "right",
        said,
    );

    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let of_other = |extension: &str| fs::read(code(&others, extension)).unwrap();
    for (how, forged, mac) in [
        ("of another component", of_other("cwasm"), tag.clone()),
        ("of another component, with its own mark", of_other("cwasm"), of_other("mac")),
        ("with one bit turned", flipped, tag.clone()),
        ("cut off", whole[..whole.len() / 2].to_vec(), tag.clone()),
        ("garbage", vec![0x90; 4096], tag.clone()),
        ("without a mark", whole.clone(), vec![]),
        ("with a mark of zeros", whole.clone(), vec![0; 32]),
    ] {
        platform.kill();
        for (extension, bytes) in [("cwasm", forged), ("mac", mac)] {
            let path = code(&victims, extension);
            fs::remove_file(&path).unwrap();
            fs::write(path, bytes).unwrap();
        }
        platform.restart().await;
        let answer = victim.send(&platform, &ada.key, crate::hosted::call("attack", &json!({}))).await;
        let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
        let refused = !text.contains("right") && !text.contains("wrong") && platform.log().contains("compiled again");
        scene.guard("forged code is not run", refused, (how, status, text));
        scene.guard("the platform lives", platform.anyone().get("/ready").await.0 == 200, how);
    }
    fs::write(&artifact, kept).unwrap();
    let said = ada.attack(&platform, &victim, json!({})).await;
    scene.guard("with the component back, it is compiled again and right", said.text == "right", said);
    scene.look_through(&platform.log());
}

/// The file of this name below a directory.
fn file_named(dir: &Path, name: &str) -> PathBuf {
    let mut left = vec![dir.to_owned()];
    while let Some(dir) = left.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else if path.file_name().is_some_and(|file| file == name) {
                return path;
            }
        }
    }
    panic!("there is no {name} below {}", dir.display());
}
