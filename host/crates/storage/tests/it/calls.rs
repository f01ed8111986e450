//! The records of calls.

use std::slice;

use cloche_domain::{CallId, Clock, Day, UserId};
use cloche_storage::calls::{self, Call, Filter, json_text};
use cloche_storage::{Db, usage};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use time::Duration;

use crate::engines::{on_both, owner};
use crate::servers::{Made, server};

fn call(of: Made) -> Call {
    Call {
        id: CallId::new(),
        server_id: of.server,
        version_n: 1,
        tool: "echo".to_owned(),
        user_id: UserId::new(),
        client: "try".to_owned(),
        started_at: Clock::default().now(),
        wall_ms: 1,
        fuel: 4_400,
        peak_memory: 1 << 20,
        argument_bytes: 2,
        result_bytes: 3,
        outcome: "ok".to_owned(),
        error: None,
        bound: None,
        requests: json_text(&json!([])),
        logs: None,
    }
}

/// The whole record, however the engine spaces its JSON.
fn shown(call: &Call) -> String {
    let json = |text: &RawValue| serde_json::from_str::<Value>(text.get()).unwrap();
    let (requests, logs) = (json(&call.requests), call.logs.as_deref().map(json));
    format!("{:?}", (requests, logs, Call { requests: json_text(&()), logs: None, ..call.clone() }))
}

on_both!(calls_are_kept_listed_and_let_go, async |db: Db| {
    let mut tx = db.begin().await.unwrap();
    let (ada, bob) = (owner(&mut tx, "ada").await, owner(&mut tx, "bob").await);
    let made = server(&mut tx, &ada, "weather").await;
    tx.commit().await.unwrap();
    let old = Call { started_at: Clock::default().now() - Duration::days(40), ..call(made) };
    let failed = Call {
        tool: "now".to_owned(),
        outcome: "fuel".to_owned(),
        error: Some("too long".to_owned()),
        bound: Some(json!({"name": "fuel"})),
        requests: json_text(&json!([{"host": "api.example.com"}])),
        logs: Some(json_text(&json!([{"message": "é"}]))),
        ..call(made)
    };
    let newest = call(made);
    let orphan = Call { server_id: cloche_domain::ServerId::new(), ..call(made) };
    // With some that are only counted.
    calls::insert_all(&db, &[old.clone(), failed.clone()], &[call(made), call(made)]).await.unwrap();
    calls::insert_all(&db, &[orphan, newest.clone()], &[call(made)]).await.unwrap();
    // Written again after an answer that was lost.
    calls::insert_all(&db, slice::from_ref(&newest), &[call(made)]).await.unwrap();

    let mut tx = db.begin().await.unwrap();
    // Each counts once, on its day, also where it is written twice.
    let days = usage::days(&mut tx, ada.org_id, Day::of(old.started_at), None).await.unwrap();
    let days: Vec<_> = days.iter().map(|of| (of.used.calls, of.used.errors, of.used.fuel, of.used.wall_ms)).collect();
    assert_eq!(days, [(1, 0, 4_400, 1), (5, 1, 22_000, 5)]);
    let list = async |tx: &mut _, filter| {
        calls::list(tx, made.server, filter, None, 9).await.unwrap().into_iter().map(|call| call.id).collect::<Vec<_>>()
    };
    assert_eq!(list(&mut tx, Filter::default()).await, [newest.id, failed.id, old.id]);
    assert_eq!(list(&mut tx, Filter { tool: Some("now"), ..Filter::default() }).await, [failed.id]);
    assert_eq!(list(&mut tx, Filter { outcome: Some("ok"), ..Filter::default() }).await, [newest.id, old.id]);
    assert_eq!(list(&mut tx, Filter { with_logs: true, ..Filter::default() }).await, [failed.id]);
    let before = calls::list(&mut tx, made.server, Filter::default(), Some(newest.id), 1).await.unwrap();
    assert_eq!(before.iter().map(shown).collect::<Vec<_>>(), [shown(&failed)]);
    let kept = calls::get(&mut tx, ada.org_id, made.server, failed.id).await.unwrap().unwrap();
    assert_eq!(shown(&kept), shown(&failed));
    assert!(calls::get(&mut tx, bob.org_id, made.server, failed.id).await.unwrap().is_none());

    let month = Clock::default().now() - Duration::days(30);
    assert_eq!(calls::expire(&mut tx, month, 10).await.unwrap(), 1);
    assert_eq!(list(&mut tx, Filter::default()).await, [newest.id, failed.id]);
    assert_eq!(calls::trim(&mut tx, made.server, 2, 10).await.unwrap(), 0);
    assert_eq!(calls::servers(&mut tx).await.unwrap(), [made.server]);
    assert_eq!(calls::trim(&mut tx, made.server, 1, 0).await.unwrap(), 0);
    assert_eq!(calls::trim(&mut tx, made.server, 1, 10).await.unwrap(), 1);
    assert_eq!(list(&mut tx, Filter::default()).await, [newest.id]);
    tx.commit().await.unwrap();
});
