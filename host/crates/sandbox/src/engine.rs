//! The one wasmtime engine of a process, and the bounds that are the same for every call.

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::{Error, Result};

/// Bytes of all memories of a call together, whatever its plan says: the address space that a slot reserves.
pub(crate) const MEMORY: u64 = 256 << 20;
/// Bytes of call stack that wasm code may use.
pub(crate) const STACK: usize = 512 << 10;
/// Elements of one table, and of all tables of a call together.
pub(crate) const TABLE_ELEMENTS: usize = 20_000;
/// Tables of a component: the program's own, and the one that `wit-component` adds for indirect imports.
pub(crate) const TABLES: u32 = 4;
/// Core instances of a component: the program, and the shims that `wit-component` adds.
pub(crate) const INSTANCES: u32 = 8;
/// Handles of resources that a component may hold.
pub(crate) const HANDLES: usize = 10_000;
/// Fuel between two returns to the scheduler: about 10 µs.
pub(crate) const FUEL_BETWEEN_YIELDS: u64 = 100_000;

const WASM_PAGE: u64 = 64 << 10;

/// An engine with a pool of `slots` slots. Bounds checks instead of 4 GiB guard regions keep the address space at
/// 256 MiB a slot, which hosts with a limit on it can give.
pub(crate) fn engine(slots: u32) -> Result<Engine> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(INSTANCES))
        .total_memories(slots)
        .total_tables(slots.saturating_mul(TABLES))
        .total_stacks(slots)
        .max_core_instances_per_component(INSTANCES)
        .max_memories_per_component(1)
        .max_memories_per_module(1)
        .max_tables_per_component(TABLES)
        .max_tables_per_module(TABLES)
        .max_memory_size(usize::try_from(MEMORY).unwrap_or(usize::MAX))
        .table_elements(TABLE_ELEMENTS)
        .linear_memory_keep_resident(256 << 10)
        .table_keep_resident(4 << 10)
        .pagemap_scan(Enabled::Auto);
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .max_wasm_stack(STACK)
        .memory_reservation(MEMORY)
        .memory_guard_size(WASM_PAGE)
        .concurrency_support(false)
        // Of a trap its own text is told, not where it was: unwinding never passes wasm, and what would be known of each
        // address is a seventh of the code, to be read and registered with every component.
        .wasm_backtrace_max_frames(None)
        .native_unwind_info(false)
        .generate_address_map(false)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config).map_err(|e| Error::Start(format!("{e:#}")))
}
