//! Roles, leaving, and being removed.

use serde_json::{Value, json};

use super::{ADA, MEMBERS, ORG, belongs_to, changed, id, log, member};
use crate::hosted::Hosted;
use crate::oauth::dance::{Tokens, refresh};
use crate::platform::{Caller, Platform, Setup, on_both};

const ROLES: [&str; 5] = ["owner", "admin", "developer", "reviewer", "viewer"];

/// Who may change whom into what: everyone by everyone.
#[tokio::test]
async fn owners_govern_all_and_admins_all_but_owners() {
    let platform = Platform::start().await;
    let ada = platform.sign_in(ADA).await;
    let mut actors = Vec::new();
    for role in ROLES {
        actors.push((role, member(&platform, role, role).await));
    }
    let target = format!("{MEMBERS}/{}", id(&member(&platform, "target", "viewer").await).await);
    for (actor, browser) in &actors {
        for (before, after) in ROLES.iter().flat_map(|before| ROLES.map(|after| (*before, after))) {
            assert_eq!(ada.patch(&target, json!({"role": before})).await.0, 200);
            let (status, answer) = browser.patch(&target, json!({"role": after})).await;
            let may = *actor == "owner" || *actor == "admin" && before != "owner" && after != "owner";
            let right = if may { status == 200 && answer["role"] == after } else { answer["code"] == "forbidden" };
            assert!(right, "{actor} makes of {before} {after}: {answer}");
        }
    }
    for (actor, browser) in &actors {
        for before in ROLES {
            if ada.patch(&target, json!({"role": before})).await.0 == 404 {
                platform.admin("member", &["--email", "target@example.com", "--org", "ada", "--role", before]);
            }
            let may = *actor == "owner" || *actor == "admin" && before != "owner";
            let status = browser.delete(&target).await.0;
            assert_eq!(status, if may { 204 } else { 403 }, "{actor} removes {before}");
        }
        assert_eq!(browser.get(MEMBERS).await.0, 200, "{actor} sees who else is there");
    }
}

on_both!(the_last_owner_can_neither_leave_nor_be_made_less, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in(ADA).await;
    member(&platform, "amy", "admin").await;
    let me = format!("{MEMBERS}/{}", id(&ada).await);
    for (status, problem) in [ada.delete(&me).await, ada.patch(&me, json!({"role": "admin"})).await] {
        assert_eq!((status, &problem["code"]), (409, &json!("last_owner")));
    }
    assert_eq!(ada.patch(&me, json!({"role": "owner"})).await.0, 200);
    let owen = member(&platform, "owen", "owner").await;
    assert_eq!(ada.patch(&me, json!({"role": "viewer"})).await.0, 200);
    assert_eq!(ada.patch(&me, json!({"role": "owner"})).await.0, 403, "nobody raises themselves");
    let (before, after) = (json!({"role": "owner"}), json!({"role": "viewer", "invitesWithdrawn": 0}));
    assert_eq!(changed(&log(&owen, "member.role_changed").await[0]), (&before, &after));
});

on_both!(of_owners_who_all_leave_at_once_one_stays, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in(ADA).await;
    let mut owners = vec![ada.clone()];
    for n in 1..6 {
        owners.push(member(&platform, &format!("owner{n}"), "owner").await);
    }
    let mut leaving = tokio::task::JoinSet::new();
    for (n, owner) in owners.iter().enumerate() {
        let me = format!("{MEMBERS}/{}", id(owner).await);
        // Some leave, some make themselves less: either ends an owner.
        if n % 2 == 0 {
            leaving.spawn(owner.delete(&me));
        } else {
            leaving.spawn(owner.patch(&me, json!({"role": "viewer"})));
        }
    }
    let answers = leaving.join_all().await;
    let refused: Vec<_> = answers.iter().filter(|(status, _)| !matches!(status, 200 | 204)).collect();
    assert!(refused.len() == 1 && refused[0].1["code"] == "last_owner", "{answers:?}");
    let (_, members) = member(&platform, "looker", "viewer").await.get(MEMBERS).await;
    let owners = members["members"].as_array().unwrap().iter().filter(|member| member["role"] == "owner").count();
    assert_eq!(owners, 1, "{members}");
});

on_both!(two_admins_who_remove_each_other_do_not_both_succeed, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in(ADA).await;
    for round in 0..3 {
        let (left, right) = (format!("left{round}"), format!("right{round}"));
        let (left, right) = (member(&platform, &left, "admin").await, member(&platform, &right, "admin").await);
        let path = async |of: &Caller| format!("{MEMBERS}/{}", id(of).await);
        let (lefts, rights) = (path(&left).await, path(&right).await);
        let (one, other) = tokio::join!(left.delete(&rights), right.delete(&lefts));
        let mut statuses = [one.0, other.0];
        statuses.sort_unstable();
        assert!(statuses[0] == 204 && matches!(statuses[1], 403 | 404), "{one:?} {other:?}");
    }
    let (_, members) = ada.get(MEMBERS).await;
    assert_eq!(members["members"].as_array().unwrap().len(), 4, "{members}");
});

on_both!(whoever_is_removed_may_nothing_more_also_when_they_come_back, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in(ADA).await;
    let server = Hosted::demo(&ada, "weather").await;
    let rita = member(&platform, "rita", "admin").await;
    let phone = platform.sign_in("rita@example.com").await;
    let key = platform.admin("api-key", &["--email", "rita@example.com", "--org", "ada"]);
    let tokens = Tokens::of(&platform, &rita, &server).await;
    assert_eq!(rita.post("/v1/invites", json!({"email": "alt@example.com", "role": "admin"})).await.0, 201);
    for bearer in [&key, &tokens.access] {
        assert_eq!(server.echo(&platform, bearer).await.0, 200);
    }

    let path = format!("{MEMBERS}/{}", id(&rita).await);
    assert_eq!(ada.delete(&path).await, (204, Value::Null));
    for bearer in [&key, &tokens.access] {
        assert_eq!(server.echo(&platform, bearer).await.0, 401, "with the answer, not seconds later");
    }
    assert_eq!(refresh(&platform, &tokens.client, &tokens.refresh).await.1["error"], "invalid_grant");
    assert_eq!(platform.with_key(&key).get("/v1/servers").await.0, 401);
    for browser in [&rita, &phone] {
        assert_eq!(belongs_to(browser).await, ["rita*"], "still signed in, at home");
        assert_eq!(browser.get(&format!("/v1/servers/{}", server.id)).await.0, 404);
    }
    assert_eq!(ada.get("/v1/invites").await.1, json!({"invites": []}));
    assert_eq!(ada.delete(&path).await.0, 404);
    let entry = &log(&ada, "member.removed").await[0];
    let before = json!({"role": "admin", "apiKeys": 1, "grants": 1, "invites": 1});
    assert_eq!((changed(entry), &entry["actor"]), ((&before, &Value::Null), &json!(id(&ada).await)));

    platform.admin("member", &["--email", "rita@example.com", "--org", "ada", "--role", "admin"]);
    for bearer in [&key, &tokens.access] {
        assert_eq!(server.echo(&platform, bearer).await.0, 401, "what has ended does not come back");
    }
    assert_eq!(rita.get(ORG).await.1["slug"], "rita");
});

on_both!(everyone_may_leave_and_is_somewhere_afterwards, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in(ADA).await;
    let vic = member(&platform, "vic", "viewer").await;
    let me = format!("{MEMBERS}/{}", id(&vic).await);
    assert_eq!(vic.delete(&me).await.0, 204);
    assert_eq!(belongs_to(&vic).await, ["vic*"]);
    assert_eq!(vic.delete(&me).await.1["code"], "last_owner", "one's own organisation is deleted, not left");
    assert_eq!(changed(&log(&ada, "member.left").await[0]).0["role"], "viewer");
});

on_both!(a_lowered_role_counts_from_the_next_request_and_takes_invitations_with_it, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in(ADA).await;
    let owen = member(&platform, "owen", "owner").await;
    for (name, role) in [("one", "owner"), ("two", "developer")] {
        let invite = json!({"email": format!("{name}@example.com"), "role": role});
        assert_eq!(owen.post("/v1/invites", invite).await.0, 201);
    }
    let path = format!("{MEMBERS}/{}", id(&owen).await);
    let standing = async || {
        let (_, list) = ada.get("/v1/invites").await;
        list["invites"].as_array().unwrap().iter().map(|invite| invite["role"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ada.patch(&path, json!({"role": "admin"})).await.0, 200);
    assert_eq!(standing().await, ["developer"], "an admin could not send the other");
    assert_eq!(ada.patch(&path, json!({"role": "developer"})).await.0, 200);
    assert_eq!(standing().await, [""; 0]);
    assert_eq!(owen.get("/v1/invites").await.1["code"], "forbidden");
    assert_eq!(owen.post("/v1/invites", json!({"email": "x@example.com", "role": "viewer"})).await.0, 403);
});

on_both!(keys_that_are_made_in_the_moment_of_removal_end_with_it, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in(ADA).await;
    let rita = member(&platform, "rita", "developer").await;
    let path = format!("{MEMBERS}/{}", id(&rita).await);
    let mut made = tokio::task::JoinSet::new();
    for n in 0..40 {
        made.spawn(rita.post("/v1/api-keys", json!({"name": format!("key {n}"), "scopes": ["api"]})));
    }
    let mut keys = vec![made.join_next().await.unwrap().unwrap()];
    let removed = ada.delete(&path).await;
    keys.extend(made.join_all().await);
    assert_eq!(removed.0, 204);
    // Afterwards her browser acts at home: keys that were made there are of no interest.
    platform.admin("member", &["--email", "rita@example.com", "--org", "ada", "--role", "developer"]);
    let keys: Vec<_> = keys.iter().filter_map(|(_, made)| made["key"].as_str()).collect();
    assert!(!keys.is_empty());
    for key in keys {
        let (status, org) = platform.with_key(key).get(ORG).await;
        assert!(status == 401 || org["slug"] == "rita", "a key has outlived the removal: {org}");
    }
});
