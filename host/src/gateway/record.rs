//! What is kept of a call: what it used and whom it asked, not what it was given or gave.

use cloche_domain::CallId;
use cloche_sandbox::{CallError, CallReport, LogLine};
use cloche_storage::calls::{Call, OK};
use cloche_storage::servers::LiveServer;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::oauth::access::Caller;

/// Bytes of the text that the caller was told.
const ERROR: usize = 4 << 10;
/// Bytes of log lines.
const LOG: usize = 32 << 10;

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
        requests: Value::Array(Vec::new()),
        logs: None,
    }
}

/// The same when it has ended, well or with an error.
pub(super) fn ended(begun: Call, report: &CallReport, error: Option<&CallError>) -> Call {
    // The one that ended it; else the first that the tool ran into.
    let bound = error.and_then(CallError::bound).or_else(|| report.hits.first().copied());
    let told = Call {
        wall_ms: number(u64::try_from(report.wall.as_millis()).unwrap_or(u64::MAX)),
        fuel: number(report.fuel_used),
        peak_memory: number(report.peak_memory_bytes),
        result_bytes: number(report.result_bytes),
        requests: json!(report.requests),
        logs: logs(&report.logs),
        bound: bound.map(|bound| json!(bound)),
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

fn logs(lines: &[LogLine]) -> Option<Value> {
    let mut bytes = 0;
    let fits = lines.iter().take_while(|line| {
        bytes += line.message.len() + 32;
        bytes <= LOG
    });
    let mut kept: Vec<Value> = fits.map(|line| json!(line)).collect();
    let cut = lines.len() - kept.len();
    if let Some(first) = lines.get(kept.len()) {
        let message = format!("{cut} more lines are not kept");
        kept.push(json!({"atMs": first.at_ms, "level": "warn", "message": message}));
    }
    (!kept.is_empty()).then_some(Value::Array(kept))
}

/// As the database counts.
fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
