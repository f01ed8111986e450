//! Each bench, run for seconds: that it measures, not what.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's own parts fail as the test does")]

use std::path::Path;
use std::process::Command;

/// What a bench prints, run from the top of the repository on the binary that was built with it.
fn bench(arguments: &[&str]) -> String {
    let bench = Path::new(env!("CARGO_BIN_EXE_cloche-benches"));
    let run = Command::new(bench)
        .args(arguments)
        .arg("--binary")
        .arg(bench.with_file_name("cloche"))
        .current_dir(root())
        .output()
        .unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    said
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Made where it is missing, as by `make`.
fn made_by(script: &str) {
    assert!(Command::new(root().join("scripts").join(script)).status().unwrap().success(), "{script}");
}

/// The cells of the table's line that begins with these.
fn line<'a>(said: &'a str, begin: &[&str]) -> Vec<&'a str> {
    let cells = |line: &'a str| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>();
    let found = said.lines().filter(|line| line.starts_with('|')).map(cells).find(|cells| cells.starts_with(begin));
    found.unwrap_or_else(|| panic!("{begin:?}: not in\n{said}"))
}

/// The number that a cell begins with.
fn number(cell: &str) -> f64 {
    cell.split_whitespace().next().unwrap().parse().unwrap_or_else(|_| panic!("{cell:?} is no number"))
}

#[test]
fn calls_are_measured_beside_each_peer() {
    made_by("bench-peers.sh");
    let said = bench(&["calls", "--rounds", "1", "--tool", "echo", "--connections", "4", "--no-long"]);
    for era in ["legacy, initialized", "legacy, stateless", "modern"] {
        for ratio in &line(&said, &["echo", era, "4"])[3..] {
            assert!(number(ratio) > 0.0, "{era}: {ratio}");
        }
        for server in ["Cloche", "rmcp, no token check", "rmcp, ES256 each request", "Node SDK, ES256 each request"] {
            let cells = line(&said, &["echo", era, "4", server]);
            assert!(cells[4..7].iter().all(|cell| number(cell) > 0.0), "{cells:?}");
        }
    }
}

#[test]
fn each_noise_is_made_and_each_neighbour_measured() {
    made_by("test-guests.sh");
    let said = bench(&["noisy", "--rounds", "1", "--seconds", "0.3"]);
    for noise in ["50 endless loops", "50 loops that ask", "64 slow upstreams"] {
        for neighbour in ["echo", "computes", "javascript"] {
            for percentile in ["p50", "p99"] {
                assert!(number(line(&said, &[noise, neighbour, percentile])[5]) > 0.0);
            }
        }
    }
}

#[test]
fn forks_are_measured_beside_builds() {
    let said = bench(&["fork", "--forks", "10"]);
    assert_eq!(line(&said, &["fork to its first answer"])[1], "10");
    assert_eq!(line(&said, &["draft to its first answer"])[1], "1");
}

#[test]
fn many_servers_are_called_at_random() {
    let said = bench(&["many", "--servers", "20", "--rounds", "1", "--seconds", "1"]);
    for what in ["from the start to ready", "the same: p99", "all, called at random over HTTP, connections: 16: p99"] {
        assert!(number(line(&said, &[what])[2]) > 0.0);
    }
}

#[test]
fn growth_is_measured_at_each_size() {
    let said = bench(&["growth", "--sizes", "3", "--sizes", "200", "--rounds", "1"]);
    for size in ["3", "200"] {
        assert!(line(&said, &[size]).iter().all(|cell| number(cell) >= 0.0));
    }
}

#[test]
fn a_soak_sees_what_the_process_has() {
    let said = bench(&["soak", "--seconds", "4", "--step", "2"]);
    let turns: Vec<_> = said.lines().filter(|line| line.starts_with("| ") && !line.contains("after")).collect();
    assert_eq!(turns.len(), 2, "{said}");
}

#[test]
fn two_binaries_are_measured_in_turns() {
    let other = Path::new(env!("CARGO_BIN_EXE_cloche-benches")).with_file_name("cloche");
    let said = bench(&["pair", "--rounds", "2", "--seconds", "1", "--with", other.to_str().unwrap()]);
    for what in ["calls/s", "p50 ms", "CPU µs a call"] {
        assert!(line(&said, &[what])[1..].iter().all(|cell| number(cell) > 0.0), "{said}");
    }
}

#[test]
fn builds_are_measured_cold_warm_and_beside_others() {
    let said = bench(&["build", "--builds", "1"]);
    for tools in ["two tools, the demo's", "six tools with HTTP"] {
        for (how, count) in [("the first after a start", "1"), ("one at a time", "1"), ("4 at once", "4")] {
            assert_eq!(line(&said, &[&format!("{tools}: {how}")])[1], count);
        }
    }
}

#[test]
fn each_stage_of_a_call_says_what_it_took() {
    let said = bench(&["stages", "--seconds", "1"]);
    for stage in ["auth", "route", "instantiate", "call", "encode", "else"] {
        assert!(number(line(&said, &[stage])[2]) > 0.0, "{said}");
    }
}

#[test]
fn the_parts_of_a_call_are_measured_by_themselves() {
    let said = bench(&["micro", "--seconds", "0.05"]);
    for part in ["token, known", "route", "schema check", "egress check", "instantiate and call echo"] {
        assert!(number(line(&said, &[part])[1]) > 0.0, "{said}");
    }
}

#[test]
fn what_a_release_is_loaded_with_is_understood() {
    let script = std::fs::read_to_string(root().join("scripts/release.sh")).unwrap();
    let (_, loads) = script.split_once("done <<'END'\n").unwrap();
    let (loads, _) = loads.split_once("\nEND\n").unwrap();
    assert!(loads.lines().count() >= 5, "{loads}");
    for load in loads.lines() {
        let arguments: Vec<_> = load.split(' ').chain(["--help"]).collect();
        assert!(bench(&arguments).contains("Usage: cloche-benches"), "{load}");
    }
}
