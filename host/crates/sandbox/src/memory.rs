//! How much memory a call's store has taken, over all of its memories and tables together.

use wasmtime::{ResourceLimiter, Result};

use crate::engine::{INSTANCES, TABLE_ELEMENTS, TABLES};

/// Counts and bounds what a store grows by.
pub(crate) struct MemoryMeter {
    limit: u64,
    held: u64,
    peak: u64,
    /// What the store would have held, had the last growth been allowed.
    refused: Option<u64>,
    elements: usize,
    elements_refused: Option<usize>,
}

impl MemoryMeter {
    pub(crate) const fn new(limit: u64) -> Self {
        Self { limit, held: 0, peak: 0, refused: None, elements: 0, elements_refused: None }
    }

    pub(crate) const fn limit(&self) -> u64 {
        self.limit
    }

    pub(crate) const fn peak(&self) -> u64 {
        self.peak
    }

    /// What would have been held, where growth was refused.
    pub(crate) const fn refused(&self) -> Option<u64> {
        self.refused
    }

    /// How many elements all tables would have held, where growth was refused.
    pub(crate) const fn elements_refused(&self) -> Option<usize> {
        self.elements_refused
    }
}

impl ResourceLimiter for MemoryMeter {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let wanted = self.held + desired.saturating_sub(current) as u64;
        if wanted > self.limit {
            self.refused = Some(wanted);
            return Ok(false);
        }
        self.held = wanted;
        self.peak = self.peak.max(wanted);
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let wanted = self.elements + desired.saturating_sub(current);
        if wanted > TABLE_ELEMENTS {
            self.elements_refused = Some(wanted);
            return Ok(false);
        }
        self.elements = wanted;
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES as usize
    }

    fn tables(&self) -> usize {
        TABLES as usize
    }

    fn memories(&self) -> usize {
        1
    }
}
