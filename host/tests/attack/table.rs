//! The table of `make attack`.

use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;

use crate::attack::{Attack, Outcome};

/// Columns and the letters that each is wide.
const COLUMNS: [(&str, usize); 6] =
    [("group", 8), ("attack", 30), ("protects", 34), ("control", 60), ("result", 6), ("time", 6)];

/// Runs the attacks whose names contain one of `wanted`, or all, and prints how they went.
pub fn print(attacks: Vec<Attack>, wanted: &[String]) -> ExitCode {
    let is_wanted = |attack: &Attack| wanted.is_empty() || wanted.iter().any(|part| attack.id().contains(part));
    let attacks: Vec<_> = attacks.into_iter().filter(is_wanted).collect();
    // One line for a panic: what was seen stands below the table.
    std::panic::set_hook(Box::new(|panic| eprintln!("       at {}", panic.location().unwrap())));
    let outcomes = run(&attacks);

    println!("{}", row(&COLUMNS.map(|(name, _)| name.to_owned())));
    println!("{}", COLUMNS.map(|(_, width)| "-".repeat(width)).join("  "));
    for (attack, outcome) in attacks.iter().zip(&outcomes) {
        let result = if outcome.result.is_ok() { "held" } else { "BROKEN" };
        let name = attack.name.replace('_', " ");
        let cells = [attack.group, &name, attack.protects, &outcome.controls.join("; "), result];
        let time = format!("{:.1} s", outcome.took.as_secs_f64());
        println!("{}", row(&[cells.map(str::to_owned).as_slice(), &[time]].concat()));
    }
    let broken: Vec<_> =
        attacks.iter().zip(&outcomes).filter_map(|(a, o)| Some((a, o.result.as_ref().err()?))).collect();
    for (attack, seen) in &broken {
        println!("\nBROKEN {}: {seen}", attack.id());
    }
    println!("\n{} attacks tried, {} held", attacks.len(), attacks.len() - broken.len());
    if attacks.is_empty() || !broken.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Runs them side by side, as many as the machine has cores; the outcomes are in their order.
fn run(attacks: &[Attack]) -> Vec<Outcome> {
    let at_once = thread::available_parallelism().map_or(1, usize::from);
    let next = Mutex::new(attacks.iter().enumerate());
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    let taken = next.lock().unwrap().next();
                    let Some((i, attack)) = taken else { return };
                    let outcome = attack.run();
                    let word = if outcome.result.is_ok() { "held" } else { "BROKEN" };
                    eprintln!("{word:6} {} ({:.1} s)", attack.id(), outcome.took.as_secs_f64());
                    done.lock().unwrap().push((i, outcome));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(i, _)| *i);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

/// One row, as many lines high as its highest cell.
fn row(cells: &[String]) -> String {
    let cells: Vec<_> = cells.iter().zip(COLUMNS).map(|(text, (_, width))| (wrapped(text, width), width)).collect();
    let height = cells.iter().map(|(lines, _)| lines.len()).max().unwrap_or_default();
    let line = |i: usize| {
        let cell =
            |(lines, width): &(Vec<String>, usize)| format!("{:width$}", lines.get(i).map_or("", String::as_str));
        cells.iter().map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    (0..height).map(line).collect::<Vec<_>>().join("\n")
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().unwrap();
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
