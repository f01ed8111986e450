//! Servers, their versions, and the drafts that they come from.

use cloche_domain::server::{BuildState, ServerStatus};
use cloche_domain::spec::ServerSpec;
use cloche_domain::{BuildId, Clock, PreviewId, ServerId, Sha256, Slug, VersionId};
use cloche_storage::accounts::Membership;
use cloche_storage::jobs::{Claim, NewJob};
use cloche_storage::previews::{self, Drafting, Preview};
use cloche_storage::servers::{self, NewServer};
use cloche_storage::versions::{self, Compiled, NewVersion};
use cloche_storage::{Db, Error, Tx, builds, jobs, kv, secrets};
use time::Duration;

use crate::engines::{on_both, owner};

pub fn spec() -> ServerSpec {
    serde_json::from_value(serde_json::json!({
        "name": "Weather", "description": "Says the weather",
        "tools": [{"name": "get", "description": "Says it", "implementation": "Ok(1.5)",
                   "inputSchema": {"type": "object", "properties": {"b": {}, "a": {"minimum": 0.1}}}}],
    }))
    .unwrap()
}

/// A server with one version that waits to be built.
#[derive(Clone, Copy)]
pub struct Made {
    pub server: ServerId,
    pub version: VersionId,
    pub build: BuildId,
}

pub async fn server(tx: &mut Tx, of: &Membership, slug: &str) -> Made {
    let now = Clock::default().now();
    let made = Made { server: ServerId::new(), version: VersionId::new(), build: BuildId::new() };
    let (slug, spec): (Slug, _) = (slug.parse().unwrap(), spec());
    let new = NewServer { id: made.server, org_id: of.org_id, slug: &slug, name: "Weather", created_by: of.user_id };
    servers::insert(tx, &new, now).await.unwrap();
    let version = NewVersion {
        id: made.version,
        server_id: made.server,
        n: 1,
        spec: &spec,
        uploaded_sha256: None,
        repair: false,
        release_n: None,
        created_by: of.user_id,
    };
    versions::insert(tx, &version, now).await.unwrap();
    builds::insert(tx, made.build, (made.server, made.version), "Waiting", now).await.unwrap();
    made
}

async fn complete(tx: &mut Tx, made: Made, component: &str) {
    let compiled = Compiled {
        source: &["lib.rs"],
        source_sha256: Sha256::of("source"),
        component_sha256: Sha256::of(component),
        imports: &["cloche:tool/log@0.1.0".to_owned()],
        toolchain: "t",
        attestation: &["signed"],
    };
    versions::complete(tx, made.version, &compiled).await.unwrap();
}

on_both!(a_server_is_seen_by_its_organisation_alone, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let (ada, bob) = (owner(&mut tx, "ada").await, owner(&mut tx, "bob").await);
    let made = server(&mut tx, &ada, "weather").await;
    let seen = servers::get(&mut tx, ada.org_id, made.server).await.unwrap().unwrap();
    assert_eq!((seen.status, seen.active_version, seen.spec), (ServerStatus::Building, None, spec()));
    assert_eq!(seen.imports, None);
    assert!(servers::get(&mut tx, bob.org_id, made.server).await.unwrap().is_none());
    assert!(builds::get(&mut tx, ada.org_id, made.build).await.unwrap().is_some());
    assert!(builds::get(&mut tx, bob.org_id, made.build).await.unwrap().is_none());
    assert!(servers::list(&mut tx, bob.org_id, None, 9).await.unwrap().is_empty());
    assert!(!servers::delete(&mut tx, bob.org_id, made.server, Clock::default().now()).await.unwrap());
});

on_both!(a_slug_is_taken_once_in_an_organisation, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let (ada, bob) = (owner(&mut tx, "ada").await, owner(&mut tx, "bob").await);
    server(&mut tx, &ada, "weather").await;
    server(&mut tx, &bob, "weather").await;
    let slug = "weather".parse().unwrap();
    let new = NewServer { id: ServerId::new(), org_id: ada.org_id, slug: &slug, name: "", created_by: ada.user_id };
    let taken = servers::insert(&mut tx, &new, Clock::default().now()).await;
    assert!(matches!(taken, Err(Error::Taken("slug"))));
    // The transaction goes on all the same.
    assert_eq!(servers::count_to_add(&mut tx, ada.org_id).await.unwrap(), 1);
});

on_both!(a_list_goes_from_new_to_old_in_pages, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let ada = owner(&mut tx, "ada").await;
    let mut made = vec![];
    for slug in ["one", "two", "three"] {
        made.push(server(&mut tx, &ada, slug).await.server);
    }
    let mut ids = async |before, limit| {
        let page = servers::list(&mut tx, ada.org_id, before, limit).await.unwrap();
        page.into_iter().map(|server| server.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(None, 2).await, [made[2], made[1]]);
    assert_eq!(ids(Some(made[1]), 2).await, [made[0]]);
    assert_eq!(ids(Some(made[0]), 2).await, []);
});

on_both!(a_server_answers_once_a_version_is_active, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let (ada, now) = (owner(&mut tx, "ada").await, Clock::default().now());
    let made = server(&mut tx, &ada, "weather").await;
    let slug: Slug = "weather".parse().unwrap();
    assert!(servers::live(&mut tx, &ada.org_slug, &slug).await.unwrap().is_none());
    servers::fail(&mut tx, made.server, now).await.unwrap();
    let failed = servers::get(&mut tx, ada.org_id, made.server).await.unwrap().unwrap();
    assert_eq!(failed.status, ServerStatus::Failed);

    complete(&mut tx, made, "component").await;
    complete(&mut tx, made, "another, which comes too late").await;
    servers::activate(&mut tx, made.server, made.version, now).await.unwrap();
    let (live, of) = servers::live(&mut tx, &ada.org_slug, &slug).await.unwrap().unwrap();
    assert_eq!((live.server_id, live.org_id, live.version_n), (made.server, ada.org_id, 1));
    assert_eq!((live.status, live.component_sha256), (ServerStatus::Live, Sha256::of("component")));
    assert_eq!((live.plan, &live.name, &live.description), (ada.plan, &of.name, &of.description));
    assert_eq!(of, spec());
    let shown = servers::get(&mut tx, ada.org_id, made.server).await.unwrap().unwrap();
    assert_eq!(shown.imports, Some(vec!["cloche:tool/log@0.1.0".to_owned()]));

    // A later failure leaves what answers as it is.
    servers::fail(&mut tx, made.server, now).await.unwrap();
    let (still, _) = servers::live(&mut tx, &ada.org_slug, &slug).await.unwrap().unwrap();
    assert_eq!(still.status, ServerStatus::Live);
    let versions = versions::list(&mut tx, made.server, None, 9).await.unwrap();
    assert_eq!((versions.len(), versions[0].active, versions[0].state), (1, true, BuildState::Queued));
});

on_both!(a_deleted_server_leaves_nothing, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let (ada, now) = (owner(&mut tx, "ada").await, Clock::default().now());
    let made = server(&mut tx, &ada, "weather").await;
    let other = server(&mut tx, &ada, "other").await;
    for build in [made.build, other.build] {
        let subject = build.to_string();
        let job = NewJob { org_id: ada.org_id, kind: "build", subject: &subject };
        jobs::enqueue(&mut tx, job, now).await.unwrap();
    }
    let quota = kv::Quota { keys: 1, bytes: 9 };
    assert_eq!(kv::set(&mut tx, (made.server, "k"), b"v", quota, now).await.unwrap(), kv::Set::Done);
    assert!(servers::delete(&mut tx, ada.org_id, made.server, now).await.unwrap());
    assert!(!servers::delete(&mut tx, ada.org_id, made.server, now).await.unwrap());
    assert!(builds::work(&mut tx, made.build).await.unwrap().is_none());
    assert_eq!(builds::events(&mut tx, made.build, 0).await.unwrap(), []);
    assert_eq!(kv::get(&mut tx, made.server, "k").await.unwrap(), None);
    assert_eq!(secrets::keys(&mut tx, made.server).await.unwrap(), []);
    let left = jobs::claim(&mut tx, Claim { lease: "lease", until: now + Duration::MINUTE, share: 9 }, now)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(left.subject, other.build.to_string());
    assert!(
        jobs::claim(&mut tx, Claim { lease: "lease", until: now + Duration::MINUTE, share: 9 }, now)
            .await
            .unwrap()
            .is_none()
    );
});

on_both!(a_draft_is_there_for_its_time, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let (ada, bob) = (owner(&mut tx, "ada").await, owner(&mut tx, "bob").await);
    let now = Clock::default().now();
    let preview = Preview {
        id: PreviewId::new(),
        org_id: ada.org_id,
        user_id: ada.user_id,
        prompt: "weather".into(),
        spec: spec(),
        model: "m".into(),
        demo: true,
        created_at: now,
        expires_at: now + Duration::DAY,
        drafting: Drafting::default(),
    };
    previews::insert(&mut tx, &preview).await.unwrap();
    let found = previews::find(&mut tx, ada.org_id, preview.id, now).await.unwrap().unwrap();
    assert_eq!((found.spec, found.demo, found.expires_at), (spec(), true, preview.expires_at));
    assert!(previews::find(&mut tx, bob.org_id, preview.id, now).await.unwrap().is_none());
    assert!(previews::find(&mut tx, ada.org_id, preview.id, now + Duration::DAY).await.unwrap().is_none());
    assert_eq!(previews::delete_expired(&mut tx, now).await.unwrap(), 0);
    assert_eq!(previews::delete_expired(&mut tx, now + Duration::DAY).await.unwrap(), 1);
});

on_both!(a_build_that_was_overtaken_does_not_take_over, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let ada = owner(&mut tx, "ada").await;
    let made = server(&mut tx, &ada, "weather").await;
    complete(&mut tx, made, "one").await;
    let (spec, second) = (spec(), VersionId::new());
    let version = NewVersion {
        id: second,
        server_id: made.server,
        n: 2,
        spec: &spec,
        uploaded_sha256: None,
        repair: false,
        release_n: None,
        created_by: ada.user_id,
    };
    versions::insert(&mut tx, &version, Clock::default().now()).await.unwrap();
    complete(&mut tx, Made { version: second, ..made }, "two").await;
    for (built, answers, active) in [(made.version, true, 1), (second, true, 2), (made.version, false, 2)] {
        let activated = servers::activate_built(&mut tx, made.server, built, Clock::default().now()).await.unwrap();
        assert_eq!(activated, answers);
        assert_eq!(versions::active(&mut tx, made.server).await.unwrap().unwrap().n, active);
    }
    // The way back is a person's decision.
    servers::activate(&mut tx, made.server, made.version, Clock::default().now()).await.unwrap();
    assert_eq!(versions::active(&mut tx, made.server).await.unwrap().unwrap().n, 1);
    // And is not undone by a build that was asked for before it; one that is asked for after it takes over.
    assert!(!servers::activate_built(&mut tx, made.server, second, Clock::default().now()).await.unwrap());
    let third = VersionId::new();
    let version = NewVersion { id: third, n: 3, ..version };
    versions::insert(&mut tx, &version, Clock::default().now()).await.unwrap();
    complete(&mut tx, Made { version: third, ..made }, "three").await;
    assert!(servers::activate_built(&mut tx, made.server, third, Clock::default().now()).await.unwrap());
});
