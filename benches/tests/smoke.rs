//! The benches of noisy neighbours and of forks, run for seconds: that they measure, not what.

use std::path::Path;
use std::process::Command;

#[test]
fn each_noise_is_made_and_each_neighbour_measured() {
    let bench = Path::new(env!("CARGO_BIN_EXE_cloche-benches"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    // Built where it is missing, as by `make guests`.
    assert!(Command::new(root.join("scripts/test-guests.sh")).status().unwrap().success(), "scripts/test-guests.sh");
    let run = Command::new(bench)
        .args(["noisy", "--rounds", "1", "--seconds", "0.3", "--binary"])
        .arg(bench.with_file_name("cloche"))
        .current_dir(root)
        .output()
        .unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    for noise in ["50 endless loops", "50 loops that ask", "64 slow upstreams"] {
        for neighbour in ["echo", "computes", "javascript"] {
            for percentile in ["p50", "p99"] {
                let of = |line: &&str| line.starts_with(noise) && line.contains(neighbour) && line.contains(percentile);
                let line = said.lines().find(of).unwrap_or_else(|| panic!("{noise}, {neighbour}: not in\n{said}"));
                let ratio = line.rsplit("ms").next().unwrap().split_whitespace().next().unwrap();
                assert!(ratio.parse::<f64>().unwrap() > 0.0, "{line}");
            }
        }
    }
}

#[test]
fn forks_are_measured_beside_builds() {
    let bench = Path::new(env!("CARGO_BIN_EXE_cloche-benches"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let run = Command::new(bench)
        .args(["fork", "--forks", "10", "--binary"])
        .arg(bench.with_file_name("cloche"))
        .current_dir(root)
        .output()
        .unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    assert!(said.contains("fork to its first answer:   n  10"), "{said}");
    assert!(said.contains("draft to its first answer:  n   1"), "{said}");
}
