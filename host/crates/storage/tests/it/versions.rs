//! Versions: their list, and which of them are kept.

use cloche_domain::server::{BuildState, Review, ServerStatus};
use cloche_domain::{BuildId, Clock, Sha256, VersionId};
use cloche_storage::accounts::Membership;
use cloche_storage::builds::{self, BuildEvent};
use cloche_storage::servers as store;
use cloche_storage::versions::{self, Compiled, NewVersion};
use cloche_storage::{Db, Tx};
use time::{Duration, OffsetDateTime};

use crate::engines::{on_both, owner};
use crate::servers::{Made, server, spec};

/// Version `n` of a server, built.
async fn built(tx: &mut Tx, of: &Membership, made: Made, n: i64) -> VersionId {
    let (version, now, spec) = (VersionId::new(), Clock::default().now(), spec());
    let new = NewVersion {
        id: version,
        server_id: made.server,
        n,
        spec: &spec,
        uploaded_sha256: None,
        repair: false,
        release_n: None,
        created_by: of.user_id,
    };
    versions::insert(tx, &new, now).await.unwrap();
    let build = BuildId::new();
    builds::insert(tx, build, (made.server, version), "Waiting", now).await.unwrap();
    finish(tx, build, version).await;
    version
}

async fn finish(tx: &mut Tx, build: BuildId, version: VersionId) {
    let compiled = Compiled {
        source: &["lib.rs"],
        source_sha256: Sha256::of("source"),
        component_sha256: Sha256::of(version.to_string()),
        imports: &[],
        toolchain: "t",
        attestation: &["signed"],
    };
    versions::complete(tx, version, &compiled).await.unwrap();
    let event = BuildEvent {
        seq: 0,
        at: Clock::default().now(),
        state: BuildState::Live,
        message: "Live".into(),
        code: None,
        diagnostics: vec![],
        repair: None,
        elapsed_ms: 1,
    };
    assert!(builds::advance(tx, build, event).await.unwrap());
}

on_both!(old_versions_go_and_those_that_matter_stay, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await;
    let made = server(&mut tx, &ada, "weather").await;
    finish(&mut tx, made.build, made.version).await;
    let mut ids = vec![made.version];
    for n in 2..=8 {
        ids.push(built(&mut tx, &ada, made, n).await);
    }
    // 1 answers, 2 has done so until a week ago, 3 waits, 4 is being built again.
    store::activate(&mut tx, made.server, ids[1], now - Duration::days(30)).await.unwrap();
    store::activate(&mut tx, made.server, ids[0], now - Duration::days(7)).await.unwrap();
    versions::set_review(&mut tx, ids[2], Review::Waiting).await.unwrap();
    builds::insert(&mut tx, BuildId::new(), (made.server, ids[3]), "Waiting", now).await.unwrap();
    let superfluous = async |tx: &mut Tx, keep, days| {
        let since = now - Duration::days(days);
        let found = versions::superfluous(tx, made.server, keep, since).await.unwrap();
        found.into_iter().map(|(_, n)| n).collect::<Vec<_>>()
    };
    assert_eq!(superfluous(&mut tx, 2, 8).await, [5, 6]);
    assert_eq!(superfluous(&mut tx, 2, 6).await, [2, 5, 6]);
    assert_eq!(superfluous(&mut tx, 7, 0).await, [0; 0]);
    // Two that do not build push out none that works.
    let mut newest = ids[7];
    for n in 9..=10 {
        let (version, spec) = (VersionId::new(), spec());
        let new = NewVersion {
            id: version,
            server_id: made.server,
            n,
            spec: &spec,
            uploaded_sha256: None,
            repair: false,
            release_n: None,
            created_by: ada.user_id,
        };
        versions::insert(&mut tx, &new, now).await.unwrap();
        newest = version;
    }
    assert_eq!(superfluous(&mut tx, 2, 8).await, [5, 6]);
    assert_eq!(superfluous(&mut tx, 1, 8).await, [5, 6, 7, 9]);
    assert_eq!(superfluous(&mut tx, 0, 0).await, [0; 0], "0 keeps all");

    let standing = versions::standing(&mut tx, made.server, 4).await.unwrap().unwrap();
    assert_eq!((standing.active, standing.state, standing.of), (false, BuildState::Queued, 10));
    assert!(versions::standing(&mut tx, made.server, 1).await.unwrap().unwrap().active);
    assert!(versions::standing(&mut tx, made.server, 9).await.unwrap().is_none());

    // The number of one that has gone is not given again.
    versions::delete(&mut tx, newest, now).await.unwrap();
    let (last, _) = versions::newest(&mut tx, ada.org_id, made.server).await.unwrap().unwrap();
    assert_eq!(last, 10);
});

on_both!(a_list_of_versions_says_all_and_has_pages, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let ada = owner(&mut tx, "ada").await;
    let made = server(&mut tx, &ada, "weather").await;
    for n in 2..=5 {
        built(&mut tx, &ada, made, n).await;
    }
    let mut pages = vec![];
    let mut before = None;
    loop {
        let page = versions::list(&mut tx, made.server, before, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.n);
        pages.push(page.iter().map(|version| version.n).collect::<Vec<_>>());
    }
    assert_eq!(pages, [vec![5, 4], vec![3, 2], vec![1]]);
    let oldest = versions::list(&mut tx, made.server, Some(2), 9).await.unwrap().remove(0);
    assert_eq!((oldest.build_id, oldest.state, oldest.uploaded), (made.build, BuildState::Queued, false));
    assert_eq!((oldest.created_by, oldest.created_by_name.as_deref()), (ada.user_id, Some("ada")));
    assert_eq!(oldest.finished_at, None);
});

on_both!(a_paused_server_stays_so_whatever_becomes_of_its_versions, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await;
    let made = server(&mut tx, &ada, "weather").await;
    let status = async |tx: &mut Tx| store::get(tx, ada.org_id, made.server).await.unwrap().unwrap().status;
    let at = async |tx: &mut Tx, when: OffsetDateTime| store::pause(tx, made.server, true, when).await.unwrap();
    at(&mut tx, now).await;
    store::fail(&mut tx, made.server, now).await.unwrap();
    assert_eq!(status(&mut tx).await, ServerStatus::Paused);
    store::pause(&mut tx, made.server, false, now).await.unwrap();
    assert_eq!(status(&mut tx).await, ServerStatus::Failed);
    at(&mut tx, now).await;
    finish(&mut tx, made.build, made.version).await;
    assert!(store::activate_built(&mut tx, made.server, made.version, now).await.unwrap());
    let slug = "weather".parse().unwrap();
    let (live, _) = store::live(&mut tx, &ada.org_slug, &slug).await.unwrap().unwrap();
    let seen = store::status(&mut tx, &ada.org_slug, &slug).await.unwrap().unwrap().status;
    assert_eq!(
        (status(&mut tx).await, live.status, seen),
        (ServerStatus::Paused, ServerStatus::Paused, ServerStatus::Paused)
    );
    store::pause(&mut tx, made.server, false, now).await.unwrap();
    assert_eq!(status(&mut tx).await, ServerStatus::Live);
});
