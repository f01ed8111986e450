//! Builds and what is told of them.

use cloche_domain::Clock;
use cloche_domain::server::BuildState;
use cloche_storage::builds::{self, BuildEvent, Failure};
use cloche_storage::{Db, Tx};
use serde_json::json;

use crate::engines::{on_both, owner};
use crate::servers::{Made, server};

async fn advance(tx: &mut Tx, made: Made, state: BuildState, code: Option<&str>) -> bool {
    let event = BuildEvent {
        seq: 0,
        at: Clock::default().now(),
        state,
        message: "m".into(),
        code: code.map(str::to_owned),
        diagnostics: code.map(|_| json!({"line": 3})).into_iter().collect(),
        repair: None,
        elapsed_ms: 7,
    };
    builds::advance(tx, made.build, event).await.unwrap()
}

on_both!(events_are_counted_from_one, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let ada = owner(&mut tx, "ada").await;
    let (made, other) = (server(&mut tx, &ada, "one").await, server(&mut tx, &ada, "two").await);
    assert!(advance(&mut tx, made, BuildState::Generating, None).await);
    assert!(advance(&mut tx, other, BuildState::Generating, None).await);
    assert!(advance(&mut tx, made, BuildState::Compiling, None).await);
    let told = builds::events(&mut tx, made.build, 0).await.unwrap();
    let told: Vec<_> = told.iter().map(|event| (event.seq, event.state)).collect();
    assert_eq!(told, [(1, BuildState::Queued), (2, BuildState::Generating), (3, BuildState::Compiling)]);
    assert_eq!(builds::events(&mut tx, made.build, 2).await.unwrap().len(), 1);
    let work = builds::work(&mut tx, made.build).await.unwrap().unwrap();
    assert_eq!((work.org_id, work.server_id, work.state), (ada.org_id, made.server, BuildState::Compiling));
});

on_both!(a_build_that_has_ended_moves_no_more, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let ada = owner(&mut tx, "ada").await;
    let made = server(&mut tx, &ada, "one").await;
    assert!(advance(&mut tx, made, BuildState::Failed, Some("compile_error")).await);
    assert!(!advance(&mut tx, made, BuildState::Live, None).await);
    let build = builds::newest(&mut tx, made.server).await.unwrap().unwrap();
    assert_eq!((build.state, build.version_n), (BuildState::Failed, 1));
    assert!(build.finished_at.is_some());
    let failure = Failure { code: "compile_error".into(), message: "m".into(), diagnostics: vec![json!({"line": 3})] };
    assert_eq!(build.failure.unwrap().0, failure);
    let told = builds::events(&mut tx, made.build, 1).await.unwrap();
    assert_eq!((told.len(), told[0].code.as_deref()), (1, Some("compile_error")));
});

on_both!(a_try_to_mend_is_counted_once, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let ada = owner(&mut tx, "ada").await;
    let made = server(&mut tx, &ada, "one").await;
    assert!(builds::count_repair(&mut tx, made.build, 1).await.unwrap());
    assert!(!builds::count_repair(&mut tx, made.build, 1).await.unwrap());
    assert!(!builds::count_repair(&mut tx, made.build, 3).await.unwrap());
    assert!(builds::count_repair(&mut tx, made.build, 2).await.unwrap());
    assert_eq!(builds::work(&mut tx, made.build).await.unwrap().unwrap().repairs, 2);
});
