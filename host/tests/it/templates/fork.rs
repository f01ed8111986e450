//! From a template to a server of one's own: by a reference, once, and without a build.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::hosted::Hosted;
use crate::market::{fork, listing, of_preview, preview, publish};
use crate::platform::{Caller, Platform, Setup, on_both};

on_both!(a_fork_is_live_with_the_templates_own_bytes, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let key = platform.api_key("bob@example.com");
    let bob = platform.with_key(&key);
    let server = Hosted::demo(&ada, "hers").await;
    publish(&ada, &server, "Echo").await;

    let shown = preview(&bob, "echo").await;
    assert_eq!((&shown["slug"], &shown["name"], &shown["release"]), (&json!("echo"), &json!("Echo"), &json!(1)));
    let (status, made) = bob.post("/v1/servers", of_preview(&shown, "his")).await;
    assert_eq!(status, 201, "{made:#}");
    assert_eq!((&made["status"], &made["activeVersion"], &made["name"]), (&json!("live"), &json!(1), &json!("Mine")));
    assert_eq!(made["templateId"], shown["templateId"]);
    let (_, build) = bob.get(&format!("/v1/builds/{}", made["buildId"].as_str().unwrap())).await;
    assert_eq!(build["state"], "live");
    let his = Hosted { id: made["id"].as_str().unwrap().into(), url: made["mcpUrl"].as_str().unwrap().into() };
    let (status, answer) = his.echo(&platform, &key).await;
    assert_eq!((status, &answer["result"]["content"][0]["text"]), (200, &json!("hello")), "{answer:#}");
    let (_, report) = bob.get(&format!("/v1/servers/{}/versions/1/capabilities", his.id)).await;
    assert_eq!(report["componentSha256"], shown["componentSha256"]);
    assert!(bob.get(&format!("/v1/servers/{}/versions/1/attestation", his.id)).await.0 == 200);

    let (_, template) = platform.anyone().get("/v1/templates/echo").await;
    assert_eq!((&template["forkCount"], &template["liveCount"]), (&json!(1), &json!(1)));
    // It goes its own way from here.
    assert_eq!(his.iterate(&bob, json!({"source": {"helpers": "// his"}})).await, (2, "live".to_owned()));
    let (status, problem) = bob.post("/v1/templates", listing(&his, "Not his own")).await;
    assert_eq!((status, &problem["code"]), (409, &json!("fork_not_publishable")));
    // Unpublished, it goes on.
    let hidden = ada.patch("/v1/templates/echo/visibility", json!({"visibility": "unpublished"})).await;
    assert_eq!(hidden.0, 200);
    assert_eq!(his.echo(&platform, &key).await.0, 200);
});

on_both!(a_reference_is_for_one_person_one_template_and_one_fork, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let (bob, eve) = (
        platform.with_key(&platform.api_key("bob@example.com")),
        platform.with_key(&platform.api_key("eve@example.com")),
    );
    let (one, two) = (Hosted::demo(&ada, "one").await, Hosted::demo(&ada, "two").await);
    publish(&ada, &one, "One thing").await;
    publish(&ada, &two, "Two things").await;
    let (shown, other) = (preview(&bob, "one-thing").await, preview(&bob, "two-things").await);
    let refused = async |caller: &Caller, change: &dyn Fn(&mut Value)| {
        let mut body = of_preview(&shown, "his");
        change(&mut body);
        let (status, problem) = caller.post("/v1/servers", body).await;
        (status, problem["code"].as_str().unwrap_or_default().to_owned())
    };
    let expired = (410, "fork_ref_expired".to_owned());
    assert_eq!(refused(&eve, &|_| ()).await, expired);
    assert_eq!(refused(&bob, &|body| drop(body.as_object_mut().unwrap().remove("previewId"))).await, expired);
    assert_eq!(refused(&bob, &|body| body["previewId"] = json!("prv_01m8c9r4fae2d9d5860ny4kcfp")).await, expired);
    assert_eq!(refused(&bob, &|body| body["previewId"] = json!("guessed")).await, expired);
    assert_eq!(refused(&bob, &|body| body["templateId"] = json!("weather")).await, expired);
    let another = |body: &mut Value| body["templateId"] = other["templateId"].clone();
    assert_eq!(refused(&bob, &another).await, (409, "fork_ref_mismatch".to_owned()));
    let edited = |body: &mut Value| body["specEdit"] = shown["spec"].clone();
    assert_eq!(refused(&bob, &edited).await, (400, "spec_edit_forbidden_on_fork".to_owned()));
    // A draft is no reference, and a reference is no draft.
    let (_, draft) = bob.post("/v1/servers/preview", json!({"prompt": "An echo"})).await;
    assert_eq!(refused(&bob, &|body| body["previewId"] = draft["previewId"].clone()).await, expired);
    let no_template = |body: &mut Value| drop(body.as_object_mut().unwrap().remove("templateId"));
    assert_eq!(refused(&bob, &no_template).await, (410, "preview_expired".to_owned()));
    // It has outlived all of it, and is used once, however many try at once.
    let many = (0..20).map(|i| bob.post("/v1/servers", of_preview(&shown, &format!("his-{i}"))));
    let answers = futures::future::join_all(many).await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1, "{answers:#?}");
    assert_eq!(answers.iter().filter(|(_, answer)| answer["code"] == "fork_ref_expired").count(), 19);
    assert_eq!(bob.get("/v1/templates/one-thing").await.1["forkCount"], 1);

    // After its five minutes it is none.
    let late = preview(&bob, "two-things").await;
    platform.sql("UPDATE fork_refs SET expires_at = '2020-01-01T00:00:00Z'").await;
    assert_eq!(bob.post("/v1/servers", of_preview(&late, "late")).await.1["code"], "fork_ref_expired");
});

on_both!(whoever_has_forked_counts_once_and_slugs_are_free, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let server = Hosted::demo(&ada, "echo").await;
    publish(&ada, &server, "Echo").await;
    // Her own has the slug already.
    assert_eq!(preview(&ada, "echo").await["slug"], "echo-2");
    let making = (0..10).map(async |_| {
        let preview = preview(&ada, "echo").await;
        let mut body = of_preview(&preview, "");
        body.as_object_mut().unwrap().remove("slug");
        Hosted::create(&ada, body).await.url
    });
    let mut urls = futures::future::join_all(making).await;
    urls.sort();
    urls.dedup();
    assert_eq!(urls.len(), 10, "{urls:?}");
    let counts = async || {
        let (_, shown) = ada.get("/v1/templates/echo").await;
        let (_, list) = ada.get("/v1/templates?tab=top").await;
        assert_eq!(list["templates"][0]["liveCount"], shown["liveCount"]);
        (shown["forkCount"].clone(), shown["liveCount"].clone())
    };
    assert_eq!(counts().await, (json!(0), json!(0)), "her own");
    let (bob, eve) = (
        platform.with_key(&platform.api_key("bob@example.com")),
        platform.with_key(&platform.api_key("eve@example.com")),
    );
    let many = (0..8).map(|i| (if i % 2 == 0 { &bob } else { &eve }, format!("again-{i}")));
    let many = futures::future::join_all(many.map(async |(caller, slug)| fork(caller, "echo", &slug).await)).await;
    assert_eq!(counts().await, (json!(2), json!(2)));
    for (i, server) in many.iter().enumerate() {
        let caller = if i % 2 == 0 { &bob } else { &eve };
        assert_eq!(caller.delete(&format!("/v1/servers/{}", server.id)).await.0, 204);
    }
    fork(&bob, "echo", "once-more").await;
    assert_eq!(counts().await, (json!(2), json!(1)), "who has forked it before counts as before");
    let taken = preview(&ada, "echo").await;
    let (status, problem) = ada.post("/v1/servers", of_preview(&taken, "echo")).await;
    assert_eq!((status, &problem["code"]), (409, &json!("slug_taken")));
    // That cost it nothing.
    assert_eq!(ada.post("/v1/servers", of_preview(&taken, "another")).await.0, 201);
});

#[tokio::test]
async fn a_person_has_fifty_references_at_most() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let server = Hosted::demo(&ada, "echo").await;
    publish(&ada, &server, "Echo").await;
    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    let mut shown = Vec::new();
    for _ in 0..51 {
        shown.push(preview(&bob, "echo").await);
    }
    let oldest = bob.post("/v1/servers", of_preview(&shown[0], "oldest")).await;
    assert_eq!((oldest.0, &oldest.1["code"]), (410, &json!("fork_ref_expired")));
    assert_eq!(bob.post("/v1/servers", of_preview(&shown[1], "next")).await.0, 201);
}

#[tokio::test]
async fn a_fork_is_one_of_the_plans_servers_and_none_of_its_builds() {
    let limits = "plan = \"hobby\"\n[plans.hobby]\nservers = 2\nbuilds_per_day = 1\n";
    let platform = Platform::setup().config(limits).start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let server = Hosted::demo(&ada, "hers").await;
    publish(&ada, &server, "Echo").await;
    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    let mut shown = Vec::new();
    for _ in 0..8 {
        shown.push(preview(&bob, "echo").await);
    }
    let many =
        shown.iter().enumerate().map(|(i, shown)| bob.post("/v1/servers", of_preview(shown, &format!("his-{i}"))));
    let answers = futures::future::join_all(many).await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 2, "{answers:#?}");
    assert_eq!(answers.iter().filter(|(status, answer)| *status == 402 && answer["code"] == "plan_limit").count(), 6);
    assert_eq!(bob.get("/v1/templates/echo").await.1["forkCount"], 1);
    // Of the day's builds none is used.
    let his = bob.get("/v1/servers").await.1["servers"][0]["id"].as_str().unwrap().to_owned();
    let next = json!({"source": {"helpers": "// his"}});
    assert_eq!(bob.post(&format!("/v1/servers/{his}/iterate"), next.clone()).await.0, 202);
    assert_eq!(bob.post(&format!("/v1/servers/{his}/iterate"), next).await.0, 429);
}

#[tokio::test]
async fn a_fork_brings_its_own_secrets() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    let server = Hosted::of(&ada, "hers", |spec| {
        spec["allowedHosts"] = json!(["api.example.com"]);
        spec["requiredSecrets"] = json!([{"key": "API_KEY", "hosts": ["api.example.com"]}]);
    });
    let server = server.await;
    ada.put(&format!("/v1/servers/{}/secrets/API_KEY", server.id), json!({"value": "of-ada-7f3a"})).await;
    publish(&ada, &server, "Echo").await;
    let bare = fork(&bob, "echo", "bare").await;
    assert_eq!(bob.get(&format!("/v1/servers/{}", bare.id)).await.1["secrets"][0]["set"], false);
    let mut body = of_preview(&preview(&bob, "echo").await, "given");
    body["secrets"] = json!({"OTHER": "x"});
    assert_eq!(bob.post("/v1/servers", body.clone()).await.1["code"], "unknown_secret");
    body["secrets"] = json!({"API_KEY": "of-bob"});
    let given = Hosted::create(&bob, body).await;
    assert_eq!(bob.get(&format!("/v1/servers/{}", given.id)).await.1["secrets"][0]["set"], true);
}

#[tokio::test]
async fn from_fork_to_live_takes_no_time() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let server = Hosted::demo(&ada, "hers").await;
    publish(&ada, &server, "Echo").await;
    let key = platform.api_key("bob@example.com");
    let bob = platform.with_key(&key);
    let mut took = Vec::new();
    for i in 0..40 {
        let preview = preview(&bob, "echo").await;
        let began = Instant::now();
        let made = Hosted::create(&bob, of_preview(&preview, &format!("his-{i}"))).await;
        let (status, answer) = made.echo(&platform, &key).await;
        took.push(began.elapsed());
        assert_eq!((status, &answer["result"]["content"][0]["text"]), (200, &json!("hello")), "{answer}");
    }
    took.sort();
    eprintln!("fork to its first answer: median {:?}, p95 {:?}", took[20], took[38]);
    // Nothing is built: a build takes a second or more, of which none could be hidden here.
    assert!(took[20] < Duration::from_secs(1), "{took:?}");
}
