//! What one compilation may use.

use std::time::Duration;

/// Bounds of one compilation. The bounds of the source itself are the spec's (`cloche_domain::spec::bounds`).
#[derive(Clone, Debug)]
pub struct Limits {
    /// From the start of the compiler to its end.
    pub wall_clock: Duration,
    /// CPU seconds of a process.
    pub cpu_seconds: u64,
    /// Bytes of address space of a process.
    pub memory: u64,
    /// Bytes of one written file.
    pub file: u64,
    /// Bytes of everything the compiler leaves on disk.
    pub disk: u64,
    /// Bytes of the compiler's messages that are read; the rest is dropped.
    pub messages: usize,
    /// Bytes of a literal in the source.
    pub literal: usize,
    /// Bytes of the finished component.
    pub component: usize,
    /// Compilations at the same time; the next ones wait. One more than processors, since one is kept for those who have
    /// none yet.
    pub parallel: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall_clock: Duration::from_mins(1),
            cpu_seconds: 60,
            memory: 1536 << 20,
            file: 64 << 20,
            disk: 128 << 20,
            messages: 1 << 20,
            literal: 32 << 10,
            component: 16 << 20,
            parallel: 1 + std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}
