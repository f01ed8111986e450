//! What admins decide, and what becomes of reports, appeals and the mark of what is verified.

use std::time::Duration;

use serde_json::{Value, json};

use crate::hosted::Hosted;
use crate::market::{admin, fork, moderate, publish};
use crate::platform::{Caller, Platform, Setup, on_both};
use crate::switches::saying;

on_both!(owners_are_told_and_all_of_it_is_in_the_logs, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let admin = admin(&platform, "zoe@example.com");
    let server = Hosted::demo(&ada, "hers").await;
    publish(&ada, &server, "Echo").await;
    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    for slug in ["one", "two"] {
        fork(&bob, "echo", slug).await;
    }
    assert_eq!(moderate(&admin, "echo", "takedown").await.1["stopped"], 2);
    let told = async |to: &str, words: &str| {
        for _ in 0..100 {
            if platform.mails_to(to).iter().any(|mail| mail.contains(words)) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        false
    };
    assert!(told("bob@example.com", "taken down the template echo").await);
    assert!(told("ada@example.com", "taken down your template echo").await);
    let bobs = platform.mails_to("bob@example.com");
    assert_eq!(bobs.iter().filter(|mail| mail.contains("taken down the template")).count(), 1, "{bobs:#?}");
    assert!(bobs.iter().any(|mail| mail.contains("one: ") && mail.contains("two: ") && mail.contains("It does harm")));

    let actions = async |caller: &Caller, path: &str| {
        let (status, page) = caller.get(path).await;
        assert_eq!(status, 200, "{page:#}");
        page["entries"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let bobs = actions(&bob, "/v1/audit").await;
    assert_eq!(bobs.iter().filter(|action| *action == "server.stopped").count(), 2, "{bobs:?}");
    let adas = actions(&ada, "/v1/audit").await;
    assert!(["template.published", "template.taken_down"].iter().all(|a| adas.iter().any(|b| a == b)), "{adas:?}");
    assert_eq!(actions(&admin, "/v1/admin/audit").await, ["template.taken_down", "admin.changed"]);

    assert_eq!(moderate(&admin, "echo", "restore").await.0, 200);
    assert!(told("bob@example.com", "answer again").await);
    let (well, said) = platform.beside(&["audit", "verify"], &[]);
    assert!(well, "{said}");
});

on_both!(a_verified_template_takes_two_admins, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let (zoe, yan) = (admin(&platform, "zoe@example.com"), admin(&platform, "yan@example.com"));
    let server = Hosted::demo(&ada, "hers").await;
    publish(&ada, &server, "Acme issues").await;
    let fake = Hosted::demo(&ada, "fake").await;
    assert_eq!(publish(&ada, &fake, "Acme lssues").await["resembles"], Value::Null);
    assert_eq!(moderate(&zoe, "acme-issues", "verify").await.1["verified"], true);
    // Those that look like it are told so, before and after.
    let resembles = async |slug: &str| ada.get(&format!("/v1/templates/{slug}")).await.1["resembles"].clone();
    assert_eq!(resembles("acme-lssues").await, "acme-issues");
    let another = Hosted::of(&ada, "another", saying("another")).await;
    assert_eq!(publish(&ada, &another, "Ac-me Issues").await["resembles"], "acme-issues");

    assert_eq!(moderate(&zoe, "acme-issues", "verify").await.1["code"], "already_so");
    let (status, asked) = moderate(&zoe, "acme-issues", "takedown").await;
    assert_eq!((status, &asked["awaitsSecondAdmin"], &asked["status"]), (202, &json!(true), &json!("published")));
    assert_eq!(moderate(&zoe, "acme-issues", "takedown").await.1["code"], "second_admin_needed");
    assert_eq!(platform.anyone().get("/v1/templates/acme-issues").await.0, 200);
    let (status, done) = moderate(&yan, "acme-issues", "takedown").await;
    assert_eq!((status, &done["status"]), (200, &json!("taken_down")));

    // Nor does one admin get there in two steps, or by the word of one who is none any more.
    assert_eq!(publish(&ada, &another, "Weather").await["verified"], false);
    let slug = "ac-me-issues";
    assert_eq!(moderate(&zoe, slug, "verify").await.0, 200);
    assert_eq!(moderate(&zoe, slug, "takedown").await.0, 202);
    let (_, shown) = zoe.get("/v1/admin/templates").await;
    let pending = shown["templates"].as_array().unwrap().iter().find(|one| one["slug"] == slug).unwrap();
    assert_eq!(pending["pendingTakedown"]["reason"], "It does harm", "{pending:#}");
    assert_eq!(moderate(&zoe, slug, "unverify").await.0, 200);
    assert_eq!(moderate(&zoe, slug, "takedown").await.1["code"], "second_admin_needed");
    assert_eq!(moderate(&yan, slug, "keep_up").await.0, 200);
    assert_eq!(moderate(&yan, slug, "takedown").await.0, 202);
    let (_, log) = ada.get("/v1/audit?action=template.takedown_asked").await;
    assert_eq!(log["entries"], json!([]), "its owner is not warned");

    // Who is an admin no longer decides nothing any more.
    platform.admin("revoke", &["--email", "yan@example.com"]);
    assert_eq!(moderate(&yan, "acme-issues", "restore").await.1["code"], "not_an_admin");
    assert_eq!(moderate(&zoe, slug, "takedown").await.0, 202, "what yan asked for has ended with being an admin");
    let (well, said) = platform.beside(&["admin", "revoke"], &["--email", "typo@example.com"]);
    assert!(!well && said.contains("typo@example.com"), "{said}");
});

#[tokio::test]
async fn nobody_decides_in_favour_of_their_own() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let server = Hosted::demo(&ada, "hers").await;
    publish(&ada, &server, "Echo").await;
    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    let report = json!({"concern": "malicious", "text": "It does harm"});
    let (status, opened) = bob.post("/v1/templates/echo/reports", report).await;
    assert_eq!(status, 201, "{opened:#}");
    let adas = admin(&platform, "ada@example.com");
    let zoe = admin(&platform, "zoe@example.com");
    let own = (403, json!("own_template"));
    let code = |(status, problem): (u16, Value)| (status, problem["code"].clone());
    assert_eq!(code(moderate(&adas, "echo", "verify").await), own);
    let case = format!("/v1/admin/cases/{}", opened["caseId"].as_str().unwrap());
    let dismissed = json!({"upheld": false, "reason": "It is mine"});
    assert_eq!(code(adas.patch(&case, dismissed.clone()).await), own);
    assert_eq!(moderate(&zoe, "echo", "hide").await.0, 200);
    assert_eq!(code(moderate(&adas, "echo", "restore").await), own);
    let (_, appeal) = ada.post("/v1/templates/echo/appeal", json!({"text": "It is good"})).await;
    let appeal = format!("/v1/admin/cases/{}", appeal["caseId"].as_str().unwrap());
    assert_eq!(code(adas.patch(&appeal, json!({"upheld": true, "reason": "It is"})).await), own);
    assert_eq!(moderate(&adas, "echo", "takedown").await.0, 200, "against their own they do");
    // Where nobody else can, they do.
    platform.admin("revoke", &["--email", "zoe@example.com"]);
    assert_eq!(moderate(&adas, "echo", "restore").await.0, 200);
    assert_eq!(adas.patch(&case, dismissed).await.0, 200);
}

#[tokio::test]
async fn nobody_floods_the_queue_with_reports() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let server = Hosted::demo(&ada, "hers").await;
    publish(&ada, &server, "Echo").await;
    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    let admin = admin(&platform, "zoe@example.com");
    let report = json!({"concern": "broken", "text": "It does nothing"});
    for _ in 0..20 {
        let (status, opened) = bob.post("/v1/templates/echo/reports", report.clone()).await;
        assert_eq!(status, 201, "{opened:#}");
        let case = format!("/v1/admin/cases/{}", opened["caseId"].as_str().unwrap());
        assert_eq!(admin.patch(&case, json!({"upheld": false, "reason": "It does"})).await.0, 200);
    }
    let (status, problem) = bob.post("/v1/templates/echo/reports", report.clone()).await;
    assert_eq!((status, &problem["code"]), (429, &json!("rate_limited")), "{problem:#}");
    let eve = platform.with_key(&platform.api_key("eve@example.com"));
    assert_eq!(eve.post("/v1/templates/echo/reports", report).await.0, 201);
}

on_both!(what_is_vouched_for_is_a_release_as_it_is_described, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let admin = admin(&platform, "zoe@example.com");
    let server = Hosted::of(&ada, "hers", saying("1")).await;
    publish(&ada, &server, "Sayer").await;
    let verified = async || {
        let (_, shown) = platform.anyone().get("/v1/templates/sayer").await;
        let (_, list) = platform.anyone().get("/v1/templates").await;
        assert_eq!(list["templates"][0]["verified"], shown["verified"]);
        shown["verified"] == true
    };
    let unseen = json!({"action": "verify", "reason": "Known"});
    assert_eq!(admin.patch("/v1/admin/templates/sayer", unseen).await.1["code"], "seen_needed");
    let (_, seen) = platform.anyone().get("/v1/templates/sayer").await;
    publish(&ada, &server, "Sayer of old").await;
    let stale =
        json!({"action": "verify", "reason": "Known", "release": seen["release"], "updatedAt": seen["updatedAt"]});
    assert_eq!(admin.patch("/v1/admin/templates/sayer", stale).await.1["code"], "version_conflict");
    publish(&ada, &server, "Sayer").await;
    assert_eq!(moderate(&admin, "sayer", "verify").await.0, 200);
    assert!(verified().await);
    assert_eq!(platform.sign_in("ada@example.com").await.patch("/v1/me/org", json!({"name": "Official"})).await.0, 200);
    assert!(!verified().await, "its publisher is called something else");
    assert_eq!(moderate(&admin, "sayer", "verify").await.0, 200);
    publish(&ada, &server, "Sayer").await;
    assert!(verified().await, "nothing has changed");
    publish(&ada, &server, "Sayer of all").await;
    assert!(!verified().await, "it says something else of itself");
    assert_eq!(moderate(&admin, "sayer", "verify").await.0, 200);
    assert_eq!(server.iterate(&ada, json!({"source": {"tools": {"echo": "Ok(\"2\")"}}})).await.1, "live");
    assert!(verified().await, "no release, no change");
    publish(&ada, &server, "Sayer of all").await;
    assert!(!verified().await, "it is another release");
    // It still takes two to take it down, and its name is still its own.
    assert_eq!(moderate(&admin, "sayer", "takedown").await.0, 202);
    assert_eq!(moderate(&admin, "sayer", "unverify").await.0, 200);
    assert_eq!(moderate(&admin, "sayer", "unverify").await.1["code"], "already_so");

    // What its owner has taken back is not shown by an admin who restores it.
    let back = ada.patch("/v1/templates/sayer/visibility", json!({"visibility": "unpublished"})).await;
    assert_eq!(back.0, 200);
    assert_eq!(moderate(&admin, "sayer", "hide").await.0, 200);
    assert_eq!(moderate(&admin, "sayer", "restore").await.1["status"], "unpublished");
});

on_both!(reports_and_appeals_wait_for_an_admin, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let bob = platform.with_key(&platform.api_key("bob@example.com"));
    let admin = admin(&platform, "zoe@example.com");
    let server = Hosted::demo(&ada, "hers").await;
    publish(&ada, &server, "Echo").await;
    let report =
        async |text: &str| bob.post("/v1/templates/echo/reports", json!({"concern": "malicious", "text": text})).await;
    assert_eq!(report(" ").await.1["code"], "reason_needed");
    let (status, opened) = report("It calls home").await;
    assert_eq!(status, 201, "{opened:#}");
    assert_eq!(report("It does").await.1["code"], "already_reported");
    assert_eq!(bob.post("/v1/templates/none/reports", json!({"concern": "other", "text": "x"})).await.0, 404);
    let appeal = async || ada.post("/v1/templates/echo/appeal", json!({"text": "It does not"})).await;
    assert_eq!(appeal().await.1["code"], "nothing_to_appeal");
    assert_eq!(bob.post("/v1/templates/echo/appeal", json!({"text": "mine"})).await.0, 404);

    let (_, queue) = admin.get("/v1/admin/cases").await;
    let case = &queue["cases"][0];
    assert_eq!(
        (&case["id"], &case["kind"], &case["text"]),
        (&opened["caseId"], &json!("report"), &json!("It calls home"))
    );
    assert_eq!(case["template"]["slug"], "echo");
    assert_eq!(moderate(&admin, "echo", "takedown").await.0, 200);
    let decide = async |id: &Value, upheld: bool| {
        let body = json!({"upheld": upheld, "reason": "Looked at it"});
        admin.patch(&format!("/v1/admin/cases/{}", id.as_str().unwrap()), body).await
    };
    assert_eq!(decide(&opened["caseId"], true).await.1["case"]["state"], "upheld");
    assert_eq!(decide(&opened["caseId"], false).await.1["code"], "already_decided");
    assert_eq!(decide(&json!("cas_01m8c9r4fae2d9d5860ny4kcfp"), false).await.0, 404);

    let (status, appealed) = appeal().await;
    assert_eq!(status, 201, "{appealed:#}");
    assert_eq!(appeal().await.1["code"], "already_appealed");
    let (status, decided) = decide(&appealed["caseId"], true).await;
    assert_eq!((status, &decided["moderated"]["status"]), (200, &json!("published")), "{decided:#}");
    assert_eq!(platform.anyone().get("/v1/templates/echo").await.0, 200);
    let (_, log) = admin.get("/v1/admin/audit").await;
    let actions: Vec<_> = log["entries"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    let decided = ["template.restored", "case.decided", "case.decided", "template.taken_down", "admin.changed"];
    assert_eq!(actions, decided, "{log:#}");
    let (_, log) = ada.get("/v1/audit?action=template.appealed").await;
    assert_eq!(log["entries"].as_array().unwrap().len(), 1, "{log:#}");
    assert_eq!(admin.get("/v1/admin/cases").await.1["cases"], json!([]));
    assert_eq!(admin.get("/v1/admin/cases?state=upheld").await.1["cases"].as_array().unwrap().len(), 2);
});

#[tokio::test]
async fn nobody_but_admins_moderates() {
    let platform = Platform::start().await;
    let ada = platform.with_key(&platform.api_key("ada@example.com"));
    let server = Hosted::demo(&ada, "hers").await;
    publish(&ada, &server, "Echo").await;
    let key = platform.admin("api-key", &["--email", "zoe@example.com"]);
    let zoe = platform.with_key(&key);
    assert_eq!(moderate(&platform.anyone(), "echo", "hide").await.0, 401);
    assert_eq!(moderate(&ada, "echo", "hide").await.1["code"], "insufficient_scope");
    assert_eq!(moderate(&platform.sign_in("ada@example.com").await, "echo", "hide").await.1["code"], "not_an_admin");
    // Nobody gives themselves the scope.
    let asked = json!({"name": "more", "scopes": ["api", "admin"]});
    assert_eq!(
        platform.sign_in("ada@example.com").await.post("/v1/api-keys", asked).await.1["code"],
        "invalid_api_key"
    );
    // An admin's ordinary key moderates nothing; their browser does.
    platform.admin("grant", &["--email", "zoe@example.com"]);
    assert_eq!(moderate(&zoe, "echo", "hide").await.1["code"], "insufficient_scope");
    let browser = platform.sign_in("zoe@example.com").await;
    assert_eq!(moderate(&browser, "nothing", "hide").await.0, 404);
    for body in [json!({"action": "hide", "reason": " "}), json!({"action": "hide", "reason": "x".repeat(1_001)})] {
        assert_eq!(browser.patch("/v1/admin/templates/echo", body).await.1["code"], "reason_needed");
    }
    assert_eq!(moderate(&browser, "echo", "hide").await.0, 200);
    assert_eq!(moderate(&browser, "echo", "hide").await.1["code"], "already_so");
    assert_eq!(browser.get("/v1/admin/templates?status=hidden").await.1["templates"][0]["slug"], "echo");
}
