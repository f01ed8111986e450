//! A plan that is lowered while a request is under way: what counts is the plan at the moment of counting, not the one that
//! the request began with. The platform runs within the test, so that the moment can be chosen.

use cloche::config::{Config, Flags};
use cloche::quotas::{self, Error};
use cloche::{accounts, boot, plans};
use cloche_domain::plan::Plan;
use cloche_domain::{BuildId, ServerId};
use cloche_storage::servers::{self, NewServer};
use tempfile::TempDir;

#[tokio::test]
async fn the_plan_that_counts_is_read_under_the_lock() {
    let dir = TempDir::new().unwrap();
    let flags = Flags { data: Some(dir.path().join("data")), ..Flags::default() };
    let mut config = Config::load(&flags).unwrap();
    config.compiler.toolchain = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/toolchain");
    config.plan = Plan::Pro;
    let app = boot::app(config).await.unwrap();
    // As the request has read it.
    let ada = accounts::find_or_make(&app, &"ada@example.com".parse().unwrap()).await.unwrap();
    assert_eq!(ada.plan, Plan::Pro);
    let (most, builds) =
        (app.config.plans.of(Plan::Hobby).servers.unwrap(), app.config.plans.of(Plan::Hobby).builds_per_day);
    let room = async || quotas::room_for_server(&app, &ada, &mut app.db.begin().await.unwrap()).await;
    let mut tx = app.db.begin().await.unwrap();
    let mut ids = Vec::new();
    for i in 0..most {
        let (id, slug) = (ServerId::new(), format!("s-{i}").parse().unwrap());
        let new = NewServer { id, org_id: ada.org_id, slug: &slug, name: "S", created_by: ada.user_id };
        servers::insert(&mut tx, &new, app.clock.now()).await.unwrap();
        ids.push(id);
    }
    for _ in 0..builds.unwrap() {
        quotas::count_build(&app, &ada, &mut tx, (ids[0], BuildId::new())).await.unwrap();
    }
    tx.commit().await.unwrap();
    room().await.unwrap();
    quotas::room_for_build(&app, &ada).await.unwrap();

    plans::choose(&app, &ada.org_slug, Some(Plan::Hobby)).await.unwrap();
    assert!(matches!(room().await, Err(Error::Over(over)) if over.limit == most));
    let mut tx = app.db.begin().await.unwrap();
    let counted = quotas::count_build(&app, &ada, &mut tx, (ids[0], BuildId::new())).await;
    assert!(matches!(counted, Err(Error::Over(_))), "{counted:?}");
}
