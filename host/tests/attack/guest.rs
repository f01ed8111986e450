//! Guests that a hostile author would write.

mod components;
mod imports;
mod logs;
mod many;
mod memory;
mod results;
mod schemas;
mod slots;
mod time;
mod wasi;

use crate::attack::Attack;
use crate::platform::{Platform, Setup};

const GROUP: &str = "Guest";

pub fn attacks() -> Vec<Attack> {
    [
        time::ATTACKS,
        memory::ATTACKS,
        imports::ATTACKS,
        components::ATTACKS,
        results::ATTACKS,
        schemas::ATTACKS,
        slots::ATTACKS,
        logs::ATTACKS,
        wasi::ATTACKS,
        many::ATTACKS,
    ]
    .concat()
}

/// A platform of the smallest plan: 5 G of fuel, 32 MiB, 10 s, 4 calls at a time.
fn hobby() -> Setup {
    Platform::setup().config("plan = \"hobby\"\n")
}

/// The same with less fuel and two minutes a call: on a busy machine too, what ends it is what it used.
const PATIENT: &str = "plan = \"hobby\"\n[plans.hobby.call]\nfuel = 1_000_000_000\nwall_ms = 120_000\n";

/// A platform with such a plan, and further settings.
fn patient(more: &str) -> Setup {
    Platform::setup().config(&format!("{PATIENT}{more}"))
}

/// A platform of a plan with ten times the fuel and four times the memory.
fn team() -> Setup {
    Platform::setup().config("plan = \"team\"\n")
}
