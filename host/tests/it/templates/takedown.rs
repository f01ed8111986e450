//! A takedown: every fork stops at one moment, whatever goes on beside it, and everyone hears of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::hosted::Hosted;
use crate::market::{admin, fork, moderate, of_preview, preview, publish};
use crate::platform::{Platform, Setup, on_both};
use crate::switches::{saying, says, slow};

/// Forks that are called and made while a template is taken down.
const FORKS: usize = 50;

on_both!(after_a_takedown_no_fork_answers, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let admin = admin(&platform, "zoe@example.com");
    let server = Hosted::of(&ada, "hers", saying("said")).await;
    publish(&ada, &server, "Sayer").await;
    let key = platform.api_key("bob@example.com");
    let bob = platform.with_key(&key);
    let mut forks = Vec::new();
    for i in 0..FORKS {
        forks.push(fork(&bob, "sayer", &format!("his-{i}")).await);
    }
    // All of them are called all the time, and more are made.
    let (down, enough) = (Arc::new(OnceLock::new()), Arc::new(AtomicBool::new(false)));
    let calling: Vec<_> = forks
        .iter()
        .map(|fork| {
            let (fork, key, caller) = (fork.clone(), key.clone(), platform.with_key(&key));
            let (down, enough) = (down.clone(), enough.clone());
            tokio::spawn(async move {
                let (mut before, mut after) = (0_u32, 0_u32);
                while !enough.load(Ordering::SeqCst) {
                    let request = caller.request(reqwest::Method::POST, &fork.path());
                    let request = request.header("accept", "application/json, text/event-stream").bearer_auth(&key);
                    let call = crate::hosted::call("echo", &json!({"text": "?"}));
                    let answer: Value = request.json(&call).send().await.unwrap().json().await.unwrap();
                    if answer["result"]["content"][0]["text"] == "said" {
                        // What left before the takedown was answered may take this long to be read here.
                        let late = down.get().is_some_and(|at: &Instant| at.elapsed() > Duration::from_millis(250));
                        if late { after += 1 } else { before += 1 }
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                (before, after)
            })
        })
        .collect();
    let making = tokio::spawn({
        let bob = platform.with_key(&key);
        async move {
            let mut made = Vec::new();
            for i in 0.. {
                let (status, shown) = bob.post("/v1/templates/sayer/fork", json!({})).await;
                if status != 200 {
                    return made;
                }
                let (status, fork) = bob.post("/v1/servers", of_preview(&shown, &format!("late-{i}"))).await;
                if status != 201 {
                    return made;
                }
                made.push(Hosted {
                    id: fork["id"].as_str().unwrap().into(),
                    url: fork["mcpUrl"].as_str().unwrap().into(),
                });
            }
            made
        }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (status, done) = moderate(&admin, "sayer", "takedown").await;
    down.set(Instant::now()).unwrap();
    assert_eq!((status, &done["status"]), (200, &json!("taken_down")), "{done:#}");
    let late = making.await.unwrap();
    assert_eq!(done["stopped"], json!(FORKS + late.len()), "{done:#}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    enough.store(true, Ordering::SeqCst);
    let (mut before, mut after) = (0, 0);
    for task in calling {
        let (b, a) = task.await.unwrap();
        (before, after) = (before + b, after + a);
    }
    eprintln!("{before} answers before the takedown, {after} after it; {} forks made meanwhile", late.len());
    assert!(before as usize > FORKS && after == 0, "{before} {after}");
    // Whoever is asked from now on says why not: those that were made last included.
    for stopped in forks.iter().chain(&late) {
        let (status, answer) = stopped.echo(&platform, &key).await;
        assert!(answer["result"].is_null() && answer.to_string().contains("taken down"), "{status} {answer:#}");
    }
    let (_, shown) = bob.get(&format!("/v1/servers/{}", forks[0].id)).await;
    assert_eq!((&shown["status"], &shown["takenDown"]), (&json!("paused"), &json!(true)));
    let resumed = bob.post(&format!("/v1/servers/{}/resume", forks[0].id), json!({})).await;
    assert_eq!((resumed.0, &resumed.1["code"]), (409, &json!("template_taken_down")));
    let tried = bob
        .post(&format!("/v1/servers/{}/try", forks[0].id), json!({"tool": "echo", "arguments": {"text": "?"}}))
        .await;
    assert_eq!(tried.0, 409, "{}", tried.1);
    // Its publisher's own server goes on.
    let hers = platform.api_key("ada@example.com");
    assert_eq!(says(&server, &platform, &hers).await, "said");
    // Code of its own does not bring a fork back.
    let (_, state) = forks[1].iterate(&bob, json!({"source": {"tools": {"echo": "Ok(\"said\")"}}})).await;
    assert_eq!(state, "live");
    assert!(forks[1].echo(&platform, &key).await.1["result"].is_null());

    let restored = moderate(&admin, "sayer", "restore").await;
    assert_eq!((restored.0, &restored.1["stopped"]), (200, &json!(0)));
    assert_eq!(says(&forks[0], &platform, &key).await, "said");
});

on_both!(a_call_under_way_ends_with_the_takedown, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let admin = admin(&platform, "zoe@example.com");
    let server = Hosted::of(&ada, "hers", slow("said")).await;
    publish(&ada, &server, "Sayer").await;
    let key = platform.api_key("bob@example.com");
    let his = fork(&platform.with_key(&key), "sayer", "his").await;
    assert_eq!(says(&his, &platform, &key).await, "said");
    let call = async {
        let began = Instant::now();
        let answer = his.echo(&platform, &key).await;
        (began.elapsed(), answer)
    };
    let takedown = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        moderate(&admin, "sayer", "takedown").await
    };
    let ((took, (_, answer)), (status, _)) = tokio::join!(call, takedown);
    assert_eq!(status, 200);
    assert_eq!(answer["result"]["isError"], true, "{answer:#}");
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("taken down"), "{answer:#}");
    assert!(took < Duration::from_secs(1), "{took:?}");
});

#[tokio::test]
async fn a_takedown_holds_on_every_node() {
    let platform = Platform::setup().on_postgres().start().await;
    let other = platform.another().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let admin = admin(&platform, "zoe@example.com");
    let server = Hosted::of(&ada, "hers", saying("said")).await;
    publish(&ada, &server, "Sayer").await;
    let key = platform.api_key("bob@example.com");
    let his = fork(&platform.with_key(&key), "sayer", "his").await;
    assert_eq!(says(&his, &other, &key).await, "said");
    assert_eq!(moderate(&admin, "sayer", "takedown").await.0, 200);
    let answered = Instant::now();
    let mut last = Duration::ZERO;
    while answered.elapsed() < Duration::from_secs(2) {
        let asked = answered.elapsed();
        if !his.echo(&other, &key).await.1["result"].is_null() {
            last = asked;
        }
    }
    eprintln!("the other node's last answer was asked for {last:?} after the takedown");
    assert!(last < Duration::from_secs(1), "{last:?}");
}

on_both!(whoever_decides_again_at_once_has_everyone_told, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let admin = admin(&platform, "zoe@example.com");
    let server = Hosted::demo(&ada, "hers").await;
    publish(&ada, &server, "Echo").await;
    for i in 0..12 {
        let owner = platform.with_key(&platform.api_key(&format!("owner-{i}@example.com")));
        fork(&owner, "echo", "fork").await;
    }
    for round in 0_usize..5 {
        assert_eq!(moderate(&admin, "echo", "hide").await.0, 200);
        tokio::time::sleep(Duration::from_millis(10 * round as u64)).await;
        assert_eq!(moderate(&admin, "echo", "takedown").await.1["stopped"], 12);
        let told = async |owner: usize| {
            let mails = platform.mails_to(&format!("owner-{owner}@example.com"));
            mails.iter().filter(|mail| mail.contains("taken down the template")).count()
        };
        let mut left = 12;
        for _ in 0..200 {
            left = 0;
            for owner in 0..12 {
                left += usize::from(told(owner).await <= round);
            }
            if left == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(left, 0, "owners who were not told in round {round}");
        assert_eq!(moderate(&admin, "echo", "restore").await.0, 200);
        for _ in 0..200 {
            if platform.sql("UPDATE jobs SET kind = kind WHERE kind = 'template_notices'").await == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    // Nobody was told twice.
    for owner in 0..12 {
        let mails = platform.mails_to(&format!("owner-{owner}@example.com"));
        assert_eq!(mails.iter().filter(|mail| mail.contains("taken down the template")).count(), 5, "{mails:#?}");
    }
});

on_both!(forks_and_the_end_of_their_servers_do_not_wait_for_each_other, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let mut owners = Vec::new();
    for i in 0..6 {
        owners.push(platform.with_key(&platform.api_key(&format!("owner-{i}@example.com"))));
    }
    for round in 0..4 {
        let server = Hosted::demo(&ada, "hers").await;
        let slug = publish(&ada, &server, &format!("Round {round}")).await["slug"].as_str().unwrap().to_owned();
        let mut shown = Vec::new();
        for owner in &owners {
            for _ in 0..3 {
                shown.push((owner, preview(owner, &slug).await));
            }
        }
        let forking = shown
            .iter()
            .enumerate()
            .map(|(i, (owner, shown))| owner.post("/v1/servers", of_preview(shown, &format!("fork-{round}-{i}"))));
        let delete = ada.delete(&format!("/v1/servers/{}", server.id));
        let (forked, deleted) = tokio::join!(futures::future::join_all(forking), delete);
        assert_eq!(deleted.0, 204, "{}", deleted.1);
        for (status, answer) in forked {
            assert_eq!(status, 201, "{answer:#}");
        }
    }
});
