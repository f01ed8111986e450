//! Which components may leave the disk.

use cloche_domain::{Clock, Sha256};
use cloche_storage::versions::{self, Compiled};
use cloche_storage::{Db, Tx, artifacts, orgs, servers};
use time::Duration;

use crate::engines::{on_both, owner};
use crate::servers::server;

async fn build(tx: &mut Tx, version: cloche_domain::VersionId, component: Sha256) {
    let compiled = Compiled {
        source: &["lib.rs"],
        source_sha256: Sha256::of("source"),
        component_sha256: component,
        imports: &[],
        toolchain: "t",
        attestation: &["signed"],
    };
    versions::complete(tx, version, &compiled).await.unwrap();
}

on_both!(a_component_goes_when_its_last_version_has_gone, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await;
    let shared = Sha256::of("shared");
    let later = now + Duration::HOUR;
    let (one, two) = (server(&mut tx, &ada, "one").await, server(&mut tx, &ada, "two").await);
    for made in [one, two] {
        artifacts::lay(&mut tx, shared, now).await.unwrap();
        assert!(artifacts::hold(&mut tx, shared, now).await.unwrap());
        build(&mut tx, made.version, shared).await;
    }
    let unused = async |tx: &mut Tx, since| artifacts::unused(tx, since).await.unwrap();
    assert_eq!(unused(&mut tx, later).await, []);
    assert!(!artifacts::take(&mut tx, shared, later).await.unwrap());
    assert!(servers::delete(&mut tx, ada.org_id, one.server, later).await.unwrap());
    assert_eq!(unused(&mut tx, later).await, [], "the other has it too");
    assert!(servers::delete(&mut tx, ada.org_id, two.server, later).await.unwrap());
    assert_eq!(unused(&mut tx, later - Duration::SECOND).await, [], "who reads it just now has time to finish");
    assert_eq!(unused(&mut tx, later).await, [shared]);
    assert!(artifacts::take(&mut tx, shared, later).await.unwrap());
    assert!(!artifacts::hold(&mut tx, shared, later).await.unwrap(), "whoever laid it down is told");
    assert_eq!(unused(&mut tx, later).await, []);
});

on_both!(what_an_organisation_had_stays_as_long_as_what_a_server_had, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await;
    let made = server(&mut tx, &ada, "one").await;
    let (component, later) = (Sha256::of("hers"), now + Duration::HOUR);
    artifacts::lay(&mut tx, component, now).await.unwrap();
    build(&mut tx, made.version, component).await;
    orgs::delete(&mut tx, ada.org_id, &ada.org_slug, later).await.unwrap();
    assert_eq!(artifacts::unused(&mut tx, later - Duration::SECOND).await.unwrap(), []);
    assert_eq!(artifacts::unused(&mut tx, later).await.unwrap(), [component]);
});

on_both!(an_upload_counts_as_a_version_of_its_component, async |db: Db| {
    let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
    let ada = owner(&mut tx, "ada").await;
    let made = server(&mut tx, &ada, "one").await;
    let uploaded = Sha256::of("uploaded");
    artifacts::lay(&mut tx, uploaded, now).await.unwrap();
    assert_eq!(artifacts::unused(&mut tx, now).await.unwrap(), [uploaded]);
    let spec = crate::servers::spec();
    let version = cloche_domain::VersionId::new();
    let new = versions::NewVersion {
        id: version,
        server_id: made.server,
        n: 2,
        spec: &spec,
        uploaded_sha256: Some(uploaded),
        repair: false,
        release_n: None,
        created_by: ada.user_id,
    };
    versions::insert(&mut tx, &new, now).await.unwrap();
    assert_eq!(artifacts::unused(&mut tx, now).await.unwrap(), []);
    versions::delete(&mut tx, version, now).await.unwrap();
    assert_eq!(artifacts::unused(&mut tx, now).await.unwrap(), [uploaded]);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_who_tidies_up_waits_for_who_refers() {
    crate::engines::on_postgres(async |db: Db| {
        let (mut tx, now) = (db.begin().await.unwrap(), Clock::default().now());
        let ada = owner(&mut tx, "ada").await;
        let made = server(&mut tx, &ada, "one").await;
        let component = Sha256::of("component");
        artifacts::lay(&mut tx, component, now).await.unwrap();
        tx.commit().await.unwrap();

        let mut builder = db.begin().await.unwrap();
        assert!(artifacts::hold(&mut builder, component, now).await.unwrap());
        // As of its last look nothing refers to it, and its time is up: nothing but the lock keeps it.
        let tidying = tokio::spawn({
            let db = db.clone();
            async move {
                let mut tx = db.begin().await.unwrap();
                let taken = artifacts::take(&mut tx, component, now + Duration::HOUR).await.unwrap();
                tx.commit().await.unwrap();
                taken
            }
        });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert!(!tidying.is_finished());
        build(&mut builder, made.version, component).await;
        builder.commit().await.unwrap();
        assert!(!tidying.await.unwrap());
    })
    .await;
}
