//! What is kept of a call: what it used and whom it asked, not what it was given or gave.

use cloche_domain::CallId;
use cloche_sandbox::{Bound, CallError, CallReport};
use cloche_storage::calls::{Call, OK, json_text};
use cloche_storage::servers::LiveServer;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::oauth::access::Caller;

/// Bytes of the text that the caller was told.
const ERROR: usize = 4 << 10;

/// A call that has not done anything yet.
pub(super) fn begun(
    live: &LiveServer,
    caller: &Caller,
    tool: &str,
    argument_bytes: usize,
    now: OffsetDateTime,
) -> Call {
    Call {
        id: CallId::new(),
        server_id: live.server_id,
        version_n: live.version_n,
        tool: tool.to_owned(),
        user_id: caller.user,
        client: caller.client.clone(),
        started_at: now,
        wall_ms: 0,
        fuel: 0,
        peak_memory: 0,
        argument_bytes: number(argument_bytes as u64),
        result_bytes: 0,
        outcome: String::new(),
        error: None,
        bound: None,
        requests: json_text(&[(); 0]),
        logs: None,
    }
}

/// The same when it has ended, well or with an error.
pub(super) fn ended(begun: Call, report: &CallReport, error: Option<&CallError>) -> Call {
    let told = Call {
        wall_ms: number(u64::try_from(report.wall.as_millis()).unwrap_or(u64::MAX)),
        fuel: number(report.fuel_used),
        peak_memory: number(report.peak_memory_bytes),
        result_bytes: number(report.result_bytes),
        requests: json_text(&report.requests),
        logs: (!report.logs.is_empty()).then(|| json_text(&report.logs)),
        bound: bounds(report, error),
        ..begun
    };
    match error {
        None => Call { outcome: OK.to_owned(), ..told },
        Some(error) => failed(told, error.code(), &error.to_string()),
    }
}

/// The same with why there is no result.
pub(super) fn failed(call: Call, code: &str, why: &str) -> Call {
    let mut error = why[..why.floor_char_boundary(ERROR)].to_owned();
    if error.len() < why.len() {
        error.push('…');
    }
    // Postgres keeps no NUL.
    Call { outcome: code.to_owned(), error: Some(error.replace('\0', "\u{fffd}")), ..call }
}

/// The bound that ended it, then those that the tool ran into before, each once.
fn bounds(report: &CallReport, error: Option<&CallError>) -> Option<Value> {
    let mut bounds: Vec<Bound> = error.and_then(CallError::bound).into_iter().collect();
    for hit in &report.hits {
        if bounds.iter().all(|bound| bound.name != hit.name) {
            bounds.push(*hit);
        }
    }
    (!bounds.is_empty()).then(|| json!(bounds))
}

/// As the database counts.
fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
