//! Load over connections that are kept, made by wrk, and what it measured.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tempfile::NamedTempFile;
use tokio::process::Command;

use crate::process::Process;

/// One request, sent again and again.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    /// Sessions that the requests belong to, in turn; none where there are no sessions.
    pub(crate) sessions: Vec<String>,
    /// Paths to send it to, in turn; none where there is only that of its URL.
    pub(crate) paths: Vec<String>,
}

/// What came of a load.
#[derive(Clone, Copy)]
pub(crate) struct Answered {
    pub(crate) requests: u64,
    pub(crate) time: Duration,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

impl Answered {
    pub(crate) fn per_second(&self) -> f64 {
        self.requests as f64 / self.time.as_secs_f64()
    }
}

/// One load's outcome, and what it cost the server.
#[derive(Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) answered: Answered,
    /// Processor time of the server, a call.
    pub(crate) cpu: Duration,
}

/// Loads a server and looks at what its process uses meanwhile.
pub(crate) async fn measure(
    server: Process,
    request: &Request,
    connections: usize,
    time: Duration,
) -> anyhow::Result<Measured> {
    let before = server.cpu()?;
    let answered = send(request, connections, time).await?;
    let used = server.cpu()?.saturating_sub(before);
    Ok(Measured { answered, cpu: used.div_f64(answered.requests as f64) })
}

/// What wrk prints at the end: its own summary is rounded.
const DONE: &str = "
function done(summary, latency, requests)
  local e = summary.errors
  print('measured', summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout)
end
";

/// Requests of one session after another, or to one path after another.
const IN_TURN: &str = "
local made, last = {}, 0
function init(args)
  for i, each in ipairs(varied) do
    if by_path then
      made[i] = wrk.format(nil, each)
    else
      wrk.headers['mcp-session-id'] = each
      made[i] = wrk.format()
    end
  end
end
function request()
  last = last % #made + 1
  return made[last]
end
";

/// Sends a request over so many connections for so long; an error if any of them failed.
pub(crate) async fn send(request: &Request, connections: usize, time: Duration) -> anyhow::Result<Answered> {
    let mut script = NamedTempFile::new()?;
    writeln!(script, "wrk.method = 'POST'\nwrk.body = {}", quoted(&request.body))?;
    for (name, value) in &request.headers {
        writeln!(script, "wrk.headers[ {} ] = {}", quoted(name), quoted(value))?;
    }
    for (varied, by_path) in [(&request.sessions, false), (&request.paths, true)] {
        if !varied.is_empty() {
            let varied: Vec<_> = varied.iter().map(|text| quoted(text)).collect();
            writeln!(script, "by_path, varied = {by_path}, {{{}}}{IN_TURN}", varied.join(","))?;
        }
    }
    script.write_all(DONE.as_bytes())?;
    let seconds = time.as_secs().max(1);
    let made = Command::new("wrk")
        .args(["--threads", "1", "--timeout", "10s", "--connections", &connections.to_string()])
        .args(["--duration", &format!("{seconds}s"), "--script"])
        .arg(script.path())
        .arg(&request.url)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot start wrk: scripts/setup.sh load installs it")?;
    let said = String::from_utf8_lossy(&made.stdout);
    let measured = said.lines().find_map(|line| line.strip_prefix("measured"));
    let numbers = measured.map(|line| line.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>());
    let Some(Ok(numbers)) = numbers else { bail!("wrk: {said}{}", String::from_utf8_lossy(&made.stderr)) };
    let &[requests, duration, p50, p99, errors] = numbers.as_slice() else { bail!("wrk: {said}") };
    if errors > 0.0 || requests < 1.0 {
        bail!("of {requests} requests to {} {errors} failed: {said}", request.url);
    }
    let micros = |number: f64| Duration::from_secs_f64(number / 1e6);
    Ok(Answered { requests: requests as u64, time: micros(duration), p50: micros(p50), p99: micros(p99) })
}

/// A string of Lua's, whatever is in it.
fn quoted(text: &str) -> String {
    let quotes = "=".repeat(8);
    format!("[{quotes}[{text}]{quotes}]")
}
