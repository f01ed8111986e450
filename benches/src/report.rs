//! What a run found, as a section of a Markdown file: each bench writes its own, and leaves those of the others.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

const PREAMBLE: &str =
    "# Results\n\nWritten by `make bench`; each section by a run of its own, of which it says when and on what.\n";

/// One bench's findings.
pub(crate) struct Section {
    title: &'static str,
    text: String,
}

impl Section {
    pub(crate) const fn new(title: &'static str) -> Self {
        Self { title, text: String::new() }
    }

    pub(crate) fn paragraph(&mut self, text: &str) {
        let _ = write!(self.text, "\n{text}\n");
    }

    pub(crate) fn table<const N: usize>(&mut self, head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
        let _ = write!(self.text, "\n| {} |\n|{}\n", head.join(" | "), "---|".repeat(N));
        for row in rows {
            let _ = writeln!(self.text, "| {} |", row.join(" | "));
        }
    }

    /// Prints it, and where a file is given puts it in there in the place of what an earlier run wrote.
    #[expect(clippy::print_stdout, reason = "a bench's output")]
    pub(crate) fn publish(self, file: Option<&Path>) -> anyhow::Result<()> {
        let section = format!("## {}\n\n{}\n{}", self.title, circumstances()?, self.text);
        println!("{section}");
        let Some(file) = file else { return Ok(()) };
        let known = fs::read_to_string(file).unwrap_or_else(|_| PREAMBLE.to_owned());
        fs::write(file, replaced(&known, self.title, &section)).with_context(|| file.display().to_string())
    }
}

/// The text with its section of this title replaced, or with the section at its end.
fn replaced(text: &str, title: &str, section: &str) -> String {
    let mut parts: Vec<&str> = text.split("\n## ").collect();
    let head = format!("{title}\n");
    let body = section.trim_start_matches("## ");
    match parts.iter().position(|part| part.starts_with(&head)) {
        Some(at) => parts[at] = body,
        None => parts.push(body),
    }
    parts.iter().map(|part| part.trim_end()).collect::<Vec<_>>().join("\n\n## ") + "\n"
}

/// When, on what, and of which versions.
fn circumstances() -> anyhow::Result<String> {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let model = model.trim_matches([' ', '\t', ':']);
    let cores = std::thread::available_parallelism()?;
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory: u64 = memory.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    Ok(format!(
        "{}, commit {}; {cores} × {model}, {} GiB, Linux {}; {}; Node {}",
        said("date", &["-u", "+%F"]),
        commit(),
        memory >> 20,
        kernel.trim(),
        said("rustc", &["--version"]),
        said("node", &["--version"]),
    ))
}

/// The commit, and whether anything was changed since, besides what runs write.
fn commit() -> String {
    let changed = ["status", "--porcelain", "--untracked-files=no", "--", ".", ":!benches/RESULTS.md"];
    let dirty = if said("git", &changed).is_empty() { "" } else { "-dirty" };
    said("git", &["describe", "--always"]) + dirty
}

/// What a program says.
fn said(program: &str, arguments: &[&str]) -> String {
    let out = Command::new(program).args(arguments).output().ok().filter(|out| out.status.success());
    out.map_or("none".to_owned(), |out| String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_takes_its_own_place_and_no_other() {
        let first = replaced(PREAMBLE, "Calls", "## Calls\n\none\n");
        let both = replaced(&first, "Calls, more", "## Calls, more\n\nother\n");
        let again = replaced(&both, "Calls", "## Calls\n\ntwo\n");
        assert_eq!(again, format!("{}\n\n## Calls\n\ntwo\n\n## Calls, more\n\nother\n", PREAMBLE.trim_end()));
    }
}
