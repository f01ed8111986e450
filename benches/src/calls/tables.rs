//! What was measured, as tables.

use super::cell::Era;
use super::stage::Subject;
use super::{LONG, Row};
use crate::load::Measured;
use crate::report::Section;
use crate::tools::Tool;

pub(super) fn write(section: &mut Section, rows: &[Row]) {
    targets(section, rows);
    let short = || rows.iter().filter(|row| !LONG.contains(&row.cell.tool));
    section.paragraph("How many times as many calls a second as each peer:");
    section.table(
        ["tool", "era", "connections", "rmcp, no check", "rmcp, ES256", "Node SDK, ES256"],
        short().map(|row| {
            let [tool, era, connections] = row.cell.name();
            let [bare, checked, node] = Subject::PEERS.map(|peer| format!("{:.2}", row.times(peer)));
            [tool, era, connections, bare, checked, node]
        }),
    );
    section.paragraph("What each did:");
    section.table(
        ["tool", "era", "connections", "server", "calls/s", "p50 ms", "p99 ms", "CPU µs a call"],
        short().flat_map(|row| Subject::ALL.map(|subject| did(row, subject))),
    );
}

fn did(row: &Row, subject: Subject) -> [String; 8] {
    let [tool, era, connections] = row.cell.name();
    let figures = |of: fn(&Measured) -> f64, digits: usize| format!("{:.digits$}", row.figures(subject, of));
    [
        tool,
        era,
        connections,
        subject.name().to_owned(),
        figures(|measured| measured.answered.per_second(), 0),
        figures(|measured| measured.answered.p50.as_secs_f64() * 1e3, 2),
        figures(|measured| measured.answered.p99.as_secs_f64() * 1e3, 2),
        figures(cpu, 1),
    ]
}

fn cpu(measured: &Measured) -> f64 {
    measured.cpu.as_secs_f64() * 1e6
}

/// What was to be reached, where it was measured, and whether it was.
fn targets(section: &mut Section, rows: &[Row]) {
    let mut lines = vec![];
    let mut line = |what: String, wanted: String, reached: bool, found: String| {
        lines.push([what, wanted, found, if reached { "yes" } else { "no" }.to_owned()]);
    };
    for era in Era::ALL {
        let echo = |row: &&Row| row.cell.tool == Tool::Echo && row.cell.era == era && row.cell.connections == 16;
        let Some(row) = rows.iter().find(echo) else { continue };
        let what = |of: &str| format!("echo, {}, 16 connections: {of}", era.name());
        for (peer, least) in Subject::PEERS.into_iter().zip([1.0, 2.0, 30.0]) {
            let times = row.times(peer);
            let reached = times.median() >= least;
            line(
                what(&format!("calls/s against {}", peer.name())),
                format!("≥ {least}×"),
                reached,
                format!("{times:.2}"),
            );
        }
        let cost = row.figures(Subject::Cloche, cpu);
        line(what("CPU a call"), "≤ 30 µs".to_owned(), cost.median() <= 30.0, format!("{cost:.1}"));
    }
    for (tool, most) in LONG.into_iter().zip([1.1, 1.75]) {
        let Some(row) = rows.iter().find(|row| row.cell.tool == tool) else { continue };
        let times = row.as_long(Subject::Bare);
        let what = format!("{}, a long one: time of a call against native", tool.name());
        line(what, format!("≤ {most}×"), times.median() <= most, format!("{times:.2}"));
    }
    if !lines.is_empty() {
        section.paragraph("What is to be reached:");
        section.table(["what", "wanted", "found", "reached"], lines);
    }
}
