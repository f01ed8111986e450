//! What becomes of forks when their template goes on: nothing, until their owners say so.

use serde_json::{Value, json};

use crate::hosted::Hosted;
use crate::market::{fork, publish};
use crate::platform::{Setup, on_both};
use crate::switches::{saying, says};

on_both!(a_fork_is_told_of_the_next_release_and_chooses, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let key = platform.api_key("bob@example.com");
    let bob = platform.with_key(&key);
    let server = Hosted::of(&ada, "hers", saying("1")).await;
    publish(&ada, &server, "Sayer").await;
    let his = fork(&bob, "sayer", "his").await;
    let at = format!("/v1/servers/{}/template", his.id);
    let related = async || bob.get(&at).await.1["forked"].clone();
    assert_eq!(related().await["update"], Value::Null);

    // The server's next version is nobody's but its owner's, until it is published.
    assert_eq!(server.iterate(&ada, json!({"source": {"tools": {"echo": "Ok(\"2\")"}}})).await.1, "live");
    assert_eq!(related().await["update"], Value::Null);
    let (_, hers) = ada.get(&format!("/v1/servers/{}/template", server.id)).await;
    assert_eq!((&hers["published"]["slug"], &hers["publishedVersion"]), (&json!("sayer"), &json!(1)));
    assert_eq!(publish(&ada, &server, "Sayer").await["release"], 2);
    assert_eq!(says(&his, &platform, &key).await, "1");
    let told = related().await;
    assert_eq!((&told["activeRelease"], &told["newestRelease"]), (&json!(1), &json!(2)));
    assert_eq!((&told["update"]["release"], &told["update"]["asksForMore"]), (&json!(2), &json!(false)), "{told:#}");
    assert!(told["update"]["code"].to_string().contains("Ok(\\\"2\\\")"), "{told:#}");

    let update = async |release: i64| bob.post(&format!("{at}/update"), json!({"release": release})).await;
    assert_eq!(update(1).await.1["code"], "not_newest_release");
    let (status, taken) = update(2).await;
    assert_eq!((status, &taken["version"]), (201, &json!(2)), "{taken:#}");
    assert_eq!(says(&his, &platform, &key).await, "2");
    let (_, log) = bob.get("/v1/audit?limit=3").await;
    let actions: Vec<_> = log["entries"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["version.activated", "version.created", "server.forked"], "{log:#}");
    assert_eq!(related().await["update"], Value::Null);
    assert_eq!(update(2).await.1["code"], "up_to_date");
    assert_eq!(
        ada.post(&format!("/v1/servers/{}/template/update", server.id), json!({"release": 2})).await.1["code"],
        "not_a_fork"
    );

    // What asks for more waits, as it would anywhere.
    let mut spec = bob.get("/v1/templates/sayer").await.1["spec"].clone();
    spec["allowedHosts"] = json!(["api.example.com"]);
    spec["tools"][0]["description"] = json!("Says something else now");
    let (n, state) = server.iterate(&ada, json!({"specEdit": spec})).await;
    assert_eq!((n, state.as_str()), (3, "needs_approval"));
    let approved = ada.post(&format!("/v1/servers/{}/versions/3/approve", server.id), json!({"reason": "mine"})).await;
    assert_eq!(approved.0, 204);
    assert_eq!(publish(&ada, &server, "Sayer").await["release"], 3);
    let told = related().await;
    assert_eq!(told["update"]["asksForMore"], true, "{told:#}");
    assert_eq!(update(3).await.0, 201);
    assert_eq!(update(3).await.1["code"], "release_taken");
    let (_, versions) = bob.get(&format!("/v1/servers/{}/versions", his.id)).await;
    assert_eq!(
        (&versions["versions"][0]["state"], &versions["versions"][0]["active"]),
        (&json!("needs_approval"), &json!(false))
    );
    assert_eq!(says(&his, &platform, &key).await, "2");
    let approved = bob.post(&format!("/v1/servers/{}/versions/3/approve", his.id), json!({"reason": "read"})).await;
    assert_eq!(approved.0, 204);
    assert_eq!(related().await["activeRelease"], 3);
});
