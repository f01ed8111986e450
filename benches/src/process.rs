//! What a process uses, as the kernel counts it.

use std::fs;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};

/// A process under measurement.
#[derive(Clone, Copy)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// Processor time of all its threads so far, of user and kernel; in steps of 10 ms.
    pub(crate) fn cpu(self) -> anyhow::Result<Duration> {
        let stat = self.read("stat")?;
        // The name, in parentheses, may hold spaces.
        let (_, rest) = stat.rsplit_once(')').context("a stat without a name")?;
        let ticks = rest.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
        let ticks: u64 = ticks.sum::<Result<_, _>>()?;
        Ok(Duration::from_millis(ticks * 1_000 / rustix::param::clock_ticks_per_second()))
    }

    /// Bytes resident, of files that are mapped too: of one that is mapped several times, as often.
    pub(crate) fn resident(self) -> anyhow::Result<u64> {
        Ok(self.status("VmRSS:")? << 10)
    }

    /// Bytes resident that are no file's.
    pub(crate) fn own(self) -> anyhow::Result<u64> {
        Ok(self.status("RssAnon:")? << 10)
    }

    pub(crate) fn threads(self) -> anyhow::Result<u64> {
        self.status("Threads:")
    }

    /// Open file descriptors.
    pub(crate) fn descriptors(self) -> anyhow::Result<u64> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.0))?.count() as u64)
    }

    /// Asks it to end.
    pub(crate) fn terminate(self) -> anyhow::Result<()> {
        let pid = i32::try_from(self.0).ok().and_then(Pid::from_raw).context("no process")?;
        Ok(kill_process(pid, Signal::TERM)?)
    }

    fn status(self, name: &str) -> anyhow::Result<u64> {
        let status = self.read("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name}"))?;
        Ok(line.split_whitespace().next().context("an empty line")?.parse()?)
    }

    fn read(self, file: &str) -> anyhow::Result<String> {
        Ok(fs::read_to_string(format!("/proc/{}/{file}", self.0))?)
    }
}
