//! Invitations: sent, taken up once by whom they are for, taken back.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tempfile::TempDir;
use time::Duration;

use super::{ADA, ORG, belongs_to, changed, id, log, member};
use crate::accounts::with_a_clock;
use crate::platform::{Caller, Platform, Setup, on_both, token_of};

const INVITES: &str = "/v1/invites";
const ACCEPT: &str = "/v1/invites/accept";
const BOB: &str = "bob@example.com";

fn of(email: &str, role: &str) -> Value {
    json!({"email": email, "role": role})
}

/// The token of the newest mail to an address.
fn mailed(platform: &Platform, email: &str) -> Value {
    json!({"token": token_of(platform.mails_to(email).last().unwrap())})
}

on_both!(whoever_reads_the_mail_joins_by_it_once, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in(ADA).await;
    let (status, invite) = ada.post(INVITES, of(" Bob@Example.com", "developer")).await;
    assert_eq!((status, &invite["email"], &invite["role"]), (201, &json!(BOB), &json!("developer")));
    assert_eq!(ada.get(INVITES).await.1, json!({"invites": [invite]}));
    let mails = platform.mails_to(BOB);
    assert_eq!(mails.len(), 1);
    let link = format!("{}/invite?token=", platform.url);
    for words in ["ada@example.com invites you to the organisation ada on Cloche, as developer", &link, "for 7 days"] {
        assert!(mails[0].contains(words), "{words}: {}", mails[0]);
    }

    let (bob, token) = (platform.sign_in(BOB).await, mailed(&platform, BOB));
    assert_eq!(platform.anyone().post(ACCEPT, token.clone()).await.0, 401);
    let (status, me) = bob.post(ACCEPT, token.clone()).await;
    assert_eq!((status, &me["org"]["slug"], &me["role"]), (200, &json!("ada"), &json!("developer")));
    assert_eq!(belongs_to(&bob).await, ["bob", "ada*"], "and acts there at once");
    assert_eq!(bob.post(ACCEPT, token).await.1["code"], "invite_not_valid");
    assert_eq!(ada.get(INVITES).await.1, json!({"invites": []}));

    let (accepted, joined) = (&log(&ada, "invite.accepted").await[0], &log(&ada, "member.joined").await[0]);
    let bobs = json!(id(&bob).await);
    assert_eq!((&accepted["resourceId"], &accepted["actor"]), (&invite["id"], &bobs));
    assert_eq!(joined["resourceId"], bobs);
    assert_eq!(changed(joined), (&Value::Null, &json!({"role": "developer"})));
    let (_, whole) = ada.get("/v1/audit").await;
    assert!(!whole.to_string().contains(BOB), "what is kept for good holds no address: {whole}");
});

on_both!(of_two_hundred_with_one_invitation_one_joins, async |setup: Setup| {
    let platform = setup.start().await;
    let (ada, bob) = (platform.sign_in(ADA).await, platform.sign_in(BOB).await);
    assert_eq!(ada.post(INVITES, of(BOB, "viewer")).await.0, 201);
    let token = mailed(&platform, BOB);
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let answer = bob.post(ACCEPT, token.clone());
        asked.spawn(async move { answer.await.0 });
    }
    let mut statuses = asked.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (200, &[410; 199][..]));
    assert_eq!(log(&ada, "member.joined").await.len(), 1);
});

on_both!(an_invitation_that_was_passed_on_opens_nothing_and_stays_good, async |setup: Setup| {
    let platform = setup.start().await;
    let (ada, eve) = (platform.sign_in(ADA).await, platform.sign_in("eve@example.com").await);
    assert_eq!(ada.post(INVITES, of(BOB, "owner")).await.0, 201);
    let token = mailed(&platform, BOB);
    let (status, problem) = eve.post(ACCEPT, token.clone()).await;
    assert_eq!((status, &problem["code"]), (403, &json!("invite_for_another")));
    assert!(!problem.to_string().contains("bob"), "nor does it say for whom: {problem}");
    assert_eq!(eve.post(ACCEPT, json!({"token": "made-up"})).await.1["code"], "invite_not_valid");
    assert_eq!(belongs_to(&eve).await, ["eve*"]);
    assert_eq!(platform.sign_in(BOB).await.post(ACCEPT, token).await.0, 200);
});

on_both!(a_second_mail_replaces_the_first_and_what_is_taken_back_is_gone, async |setup: Setup| {
    let platform = setup.start().await;
    let (ada, bob) = (platform.sign_in(ADA).await, platform.sign_in(BOB).await);
    let (_, invite) = ada.post(INVITES, of(BOB, "viewer")).await;
    let first = mailed(&platform, BOB);
    assert_eq!(ada.post(INVITES, of(BOB, "admin")).await.1["code"], "already_invited");
    let path = format!("{INVITES}/{}", invite["id"].as_str().unwrap());
    assert_eq!(ada.post(&format!("{path}/resend"), json!({})).await.1["id"], invite["id"]);
    let second = mailed(&platform, BOB);
    assert_ne!(first, second);
    assert_eq!(bob.post(ACCEPT, first).await.1["code"], "invite_not_valid");
    assert_eq!(ada.delete(&path).await, (204, Value::Null));
    assert_eq!(bob.post(ACCEPT, second).await.1["code"], "invite_not_valid");
    assert_eq!(ada.delete(&path).await.0, 404);
    assert_eq!(ada.post(&format!("{path}/resend"), json!({})).await.0, 404);
    assert_eq!(changed(&log(&ada, "invite.withdrawn").await[0]), (&json!({"role": "viewer"}), &Value::Null));
    assert_eq!(ada.post(INVITES, of(ADA, "admin")).await.1["code"], "already_member");
});

on_both!(an_admin_invites_all_but_owners_and_the_others_nobody, async |setup: Setup| {
    let platform = setup.start().await;
    let ada = platform.sign_in(ADA).await;
    let (_, owners) = ada.post(INVITES, of("owen@example.com", "owner")).await;
    let path = format!("{INVITES}/{}", owners["id"].as_str().unwrap());
    for (role, seen, may) in
        [("admin", 200, 201), ("developer", 403, 403), ("reviewer", 403, 403), ("viewer", 403, 403)]
    {
        let actor = member(&platform, role, role).await;
        assert_eq!(actor.get(INVITES).await.0, seen, "{role}");
        assert_eq!(actor.post(INVITES, of(&format!("by-{role}@example.com"), "admin")).await.0, may, "{role}");
        assert_eq!(actor.post(INVITES, of("x@example.com", "owner")).await.1["code"], "forbidden", "{role}");
        assert_eq!(actor.post(&format!("{path}/resend"), json!({})).await.1["code"], "forbidden", "{role}");
        assert_eq!(actor.delete(&path).await.1["code"], "forbidden", "{role}");
    }
    assert_eq!(platform.mails_to("owen@example.com").len(), 1);
    assert!(platform.mails_to("x@example.com").is_empty());
});

on_both!(whoever_belongs_there_already_keeps_their_role, async |setup: Setup| {
    let platform = setup.start().await;
    let (ada, bob) = (platform.sign_in(ADA).await, platform.sign_in(BOB).await);
    assert_eq!(ada.post(INVITES, of(BOB, "viewer")).await.0, 201);
    platform.admin("member", &["--email", BOB, "--org", "ada", "--role", "admin"]);
    let (status, me) = bob.post(ACCEPT, mailed(&platform, BOB)).await;
    assert_eq!((status, &me["role"]), (200, &json!("admin")));
});

#[tokio::test]
async fn the_answer_does_not_tell_whether_there_is_an_account() {
    let platform = Platform::start().await;
    let ada = platform.sign_in(ADA).await;
    platform.admin("user", &["--email", BOB]);
    let answer = async |email: &str| {
        let (status, mut invite) = ada.post(INVITES, of(email, "viewer")).await;
        for own in ["id", "email", "createdAt", "expiresAt"] {
            assert!(invite.as_object_mut().unwrap().remove(own).is_some(), "{own}");
        }
        (status, invite)
    };
    assert_eq!(answer(BOB).await, answer("nobody@example.com").await);
}

on_both!(five_invitations_a_day_go_to_one_address_whoever_sends_them, async |setup: Setup| {
    let platform = setup.start().await;
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..8 {
        let inviter = platform.sign_in(&format!("inviter{n}@example.com")).await;
        asked.spawn(inviter.post(INVITES, of(BOB, "viewer")));
    }
    let (sent, refused): (Vec<_>, Vec<_>) = asked.join_all().await.into_iter().partition(|(status, _)| *status == 201);
    assert_eq!((sent.len(), platform.mails_to(BOB).len()), (5, 5));
    assert!(refused.iter().all(|(status, problem)| *status == 429 && problem["code"] == "rate_limited"), "{refused:?}");
});

on_both!(an_organisation_mails_so_many_a_day_and_deleting_gives_none_back, async |setup: Setup| {
    let platform = setup.config("[organisations]\ninvites_per_org = 3").start().await;
    let ada = platform.sign_in(ADA).await;
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..20 {
        asked.spawn(ada.post(INVITES, of(&format!("guest{n}@example.com"), "viewer")));
    }
    let (sent, refused): (Vec<_>, Vec<_>) = asked.join_all().await.into_iter().partition(|(status, _)| *status == 201);
    assert_eq!(sent.len(), 3, "{refused:?}");
    let path = format!("{INVITES}/{}", sent[0].1["id"].as_str().unwrap());
    assert_eq!(ada.post(&format!("{path}/resend"), json!({})).await.0, 429, "a second mail is a mail");
    assert_eq!(ada.delete(&path).await.0, 204);
    let answer = ada.send(Method::POST, INVITES, of("late@example.com", "viewer")).await;
    assert_eq!(answer.status(), 429);
    let wait: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((86_000..=86_401).contains(&wait), "{wait}");
});

#[tokio::test]
async fn an_invitation_lives_seven_days_and_is_listed_longer() {
    let data = TempDir::new().unwrap();
    let (app, url, session) = with_a_clock(&data).await;
    let ada = Caller::new(&url, HeaderMap::from_iter([("cookie".parse().unwrap(), session.parse().unwrap())]));
    let (_, invite) = ada.post(INVITES, of(BOB, "viewer")).await;
    let token = || {
        let mut mails: Vec<_> =
            data.path().join("outbox").read_dir().unwrap().map(|file| file.unwrap().path()).collect();
        mails.sort();
        json!({"token": token_of(&std::fs::read_to_string(mails.last().unwrap()).unwrap())})
    };
    let expired = token();
    app.clock.advance(Duration::days(7));
    let bob = {
        let link = cloche::accounts::operator_link(&app, &BOB.parse().unwrap()).await.unwrap();
        let token = json!({"token": token_of(link.as_str())});
        let answer = Caller::new(&url, HeaderMap::new()).send(Method::POST, "/v1/auth/magic-link/consume", token).await;
        let cookie = crate::platform::cookie(&answer).unwrap();
        Caller::new(&url, HeaderMap::from_iter([("cookie".parse().unwrap(), cookie.parse().unwrap())]))
    };
    assert_eq!(bob.post(ACCEPT, expired).await.1["code"], "invite_not_valid");
    assert_eq!(ada.get(INVITES).await.1["invites"][0]["id"], invite["id"]);
    let path = format!("{INVITES}/{}/resend", invite["id"].as_str().unwrap());
    assert_eq!(ada.post(&path, json!({})).await.0, 200);
    app.clock.advance(Duration::days(6));
    assert_eq!(bob.post(ACCEPT, token()).await.0, 200);
    assert_eq!(bob.get(ORG).await.1["slug"], "ada");
}

#[tokio::test]
async fn what_is_no_address_or_role_is_refused() {
    let platform = Platform::start().await;
    let ada = platform.sign_in(ADA).await;
    for bad in [
        of("bob", "viewer"),
        of("bob@example.com\r\nBcc: eve@example.com", "viewer"),
        of(BOB, "god"),
        json!({"email": BOB}),
        json!({"email": BOB, "role": "viewer", "org": "other"}),
    ] {
        assert_eq!(ada.post(INVITES, bad.clone()).await.0, 422, "{bad}");
    }
    assert!(platform.mails_to(BOB).is_empty());
}
